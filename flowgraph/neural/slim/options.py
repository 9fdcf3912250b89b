"""What the layers of tf.contrib.layers have in common: names of variables, collections, formats, what comes last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import add_to_collection, add_to_collections, get_collection, get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cond import cond
from flowgraph.shapes import TensorShape
from flowgraph.variables.framework import model_variable
from flowgraph.variables.partitioned import PartitionedVariable
from flowgraph.variables.variable import Variable

IMAGE_FORMATS = ("NCHW", "NHWC")
VOLUME_FORMATS = ("NCDHW", "NDHWC")
WEIGHTS_AND_BIASES = {"bias": "biases", "kernel": "weights"}
"""What these layers call the variables of the layers of tf.layers."""


# -- variables -----------------------------------------------------------------------------------------------


def renaming_getter(names: dict[str, str] | None = None) -> Callable[..., Any]:
    """A custom getter that makes model variables, some of them under other names."""

    def model_variable_getter(getter: Any, name: str, **options: Any) -> Any:
        scope, slash, short = name.rpartition("/")
        options.pop("reuse", None)
        options.pop("validate_shape", None)
        options.pop("constraint", None)
        full_name = scope + slash + (names or {}).get(short, short)
        return model_variable(full_name, custom_getter=getter, **options)

    return model_variable_getter


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """The collections for the variables of a name: of a dictionary its entry, else all."""
    if isinstance(variables_collections, dict):
        return variables_collections.get(name)
    return variables_collections


def collect_variable(variable: Any, variables_collections: Any, name: str) -> None:
    """Add a variable (or its pieces) to the collections for its name, where it is not in them."""
    pieces = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    for collection in get_variable_collections(variables_collections, name) or []:
        for piece in pieces:
            if all(piece is not member for member in get_collection(collection)):
                add_to_collection(collection, piece)


def one_per_channel(
    name: str, shape: Any, dtype: Any, initializer: Any, variables_collections: Any, trainable: bool, **options: Any
) -> Any:
    """A model variable such as a bias, in the collections for its name."""
    return model_variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        collections=get_variable_collections(variables_collections, name),
        trainable=trainable,
        **options,
    )


# -- what comes last -----------------------------------------------------------------------------------------


def finished(
    outputs: Any,
    scope: str,
    outputs_collections: Any,
    activation_fn: Any = None,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
) -> Any:
    """A layer's outputs: normalized, activated, and in the collections for outputs."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collect_named_outputs(outputs_collections, scope, outputs)


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """Add outputs to collections, with a name by which `convert_collection_to_dict` gives them back."""
    if collections:
        append_tensor_alias(outputs, alias)
        add_to_collections(collections, outputs)
    return outputs


def append_tensor_alias(tensor: Any, alias: str) -> Any:
    """Give a tensor another name."""
    tensor.aliases = [*getattr(tensor, "aliases", []), alias.removesuffix("/")]
    return tensor


def gather_tensors_aliases(tensors: Sequence[Any]) -> list[str]:
    """The names of several tensors."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def get_tensor_aliases(tensor: Any) -> list[str]:
    """The names that a tensor was given, or its own."""
    own = [tensor.op.name if tensor.name.endswith(":0") else tensor.name]
    aliases: list[str] = getattr(tensor, "aliases", own)
    return aliases


def convert_collection_to_dict(collection: Any, clear_collection: bool = False) -> OrderedDict[str, Any]:
    """The tensors of a collection under their names, in order.

    >>> y = tf.contrib.layers.flatten(tf.zeros([2, 3, 4]), outputs_collections="ends", scope="flat")
    >>> list(convert_collection_to_dict("ends", clear_collection=True)), tf.get_collection("ends")
    (['flat'], [])
    """
    found = OrderedDict(
        (alias, tensor) for tensor in get_collection(collection) for alias in get_tensor_aliases(tensor)
    )
    if clear_collection:
        get_default_graph().clear_collection(collection)
    return found


# -- choices and sizes ---------------------------------------------------------------------------------------


def constant_value(value_or_tensor_or_var: Any, dtype: Any = None) -> Any:
    """A value, or a tensor's if it is known while the graph is built, else None."""
    value = value_or_tensor_or_var
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if not isinstance(value, Tensor | Variable):
        return value
    if dtype and value.dtype != dtype:
        raise ValueError(f"It has the wrong type {value.dtype} instead of {dtype}")
    return value.constant() if isinstance(value, Tensor) else None


