"""A Python function as an op, of nested arguments (tf.contrib.framework.py_func)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ops.py_func import py_func as py_func_of_list
from flowgraph.shapes import TensorShape


def py_func(
    func: Callable[..., Any],
    args: Any = (),
    kwargs: dict[str, Any] | None = None,
    output_types: Any = None,
    output_shapes: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """A Python function as an op, with nested structures of tensors as its arguments and its result.

    Args:
      func: the function; it gets arrays in the places of tensors.
      args, kwargs: its arguments.
      output_types: the dtypes of what it returns, in the same structure; or a function of the arguments to these.
      output_shapes: the shapes, in the same structure; or a function of the arguments to these.
      stateful: whether two calls may differ, or do something besides.
      name: the op's name.

    Raises:
      TypeError: `args` is no list, or `kwargs` no dictionary.

    >>> f = lambda x, scale: {"double": x * 2, "scaled": x * scale}
    >>> types = {"double": tf.float32, "scaled": tf.float32}
    >>> y = py_func(f, [tf.constant(3.0)], {"scale": tf.constant(5.0)}, types)
    >>> run([y["double"], y["scaled"]])
    [6.0, 15.0]
    """
    kwargs = {} if kwargs is None else kwargs
    if not isinstance(args, list | tuple):
        raise refusal(f"args must be list and not {type(args)}. args: {args}", TypeError)
    if not isinstance(kwargs, dict):
        raise refusal(f"kwargs must be dict and not {type(kwargs)}. args: {kwargs}", TypeError)
    if callable(output_types):
        output_types = output_types(*args, **kwargs)
    if callable(output_shapes):
        output_shapes = output_shapes(*args, **kwargs)
    given = (args, kwargs)

    def of_arrays(*arrays: Any) -> list[Any]:
        positional, named = nest.pack_sequence_as(given, arrays)
        returned = func(*positional, **named)
        nest.flatten_up_to(output_types, returned)  # (complains where the structures differ)
        return nest.flatten(returned)

    outputs = py_func_of_list(of_arrays, nest.flatten(given), nest.flatten(output_types), stateful, name)
    if output_shapes is not None:
        shapes = nest.map_structure_up_to(output_types, TensorShape, output_shapes)
        for output, known in zip(outputs, nest.flatten(shapes), strict=True):
            output.set_shape(known)
    return nest.pack_sequence_as(output_types, outputs)
