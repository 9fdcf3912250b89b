"""`tf.losses`: the losses that a graph collects."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.neural.losses import (
    add_loss, get_losses, get_regularization_loss, get_regularization_losses, get_total_loss,
)

__all__ = ["add_loss", "get_losses", "get_regularization_loss", "get_regularization_losses", "get_total_loss"]
