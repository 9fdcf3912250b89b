"""Kernels of ops that change whole variables: assignments, gradient descent, and the rules of the other optimizers.

A variable's buffer stays the same array for as long as a frame lives, so such a call has it at hand, knows that the
shapes fit, and needs no lock: the run has the variables to itself. What a formula makes on its way lies in a block that
stays in the processor's cache:

    var      ├── block ──┼── block ──┼── block ──┤
    grad     ├── block ──┼── block ──┼── block ──┤        var -= grad * rate, block by block;
    scratch  ├── block ──┤                                long variables on several threads
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Operand, Update, reader
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.threads import PARTS, in_parallel, ranges
from flowgraph.ops import resource, state
from flowgraph.ops.apply import Family, layout_of
from flowgraph.ops.apply_rules import FAMILIES

BLOCK = 1 << 15
"""Entries: fewer cost more in calls, more do not stay in the cache."""

LONG_FOR_RULES, LONG = 1 << 17, 1 << 20
"""Entries of a variable that is worth several threads: of an optimizer's rule, and of a pass or two over memory."""


def buffer_of(cell: Operand) -> np.ndarray | None:
    """The buffer of a variable of numbers that has a value, in the order of memory."""
    array = getattr(cell.array, "array", None)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iufc" or not array.flags.c_contiguous:
        return None
    return array


def _fits(operand: Operand, shape: tuple[int, ...]) -> bool:
    return operand.known is not None and operand.known.sizes == shape


def _shares(size: int, long: int) -> list[list[slice]]:
    """The blocks of an array, in as many shares as there are threads to do them."""
    parts = ranges(size, PARTS) if size >= long else [slice(0, size)]
    return [
        [slice(first, min(first + BLOCK, part.stop)) for first in range(part.start, part.stop, BLOCK)] for part in parts
    ]


def _spread(work: Callable[..., None], shares: Sequence[Any]) -> None:
    """`work` for each share, on threads if there are several."""
    if len(shares) == 1:
        work(*shares[0])
    else:
        in_parallel([partial(work, *share) for share in shares])


def _flat(value: Any, buffer: np.ndarray) -> np.ndarray:
    """A value as a vector that later writes to `buffer` leave alone."""
    flat = np.reshape(value, -1)
    return flat.copy() if np.may_share_memory(flat, buffer) else flat


# -- assignments -------------------------------------------------------------------------------------------------


def _assign(_step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
    cell, value = operands
    buffer = buffer_of(cell)
    if buffer is None or not _fits(value, buffer.shape):
        return None
    if value.slot is None:
        return np.copyto, (buffer, value.array)
    at = value.slot
    return lambda: np.copyto(buffer, slots[at]), ()


def _change_by(ufunc: np.ufunc) -> Update:
    """A kernel that lets a numpy function change the buffer."""

    def update(_step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
        cell, value = operands
        buffer = buffer_of(cell)
        if buffer is None or not _fits(value, buffer.shape):
            return None
        if buffer.size >= LONG:
            return _long_change(ufunc, buffer, reader(value, slots)), ()
        if value.slot is None:
            return ufunc, (buffer, value.array, buffer)
        at = value.slot
        return lambda: ufunc(buffer, slots[at], buffer), ()

    return update


def _long_change(ufunc: np.ufunc, buffer: np.ndarray, read: Callable[[], Any]) -> Callable[[], None]:
    flat = buffer.reshape(-1)
    parts = ranges(flat.size, PARTS)

    def call() -> None:
        given = _flat(read(), buffer)
        in_parallel([partial(ufunc, flat[part], given[part], flat[part]) for part in parts])

    return call


# -- gradient descent --------------------------------------------------------------------------------------------


def _descend(_step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
    cell, alpha, delta = operands
    buffer = buffer_of(cell)
    if buffer is None or not _fits(delta, buffer.shape) or not _fits(alpha, ()):
        return None
    rate, gradient = reader(alpha, slots), reader(delta, slots)
    if buffer.size <= BLOCK:
        step = np.empty_like(buffer)

        def call() -> None:
            np.multiply(gradient(), rate(), step)
            np.subtract(buffer, step, buffer)

        return call, ()
    return _long_descent(buffer, rate, gradient), ()


def _long_descent(buffer: np.ndarray, rate: Callable[[], Any], gradient: Callable[[], Any]) -> Callable[[], None]:
    shares = [
        [(block, buffer.reshape(-1)[block], scratch[: block.stop - block.start]) for block in blocks]
        for blocks in _shares(buffer.size, LONG)
        for scratch in [np.empty(BLOCK, buffer.dtype)]
    ]

    def call() -> None:
        alpha, delta = rate(), _flat(gradient(), buffer)

        def descend(*blocks: Any) -> None:
            for block, part, step in blocks:
                np.multiply(delta[block], alpha, step)
                np.subtract(part, step, part)

        _spread(descend, shares)

    return call


# -- the rules of optimizers -------------------------------------------------------------------------------------


def _apply(family: Family, opdef: OpDef) -> Update:
    """A kernel that applies a rule to all entries."""
    layout, rule = layout_of(opdef), family.rule
    count, grad = layout.variables, layout.grad

    def update(step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
        buffers = [buffer_of(cell) for cell in operands[:count]]
        var = buffers[0]
        if var is None or any(buffer is None or buffer.shape != var.shape for buffer in buffers):
            return None
        if not _fits(operands[grad], var.shape) or not all(_fits(operands[i], ()) for i in layout.scalars):
            return None
        attrs = {name: value for name, value in step.attrs.items() if name != "use_locking"}
        numbers = [(i, reader(operands[i], slots)) for i in layout.scalars]
        gradient = reader(operands[grad], slots)
        flat = [buffer.reshape(-1) for buffer in buffers if buffer is not None]
        shares = [
            [(block, [buffer[block] for buffer in flat]) for block in blocks]
            for blocks in _shares(var.size, LONG_FOR_RULES)
        ]

        def call() -> None:
            given = _flat(gradient(), var)
            inputs: list[Any] = [None] * len(layout.names)
            for i, read in numbers:
                inputs[i] = np.asarray(read())[()]

            def work(*blocks: Any) -> None:
                mine = list(inputs)
                for block, parts in blocks:
                    mine[:count] = parts
                    mine[grad] = given[block]
                    rule(*mine, **attrs)

            _spread(work, shares)

        return call, ()

    return update


UPDATES: dict[OpDef, Update] = {
    state.ASSIGN: _assign,
    state.ASSIGN_ADD: _change_by(np.add),
    state.ASSIGN_SUB: _change_by(np.subtract),
    state.APPLY_GRADIENT_DESCENT: _descend,
    resource.ASSIGN_VARIABLE_OP: _assign,
    resource.ASSIGN_ADD_VARIABLE_OP: _change_by(np.add),
    resource.ASSIGN_SUB_VARIABLE_OP: _change_by(np.subtract),
    resource.RESOURCE_APPLY_GRADIENT_DESCENT: _descend,
    **{opdef: _apply(family, opdef) for family in FAMILIES for opdef in (family.dense, family.resource_dense)},
}
