"""`tf.saved_model.main_op`: ops that a loader runs."""

from flowgraph import absent as _absent
from flowgraph.saving.saved_model_loader import main_op, main_op_with_restore

__all__ = [
    "main_op",
    "main_op_with_restore",
]

_absent.watch(__name__)
