"""Slots: variables that accompany another variable, such as an average of it, named after it."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.scope import colocate_with
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.initializers import Zeros
from flowgraph.shapes import TensorShape
from flowgraph.variables.block import variable_scope
from flowgraph.variables.partitioned import SaveSliceInfo
from flowgraph.variables.resource_variable import BaseResourceVariable
from flowgraph.variables.scope import get_variable, get_variable_scope
from flowgraph.variables.variable import Variable


def create_slot(primary: Any, value: Any, name: str, colocate_with_primary: bool = True) -> Variable:
    """A variable named `<primary>/<name>` that starts as the tensor `value`."""
    return _make(primary, value, name, value.shape.is_fully_defined(), None, None, colocate_with_primary)


def create_slot_with_initializer(
    primary: Any,
    initializer: Any,
    shape: TensorShape,
    dtype: Any,
    name: str,
    colocate_with_primary: bool = True,
) -> Variable:
    """A variable named `<primary>/<name>` that an initializer fills."""
    return _make(primary, initializer, name, shape.is_fully_defined(), shape, dtype, colocate_with_primary)


def create_zeros_slot(primary: Any, name: str, dtype: Any = None, colocate_with_primary: bool = True) -> Variable:
    """A variable named `<primary>/<name>` of zeros, of the primary's shape."""
    dtype = dtype or primary.dtype
    sizes = primary.get_shape()
    if sizes.is_fully_defined():
        return create_slot_with_initializer(primary, Zeros(), sizes, dtype, name, colocate_with_primary)
    like = primary if isinstance(primary, Tensor) else primary.initialized_value()
    value = zeros(shape(like), dtype=dtype)
    return create_slot(primary, value, name, colocate_with_primary)


def _make(primary: Any, value: Any, name: str, validate: bool, sizes: Any, dtype: Any, colocate: bool) -> Variable:
    with variable_scope(None, f"{primary.op.name}/{name}"):
        if not colocate:
            return _variable(primary, value, validate, sizes, dtype)
        with colocate_with(primary):
            return _variable(primary, value, validate, sizes, dtype)


def _variable(primary: Any, value: Any, validate: bool, sizes: Any, dtype: Any) -> Variable:
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)
    try:
        slot = get_variable(
            "",
            initializer=value,
            trainable=False,
            use_resource=isinstance(primary, BaseResourceVariable) if isinstance(primary, Variable) else None,
            shape=sizes if callable(value) else None,
            dtype=dtype,
            validate_shape=validate,
        )
    finally:
        scope.set_partitioner(partitioner)
    whole = primary._get_save_slice_info() if isinstance(primary, Variable) else None
    if whole is not None:  # slots are cut as their primaries are
        name = f"{whole.full_name}/{slot.name[len(primary.op.name) + 1 : -2]}"
        slot._set_save_slice_info(SaveSliceInfo(name, whole.full_shape, whole.var_offset, whole.var_shape))
    return slot
