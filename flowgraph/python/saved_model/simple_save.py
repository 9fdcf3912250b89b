"""tensorflow.python.saved_model.simple_save."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model import simple_save

__all__ = ["simple_save"]

_absent.watch(__name__)
