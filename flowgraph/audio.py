"""`tf.audio`: sound as tensors."""

from flowgraph import absent as _absent
from flowgraph.ops.audio import decode_wav, encode_wav

__all__ = ["decode_wav", "encode_wav"]

_absent.watch(__name__)
