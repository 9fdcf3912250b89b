"""Neural networks, as before TensorFlow 1.0: logits go before labels, inputs before labels."""

from __future__ import annotations

from typing import Any

from flowgraph import absent as _absent
from flowgraph import nn as _new
from flowgraph.ir.tensor import Tensor
from flowgraph.nn import static_bidirectional_rnn as bidirectional_rnn
from flowgraph.nn import static_rnn as rnn
from flowgraph.nn import static_state_saving_rnn as state_saving_rnn
from flowgraph.tf0 import rnn_cell, seq2seq

__all__ = [
    "bidirectional_rnn",
    "nce_loss",
    "rnn",
    "rnn_cell",
    "sampled_softmax_loss",
    "seq2seq",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "state_saving_rnn",
    "weighted_cross_entropy_with_logits",
]
__all__ += [name for name in _new.__all__ if name not in __all__]


def softmax_cross_entropy_with_logits(logits: Any, labels: Any, dim: int = -1, name: str | None = None) -> Tensor:
    """`tf.nn.softmax_cross_entropy_with_logits`, logits first.

    >>> run(softmax_cross_entropy_with_logits([[0.0, 0.0]], [[1.0, 0.0]]))
    array([0.693147], dtype=float32)
    """
    return _new.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def sparse_softmax_cross_entropy_with_logits(logits: Any, labels: Any, name: str | None = None) -> Tensor:
    """`tf.nn.sparse_softmax_cross_entropy_with_logits`, logits first."""
    return _new.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def sigmoid_cross_entropy_with_logits(
    logits: Any, targets: Any = None, name: str | None = None, *, labels: Any = None
) -> Tensor:
    """`tf.nn.sigmoid_cross_entropy_with_logits`, logits first; the labels were called targets."""
    labels = targets if labels is None else labels
    return _new.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def weighted_cross_entropy_with_logits(logits: Any, targets: Any, pos_weight: Any, name: str | None = None) -> Tensor:
    """`tf.nn.weighted_cross_entropy_with_logits`, logits first."""
    return _new.weighted_cross_entropy_with_logits(targets=targets, logits=logits, pos_weight=pos_weight, name=name)


def nce_loss(weights: Any, biases: Any, inputs: Any, labels: Any, *args: Any, **kwargs: Any) -> Tensor:
    """`tf.nn.nce_loss`, inputs first."""
    return _new.nce_loss(weights, biases, labels, inputs, *args, **kwargs)


def sampled_softmax_loss(weights: Any, biases: Any, inputs: Any, labels: Any, *args: Any, **kwargs: Any) -> Tensor:
    """`tf.nn.sampled_softmax_loss`, inputs first."""
    return _new.sampled_softmax_loss(weights, biases, labels, inputs, *args, **kwargs)


def __getattr__(name: str) -> object:
    return getattr(_new, name)


_absent.watch(__name__, "nn")