def static_cond(pred: Any, fn1: Any, fn2: Any) -> Any:
    """What one of two functions returns: the first, if `pred`."""
    for name, function in (("fn1", fn1), ("fn2", fn2)):
        if not callable(function):
            raise TypeError(f"{name} must be callable.")
    return fn1() if pred else fn2()


def smart_cond(pred: Any, fn1: Any, fn2: Any, name: str | None = None) -> Any:
    """What one of two functions returns: chosen now where `pred` is known, else in each run."""
    known = constant_value(pred)
    return cond(pred, fn1, fn2, name=name) if known is None else static_cond(known, fn1, fn2)


def check_format(data_format: Any, known: tuple[str, str]) -> None:
    """Refuse a data format that is none of two.

    Raises:
      ValueError: it is none.
    """
    if data_format not in known:
        raise refusal(f"data_format has to be either {known[0]} or {known[1]}.")


def layers_format(data_format: str | None) -> str:
    """What tf.layers calls a data format."""
    return "channels_first" if data_format and data_format.startswith("NC") else "channels_last"


def channel_dimension(shape: TensorShape, data_format: str, min_rank: int = 1) -> int:
    """The number of channels; see `last_dimension`."""
    return _dimension(shape, 1 if data_format == "channels_first" else -1, min_rank)


def last_dimension(shape: TensorShape, min_rank: int = 1) -> int:
    """The size of the last axis.

    Raises:
      ValueError: it is unknown, or the rank is unknown or less than `min_rank`.
    """
    return _dimension(shape, -1, min_rank)


def _dimension(shape: TensorShape, axis: int, min_rank: int) -> int:
    dims = shape.dims
    if dims is None:
        raise refusal("dims of shape must be known but is None")
    if len(dims) < min_rank:
        raise refusal(f"rank of shape must be at least {min_rank} not: {len(dims)}")
    value: int | None = dims[axis].value
    if value is None:
        raise refusal(f"dimension {axis} of shape must be known but is None: {shape}")
    return value


def two_element_tuple(int_or_tuple: Any) -> tuple[Any, Any]:
    """Two numbers, where one for both may have been given.

    >>> two_element_tuple(3), two_element_tuple([1, 2])
    ((3, 3), (1, 2))
    """
    if isinstance(int_or_tuple, list | tuple):
        if len(int_or_tuple) != 2:
            raise refusal(f"Must be a list with 2 elements: {int_or_tuple}")
        return int(int_or_tuple[0]), int(int_or_tuple[1])
    if isinstance(int_or_tuple, int):
        return int_or_tuple, int_or_tuple
    if isinstance(int_or_tuple, TensorShape) and len(int_or_tuple) == 2:
        return int_or_tuple[0], int_or_tuple[1]
    raise refusal("Must be an int, a list with 2 elements or a TensorShape of length 2")


def n_positive_integers(n: int, value: Any) -> tuple[int, ...]:
    """A positive number for each of `n` axes, where one for all may have been given."""
    if int(n) < 1 or int(n) != n:
        raise refusal("n must be a positive integer")
    try:
        values: tuple[int, ...] = (int(value),) * n
    except (TypeError, ValueError):
        expected = f"Expected sequence of {n} positive integers, but received {value!r}"
        if len(value) != n:
            raise refusal(expected) from None
        try:
            values = tuple(int(x) for x in value)
        except (TypeError, ValueError):
            raise refusal(expected) from None
    for x in values:
        if x < 1:
            raise refusal(f"expected positive integer, but received {x}")
    return values
