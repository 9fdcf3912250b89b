"""Initial values that depend on other variables.

All initializers run at once, so `b = tf.Variable(a * 2)` may not simply read `a`: it may have no value yet.
The part of the graph between `a` and the initial value is therefore built once more, from a `tf.cond` that
takes the value of `a` if there is one and else the initial value of `a`:

    a/read ──► mul ──► ...          a's initialized_value ──► a/read_b ──► mul_b ──► b/Assign
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.scope import GraphKeys
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops
from flowgraph.ops.control_flow import REF_SWITCH, SWITCH
from flowgraph.ops.resource import READ_VARIABLE_OP, VAR_IS_INITIALIZED_OP
from flowgraph.ops.state import IS_VARIABLE_INITIALIZED, VARIABLE_V2


def guarded(initial_value: Tensor, scope: str) -> Tensor:
    """The initial value, or a copy of it that can be computed before other variables are initialized.

    Args:
      initial_value: the tensor that the user gave.
      scope: the name scope of the variable, with which the copies' names end.
    """
    if not _reads_variables(initial_value.op) or _has_cycle(initial_value.op):
        return initial_value
    copies: dict[Operation, Operation] = {}
    stack = [initial_value.op]
    while stack:
        op = stack[-1]
        waiting = [t.op for t in op.inputs if t.op not in copies] if _is_looked_through(op) else []
        if op not in copies and waiting:
            stack.append(waiting[0])
            continue
        stack.pop()
        if op not in copies:
            copies[op] = _replacement(op, copies, scope)
    return copies[initial_value.op].outputs[initial_value.index]


def _is_looked_through(op: Operation) -> bool:
    return op.opdef not in (VARIABLE_V2, IS_VARIABLE_INITIALIZED, READ_VARIABLE_OP, VAR_IS_INITIALIZED_OP)


def _replacement(op: Operation, copies: dict[Operation, Operation], scope: str) -> Operation:
    """The op itself where nothing before it changed."""
    if op.opdef is VARIABLE_V2:
        return _initialized_value(op)
    if not _is_looked_through(op):
        return op
    inputs = [copies[tensor.op].outputs[tensor.index] for tensor in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs, strict=True)):
        return op
    return _copy(op, inputs, f"{op.name}_{scope}".replace(":", "_"))


def _initialized_value(op: Operation) -> Operation:
    """The op that gives the initialized value of the variable that `op` holds; `op` if it is unknown."""
    for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in op.graph.get_collection(key):
            if getattr(variable, "op", None) is op and hasattr(variable, "initialized_value"):
                found: Operation = variable.initialized_value().op
                return found
    return op


def _copy(op: Operation, inputs: list[Tensor], name: str) -> Operation:
    """The same op once more, under exactly this name (which ends with a slash)."""
    opdef: OpDef = SWITCH if op.opdef is REF_SWITCH else op.opdef
    if opdef.has_refs:
        raise ValueError(
            errors.explain(
                f"Input '{opdef.inputs[0].name}' passed {inputs[0].dtype.name} expected ref type "
                f"while building NodeDef '{name.rstrip('/')}'",
                details=[f"the initial value depends on {op.name} ({op.type}), which changes a variable"],
                mend="Compute the initial value from the variable's own: other.initialized_value() + 1.",
                where=user_site(),
            )
        )
    attrs = {key: value for key, value in op.attrs.items() if key in opdef.defaults}
    made: Any = emit(opdef, *opdef.structure(inputs, op.attrs), name=name, **attrs)
    copy: Operation = made.op if isinstance(made, Tensor | Operation) else made[0].op
    copy.marks = op.marks
    if op.colocation and not op.graph._colocations:
        copy.colocation = op.colocation
    return copy


def _reads_variables(op: Operation) -> bool:
    return any(op.opdef is VARIABLE_V2 for op in needed_ops([], [op], []))


def _has_cycle(op: Operation) -> bool:
    """Whether the op depends on itself, as ops of a loop do."""
    open_ops, done = {op}, set()
    stack = [(op, _sources(op))]
    while stack:
        current, sources = stack[-1]
        for source in sources:
            if source in open_ops:
                return True
            if source not in done:
                open_ops.add(source)
                stack.append((source, _sources(source)))
                break
        else:
            stack.pop()
            open_ops.remove(current)
            done.add(current)
    return False


def _sources(op: Operation) -> Iterable[Operation]:
    return iter([*(tensor.op for tensor in op.inputs), *op.control])
