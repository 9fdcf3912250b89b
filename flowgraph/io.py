"""`tf.io`: data in strings."""

from flowgraph.ops.parsing import decode_compressed, decode_csv, decode_raw
from flowgraph.ops.serialize import parse_tensor, serialize_tensor
from flowgraph.ops.sparse_serialize import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from flowgraph.ops.string_base64 import decode_base64, encode_base64

__all__ = [
    "decode_base64",
    "decode_compressed",
    "decode_csv",
    "decode_raw",
    "deserialize_many_sparse",
    "encode_base64",
    "parse_tensor",
    "serialize_many_sparse",
    "serialize_sparse",
    "serialize_tensor",
]
