"""tf.map_fn: a function of each row; and tf.vectorized_map, which says of its function that it may run in any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import nest
from flowgraph.functional.rows import count_of, demand_callable, static_count, tell_count, variables_read_once
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group
from flowgraph.ops.identity import identity
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """What `fn` makes of each row of `elems`, as the rows of the result.

    `fn` is called once, now, with tensors that stand for the rows of any iteration.

    Args:
      fn: takes a row, or a structure like `elems` of rows; returns a structure like `dtype` of tensors.
      elems: a tensor, or a nested structure of tensors with as many rows each.
      dtype: the dtypes that `fn` returns, in its structure; by default those of `elems`.
      parallel_iterations: how many iterations TF may run at once (10 if not given); noted in the graph.
      back_prop: whether tf.gradients may go through the loop; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      infer_shape: whether all results must have one shape.
      name: the scope of the new ops.

    Raises:
      TypeError: `fn` cannot be called or returns another structure than `dtype`, or `elems` is a SparseTensor.
      ValueError: `elems` has scalars, or tensors with different numbers of rows.

    >>> run(map_fn(lambda x: x * x, tf.constant([1, 2, 3])))
    array([1, 4, 9], dtype=int32)
    >>> rows = (tf.constant([1, 2]), tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    >>> run(map_fn(lambda row: tf.gather(row[1], row[0] - 1), rows, dtype=tf.float32))
    array([1., 4.], dtype=float32)
    """
    demand_callable(fn)
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  SparseTensor(input.indices, "
            "fn(input.values), input.dense_shape) or  SparseTensor(input.indices, map_fn(fn, input.values), "
            "input.dense_shape)"
        )
    flat = nest.flatten(elems)
    with name_scope(name, "map", flat), variables_read_once():
        tensors = [convert_to_tensor(elem, name="elem") for elem in flat]
        dtype = dtype or nest.pack_sequence_as(elems, [tensor.dtype for tensor in tensors])
        _demand_rows(tensors)
        count = static_count(tensors[0]) or shape(tensors[0])[0]
        arrays = [TensorArray(tensor.dtype, size=count, dynamic_size=False) for tensor in tensors]
        arrays = [array.unstack(tensor) for array, tensor in zip(arrays, tensors, strict=True)]
        start = constant(0)
        sinks = [
            TensorArray(kind, size=count, dynamic_size=False, infer_shape=infer_shape) for kind in nest.flatten(dtype)
        ]

        def step(i: Tensor, sinks: list[TensorArray]) -> tuple[Tensor, list[TensorArray]]:
            results = fn(nest.pack_sequence_as(elems, [array.read(i) for array in arrays]))
            nest.assert_same_structure(dtype or elems, results)
            sinks = [sink.write(i, result) for sink, result in zip(sinks, nest.flatten(results), strict=True)]
            return i + 1, sinks

        _, sinks = while_loop(
            lambda i, _: i < count,
            step,
            (start, sinks),
            parallel_iterations=parallel_iterations or 10,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        results = [sink.stack() for sink in sinks]
        tell_count(results, tensors)
        return nest.pack_sequence_as(dtype, results)


def _demand_rows(tensors: list[Tensor]) -> None:
    rank = tensors[0].shape.ndims
    if rank is not None and rank < 1:
        if len(tensors) == 1:
            raise ValueError("elems must be a 1+ dimensional Tensor, not a scalar")
        raise ValueError("elements in elems must be 1+ dimensional Tensors, not scalars")


def vectorized_map(fn: Callable[[Any], Any], elems: Any) -> Any:
    """What `fn` makes of each row of `elems`, as the rows of the result; `fn` may return any structure.

    The values are those of TensorFlow, the nodes are not: it rewrites `fn` to work on all rows at once, here the rows
    are taken one by one, in a loop as `map_fn` has it.

    Args:
      fn: takes a row, or a structure like `elems` of rows; returns a nested structure of tensors, and of operations,
        which run for each row.
      elems: a tensor, or a nested structure of tensors with as many rows each.

    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> products, total = vectorized_map(lambda row: (tf.tensordot(row, row, 0), tf.reduce_sum(row)), x)
    >>> run(total)
    array([3., 7.], dtype=float32)
    >>> products.shape
    TensorShape([Dimension(2), Dimension(2), Dimension(2)])
    """
    demand_callable(fn)
    flat = nest.flatten(elems)
    with name_scope(None, "vectorized_map", flat), variables_read_once():
        tensors = [convert_to_tensor(elem, name="elem") for elem in flat]
        _demand_rows(tensors)
        count = count_of(tensors[0])
        arrays = [TensorArray(tensor.dtype, size=count).unstack(tensor) for tensor in tensors]
        made: list[Any] = []  # what fn returned, and for each tensor among it the array that its rows go to

        def step(i: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
            results = fn(nest.pack_sequence_as(elems, [array.read(i) for array in arrays]))
            made.append(results)
            for result in nest.flatten(results):
                if isinstance(result, Operation):
                    with control_dependencies([result]):
                        flow = identity(flow)
                    made.append(None)
                    continue
                value = convert_to_tensor(result)
                # only now is its dtype known, but it stands outside the loop: one flow orders the writes to all
                with control_dependencies(None):
                    sink = TensorArray(value.dtype, size=count, element_shape=value.shape)
                made.append(sink)
                flow = sink._with_flow(flow).write(i, value).flow
            return i + 1, flow

        _, flow = while_loop(lambda i, _: i < count, step, (constant(0), constant(0.0)), maximum_iterations=count)
        structure, *sinks = made
        results = [group(flow) if sink is None else sink._with_flow(flow).stack() for sink in sinks]
        tell_count([result for result in results if isinstance(result, Tensor)], tensors)
        return nest.pack_sequence_as(structure, results)
