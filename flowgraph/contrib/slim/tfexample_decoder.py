"""`tf.contrib.slim.tfexample_decoder`: serialized examples decoded into items."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.decoding import TFExampleDecoder
from flowgraph.datasets.slim.handlers import (
    BackupHandler,
    BoundingBox,
    Image,
    ItemHandler,
    ItemHandlerCallback,
    LookupTensor,
    SparseTensor,
    Tensor,
)

__all__ = [
    "BackupHandler",
    "BoundingBox",
    "Image",
    "ItemHandler",
    "ItemHandlerCallback",
    "LookupTensor",
    "SparseTensor",
    "TFExampleDecoder",
    "Tensor",
]

_absent.watch(__name__)
