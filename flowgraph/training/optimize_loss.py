"""An optimizer, clipping, a schedule and summaries in one call (tf.contrib.layers.optimize_loss)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import summary
from flowgraph.ops.array import ones_like
from flowgraph.ops.cast import cast
from flowgraph.ops.clip import clip_by_global_norm, global_norm
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.initializers import Constant, Zeros
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.random import truncated_normal
from flowgraph.ops.rank_checks import assert_scalar
from flowgraph.ops.select import where
from flowgraph.ops.unary import exp, log, sqrt, square
from flowgraph.training.adagrad import AdagradOptimizer
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.ftrl import FtrlOptimizer
from flowgraph.training.global_step import assert_global_step, get_global_step
from flowgraph.training.gradient_descent import GradientDescentOptimizer
from flowgraph.training.momentum import MomentumOptimizer
from flowgraph.training.moving_averages import assign_moving_average
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.rmsprop import RMSPropOptimizer
from flowgraph.variables.block import variable_scope
from flowgraph.variables.lists import trainable_variables
from flowgraph.variables.scope import get_variable

Pairs = Sequence[tuple[Any, Any]]
"""Gradients and their variables."""

OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}
"""The optimizers that go by a name."""

OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]
"""What can be summarized."""


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: dict[Any, Any] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """The loss, after a step of training.

    Args:
      loss: a scalar.
      global_step: the variable that counts the steps; None: that of the graph, if it has one.
      learning_rate: a float, which becomes a variable, or a scalar tensor; None where the optimizer knows its own.
      optimizer: one of `OPTIMIZER_CLS_NAMES`; an optimizer; a class of optimizers; or a function that makes one, of
        the learning rate if there is one.
      gradient_noise_scale: the standard deviation of noise to add to the gradients.
      gradient_multipliers: numbers to multiply gradients by, under their variables or the names of these.
      clip_gradients: the largest norm of all gradients together, a float; or a function of (gradient, variable)
        pairs, such as `adaptive_clipping_fn` gives.
      learning_rate_decay_fn: a schedule: a function of the learning rate and the global step.
      update_ops: ops to run before; by default the collection UPDATE_OPS.
      variables: what to train; by default all trainable variables.
      name: the variable scope.
      summaries: which of `OPTIMIZER_SUMMARIES` to make; by default of the loss, the learning rate and the norm of all
        gradients.
      colocate_gradients_with_ops: see `tf.gradients`.
      increment_global_step: whether to count the step.

    Raises:
      ValueError: an argument is none of these, or one is missing that another needs.

    >>> w = tf.get_variable("w", initializer=2.0)
    >>> step = tf.train.get_or_create_global_step()
    >>> train = optimize_loss(w * w, step, learning_rate=0.25, optimizer="SGD")
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     _ = session.run(train)
    ...     print(*session.run([w, step]))
    1.0 1
    """
    loss = convert_to_tensor(loss)
    assert_scalar(loss)
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        before = list(dict.fromkeys(get_collection(GraphKeys.UPDATE_OPS))) if update_ops is None else list(update_ops)
        if before:
            loss = with_dependencies(before, loss)
        rate = _rate_of(learning_rate)
        wanted = _wanted(summaries)
        if learning_rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise refusal("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in wanted:
                summary.scalar("learning_rate", rate)
        maker = _optimizer_of(optimizer, rate, learning_rate is not None)
        pairs: Pairs = maker.compute_gradients(
            loss,
            trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        pairs = _changed(pairs, gradient_noise_scale, gradient_multipliers)
        of_norms = "global_gradient_norm" in wanted or "gradient_norm" in wanted
        if of_norms:
            summary.scalar("global_norm/gradient_norm", _norm_of(pairs))
        pairs = _clipped(pairs, clip_gradients)
        if "loss" in wanted:
            summary.scalar("loss", loss)
        _summarize_each(pairs, wanted)
        if clip_gradients is not None and of_norms:
            summary.scalar("global_norm/clipped_gradient_norm", _norm_of(pairs))
        counted = global_step if increment_global_step else None
        updates = maker.apply_gradients(pairs, global_step=counted, name="train")
        trained: Tensor = with_dependencies([updates], loss)
        return trained


def _rate_of(learning_rate: Any) -> Any:
    """The learning rate as a tensor; a float becomes a variable."""
    if learning_rate is None or (isinstance(learning_rate, Tensor) and learning_rate.shape.ndims == 0):
        return learning_rate
    if not isinstance(learning_rate, float):
        got = f"Got {learning_rate} of type {type(learning_rate)}"
        raise refusal(f"Learning rate should be 0d Tensor or float. {got}")
    if learning_rate < 0.0:
        raise ValueError("Invalid learning_rate %s.", learning_rate)
    return get_variable("learning_rate", [], trainable=False, initializer=Constant(learning_rate))


def _wanted(summaries: Sequence[str] | None) -> Sequence[str]:
    if summaries is None:
        return ["loss", "learning_rate", "global_gradient_norm"]
    for one in summaries:
        if one not in OPTIMIZER_SUMMARIES:
            known = ", ".join(OPTIMIZER_SUMMARIES)
            raise refusal(f"Summaries should be one of [{known}], you provided {one}.")
    return summaries


def _optimizer_of(optimizer: Any, rate: Any, has_rate: bool) -> Optimizer:
    """The optimizer that is meant."""
    missing = "Learning rate is None, but should be specified if optimizer is"
    if isinstance(optimizer, str):
        if rate is None:
            raise refusal(f"{missing} string ({optimizer}).")
        if optimizer not in OPTIMIZER_CLS_NAMES:
            known = ", ".join(OPTIMIZER_CLS_NAMES)
            raise refusal(f"Optimizer name should be one of [{known}], you provided {optimizer}.")
        return OPTIMIZER_CLS_NAMES[optimizer](learning_rate=rate)
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        if rate is None:
            raise refusal(f"{missing} class ({optimizer}).")
        made: Optimizer = optimizer(learning_rate=rate)  # type: ignore[call-arg]
        return made
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not callable(optimizer):
        raise refusal(
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or "
            f"function with one argument. Got {optimizer}."
        )
    found = optimizer(rate) if has_rate else optimizer()
    if not isinstance(found, Optimizer):
        raise refusal(f"Unrecognized optimizer: function should return subclass of Optimizer. Got {found}.")
    return found


# -- gradients -----------------------------------------------------------------------------------------------


def _changed(pairs: Pairs, noise_scale: float | None, multipliers: dict[Any, Any] | None) -> Pairs:
    """The gradients with noise added, and multiplied."""
    if noise_scale is not None:
        pairs = [(_with_noise(gradient, noise_scale), variable) for gradient, variable in pairs]
    if multipliers is None:
        return pairs
    pairs = [(_multiplied(gradient, variable, multipliers), variable) for gradient, variable in pairs]
    if not pairs:
        raise refusal(
            "Empty list of (gradient, var) pairs encountered. This is most likely to be caused by an improper value of "
            "gradient_multipliers."
        )
    return pairs


def _with_noise(gradient: Any, scale: float) -> Any:
    if gradient is None:
        return None
    sizes = gradient.dense_shape if isinstance(gradient, IndexedSlices) else gradient.shape
    return gradient + truncated_normal(sizes) * scale


def _multiplied(gradient: Any, variable: Any, multipliers: dict[Any, Any]) -> Any:
    key = variable if variable in multipliers else variable.name
    if gradient is None or key not in multipliers:
        return gradient
    if isinstance(gradient, IndexedSlices):
        return _scaled(gradient, multipliers[key])
    return gradient * cast(multipliers[key], gradient.dtype)


def _scaled(gradient: Any, factor: Any) -> Any:
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(gradient.values * factor, gradient.indices, gradient.dense_shape)
    return None if gradient is None else gradient * factor


def _clipped(pairs: Pairs, clip_gradients: Any) -> Pairs:
    if isinstance(clip_gradients, float):
        gradients, variables = zip(*pairs, strict=True)
        clipped, _ = clip_by_global_norm(gradients, clip_gradients)
        return list(zip(clipped, variables, strict=True))
    if callable(clip_gradients):
        found: Pairs = clip_gradients(pairs)
        return found
    if clip_gradients is not None:
        raise refusal(f"Unknown type {type(clip_gradients)} for clip_gradients")
    return pairs


def _norm_of(pairs: Pairs) -> Tensor:
    return global_norm([gradient for gradient, _ in pairs])


def _summarize_each(pairs: Pairs, wanted: Sequence[str]) -> None:
    """Summaries of single gradients."""
    for gradient, variable in pairs:
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        if values is None:
            continue
        name = variable.name.replace(":", "_")
        if "gradients" in wanted:
            summary.histogram(f"gradients/{name}", values)
        if "gradient_norm" in wanted:
            summary.scalar(f"gradient_norm/{name}", global_norm([values]))


# -- a limit that follows the gradients ----------------------------------------------------------------------


def adaptive_clipping_fn(
    std_factor: float = 2.0,
    decay: Any = 0.95,
    static_max_norm: float | None = None,
    global_step: Any = None,
    report_summary: bool = False,
    epsilon: float = 1e-8,
    name: str | None = None,
) -> Callable[[Pairs], Pairs]:
    """A function that scales down gradients whose norm is far above what it usually is.

    Args:
      std_factor: how many standard deviations of the norm's logarithm above its mean the limit lies.
      decay: of the moving averages of the norm's logarithm and its square.
      static_max_norm: a limit that holds in any case.
      global_step: the step, for averages that settle faster in the beginning.
      report_summary: whether to make a summary of the limit.
      epsilon: what keeps the logarithm finite.
      name: the variable scope.

    Returns:
      A function of (gradient, variable) pairs to such pairs, for `optimize_loss`.
    """

    def clip(grads_and_vars: Pairs) -> Pairs:
        norm = _norm_of(grads_and_vars)
        limit, log_mean = _adaptive_limit(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            summary.scalar("global_norm/adaptive_max_gradient_norm", limit)
        factor = where(norm < limit, ones_like(norm), exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = minimum(static_max_norm / norm, factor)
        return [(_scaled(gradient, factor), variable) for gradient, variable in grads_and_vars]

    return clip


def _adaptive_limit(
    norm: Tensor, std_factor: float, decay: Any, global_step: Any, epsilon: float, name: str | None
) -> tuple[Tensor, Tensor]:
    """The limit, and the mean of the norm's logarithm."""
    with variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm = log(norm + epsilon)
        if global_step is not None:
            step = cast(global_step, dt.float32)
            decay = minimum(decay, step / (step + 1.0))
        mean = _moving_average("mean", log_norm, decay)
        mean_square = _moving_average("sq_mean", square(log_norm), decay)
        variance = mean_square - square(mean)
        deviation = sqrt(maximum(epsilon, variance))
        return exp(mean + std_factor * deviation), mean


def _moving_average(name: str, value: Tensor, decay: Any) -> Tensor:
    average = get_variable(name, shape=value.shape, dtype=value.dtype, initializer=Zeros(), trainable=False)
    return assign_moving_average(average, value, decay, zero_debias=False)
