"""The op of a training step, from a loss and an optimizer (tf.contrib.training, tf.contrib.slim.learning)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, control_dependencies, get_collection, get_collection_ref, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import summary
from flowgraph.ops.clip import clip_by_norm, global_norm
from flowgraph.ops.control_flow import no_op, with_dependencies
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.numerics import check_numerics as check_finite
from flowgraph.platform import logs
from flowgraph.training.global_step import get_or_create_global_step
from flowgraph.training.optimizer import Optimizer
from flowgraph.variables.lists import trainable_variables

Pairs = Sequence[tuple[Any, Any]]
"""Gradients and their variables."""

_USE_GLOBAL_STEP = 0
"""TF's mark of a global step that was not given; None means: do not count."""


def clip_gradient_norms(gradients_to_variables: Pairs, max_norm: float) -> list[tuple[Any, Any]]:
    """The gradients, each scaled down to a norm if its own is larger.

    >>> pairs = clip_gradient_norms([(tf.constant([3.0, 4.0]), None)], 1.0)
    >>> run(pairs[0][0])
    array([0.6, 0.8], dtype=float32)
    """
    return [(_each(grad, lambda values: clip_by_norm(values, max_norm)), var) for grad, var in gradients_to_variables]


def clip_gradient_norms_fn(max_norm: float) -> Callable[[Pairs], list[tuple[Any, Any]]]:
    """`clip_gradient_norms` with this norm, as a function of the gradients alone."""
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def _each(gradient: Any, function: Callable[[Any], Any]) -> Any:
    """A function of a gradient; of slices, of their values."""
    if gradient is None:
        return None
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)
    return function(gradient)


def multiply_gradients(grads_and_vars: Pairs, gradient_multipliers: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """The gradients, some of them multiplied.

    Args:
      grads_and_vars: a list of (gradient, variable) pairs.
      gradient_multipliers: numbers or tensors, under the variables or the names of their ops.

    Raises:
      ValueError: an argument has the wrong type or is empty, or a gradient to multiply is None.
    """
    if not isinstance(grads_and_vars, list):
        raise refusal("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise refusal("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise refusal("`gradient_multipliers` must be a dict.")
    return [(_multiplied(grad, var, gradient_multipliers), var) for grad, var in grads_and_vars]


def _multiplied(gradient: Any, variable: Any, multipliers: dict[Any, Any]) -> Any:
    key = variable if variable in multipliers else variable.op.name
    if key not in multipliers:
        return gradient
    if gradient is None:
        raise refusal("Requested multiple of `None` gradient.")
    factor = convert_to_tensor(multipliers[key], dtype=gradient.dtype)
    return _each(gradient, lambda values: values * factor)


def add_gradients_summaries(grads_and_vars: Pairs) -> list[Tensor]:
    """A histogram of each gradient, and its norm."""
    return summarized_gradients(grads_and_vars, "_")


def summarized_gradients(grads_and_vars: Pairs, between: str) -> list[Tensor]:
    """Summaries of gradients, with something between the name of the variable and what it is."""
    summaries = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            logs.info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        name = f"{variable.op.name}{between}gradient"
        summaries.append(summary.histogram(name, values))
        summaries.append(summary.scalar(f"{name}_norm", global_norm([values])))
    return summaries


def create_train_op(
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any = _USE_GLOBAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[Any], Any] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor whose evaluation is a step of training: the loss before it.

    Args:
      total_loss: the loss, a scalar.
      optimizer: what changes the variables.
      global_step: the variable that counts the steps; by default that of the graph, made if there is none; None: none.
      update_ops: ops to run before; by default the collection UPDATE_OPS.
      variables_to_train: by default all trainable variables.
      transform_grads_fn: a function of (gradient, variable) pairs to such pairs.
      summarize_gradients: whether to make summaries of the gradients.
      gate_gradients, aggregation_method, colocate_gradients_with_ops: see `Optimizer.compute_gradients`.
      check_numerics: whether a loss that is not finite is an error.

    >>> w = tf.get_variable("w", initializer=2.0)
    >>> train = create_train_op(w * w, tf.train.GradientDescentOptimizer(0.25))
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(train), session.run(w))
    4.0 1.0
    """
    return train_op_of(
        summarize_gradients and add_gradients_summaries, total_loss, optimizer, global_step, update_ops,
        variables_to_train, transform_grads_fn, gate_gradients, aggregation_method, colocate_gradients_with_ops,
        check_numerics,
    )  # fmt: skip


def train_op_of(
    summarize: Any,
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any,
    update_ops: Sequence[Any] | None,
    variables_to_train: Sequence[Any] | None,
    transform_grads_fn: Callable[[Any], Any] | None,
    gate_gradients: int,
    aggregation_method: int | None,
    colocate_gradients_with_ops: bool,
    check_numerics: bool,
) -> Tensor:
    """See `create_train_op`; `summarize` is a function of the gradients, or False."""
    if global_step is _USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    total_loss = _after_updates(total_loss, update_ops)
    known = trainable_variables()
    variables = known if variables_to_train is None else variables_to_train
    for variable in variables:
        assert variable.trainable or any(variable is other for other in known)
    assert variables
    pairs = optimizer.compute_gradients(
        total_loss,
        variables,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        pairs = transform_grads_fn(pairs)
    if summarize:
        with name_scope("summarize_grads"):
            summarize(pairs)
    updates = optimizer.apply_gradients(pairs, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = check_finite(total_loss, "LossTensor is inf or nan")
        train_op: Tensor = with_dependencies([updates], total_loss)
    get_collection_ref(GraphKeys.TRAIN_OP).append(train_op)
    return train_op


def _after_updates(total_loss: Any, update_ops: Sequence[Any] | None) -> Any:
    """The loss, once the updates have run."""
    collected = list(dict.fromkeys(get_collection(GraphKeys.UPDATE_OPS)))
    wanted = collected if update_ops is None else list(dict.fromkeys(update_ops))
    if not set(collected) <= set(wanted):
        logs.warning("update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS")
    if not wanted:
        return total_loss
    with control_dependencies(wanted):
        barrier = no_op(name="update_barrier")
    return with_dependencies([barrier], total_loss)
