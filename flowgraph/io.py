"""`tf.io`: data in strings."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from flowgraph.ops.files import matching_files, read_file, write_file
from flowgraph.ops.image_decoding import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    extract_jpeg_shape,
    is_jpeg,
)
from flowgraph.ops.parse_example import decode_json_example
from flowgraph.ops.parse_functions import (
    parse_example,
    parse_sequence_example,
    parse_single_example,
    parse_single_sequence_example,
)
from flowgraph.ops.parsing import decode_csv, decode_raw
from flowgraph.ops.proto_fields import decode_proto, encode_proto
from flowgraph.ops.queues import PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from flowgraph.ops.ragged_public import decode_base64, decode_compressed, encode_base64
from flowgraph.ops.serialize import parse_tensor, serialize_tensor
from flowgraph.ops.sparse_serialize import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from flowgraph.platform import paths as gfile
from flowgraph.queues.producers import match_filenames_once
from flowgraph.saving.meta_graph import write_graph
from flowgraph.summaries.record_files import (
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)

__all__ = [
    "FixedLenFeature", "FixedLenSequenceFeature", "PaddingFIFOQueue", "PriorityQueue", "QueueBase",
    "RandomShuffleQueue", "SparseFeature", "TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter",
    "VarLenFeature", "decode_and_crop_jpeg", "decode_base64", "decode_bmp", "decode_compressed", "decode_csv",
    "decode_gif", "decode_image", "decode_jpeg", "decode_json_example", "decode_png",
    "decode_proto", "decode_raw",
    "deserialize_many_sparse", "encode_base64", "encode_jpeg", "encode_proto", "extract_jpeg_shape", "gfile", "is_jpeg",
    "match_filenames_once", "matching_files", "parse_example", "parse_sequence_example", "parse_single_example",
    "parse_single_sequence_example", "parse_tensor", "read_file", "serialize_many_sparse", "serialize_sparse",
    "serialize_tensor", "tf_record_iterator", "write_file", "write_graph",
]

_absent.watch(__name__)
