"""The inside of tensorflow.contrib.crf that old scripts import from."""

from flowgraph import absent as _absent

_absent.watch(__name__)
