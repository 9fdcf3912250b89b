"""tensorflow.python.framework.importer."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import import_graph_def
from flowgraph.contrib.framework import deprecated_args

__all__ = ["deprecated_args", "import_graph_def"]

_absent.watch(__name__)
