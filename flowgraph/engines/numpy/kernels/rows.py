"""Kernels of ops that change some rows of a variable, without touching the others.

    rows      [7 2 9]            sorted: one look tells whether all are inside, and whether one comes twice
    variable ─ take ─► part      the rows side by side
    part ─ change ─► part        with their updates
    part ─ put ─► variable       back where they were

Where a row comes twice, its updates are made one after the other, in their order, as `fold_rows` does it.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Operand, Update, reader
from flowgraph.engines.numpy.kernels.updates import buffer_of
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.folding import fold_rows
from flowgraph.ops import resource_rows, scatter
from flowgraph.ops.apply import Family, layout_of
from flowgraph.ops.apply_rules import FAMILIES


def _count(cells: list[Operand], indices: Operand, updates: Operand) -> int:
    """How many rows of variables of one shape are to change; 0 where that is not certain, or not worth a kernel."""
    buffers = [buffer_of(cell) for cell in cells]
    first = buffers[0]
    if first is None or not first.ndim or any(b is None or b.shape != first.shape for b in buffers):
        return 0
    if not indices.known.is_full or updates.known.sizes != (*indices.known.sizes, *first.shape[1:]):
        return 0
    return prod(indices.known.sizes) if first.size else 0


def _is_plain(ordered: np.ndarray, buffer: np.ndarray, updates: np.ndarray) -> bool:
    """Whether all rows, which are sorted here, are inside a variable, and the updates are no part of it."""
    inside = ordered[0] >= 0 and ordered[-1] < len(buffer)
    return bool(inside) and not np.may_share_memory(updates, buffer)


def _has_repeats(ordered: np.ndarray) -> bool:
    return bool((ordered[1:] == ordered[:-1]).any())


# -- scatter -----------------------------------------------------------------------------------------------------


def _scatter(ufunc: np.ufunc | None) -> Update:
    """A kernel for rows that a ufunc changes; None: they are just put there."""

    def update(step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
        cell, indices, updates = operands
        count, buffer = _count([cell], indices, updates), buffer_of(cell)
        if buffer is None or not count:
            return None
        read_rows, read_updates = reader(indices, slots), reader(updates, slots)
        part = np.empty((count, *buffer.shape[1:]), buffer.dtype)

        def call() -> None:
            rows, given = np.reshape(read_rows(), -1), np.reshape(read_updates(), part.shape)
            ordered = np.sort(rows)
            if not _is_plain(ordered, buffer, given):
                step.opdef.forward(None, cell.array, read_rows(), read_updates(), **step.attrs)
            elif ufunc is None:
                buffer[rows] = given
            elif buffer.ndim == 1:
                ufunc.at(buffer, rows, given)
            elif _has_repeats(ordered):
                fold_rows(ufunc, buffer, rows, given)
            else:
                buffer.take(rows, 0, part, "clip")
                buffer[rows] = ufunc(part, given, out=part)

        return call, ()

    return update


# -- the rules of optimizers -------------------------------------------------------------------------------------


def _apply(family: Family, opdef: OpDef) -> Update:
    """A kernel that applies a rule to some rows."""
    layout, rule = layout_of(opdef), family.rule
    count, grad = layout.variables, layout.grad
    indices = grad + 1

    def update(step: Step, operands: list[Operand], slots: list[Any]) -> Call | None:
        cells, scalars = operands[:count], [operands[i] for i in layout.scalars]
        if not _count(cells, operands[indices], operands[grad]) or any(o.known.sizes != () for o in scalars):
            return None
        buffers = [cell.array.array for cell in cells]
        readers = [reader(operand, slots) for operand in operands]
        attrs = {name: value for name, value in step.attrs.items() if name != "use_locking"}

        def call() -> None:
            inputs = [np.asarray(read()) for read in readers[count:]]
            rows, given = inputs[indices - count], inputs[grad - count]
            ordered = np.sort(rows)
            if not _is_plain(ordered, buffers[0], given) or _has_repeats(ordered):
                step.opdef.forward(None, *[cell.array for cell in cells], *inputs, **step.attrs)
                return
            parts = [buffer.take(rows, 0) for buffer in buffers]
            others = [value[()] for value in inputs]
            del others[indices - count]
            rule(*parts, *others, **attrs)
            for buffer, part in zip(buffers, parts):
                buffer[rows] = part

        return call, ()

    return update


UPDATES: dict[OpDef, Update] = {
    scatter.SCATTER_UPDATE: _scatter(None),
    scatter.SCATTER_ADD: _scatter(np.add),
    scatter.SCATTER_SUB: _scatter(np.subtract),
    scatter.SCATTER_MUL: _scatter(np.multiply),
    scatter.SCATTER_MIN: _scatter(np.minimum),
    scatter.SCATTER_MAX: _scatter(np.maximum),
    resource_rows.RESOURCE_SCATTER_UPDATE: _scatter(None),
    resource_rows.RESOURCE_SCATTER_ADD: _scatter(np.add),
    resource_rows.RESOURCE_SCATTER_SUB: _scatter(np.subtract),
    resource_rows.RESOURCE_SCATTER_MUL: _scatter(np.multiply),
    resource_rows.RESOURCE_SCATTER_MIN: _scatter(np.minimum),
    resource_rows.RESOURCE_SCATTER_MAX: _scatter(np.maximum),
    **{
        opdef: _apply(family, opdef)
        for family in FAMILIES
        for opdef in (family.sparse, family.resource_sparse)
        if opdef is not None
    },
}
