"""tensorflow.python.platform.test."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.test import (
    Benchmark, StubOutForTesting, TestCase, assert_equal_graph_def, compute_gradient,
    compute_gradient_error, create_local_cluster, get_temp_dir, gpu_device_name, is_built_with_cuda,
    is_built_with_gpu_support, is_built_with_rocm, is_gpu_available, main, test_src_dir_path,
)

__all__ = [
    "Benchmark", "StubOutForTesting", "TestCase", "assert_equal_graph_def", "compute_gradient",
    "compute_gradient_error", "create_local_cluster", "get_temp_dir", "gpu_device_name",
    "is_built_with_cuda", "is_built_with_gpu_support", "is_built_with_rocm", "is_gpu_available", "main",
    "test_src_dir_path",
]

_absent.watch(__name__)
