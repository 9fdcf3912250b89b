"""`tf.saved_model.loader`: saved models are read."""

from flowgraph import absent as _absent
from flowgraph.saving.saved_model_loader import load, maybe_saved_model_directory

__all__ = [
    "load",
    "maybe_saved_model_directory",
]

_absent.watch(__name__)
