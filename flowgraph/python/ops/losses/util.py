"""tensorflow.python.ops.losses.util."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.losses import (
    add_loss, get_losses, get_regularization_loss, get_regularization_losses, get_total_loss,
)

__all__ = ["add_loss", "get_losses", "get_regularization_loss", "get_regularization_losses", "get_total_loss"]

_absent.watch(__name__)
