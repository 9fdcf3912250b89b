"""What attention looks at: a memory with sequences of different lengths, and scores of its places."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, ones_like, rank, reshape, shape
from flowgraph.ops.checks import assert_positive
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import sequence_mask
from flowgraph.ops.select import where


def prepare_memory(memory: Any, lengths: Any, check_inner_sizes: bool) -> Any:
    """The memory, with zeros behind the ends of its sequences.

    Args:
      memory: `[batch, time, ...]`, or a structure of such tensors.
      lengths: how long each sequence is, or None.
      check_inner_sizes: whether all sizes but those of batch and time must be known.

    Raises:
      ValueError: they must be, and are not.
    """
    memory = nest.map_structure(lambda part: convert_to_tensor(part, name="memory"), memory)
    if lengths is not None:
        lengths = convert_to_tensor(lengths, name="memory_sequence_length")
    for part in nest.flatten(memory) if check_inner_sizes else []:
        if not part.shape[2:].is_fully_defined():
            raise refusal(f"Expected memory {part.name} to have fully defined inner dims, but saw shape: {part.shape}")
    if lengths is None:
        return memory
    first = nest.flatten(memory)[0]
    mask = sequence_mask(lengths, maxlen=shape(first)[1], dtype=first.dtype)
    return nest.map_structure(lambda part: _masked(part, mask), memory)


def _masked(memory: Tensor, mask: Tensor) -> Tensor:
    known = memory.shape.ndims
    inner = ones((rank(memory) if known is None else known) - 2, dtype=dt.int32)
    return memory * reshape(mask, concat((shape(mask), inner), 0))


def mask_scores(scores: Tensor, lengths: Any, value: Any) -> Tensor:
    """The scores, with `value` behind the ends of sequences; all lengths must be positive.

    >>> run(mask_scores(tf.constant([[1.0, 2.0], [3.0, 4.0]]), [1, 2], -np.float32(np.inf)))
    array([[  1., -inf],
           [  3.,   4.]], dtype=float32)
    """
    if lengths is None:
        return scores
    message = "All values in memory_sequence_length must be greater than zero."
    with control_dependencies([assert_positive(lengths, message=message)]):
        mask = sequence_mask(lengths, maxlen=shape(scores)[1])
    return where(mask, scores, value * ones_like(scores))
