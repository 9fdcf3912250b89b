"""tensorflow.python.saved_model.signature_def_utils_impl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model import (
    build_signature_def,
    classification_signature_def,
    is_valid_signature,
    predict_signature_def,
    regression_signature_def,
)

__all__ = [
    "build_signature_def", "classification_signature_def", "is_valid_signature", "predict_signature_def",
    "regression_signature_def",
]

_absent.watch(__name__)
