"""`tf.contrib.slim.parallel_reader`: several readers at a time."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.reading import ParallelReader, get_data_files, parallel_read, single_pass_read

__all__ = ["ParallelReader", "get_data_files", "parallel_read", "single_pass_read"]

_absent.watch(__name__)
