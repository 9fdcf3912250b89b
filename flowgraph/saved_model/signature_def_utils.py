"""`tf.saved_model.signature_def_utils`: what a saved model takes and gives."""

from flowgraph import absent as _absent
from flowgraph.saving.signatures import (
    build_signature_def,
    classification_signature_def,
    is_valid_signature,
    predict_signature_def,
    regression_signature_def,
)

__all__ = [
    "build_signature_def",
    "classification_signature_def",
    "is_valid_signature",
    "predict_signature_def",
    "regression_signature_def",
]

_absent.watch(__name__)
