"""tensorflow.python.lib.io.tf_record."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.io import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]

_absent.watch(__name__)
