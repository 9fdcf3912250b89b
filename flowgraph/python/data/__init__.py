"""tensorflow.python.data."""

from flowgraph import absent as _absent

_absent.watch(__name__)
