"""tensorflow.python.tools.saved_model_utils."""

from flowgraph import absent as _absent
from flowgraph.saving.saved_model_utils import (
    get_meta_graph_def,
    get_saved_model_tag_sets,
    read_saved_model,
)

__all__ = ["get_meta_graph_def", "get_saved_model_tag_sets", "read_saved_model"]

_absent.watch(__name__)
