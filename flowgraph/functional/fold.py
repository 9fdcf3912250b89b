"""tf.foldl and tf.foldr: rows folded into one value, from the first to the last or the other way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import nest
from flowgraph.functional.rows import demand_callable, static_count, variables_read_once
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.constant import constant
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop


def _rows(elems: Any) -> tuple[Any, Any]:
    """How many rows `elems` have, and a TensorArray of the rows of each, in the same structure."""
    tensors = [convert_to_tensor(elem, name="elem") for elem in nest.flatten(elems)]
    count = static_count(tensors[0]) or shape(tensors[0])[0]

    def array_of(elem: Any) -> TensorArray:
        return TensorArray(elem.dtype, size=count, dynamic_size=False).unstack(elem)

    return count, nest.map_structure(array_of, elems)


def _read(arrays: Any, index: Any) -> Any:
    return nest.map_structure(lambda array: array.read(index), arrays)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """`fn(fn(fn(initializer, row 0), row 1), ...)`: the rows of `elems` folded into one value, from the first on.

    `fn` is called once, now, with tensors that stand for the values of any iteration.

    Args:
      fn: takes the value so far and a row (or a structure like `elems` of rows), returns the next value.
      elems: a tensor, or a nested structure of tensors with as many rows each.
      initializer: the first value, a tensor or a structure of tensors; by default row 0.
      parallel_iterations: how many iterations TF may run at once; noted in the graph.
      back_prop: whether tf.gradients may go through the loop; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      name: the scope of the new ops.

    Raises:
      TypeError: `fn` cannot be called.

    >>> run(foldl(lambda total, x: 10 * total + x, tf.constant([1, 2, 3])))
    123
    """
    demand_callable(fn)
    with name_scope(name, "foldl", [elems]), variables_read_once():
        count, arrays = _rows(elems)
        if initializer is None:
            value, start = _read(arrays, 0), constant(1)
        else:
            value, start = initializer, constant(0)

        def step(i: Tensor, value: Any) -> list[Any]:
            row = _read(arrays, i)
            value = fn(value, row)
            return [i + 1, value]

        _, value = while_loop(
            lambda i, _: i < count,
            step,
            [start, value],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        return value


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The rows of `elems` folded into one value, from the last to the first; else as `foldl`.

    Args:
      fn: takes the value so far and a row (or a structure like `elems` of rows), returns the next value.
      elems: a tensor, or a nested structure of tensors with as many rows each.
      initializer: the first value, a tensor or a structure of tensors; by default the last row.
      parallel_iterations: how many iterations TF may run at once; noted in the graph.
      back_prop: whether tf.gradients may go through the loop; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      name: the scope of the new ops.

    Raises:
      TypeError: `fn` cannot be called.

    >>> run(foldr(lambda total, x: 10 * total + x, tf.constant([1, 2, 3])))
    321
    """
    demand_callable(fn)
    with name_scope(name, "foldr", [elems]), variables_read_once():
        count, arrays = _rows(elems)
        if initializer is None:
            start = count - 1
            value = _read(arrays, start)
        else:
            value, start = initializer, count

        def step(i: Tensor, value: Any) -> list[Any]:
            i = i - 1
            row = _read(arrays, i)
            return [i, fn(value, row)]

        _, value = while_loop(
            lambda i, _: i > 0,
            step,
            [start, value],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        return value
