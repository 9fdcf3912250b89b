"""tensorflow.python.data.ops: scripts take the classes of datasets and iterators from its modules."""

from flowgraph import absent as _absent

_absent.watch(__name__)
