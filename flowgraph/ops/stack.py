"""Stacks: where the loop of a gradient finds the values of the loop that it goes back through.

The forward loop pushes a value in each iteration, the loop of the gradient pops it again, the last one first. A stack
lives in one run, as a value that steps hand to one another, and never in a session or on the graph.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import Graph
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Operation, Tensor


class Stack:
    """The values of one stack in one run.

    Attributes:
      shape: that of a handle in TF: engines ask every value that they are given.
    """

    shape = (2,)
    __slots__ = ("limit", "name", "values")

    def __init__(self, name: str, limit: int) -> None:
        self.name, self.limit, self.values = name, limit, list[Any]()

    def __repr__(self) -> str:
        return f"<a stack of {len(self.values)}: {self.name}>"

    def add(self, value: Any) -> Any:
        """Push a value that nobody will change any more, and return it.

        Raises:
          InvalidArgumentError: the stack is full.
        """
        if 0 < self.limit <= len(self.values):
            line = f"Stack[{self.name}] overflowed its max_size ({self.limit})"
            raise errors.InvalidArgumentError(None, None, line)
        self.values.append(value)
        return value

    def take(self) -> Any:
        """Pop a value.

        Raises:
          InvalidArgumentError: there is none.
        """
        if not self.values:
            line = f"Stack[{self.name}] is empty when calling Pop()."
            raise errors.InvalidArgumentError(None, None, line)
        return self.values.pop()


def _push(_ctx: Any, stack: Stack, value: Any, **_: Any) -> Any:
    # an array may lie in a buffer that the next iteration writes into
    stack.add(value.copy() if isinstance(value, np.ndarray) else value)
    return value


def _close(_ctx: Any, stack: Stack) -> tuple[()]:
    stack.values.clear()
    return ()


STACK = OpDef(
    "StackV2(max_size: int32) -> handle: resource",
    attrs={"elem_type": TypeAttr(), "stack_name": ""},
    infer=lambda max_size, **_: (2,),
    forward=lambda ctx, max_size, *, elem_type, stack_name: Stack(stack_name or ctx.op.name, int(max_size)),
    gradient=MISSING_GRADIENT,
    effect=Effect.ARRAY,
)

STACK_PUSH = OpDef(
    "StackPushV2(handle: resource, elem: T) -> output: T",
    attrs={"T": TypeAttr(), "swap_memory": False},
    infer=lambda handle, elem, **_: elem.sizes,
    forward=_push,
    gradient=MISSING_GRADIENT,
    effect=Effect.ARRAY,
)

STACK_POP = OpDef(
    "StackPopV2(handle: resource) -> elem: elem_type",
    attrs={"elem_type": TypeAttr()},
    infer=lambda handle, **_: None,
    forward=lambda ctx, stack, **_: stack.take(),
    gradient=MISSING_GRADIENT,
    effect=Effect.ARRAY,
)

STACK_CLOSE = OpDef(
    "StackCloseV2(handle: resource) -> ()",
    infer=lambda handle: [],
    forward=_close,
    gradient=MISSING_GRADIENT,
    effect=Effect.ARRAY,
)

CONTROL_TRIGGER = OpDef(
    "ControlTrigger() -> ()",
    infer=list,
    forward=lambda xp: (),
    gradient=NO_GRADIENT,
)
"""A NoOp that, in a loop, happens in every iteration even if what it waits for lies in a branch not taken."""


def stack(max_size: Any, elem_type: dt.DType, name: str | None = None) -> Tensor:
    """A new stack, empty at the beginning of each run.

    Args:
      max_size: how many values it may hold; -1 for any number.
      elem_type: their dtype.
      name: the op's name.
    """
    result: Tensor = emit(STACK, max_size, elem_type=elem_type, name=name)
    return result


def push(handle: Tensor, elem: Tensor, swap_memory: bool = False, name: str | None = None) -> Tensor:
    """Put a value on a stack; the output is the value."""
    result: Tensor = emit(STACK_PUSH, handle, elem, swap_memory=swap_memory, name=name)
    result.graph.memory.setdefault("pushes", {})[_stack_of(result.op)] = result.op
    return result


def pop(handle: Tensor, elem_type: dt.DType, name: str | None = None) -> Tensor:
    """Take the last value from a stack."""
    result: Tensor = emit(STACK_POP, handle, elem_type=elem_type, name=name)
    source = result.graph.memory.get("pushes", {}).get(_stack_of(result.op))
    if source is not None:
        pops(result.graph)[source] = result.op
    return result


def pops(graph: Graph) -> dict[Operation, Operation]:
    """For each push the pop that takes what it pushed."""
    table: dict[Operation, Operation] = graph.memory.setdefault("pops", {})
    return table


def pushed(op: Operation) -> Tensor | None:
    """What a pop takes: the output of a push."""
    source = op.graph.memory.get("pushes", {}).get(_stack_of(op))
    return None if source is None else source.outputs[0]


def _stack_of(op: Operation) -> Operation:
    """The stack on which a push or a pop works: outside of the loops and branches through which the handle came."""
    op = op.inputs[0].op
    while op.opdef is not STACK and op.inputs:
        op = op.inputs[0].op
    return op


def control_trigger(name: str | None = None) -> Operation:
    """An operation without inputs and outputs: control dependencies hang on it."""
    result: Operation = emit(CONTROL_TRIGGER, name=name)
    return result
