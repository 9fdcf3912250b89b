"""tensorflow.python.training.training_util."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step,
    write_graph,
)

__all__ = [
    "assert_global_step", "create_global_step", "get_global_step", "get_or_create_global_step",
    "global_step", "write_graph",
]

_absent.watch(__name__)
