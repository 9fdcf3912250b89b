"""`tf.io`: data in strings."""

from flowgraph.ops.parsing import decode_compressed, decode_csv, decode_raw
from flowgraph.ops.string_base64 import decode_base64, encode_base64

__all__ = ["decode_base64", "decode_compressed", "decode_csv", "decode_raw", "encode_base64"]
