"""What was kept of each step of a beam search, brought into the order of the sequences found."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, logical_and, logical_or
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.gather_tree import gather_tree
from flowgraph.ops.joining import stack
from flowgraph.ops.masking import sequence_mask
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, tile, transpose
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.platform import logs
from flowgraph.shapes import TensorShape, dimension_value


def sorted_history(
    history: TensorArray, parent_ids: Tensor, lengths: Tensor, batch_size: Tensor, beam_width: int
) -> Any:
    """The entries of an array that a search wrote in its steps, as a tensor, in which beams are the sequences found.

    Args:
      history: entries are `[batch * beams, ...]`; if nothing of the kind is known, the array itself is the result.
      parent_ids: which beam each beam goes on from, `[time, batch, beams]`.
      lengths: those of the sequences, `[batch, beams]`.
      batch_size: how many rows the batch has.
      beam_width: how many beams.
    """
    known = history.element_shape
    if not known.ndims:
        logs.warn(
            "The TensorArray %s in the cell state is not amenable to sorting based on the beam search result. For a "
            "TensorArray to be sorted, its elements shape must be defined and have at least a rank of 1, but saw "
            "shape: %s",
            history.handle.name,
            known,
        )
        return history
    if not _may_hold_beams(known, constant_value(batch_size), beam_width):
        return history
    entries = history.stack()
    with control_dependencies([_assert_beams(entries, batch_size, beam_width)]):
        return gather_tree_from_array(entries, parent_ids, lengths)


def _may_hold_beams(known: TensorShape, batch_size: Any, beam_width: int) -> bool:
    """Whether entries of a shape have a row, or a place, for each beam; warns if not."""
    rows, *places = known.as_list()
    if batch_size is None or rows is None:
        return True
    beams = places[0] if places else None
    if rows == batch_size * beam_width and (beams is None or (rows == batch_size and beams == beam_width)):
        return True
    logs.warn(
        "TensorArray reordering expects elements to be reshapable to %s which is incompatible with the current shape "
        "%s. Consider setting reorder_tensor_arrays to False to disable TensorArray reordering during the beam search.",
        TensorShape([batch_size, beam_width, None]),
        known,
    )
    return False


def _assert_beams(entries: Tensor, batch_size: Tensor, beam_width: int) -> Operation:
    message = (
        "TensorArray reordering expects elements to be reshapable to [batch_size, beam_size, -1] which is incompatible "
        f"with the dynamic shape of {entries.name} elements. Consider setting reorder_tensor_arrays to False to "
        "disable TensorArray reordering during the beam search."
    )
    sizes = shape(entries)
    if entries.shape.ndims == 2:
        return Assert(equal(sizes[1], batch_size * beam_width), [message])
    are_rows = equal(sizes[1], batch_size * beam_width)
    are_places = logical_and(equal(sizes[1], batch_size), equal(sizes[2], beam_width))
    return Assert(logical_or(are_rows, are_places), [message])


def gather_tree_from_array(t: Tensor, parent_ids: Tensor, sequence_length: Tensor) -> Tensor:
    """What belongs to each step of the sequences that a beam search found.

    Args:
      t: `[time, batch * beams, ...]` or `[time, batch, beams, ...]`, in the order of the beams of each step.
      parent_ids: which beam of the step before each beam goes on from, `[time, batch, beams]`.
      sequence_length: the lengths of the sequences, `[batch, beams]`.

    Returns:
      A tensor like `t`; what lies behind the end of a sequence is as it was.

    >>> kept = tf.constant([[["a", "b"]], [["c", "d"]]])
    >>> run(gather_tree_from_array(kept, tf.constant([[[0, 0]], [[1, 0]]]), tf.constant([[2, 2]])))[:, 0].T
    array([[b'b', b'c'],
           [b'a', b'd']], dtype=object)
    """
    times, batch, beams = (dimension_value(parent_ids.shape[axis]) or shape(parent_ids)[axis] for axis in range(3))
    own = tile(expand_dims(expand_dims(range_of(beams), 0), 0), [times, batch, 1])
    longest = cast(reduce_max(sequence_length, axis=1), dt.int32)
    came_by = gather_tree(own, parent_ids, longest, beams + 1)
    is_inside = transpose(sequence_mask(sequence_length, maxlen=times), perm=[2, 0, 1])
    came_by = where(is_inside, came_by, own)
    time_places = tile(reshape(range_of(times), [-1, 1, 1]), [1, batch, beams])
    batch_places = tile(reshape(range_of(batch), [-1, 1, 1]), [1, times, beams])
    batch_places = transpose(batch_places, perm=[1, 0, 2])
    places = stack([time_places, batch_places, came_by], -1)
    sizes = shape(t)
    return reshape(gather_nd(reshape(t, [times, batch, beams, -1]), places), sizes)
