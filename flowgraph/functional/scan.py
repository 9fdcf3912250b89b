"""tf.scan: as a fold, with all values on the way as the rows of the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import nest
from flowgraph.functional.rows import count_of, demand_callable, tell_count, variables_read_once
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Every value of `fn(fn(fn(initializer, row 0), row 1), ...)`, as the rows of the result.

    `fn` is called once, now, with tensors that stand for the values of any iteration.

    Args:
      fn: takes the value so far and a row (or a structure like `elems` of rows), returns the next value, in the
        structure of `initializer`, or of `elems` where there is none.
      elems: a tensor, or a nested structure of tensors with as many rows each.
      initializer: the value before the first row, a tensor or a structure of tensors; by default the first row is the
        first value.
      parallel_iterations: how many iterations TF may run at once; noted in the graph.
      back_prop: whether tf.gradients may go through the loop; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      infer_shape: whether all values must have one shape.
      reverse: whether to go from the last row to the first; row i of the result belongs to row i of `elems` anyway.
      name: the scope of the new ops.

    Raises:
      TypeError: `fn` cannot be called, or returns another structure.
      ValueError: the tensors of `elems` have different numbers of rows.

    >>> run(scan(lambda total, x: total + x, tf.constant([1, 2, 3, 4])))
    array([ 1,  3,  6, 10], dtype=int32)
    >>> run(scan(lambda total, x: total + x, tf.constant([1, 2, 3, 4]), reverse=True))
    array([10,  9,  7,  4], dtype=int32)
    >>> pairs = scan(lambda pair, _: (pair[1], pair[0] + pair[1]), tf.zeros(6), initializer=(0, 1))
    >>> run(pairs[0])
    array([1, 1, 2, 3, 5, 8], dtype=int32)
    """
    demand_callable(fn)
    like = elems if initializer is None else initializer
    flat = nest.flatten(elems)
    with name_scope(name, "scan", flat), variables_read_once():
        tensors = [convert_to_tensor(elem, name="elem") for elem in flat]
        count = count_of(tensors[0])
        arrays = [
            TensorArray(tensor.dtype, size=count, dynamic_size=False, element_shape=tensor.shape[1:])
            for tensor in tensors
        ]
        arrays = [array.unstack(tensor) for array, tensor in zip(arrays, tensors, strict=True)]
        done = 1 if initializer is None else 0  # rows that need no step
        if initializer is None:
            first = [array.read(count - 1 if reverse else 0) for array in arrays]
        else:
            first = [convert_to_tensor(value) for value in nest.flatten(initializer)]
        sinks = [
            TensorArray(
                value.dtype,
                size=count,
                element_shape=value.shape if infer_shape else None,
                dynamic_size=False,
                infer_shape=infer_shape,
            )
            for value in first
        ]
        if initializer is None:
            sinks = [sink.write(count - 1 if reverse else 0, value) for sink, value in zip(sinks, first, strict=True)]

        def step(i: Tensor, values: Any, sinks: list[TensorArray]) -> tuple[Tensor, Any, list[TensorArray]]:
            row = nest.pack_sequence_as(elems, [array.read(i) for array in arrays])
            result = fn(nest.pack_sequence_as(like, values), row)
            nest.assert_same_structure(like, result)
            values = nest.flatten(result)
            sinks = [sink.write(i, value) for sink, value in zip(sinks, values, strict=True)]
            return i - 1 if reverse else i + 1, values, sinks

        if reverse:
            start, goes_on = count - 1 - done, lambda i, _values, _sinks: i >= 0
        else:
            start, goes_on = done, lambda i, _values, _sinks: i < count
        _, _, sinks = while_loop(
            goes_on,
            step,
            (start, first, sinks),
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        results = [sink.stack() for sink in sinks]
        tell_count(results, tensors)
        return nest.pack_sequence_as(like, results)
