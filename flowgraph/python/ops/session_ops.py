"""tensorflow.python.ops.session_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import delete_session_tensor, get_session_handle, get_session_tensor

__all__ = ["delete_session_tensor", "get_session_handle", "get_session_tensor"]

_absent.watch(__name__)
