"""The way back through a beam search: which tokens lead to each of the last beams."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import Sizes, merge, to_text


def _tree_sizes(step_ids: Any, parent_ids: Any, lengths: Any, end_token: Any) -> Sizes:
    for x, rank in ((step_ids, 3), (parent_ids, 3), (lengths, 1), (end_token, 0)):
        if x.sizes is not None and len(x.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    time, batch, beams = merge(step_ids.sizes, parent_ids.sizes) or (None, None, None)
    count = lengths.sizes[0] if lengths.sizes else None
    if batch is not None and count is not None and batch != count:
        raise ValueError(f"Dimensions must be equal, but are {batch} and {count}")
    return time, count if batch is None else batch, beams


def _demand_shapes(step_ids: Any, parent_ids: Any, lengths: Any, end_token: Any) -> None:
    def refuse(message: str) -> None:
        raise errors.InvalidArgumentError(None, None, message)

    ids_shape = to_text(step_ids.shape)
    if step_ids.ndim != 3:
        refuse(f"step_ids must be a 3-tensor, saw shape: {ids_shape}")
    if lengths.ndim != 1:
        refuse(f"max_sequence_lengths must be a vector, saw shape: {to_text(lengths.shape)}")
    if end_token.ndim:
        refuse(f"end_token must be a scalar, saw shape: {to_text(end_token.shape)}")
    if step_ids.shape != parent_ids.shape:
        refuse(
            f"step_ids.shape must match parent_ids.shape.  but shapes are: {ids_shape} and {to_text(parent_ids.shape)}"
        )
    if step_ids.shape[1] != len(lengths):
        refuse(
            "batch size dimensions step_ids.shape[1] and max_sequence_lengths.shape[0] must match.  "
            f"but shapes are: {ids_shape} and {to_text(lengths.shape)}"
        )


def _gather_tree(xp: Any, step_ids: Any, parent_ids: Any, lengths: Any, end_token: Any) -> Any:
    """All beams of all sequences go back together, one time step after the other, each from its own last one."""
    _demand_shapes(step_ids, parent_ids, lengths, end_token)
    times, batch, beams = step_ids.shape
    last = xp.minimum(lengths, times)[:, None] - 1  # [batch, 1]
    paths = xp.full(step_ids.shape, end_token, step_ids.dtype)
    beam = xp.broadcast_to(xp.arange(beams), (batch, beams))
    rows = xp.arange(batch)[:, None]
    for time in range(times - 1, -1, -1):
        inside = xp.broadcast_to(time <= last, beam.shape)
        paths[time] = xp.where(inside, step_ids[time][rows, beam], end_token)
        if time:
            # sequences that have not begun yet stay on the beams they will end on
            beam = xp.where(inside, parent_ids[time][rows, beam], beam)
            _demand_beams(beam, time, beams)
    ended = xp.logical_or.accumulate(paths == end_token, axis=0)
    return xp.where(ended, end_token, paths).astype(step_ids.dtype)


def _demand_beams(parents: Any, time: int, beams: int) -> None:
    wrong = np.argwhere((parents < 0) | (parents >= beams))
    if len(wrong):
        row, beam = wrong[0].tolist()
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Saw invalid parent id {parents[row, beam]} at (batch, time, beam) == ({row}, {time - 1}, {beam})",
        )


_IDS = VALUE([[[1, 2, 3], [2, 3, 4]], [[4, 5, 6], [7, 8, 9]], [[7, 8, 9], [-1, -1, -1]]], dt.int32)
_PARENTS = VALUE([[[0, 0, 0], [0, 0, 0]], [[0, 1, 1], [1, 0, 2]], [[2, 1, 2], [-1, -1, -1]]], dt.int32)

GATHER_TREE = OpDef(
    "GatherTree(step_ids: T, parent_ids: T, max_sequence_lengths: int32, end_token: T) -> beams: T",
    attrs={"T": TypeAttr((dt.int32,))},
    infer=_tree_sizes,
    forward=_gather_tree,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_IDS, _PARENTS, INTS(3, 2), INT(10), gradient=False),
        case(_IDS, _PARENTS, INTS(3, 0), INT(6), gradient=False),
        case(
            VALUE(np.zeros((2, 0, 3)), dt.int32), VALUE(np.zeros((2, 0, 3)), dt.int32), INTS(), INT(1), gradient=False
        ),
    ],
)


def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: str | None = None
) -> Tensor:
    """The whole sequence of each beam at the end of a beam search, found by going back from parent to parent.

    Args:
      step_ids: the token that each beam took at each step, int32 `[time, batch, beams]`.
      parent_ids: which beam of the step before each beam goes on from, of the same shape.
      max_sequence_lengths: how many steps each row of the batch made; what comes later is `end_token`.
      end_token: a scalar; behind its first occurrence in a sequence everything is `end_token`.
      name: the op's name.

    Raises:
      ValueError: shapes do not fit.
      InvalidArgumentError: (when run) a parent is no beam.

    >>> tokens = [[[1, 2]], [[3, 4]], [[5, 6]]]
    >>> parents = [[[0, 0]], [[1, 0]], [[0, 1]]]
    >>> run(gather_tree(tokens, parents, max_sequence_lengths=[3], end_token=9))[:, 0].T
    array([[2, 3, 5],
           [1, 4, 6]], dtype=int32)
    """
    return emit(GATHER_TREE, step_ids, parent_ids, max_sequence_lengths, end_token, name=name)
