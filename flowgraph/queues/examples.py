"""Examples that are to go through a queue: what they are given as, their dtypes and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.indexed_slices import convert_to_tensor_or_indexed_slices
from flowgraph.shapes import TensorShape

Tensors = Any  # a list of tensors, or a dict of them


def as_list(tensors: Tensors) -> Any:
    """The tensors of an example: those of a dict by its keys."""
    return [tensors[key] for key in sorted(tensors, key=str)] if isinstance(tensors, dict) else tensors


def as_lists(tensors_list: Any) -> Any:
    """Several sets of tensors, each as a list."""
    if not tensors_list:
        raise refusal("Expected at least one set of tensors")
    first = tensors_list[0]
    if not isinstance(first, dict):
        return tensors_list
    if any(set(tensors) != set(first) for tensors in tensors_list[1:]):
        raise refusal("All dictionaries in tensors_list must have the same keys")
    return [as_list(tensors) for tensors in tensors_list]


def as_given(tensors: Tensors, found: Any) -> Any:
    """What came out of the queue in the form of what went in."""
    if not isinstance(tensors, dict):
        return found
    values = [found] if len(tensors) == 1 else found
    return dict(zip(sorted(tensors, key=str), values, strict=True))


def converted(tensors: Any, function: str) -> list[Any]:
    """What can be a tensor as one.

    Raises:
      ValueError: there is nothing.
    """
    if not len(tensors):
        raise refusal(f"Expected at least one tensor in {function}().")
    return [convert_to_tensor_or_indexed_slices(tensor) for tensor in tensors]


def which_kept(keep_input: Any, enqueue_many: bool) -> Tensor:
    """Which examples to take, as a tensor.

    Raises:
      ValueError: it has too many axes, or a number of them that is not known.
    """
    keep = convert_to_tensor(keep_input)
    if keep.sizes is None:
        raise refusal("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and len(keep.sizes) == 1:
        raise refusal("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if len(keep.sizes) > 1:
        raise refusal("`keep_input` must be 0 or 1 dimensions.")
    return keep


def dtypes_of(lists: Sequence[Sequence[Tensor]]) -> list[dt.DType]:
    """The dtypes of the tensors of an example, the same for all sets of them.

    Raises:
      TypeError: they differ.
    """
    first = [tensor.dtype for tensor in lists[0]]
    for tensors in lists[1:]:
        other = [tensor.dtype for tensor in tensors]
        if other != first:
            ours, theirs = (", ".join(dtype.name for dtype in types) for types in (first, other))
            raise refusal(f"Expected types to be consistent: {ours} vs. {theirs}.", TypeError)
    return first


def shapes_of(lists: Sequence[Sequence[Tensor]], shapes: Any, enqueue_many: bool) -> Any:
    """The shapes of one example: those given, or what those of the tensors tell."""
    if shapes is not None:
        return shapes
    for tensors in lists:
        for tensor in tensors[: len(lists[0])]:
            if tensor.sizes is None:
                raise refusal(f"Cannot infer Tensor's rank: {tensor}")
    return [_merged([tensors[index].shape for tensors in lists], enqueue_many) for index in range(len(lists[0]))]


def _merged(shapes: Sequence[TensorShape], enqueue_many: bool) -> Any:
    if enqueue_many:
        shapes = [shape.with_rank_at_least(1)[1:] for shape in shapes]
    for shape in shapes[1:]:
        shapes[0].merge_with(shape)
    return shapes[0].as_list()
