"""tensorflow.python.ops.string_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    as_string, decode_base64, encode_base64, reduce_join, regex_replace, string_join, string_split, string_strip,
    string_to_hash_bucket, string_to_hash_bucket_fast, string_to_hash_bucket_strong, string_to_number,
)
from flowgraph.strings import regex_full_match, substr, unicode_script, unicode_transcode, unsorted_segment_join

__all__ = [
    "as_string", "decode_base64", "encode_base64", "reduce_join", "regex_full_match", "regex_replace",
    "string_join", "string_split", "string_strip", "string_to_hash_bucket", "string_to_hash_bucket_fast",
    "string_to_hash_bucket_strong", "string_to_number", "substr", "unicode_script", "unicode_transcode",
    "unsorted_segment_join",
]

_absent.watch(__name__)
