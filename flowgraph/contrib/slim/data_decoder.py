"""`tf.contrib.slim.data_decoder`: what makes items of what a reader reads."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.decoding import DataDecoder

__all__ = ["DataDecoder"]

_absent.watch(__name__)
