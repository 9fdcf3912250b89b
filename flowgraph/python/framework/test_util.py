"""tensorflow.python.framework.test_util."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.test import (
    assert_equal_graph_def, create_local_cluster, gpu_device_name, is_gpu_available,
)
from flowgraph.test import TestCase as TensorFlowTestCase

__all__ = [
    "TensorFlowTestCase", "assert_equal_graph_def", "create_local_cluster", "gpu_device_name",
    "is_gpu_available",
]

_absent.watch(__name__)
