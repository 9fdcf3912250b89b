"""tensorflow.python.ops.parsing_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature, decode_compressed, decode_csv,
    decode_json_example, parse_example, parse_single_example, parse_single_sequence_example, parse_tensor,
    serialize_tensor,
)
from flowgraph.io import parse_sequence_example

__all__ = [
    "FixedLenFeature", "FixedLenSequenceFeature", "SparseFeature", "VarLenFeature", "decode_compressed",
    "decode_csv", "decode_json_example", "parse_example", "parse_sequence_example",
    "parse_single_example", "parse_single_sequence_example", "parse_tensor", "serialize_tensor",
]

_absent.watch(__name__)
