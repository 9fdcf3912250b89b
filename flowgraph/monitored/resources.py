"""Resources other than variables and tables that a graph wants to have made before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.scope import GraphKeys, add_to_collection, device, get_collection, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.compare import logical_not
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.joining import stack
from flowgraph.ops.masking import boolean_mask


class Resource(NamedTuple):
    """A resource: its handle, the op that makes it and the tensor that says whether it is made."""

    handle: Tensor
    create: Operation
    is_initialized: Tensor


def register_resource(handle: Tensor, create_op: Operation, is_initialized_op: Tensor, is_shared: bool = True) -> None:
    """Note a resource, for training sessions to make it: once for all workers, or by each worker for itself."""
    key = GraphKeys.RESOURCES if is_shared else GraphKeys.LOCAL_RESOURCES
    add_to_collection(key, Resource(handle, create_op, is_initialized_op))


def shared_resources() -> list[Resource]:
    """The resources that all workers share."""
    return get_collection(GraphKeys.RESOURCES)


def local_resources() -> list[Resource]:
    """The resources that each worker has for itself."""
    return get_collection(GraphKeys.LOCAL_RESOURCES)


def report_uninitialized_resources(
    resource_list: Sequence[Resource] | None = None, name: str = "report_uninitialized_resources"
) -> Tensor:
    """A tensor of the names of those that are not made yet; by default of all."""
    resources = [*shared_resources(), *local_resources()] if resource_list is None else resource_list
    with name_scope(name), device("/cpu:0"):
        if not resources:
            return constant([], dtype=dt.string)
        missing = logical_not(stack([resource.is_initialized for resource in resources]))
        return boolean_mask(constant([resource.handle.name for resource in resources]), missing)


def initialize_resources(resource_list: Sequence[Resource], name: str = "init") -> Operation:
    """An op that makes them."""
    if not resource_list:
        return no_op(name=name)
    return group(*(resource.create for resource in resource_list), name=name)
