"""tensorflow.python.ops.state_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    assign, assign_add, assign_sub, batch_scatter_update, count_up_to, is_variable_initialized, scatter_add,
    scatter_div, scatter_max, scatter_min, scatter_mul, scatter_nd_add, scatter_nd_sub, scatter_nd_update,
    scatter_sub, scatter_update,
)

__all__ = [
    "assign", "assign_add", "assign_sub", "batch_scatter_update", "count_up_to", "is_variable_initialized",
    "scatter_add", "scatter_div", "scatter_max", "scatter_min", "scatter_mul", "scatter_nd_add", "scatter_nd_sub",
    "scatter_nd_update", "scatter_sub", "scatter_update",
]

_absent.watch(__name__)
