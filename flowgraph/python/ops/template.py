"""tensorflow.python.ops.template."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import make_template
from flowgraph.contrib.framework import deprecated

__all__ = ["deprecated", "make_template"]

_absent.watch(__name__)
