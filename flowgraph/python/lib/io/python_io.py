"""tensorflow.python.lib.io.python_io: files of records."""

from flowgraph import absent as _absent
from flowgraph.python_io import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]

_absent.watch(__name__)
