"""The static shapes of loop variables: those that hold in every iteration, the shape invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import errors, nest
from flowgraph.ir.describe import at
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.shapes import Sizes, TensorShape, merge


def component_shapes(value: Any, shape: Any = None) -> Any:
    """The shape invariant of a loop variable; for one that consists of several tensors, a list of theirs.

    Args:
      value: a tensor, or what consists of tensors.
      shape: the invariant that the user gave; None: the static shape.
    """
    if isinstance(value, IndexedSlices):
        return _slices_shapes(value, shape)
    if nest.is_composite(value):
        shapes: list[TensorShape] = value._loop_shapes(shape)
        return shapes
    return value.shape if shape is None else shape


def _slices_shapes(slices: IndexedSlices, shape: Any) -> list[TensorShape]:
    """A given invariant is one of the values: the others follow from it."""
    if shape is not None and not isinstance(shape, TensorShape):
        line = f"Expected shape to be a TypeSpec or TensorShape, got {shape!r}"
        raise TypeError(errors.explain(line, where=user_site()))
    if shape is None:
        sizes: Sizes = slices.values.sizes
        rows = merge(slices.indices.sizes, None if sizes is None else sizes[:1])
    else:
        sizes = shape.sizes
        rows = (None,) if sizes is None else sizes[:1]
    row = None if sizes is None else sizes[1:]
    found = [None if row is None or rows is None else (*rows, *row), rows]
    if slices.dense_shape is not None:
        found.append((None if row is None else 1 + len(row),))
    return [TensorShape.of(sizes) for sizes in found]


def set_invariants(enters: Sequence[Tensor], shapes: Sequence[Any]) -> None:
    """Give the Enters of loop variables the shapes that hold in every iteration.

    Raises:
      ValueError: an invariant is no TensorShape, or the value before the first iteration contradicts it.
    """
    if not all(isinstance(shape, TensorShape) for shape in shapes):
        line = "`shapes` must be a (possibly nested) list of shapes."
        raise ValueError(errors.explain(line, details=[f"the shapes: {shapes}"], where=user_site()))
    for tensor, shape in zip(enters, shapes, strict=False):
        source = tensor.op.inputs[0]
        if not _is_within(source.sizes, shape.sizes):
            raise ValueError(
                errors.explain(
                    f"The shape invariant specified for {source.name} is not compatible with the initial shape of the "
                    f"loop variable. It enters the loop with shape {source.shape}, but the specified shape invariant "
                    f"is {shape}.",
                    details=[f"{source!r}{at(source.op)}"],
                    where=user_site(),
                )
            )
        tensor.set_shape(shape)


def check_next(merged: Tensor, following: Tensor) -> None:
    """Refuse a loop variable of which the next iteration knows less than the Merge at the loop's head.

    Raises:
      ValueError: its static shape changes.
    """
    if not _is_within(following.sizes, merged.sizes):
        source = merged.op.inputs[0].op.inputs[0]
        result = following.op.inputs[0]
        raise ValueError(
            errors.explain(
                f"Input tensor '{source.name}' enters the loop with shape {source.shape}, but has shape "
                f"{following.shape} after one iteration. To allow the shape to vary across iterations, use the "
                "`shape_invariants` argument of tf.while_loop to specify a less-specific shape.",
                details=[f"{source!r}{at(source.op)}", f"the body gives {result!r}{at(result.op)}"],
                where=user_site(),
            )
        )


def _is_within(sizes: Sizes, invariant: Sizes) -> bool:
    """Whether a shape has every size that the invariant names."""
    if invariant is None:
        return True
    if sizes is None or len(sizes) != len(invariant):
        return False
    return all(wanted is None or size == wanted for size, wanted in zip(sizes, invariant, strict=True))
