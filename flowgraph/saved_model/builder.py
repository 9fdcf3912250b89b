"""`tf.saved_model.builder`: saved models are written."""

from flowgraph import absent as _absent
from flowgraph.saving.saved_model import SavedModelBuilder

__all__ = [
    "SavedModelBuilder",
]

_absent.watch(__name__)
