"""Labels as CTC wants them: without repetitions, and each with its first place."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.functional.map_fn import map_fn
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import logical_and, not_equal
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import boolean_mask, sequence_mask
from flowgraph.ops.padding import pad
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.scattering import scatter_nd
from flowgraph.ops.sets import unique
from flowgraph.ops.shaping import expand_dims


def _size(x: Tensor, axis: int) -> Any:
    """A size: a number where it is known and not 0, else a tensor."""
    return (None if x.sizes is None else x.sizes[axis]) or shape(x)[axis]


def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Make one of equal neighbours in each row.

    Args:
      labels: integers [batch, most labels].
      seq_length: integers [batch]: how many labels of each row count.
      name: the name of the scope.

    Returns:
      The rows, filled up with zeros to the longest, and their lengths.

    >>> run(collapse_repeated([[1, 1, 2, 2, 1], [1, 1, 1, 1, 1]], [4, 5]))
    (array([[1, 2],
           [1, 0]], dtype=int32), array([2, 1], dtype=int32))
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        differs = concat([ones_like(labels[:, :1], dt.bool), not_equal(labels[:, 1:], labels[:, :-1])], axis=1)
        counts = sequence_mask(seq_length, maxlen=_size(labels, 1))
        mask = logical_and(differs, counts)
        lengths = reduce_sum(cast(mask, dt.int32), axis=1)
        longest = reduce_max(lengths)
        new_mask = sequence_mask(lengths, maxlen=longest)
        flat = reshape(labels, [-1])
        flat_mask = reshape(mask, [-1])
        flat_new = reshape(new_mask, [-1])
        places = range_op(_size(flat_new, 0))
        made = scatter_nd(
            expand_dims(boolean_mask(places, flat_new), 1), boolean_mask(flat, flat_mask), shape=shape(flat_new)
        )
        batch = _size(labels, 0)
        return reshape(made, [batch, longest]), cast(lengths, seq_length.dtype)


def ctc_unique_labels(labels: Any, name: str | None = None) -> list[Tensor]:
    """The different labels of each row.

    Args:
      labels: integers [batch, most labels].
      name: the name of the scope.

    Returns:
      int64 [batch, most labels]: the different labels of each row in the order in which they come, then zeros; and
      int32 [batch, most labels]: which of these each label is.

    >>> run(ctc_unique_labels([[1, 2, 2], [3, 4, 3]]))
    [array([[1, 2, 0],
           [3, 4, 0]]), array([[0, 1, 1],
           [0, 1, 0]], dtype=int32)]
    """

    def row(x: Tensor) -> list[Tensor]:
        found = unique(x)
        padded = pad(found.y, [[0, _size(found.idx, 0) - _size(found.y, 0)]])
        return [cast(padded, dt.int64), found.idx]

    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")
        return map_fn(row, labels, dtype=[dt.int64, dt.int32])
