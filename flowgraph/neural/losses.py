"""The losses that a graph collects (tf.losses): the terms of which the loss to be trained is the sum."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.add_n import add_n
from flowgraph.ops.constant import constant


def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Have a loss counted by `get_total_loss`.

    Args:
      loss: a scalar tensor.
      loss_collection: the collection to which it is added; None: none.
    """
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """The losses added so far, but for those of regularizers.

    Args:
      scope: only those whose names begin with it (a regular expression).
      loss_collection: the collection in which they are.

    >>> add_loss(tf.constant(1.0, name="error"))
    >>> get_losses()
    [<tf.Tensor 'error:0' shape=() dtype=float32>]
    """
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The penalties of the regularizers of variables.

    Args:
      scope: only those whose names begin with it (a regular expression).
    """
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Tensor:
    """The sum of the penalties of the regularizers of variables; 0 where there are none.

    Args:
      scope: only those whose names begin with it (a regular expression).
      name: the op's name.

    >>> w = tf.get_variable("w", initializer=[3.0, 4.0], regularizer=tf.contrib.layers.l2_regularizer(0.1))
    >>> with tf.Session() as session:
    ...     session.run(w.initializer)
    ...     print(session.run(get_regularization_loss()))
    1.25
    """
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses that were added.

    Args:
      add_regularization_losses: whether penalties of regularizers count.
      name: the op's name.
      scope: only those whose names begin with it (a regular expression).

    Raises:
      ValueError: there are none.

    >>> add_loss(tf.constant(1.0))
    >>> add_loss(tf.constant(2.0))
    >>> run(get_total_loss())
    3.0
    """
    losses = get_losses(scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope)
    return add_n(losses, name=name)
