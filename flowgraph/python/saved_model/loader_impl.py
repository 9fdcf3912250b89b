"""tensorflow.python.saved_model.loader_impl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model import contains_saved_model, load, maybe_saved_model_directory

__all__ = ["contains_saved_model", "load", "maybe_saved_model_directory"]

_absent.watch(__name__)
