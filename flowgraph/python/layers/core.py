"""tensorflow.python.layers.core."""

from flowgraph import absent as _absent
from flowgraph.layers import Dense, Dropout, Flatten, dense, dropout, flatten

__all__ = ["Dense", "Dropout", "Flatten", "dense", "dropout", "flatten"]

_absent.watch(__name__)
