"""tensorflow.python.saved_model.builder_impl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model.builder import SavedModelBuilder

__all__ = ["SavedModelBuilder"]

_absent.watch(__name__)
