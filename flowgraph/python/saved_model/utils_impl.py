"""tensorflow.python.saved_model.utils_impl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model import build_tensor_info, get_tensor_from_tensor_info

__all__ = ["build_tensor_info", "get_tensor_from_tensor_info"]

_absent.watch(__name__)
