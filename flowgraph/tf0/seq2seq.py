"""tf.nn.seq2seq, as before TensorFlow 1.0: a loss function of the user gets logits and targets, by their places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import absent as _absent
from flowgraph.contrib import legacy_seq2seq as _new

__all__ = ["model_with_buckets", "sequence_loss", "sequence_loss_by_example"]
__all__ += [name for name in _new.__all__ if name not in __all__]


def _by_place(loss: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """A function of today that calls one of those days."""
    return None if loss is None else lambda labels, logits: loss(logits, labels)


def sequence_loss_by_example(
    logits: Any, targets: Any, weights: Any, average_across_timesteps: bool = True, softmax_loss_function: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """`tf.contrib.legacy_seq2seq.sequence_loss_by_example`, with a loss function of logits and targets.

    >>> lists = [tf.constant([5.0])], [tf.constant([2.0])], [tf.constant([1.0])]
    >>> run(sequence_loss_by_example(*lists, softmax_loss_function=lambda logits, targets: logits - targets))
    array([3.], dtype=float32)
    """
    loss = _by_place(softmax_loss_function)
    return _new.sequence_loss_by_example(logits, targets, weights, average_across_timesteps, loss, name)


def sequence_loss(
    logits: Any, targets: Any, weights: Any, average_across_timesteps: bool = True, average_across_batch: bool = True,
    softmax_loss_function: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """`tf.contrib.legacy_seq2seq.sequence_loss`, with a loss function of logits and targets."""
    loss = _by_place(softmax_loss_function)
    return _new.sequence_loss(logits, targets, weights, average_across_timesteps, average_across_batch, loss, name)


def model_with_buckets(
    encoder_inputs: Any, decoder_inputs: Any, targets: Any, weights: Any, buckets: Any, seq2seq: Any,
    softmax_loss_function: Any = None, per_example_loss: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """`tf.contrib.legacy_seq2seq.model_with_buckets`, with a loss function of logits and targets."""
    loss = _by_place(softmax_loss_function)
    return _new.model_with_buckets(
        encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq, loss, per_example_loss, name
    )


def __getattr__(name: str) -> object:
    return getattr(_new, name)


_absent.watch(__name__, "nn.seq2seq")
