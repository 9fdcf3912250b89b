"""Cross entropies of independent yes-or-no labels, each of which passes a sigmoid of its own, and of counts."""

from __future__ import annotations

import math
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import relu
from flowgraph.ops.constant import constant
from flowgraph.ops.cross_entropy import check_arguments, misfit
from flowgraph.ops.reduction import one_of


def _same_shape(labels: Tensor, logits: Tensor) -> None:
    try:
        labels.shape.merge_with(logits.shape)
    except ValueError:
        line = f"logits and labels must have the same shape ({logits.shape} vs {labels.shape})"
        raise misfit(line, labels, logits) from None


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross entropy of sigmoid(logits) with labels, entry by entry: each is a yes or no of its own.

    Args:
      labels: probabilities, in a tensor of the dtype and shape of `logits`.
      logits: a tensor of floats.
      name: the op's name.

    Raises:
      ValueError: labels and logits are not given by name, or not both, or their shapes differ.

    >>> run(sigmoid_cross_entropy_with_logits(labels=[0.0, 1.0], logits=[0.0, 100.0]))
    array([0.693147, 0.      ], dtype=float32)
    """
    from flowgraph.ops.array import zeros_like
    from flowgraph.ops.math import add
    from flowgraph.ops.select import where
    from flowgraph.ops.unary import exp, log1p

    check_arguments("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(labels, logits)
        # max(x, 0) - x * z + log(1 + exp(-|x|)), in which no exponential overflows
        zeros = zeros_like(logits, dtype=logits.dtype)
        is_positive = logits >= zeros
        positive = where(is_positive, logits, zeros)
        minus_abs = where(is_positive, -logits, logits)
        return add(positive - logits * labels, log1p(exp(minus_abs)), name=scope)


def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    targets: Any = None,
) -> Tensor:
    """`sigmoid_cross_entropy_with_logits` in which a yes weighs `pos_weight` times as much as a no.

    Args:
      labels: probabilities, in a tensor of the dtype and shape of `logits`.
      logits: a tensor of floats.
      pos_weight: the weight of the positive examples.
      name: the op's name.
      targets: the old name of `labels`.

    Raises:
      ValueError: the shapes of logits and labels differ.

    >>> run(weighted_cross_entropy_with_logits(labels=[1.0], logits=[0.0], pos_weight=2.0))
    array([1.386294], dtype=float32)
    """
    from flowgraph.ops.math import add
    from flowgraph.ops.unary import abs, exp, log1p

    labels = one_of("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(labels, logits)
        weight = 1 + (pos_weight - 1) * labels
        return add((1 - labels) * logits, weight * (log1p(exp(-abs(logits))) + relu(-logits)), name=scope)


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Tensor:
    """Minus the logarithm of the likelihood of counts under a Poisson distribution, entry by entry.

    Args:
      targets: the counts, in a tensor of floats.
      log_input: the logarithm of the expected counts, of the same dtype and shape.
      compute_full_loss: whether to add Stirling's approximation of log(targets!), which does not depend on
        `log_input`.
      name: the scope of the ops.

    Raises:
      ValueError: the shapes of the two differ.

    >>> run(log_poisson_loss(targets=[2.0], log_input=[0.0]))
    array([1.], dtype=float32)
    """
    from flowgraph.ops.array import ones_like, zeros_like
    from flowgraph.ops.compare import logical_and
    from flowgraph.ops.select import where
    from flowgraph.ops.unary import exp, log

    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        try:
            targets.shape.merge_with(log_input.shape)
        except ValueError:
            line = f"log_input and targets must have the same shape ({log_input.shape} vs {targets.shape})"
            raise misfit(line, targets, log_input) from None
        loss = exp(log_input) - log_input * targets
        if compute_full_loss:
            half = constant(0.5, dtype=targets.dtype)
            circle = constant(2 * math.pi, dtype=targets.dtype)
            stirling = targets * log(targets) - targets + half * log(circle * targets)
            zeros = zeros_like(targets, dtype=targets.dtype)
            ones = ones_like(targets, dtype=targets.dtype)
            is_small = logical_and(targets >= zeros, targets <= ones)
            loss += where(is_small, zeros, stirling)
        return loss
