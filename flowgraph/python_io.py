"""`tf.python_io`: files of records, without a graph."""

from flowgraph import absent as _absent
from flowgraph.summaries.record_files import (
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]

_absent.watch(__name__)
