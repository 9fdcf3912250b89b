"""tensorflow.python.ops.resources: what a graph wants to have made before it runs."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.monitored.resources import (
    initialize_resources, local_resources, register_resource, report_uninitialized_resources, shared_resources,
)

__all__ = [
    "initialize_resources", "local_resources", "register_resource", "report_uninitialized_resources",
    "shared_resources",
]

_absent.watch(__name__)
