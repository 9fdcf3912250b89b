"""tensorflow.python.tools.freeze_graph."""

from flowgraph import absent as _absent
from flowgraph.saving.freeze import freeze_graph, freeze_graph_with_def_protos

__all__ = ["freeze_graph", "freeze_graph_with_def_protos"]

_absent.watch(__name__)
