"""edit_distance: how many insertions, deletions and replacements lead from one sequence to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.sparse_indices import check_shape, inside
from flowgraph.ops.sparse_tensor import is_sparse, parts_of
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_RANKS = (2, 1, 1, 2, 1, 1)


def _distance_sizes(*parts: Any, **_normalize: bool) -> Sizes:
    for part, rank in zip(parts, _RANKS, strict=True):
        if part.sizes is not None and len(part.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(part.sizes)}")
    hypothesis, truth = parts[2].constant(), parts[5].constant()
    if hypothesis is None or truth is None:
        return None
    if len(hypothesis) != len(truth):
        counts = f"{len(hypothesis)} vs. {len(truth)}"
        raise ValueError(f"Num elements of hypothesis_shape does not match truth_shape: {counts}")
    return tuple(max(a, b) for a, b in zip(hypothesis.tolist()[:-1], truth.tolist()[:-1], strict=True))


def _distances(_xp: Any, *parts: Any, normalize: bool) -> np.ndarray:
    _check(*parts)
    shapes = check_shape(parts[2]), check_shape(parts[5])
    hypotheses, truths = _sequences(parts[0], parts[1]), _sequences(parts[3], parts[4])
    out = np.zeros([max(a, b) for a, b in zip(shapes[0][:-1], shapes[1][:-1], strict=True)], np.float32)
    if not (inside(parts[0][:, :-1], out.shape) and inside(parts[3][:, :-1], out.shape)):
        raise invalid("an index lies outside the dense_shape")
    for at in {**hypotheses, **truths}:
        truth = truths.get(at, [])
        distance = np.float32(levenshtein(truth, hypotheses.get(at, [])))
        if normalize:
            distance = distance / np.float32(len(truth))
        out[at] = distance
    return out


def _check(h_indices: Any, h_values: Any, h_shape: Any, t_indices: Any, t_values: Any, t_shape: Any) -> None:
    for what, ours, theirs, kind, rank in (
        ("indices", h_indices, t_indices, "matrix", 2),
        ("values", h_values, t_values, "vector", 1),
        ("shape", h_shape, t_shape, "vector", 1),
    ):
        for side, array in (("hypothesis", ours), ("truth", theirs)):
            if array.ndim != rank:
                raise invalid(f"{side}_{what} should be a {kind}, but got shape: {to_text(array.shape)}")
    _check_columns("hypothesis", h_shape, h_indices)
    if len(t_shape) < 2:
        raise invalid(f"Input SparseTensors must have rank at least 2, but truth_shape rank is: {len(t_shape)}")
    _check_columns("truth", t_shape, t_indices)
    if len(t_shape) != len(h_shape):
        got = f"{to_text(t_shape.shape)} and {to_text(h_shape.shape)}"
        raise invalid(f"Expected truth and hypothesis to have matching ranks, but their shapes are: {got}")


def _check_columns(side: str, shape: Any, indices: Any) -> None:
    if len(shape) != indices.shape[1]:
        got = f"{to_text(shape.shape)} and {to_text(indices.shape)}"
        raise invalid(f"Expected {side}_shape.NumElements == #cols({side}_indices), their shapes are: {got}")


def _sequences(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    """The sequences along the last axis, by their other indices."""
    found: dict[tuple[int, ...], list[Any]] = {}
    for index, value in zip(indices[:, :-1].tolist(), values.tolist(), strict=True):
        found.setdefault(tuple(index), []).append(value)
    return found


def levenshtein(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many insertions, deletions and replacements make `b` of `a`.

    >>> levenshtein("kitten", "sitting")
    3
    """
    codes: dict[Any, int] = {}
    others = np.array([codes.setdefault(y, len(codes)) for y in b], np.int64)
    row = steps = np.arange(len(b) + 1)
    for x in a:
        replaced = row[:-1] + (others != codes.get(x, -1))
        best = np.concatenate([row[:1] + 1, np.minimum(row[1:] + 1, replaced)])
        row = np.minimum.accumulate(best - steps) + steps  # an insertion costs as much as a step to the right
    return int(row[-1])


EDIT_DISTANCE = OpDef(
    "EditDistance(hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64, truth_indices: int64, "
    "truth_values: T, truth_shape: int64) -> output: float32",
    attrs={"normalize": True, "T": TypeAttr()},
    infer=_distance_sizes,
    forward=_distances,
    gradient=NO_GRADIENT,
    cases=[
        case(
            INT([[0, 0], [0, 1]], dt.int64), INTS(1, 2), INTS(2, 3, dtype=dt.int64),
            INT([[0, 0], [1, 0]], dt.int64), INTS(2, 5), INTS(2, 3, dtype=dt.int64),
        ),
        case(
            INT([[0, 0]], dt.int64), VALUE([b"a"], dt.string), INTS(1, 3, dtype=dt.int64),
            INT(np.zeros([0, 2]), dt.int64), VALUE([], dt.string), INTS(2, 3, dtype=dt.int64), normalize=False,
        ),
    ],
)  # fmt: skip


def edit_distance(hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance") -> Tensor:
    """The Levenshtein distance between the sequences of two SparseTensors, which lie along the last axis.

    Args:
      hypothesis: a SparseTensor of rank 2 or more: the sequences to judge.
      truth: a SparseTensor of the same rank and dtype: what they should be.
      normalize: whether to divide by the length of the truth (which may give inf).
      name: the op's name.

    Returns:
      float32, one axis less than the inputs have.

    Raises:
      TypeError: one of them is no SparseTensor.

    >>> heard = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [2, 3])
    >>> said = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "d", "c"], [2, 3])
    >>> run(edit_distance(heard, said))
    array([0.5, 0. ], dtype=float32)
    """
    for side, given in (("Hypothesis", hypothesis), ("Truth", truth)):
        if not is_sparse(given):
            raise TypeError(errors.explain(f"{side} must be a SparseTensor.", where=user_site()))
    return emit(EDIT_DISTANCE, *parts_of(hypothesis), *parts_of(truth), normalize=normalize, name=name)
