"""`tf.sets`: the last axis of a tensor holds sets."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.set_operations import (
    set_difference, set_difference as difference, set_intersection, set_intersection as intersection, set_size,
    set_size as size, set_union, set_union as union,
)

__all__ = [
    "difference", "intersection", "set_difference", "set_intersection", "set_size", "set_union", "size", "union",
]

_absent.watch(__name__)
