"""What the rules of the ONNX export write into: nodes and constants, and names for what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph.dtypes import DType
from flowgraph.ir.tensor import Operation, Tensor

Rule = Callable[["Model", Operation, Sequence[str]], str | Sequence[str]]
"""Writes the nodes of an op, given the names of its inputs; gives the names of its outputs."""

RULES: dict[str, Rule] = {}
"""The rules by op type."""


class CannotExport(Exception):
    """An op has a rule, which does not know this use of it; the text says why."""


def rule(*types: str) -> Callable[[Rule], Rule]:
    """Make a function the rule of op types."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(types, function))
        return function

    return register


class Model:
    """The nodes of an ONNX graph while it is being written."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.scope = ""
        self._count = 0
        self._channels_first: dict[str, str] = {}

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{self.scope}/{kind}_{self._count}"

    def add(self, kind: str, *inputs: str, **attrs: Any) -> str:
        """A node with one output, whose name is returned."""
        return self.add_many(kind, 1, *inputs, **attrs)[0]

    def add_many(self, kind: str, count: int, *inputs: str, **attrs: Any) -> list[str]:
        """A node with `count` outputs."""
        from onnx import helper

        name = self._name(kind)
        outputs = [name] if count == 1 else [f"{name}:{i}" for i in range(count)]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, **attrs))
        return outputs

    # -- constants -------------------------------------------------------------------------------------------

    def constant(self, value: Any, dtype: Any = None) -> str:
        """A constant."""
        from onnx import numpy_helper

        name = self._name("constant")
        array = np.asarray(value, dtype)
        if array.dtype == object:
            array = array.astype(str)
        self.constants[name] = numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def ints(self, tensor: Tensor, name: str) -> str:
        """A tensor of int32 or int64 as int64, which ONNX wants for shapes and axes."""
        value = tensor.constant()
        if value is not None:
            return self.constant(value, np.int64)
        return self.cast(name, np.int64)

    def like(self, tensor: Tensor, value: Any) -> str:
        """A scalar of a tensor's dtype."""
        return self.constant(value, tensor.dtype.np)

    # -- what many rules need --------------------------------------------------------------------------------

    def cast(self, name: str, dtype: Any) -> str:
        """Numbers of another dtype."""
        return self.add("Cast", name, to=element_type(dtype))

    def transpose(self, name: str, perm: Sequence[int]) -> str:
        """Axes in another order."""
        return self.add("Transpose", name, perm=list(perm))

    def unsqueeze(self, name: str, *axes: int) -> str:
        """More axes of one."""
        return self.add("Unsqueeze", name, self.constant(axes, np.int64))

    def channels_first(self, name: str, rank: int) -> str:
        """An image batch as ONNX has it, channels before heights and widths; undone transpositions cost nothing."""
        if name not in self._channels_first:
            self._channels_first[name] = self.transpose(name, [0, rank - 1, *range(1, rank - 1)])
        return self._channels_first[name]

    def channels_last(self, name: str, rank: int) -> str:
        """An image batch as TensorFlow has it, channels last."""
        found = self.transpose(name, [0, *range(2, rank), 1])
        self._channels_first[found] = name
        return found


def element_type(dtype: Any) -> int:
    """ONNX's number of a dtype."""
    from onnx import TensorProto, helper

    kind = np.dtype(dtype.np if isinstance(dtype, DType) else dtype)
    if kind.kind == "O":
        return int(TensorProto.STRING)
    return int(helper.np_dtype_to_tensor_dtype(kind))


def known(tensor: Tensor, what: str) -> Any:
    """The value of a tensor that ONNX wants to know beforehand."""
    value = tensor.constant()
    if value is None:
        raise CannotExport(f"{what} is only known at run time")
    return value


def axes_of(tensor: Tensor, what: str = "the axis") -> list[int]:
    """A constant of axes, as a list."""
    return [int(axis) for axis in np.ravel(known(tensor, what))]


def rank_of(tensor: Tensor) -> int:
    """The rank of a tensor, if it is known."""
    if tensor.sizes is None:
        raise CannotExport(f"the rank of {tensor.name} is not known")
    return len(tensor.sizes)
