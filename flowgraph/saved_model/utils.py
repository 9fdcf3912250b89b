"""`tf.saved_model.utils`: tensors as messages and back."""

from flowgraph import absent as _absent
from flowgraph.saving.signatures import build_tensor_info, get_tensor_from_tensor_info

__all__ = [
    "build_tensor_info",
    "get_tensor_from_tensor_info",
]

_absent.watch(__name__)
