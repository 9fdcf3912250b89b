"""tensorflow.python.platform.googletest."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.test import (
    Benchmark, StubOutForTesting, main,
)
from unittest import (
    TestCase,
)

__all__ = [
    "Benchmark", "StubOutForTesting", "TestCase", "main",
]

_absent.watch(__name__)
