"""`tf.strings`: ops on strings."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.ragged_public import (
    as_string, reduce_join, regex_full_match, regex_replace, string_join as join, string_length as length,
    string_strip as strip, string_to_hash_bucket_fast as to_hash_bucket_fast,
    string_to_hash_bucket_strong as to_hash_bucket_strong, substr, unicode_script,
)
from flowgraph.ops.string_format import format
from flowgraph.ops.string_hash import string_to_hash_bucket as to_hash_bucket
from flowgraph.ops.string_numbers import string_to_number as to_number
from flowgraph.ops.string_parts import string_lower as lower, string_upper as upper
from flowgraph.ops.string_segment import unsorted_segment_join
from flowgraph.ops.string_ngrams import ngrams
from flowgraph.ops.string_split import string_bytes_split as bytes_split, strings_split as split
from flowgraph.ops.string_unicode import (
    unicode_decode, unicode_decode_with_offsets, unicode_encode, unicode_split, unicode_split_with_offsets,
    unicode_transcode,
)

__all__ = [
    "as_string", "bytes_split", "format", "join", "length", "lower", "ngrams", "reduce_join", "regex_full_match",
    "regex_replace", "split", "strip", "substr", "to_hash_bucket", "to_hash_bucket_fast", "to_hash_bucket_strong",
    "to_number", "unicode_decode", "unicode_decode_with_offsets", "unicode_encode", "unicode_script", "unicode_split",
    "unicode_split_with_offsets", "unicode_transcode", "unsorted_segment_join", "upper",
]

_absent.watch(__name__)
