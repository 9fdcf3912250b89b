"""tensorflow.python.saved_model.main_op_impl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model.main_op import main_op, main_op_with_restore

__all__ = ["main_op", "main_op_with_restore"]

_absent.watch(__name__)
