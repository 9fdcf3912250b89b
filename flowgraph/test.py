"""`tf.test`: what tests of graphs need. `TestCase`, `Benchmark` and `mock` are imported when they are first used."""

import importlib

from flowgraph import absent as _absent
from flowgraph.autodiff.checker import compute_gradient, compute_gradient_error
from flowgraph.testing.graphs import assert_equal_graph_def
from flowgraph.testing.surroundings import (
    StubOutForTesting,
    create_local_cluster,
    get_temp_dir,
    gpu_device_name,
    is_built_with_cuda,
    is_built_with_gpu_support,
    is_built_with_rocm,
    is_gpu_available,
    main,
    test_src_dir_path,
)

_LATER = {
    "Benchmark": "flowgraph.testing.benchmark",
    "TestCase": "flowgraph.testing.case",
    "benchmark_config": "flowgraph.testing.benchmark",
}
"""Names that need Python's unittest, and where they come from."""

__all__ = [  # noqa: F822  # some come by __getattr__
    "Benchmark", "StubOutForTesting", "TestCase", "assert_equal_graph_def", "benchmark_config", "compute_gradient",
    "compute_gradient_error", "create_local_cluster", "get_temp_dir", "gpu_device_name", "is_built_with_cuda",
    "is_built_with_gpu_support", "is_built_with_rocm", "is_gpu_available", "main", "mock", "test_src_dir_path",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name == "mock":
        return importlib.import_module("unittest.mock")
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'flowgraph.test' has no attribute {name!r}")


_absent.watch(__name__)
