"""tensorflow.python.ops.functional_ops: functions of functions."""

from flowgraph import absent as _absent
from flowgraph.functional.fold import foldl, foldr
from flowgraph.functional.scan import scan

__all__ = ["foldl", "foldr", "scan"]

_absent.watch(__name__)
