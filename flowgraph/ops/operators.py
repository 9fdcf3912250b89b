"""Python's operators on tensors: `x + 1`, `2 / x`, `x @ w`, `-x`, `x < y`, `a & b`.

Numbers, lists and numpy arrays on either side become constants of the tensor's dtype, named as in TF: `x + 1`
is the op `add`, with the constant `add/y`. `==` and `!=` ask whether two tensors are the same tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import NameScope
from flowgraph.ir.scope import get_default_graph, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.compare import LOGICAL_AND, LOGICAL_OR, logical_not, logical_xor
from flowgraph.ops.division import FLOOR_DIV, FLOOR_MOD, REAL_DIV, div, truediv
from flowgraph.ops.elementwise import told_where
from flowgraph.ops.math import ADD, ADD_V2, MUL, POW, SUB
from flowgraph.ops.ragged_public import greater, greater_equal, less, less_equal
from flowgraph.ops.sparse_math import dense_times_sparse
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.unary import abs, negative

Method = Callable[..., Any]


# Each builds the operator of two tensors. `name` is one to claim, `add`, or a scope claimed before, `add/`.


def _add(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(ADD if x.dtype.base_dtype is dt.string else ADD_V2, x, y, name=name)


def _sub(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(SUB, x, y, name=name)


def _mul(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(MUL, x, y, name=name)


def _truediv(x: Tensor, y: Tensor, name: str) -> Tensor:
    if x.dtype.is_floating and x.dtype is y.dtype:
        return emit(REAL_DIV, x, y, name=name)
    return truediv(x, y, name)


def _floordiv(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(FLOOR_DIV, x, y, name=name)


def _mod(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(FLOOR_MOD, x, y, name=name)


def _pow(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(POW, x, y, name=name)


def _matmul(x: Tensor, y: Tensor, name: str) -> Tensor:
    from flowgraph.ops.matmul import matmul

    return matmul(x, y, name=name)


def _and(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(LOGICAL_AND, x, y, name=name)


def _or(x: Tensor, y: Tensor, name: str) -> Tensor:
    return emit(LOGICAL_OR, x, y, name=name)


def _xor(x: Tensor, y: Tensor, name: str) -> Tensor:
    with _scope(x, y, name) as scope:
        return logical_xor(x, y, name=scope)


def _scope(tensor: Tensor, other: Any, name: str) -> NameScope:
    """The name scope `name` in the graph of the operands."""
    graph = tensor.op.graph
    if graph is get_default_graph():
        return NameScope(graph, name)
    return name_scope(name, values=(tensor, other))


def _methods(name: str, build: Method) -> dict[str, Method]:
    """The two methods of a binary operator: `x <operator> y`, and y's when x knows nothing of tensors."""
    reflected_name = f"__r{name}__"

    def method(x: Tensor, y: Any) -> Any:
        if type(y) is Tensor:
            return build(x, y, name)
        with _scope(x, y, name) as scope:
            if name == "mul" and isinstance(y, SparseTensor):
                return dense_times_sparse(x, y, scope)
            try:
                converted = to_tensor(y, None, "y", x.dtype.base_dtype)
            except (TypeError, ValueError) as error:
                if isinstance(error, TypeError) and hasattr(type(y), reflected_name):
                    return NotImplemented
                raise told_where(error, f"x = {x!r}", f"y = {y!r}") from None
            return build(x, converted, scope)

    def reflected(y: Tensor, x: Any) -> Any:
        with _scope(y, x, name) as scope:
            try:
                converted = to_tensor(x, y.dtype.base_dtype, "x")
            except (TypeError, ValueError) as error:
                raise told_where(error, f"x = {x!r}", f"y = {y!r}") from None
            return build(converted, y, scope)

    return {f"__{name}__": method, reflected_name: reflected}


METHODS: dict[str, Method] = {
    **_methods("add", _add),
    **_methods("sub", _sub),
    **_methods("mul", _mul),
    **_methods("div", div),
    **_methods("truediv", _truediv),
    **_methods("floordiv", _floordiv),
    **_methods("mod", _mod),
    **_methods("pow", _pow),
    **_methods("matmul", _matmul),
    **_methods("and", _and),
    **_methods("or", _or),
    **_methods("xor", _xor),
    "__neg__": negative,
    "__abs__": abs,
    "__invert__": logical_not,
    "__lt__": less,
    "__le__": less_equal,
    "__gt__": greater,
    "__ge__": greater_equal,
}
"""Every operator but indexing, by the name of Python's method."""


def install(cls: type, as_tensor: Callable[[Any], Tensor] | None = None) -> None:
    """Give a class the operators of tensors.

    Args:
      cls: the class.
      as_tensor: how an object of it becomes the tensor to compute with (a variable its value); None: is one.
    """
    for name, method in METHODS.items():
        setattr(cls, name, method if as_tensor is None else _through(as_tensor, method))


def _through(as_tensor: Callable[[Any], Tensor], method: Method) -> Method:
    return lambda item, *others: method(as_tensor(item), *others)


install(Tensor)
Tensor.OVERLOADABLE_OPERATORS = frozenset({*METHODS, "__getitem__", "__eq__", "__ne__", "__rxor__"})
