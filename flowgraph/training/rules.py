"""RuleOptimizer: an optimizer whose update of a variable is one op."""

from __future__ import annotations

from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.cast import cast
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.training.optimizer import Optimizer
from flowgraph.variables.resource_variable import BaseResourceVariable


class RuleOptimizer(Optimizer):
    """An optimizer that has an op for what it does to a variable, in the four forms of `ops/apply.py`.

    A subclass says which ops these are, which slots they work on, in the order of the inputs, and what numbers they
    get; `_create_slots` and `_prepare` make slots and numbers.
    """

    def _family(self) -> Family:
        raise NotImplementedError

    def _rule_slots(self) -> tuple[str, ...]:
        """The names of the slots in the order in which the ops take them."""
        return ()

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:
        """For each number that the op takes, by the name of the input, a tensor of this dtype."""
        raise NotImplementedError

    def _attrs(self) -> dict[str, Any]:
        """The op's attrs, where they are not the defaults."""
        return {}

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        numbers = self._numbers(var, var.dtype.base_dtype)
        return self._emit(self._family().dense, var, numbers, grad)

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Operation:
        numbers = self._numbers(handle, grad.dtype.base_dtype)
        return self._emit(self._family().resource_dense, handle, numbers, grad)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        numbers = self._numbers(var, var.dtype.base_dtype)
        return self._emit(self._family().sparse, var, numbers, grad.values, grad.indices)

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        numbers = self._numbers(handle, grad.dtype.base_dtype)
        return self._emit(self._family().resource_sparse, handle, numbers, grad, indices)

    def _emit(
        self, opdef: OpDef | None, var: Any, numbers: dict[str, Any], grad: Tensor, indices: Tensor | None = None
    ) -> Operation:
        """The op that updates one variable: its inputs by their names."""
        if opdef is None:
            raise NotImplementedError(f"{type(self).__name__} does not update variables by sparse gradients")
        variables = [var, *(self.get_slot(var, name) for name in self._rule_slots())]
        named = {"grad": grad, "delta": grad, "indices": indices, **numbers}
        inputs = [each.handle if isinstance(each, BaseResourceVariable) else each for each in variables]
        inputs += [named[arg.name] for arg in opdef.inputs[len(variables) :]]
        update = emit(opdef, *inputs, use_locking=self._use_locking, **self._attrs())
        return update.op if isinstance(update, Tensor) else update


def all_as(dtype: DType, **numbers: Any) -> dict[str, Any]:
    """The numbers as tensors of a dtype, in this order."""
    return {name: cast(number, dtype) for name, number in numbers.items()}
