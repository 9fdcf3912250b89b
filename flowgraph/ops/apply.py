"""Ops that improve a variable by its gradient in place: how a rule becomes the four ops that TF has for it.

A rule says in numpy what becomes of a variable and of its slots (`apply_rules.py`). TF has it four times: for variables
given by reference and by handle, for a gradient of the whole variable and for one of some of its rows.

    rule ──┬── Apply...               all entries, a block of them at a time: what a rule computes stays in the cache
           ├── SparseApply...         the rows that `indices` names, one after the other where a row comes twice
           ├── ResourceApply...       the same two for handles, without outputs
           └── ResourceSparseApply...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

from flowgraph import errors
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.ops.resource import held
from flowgraph.ops.scatter import rounds
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

Rule = Callable[..., None]
"""`rule(*inputs, **attrs)` with the arrays of the op's inputs but for `indices`; changes those of the variables."""

_BLOCK = 1 << 15  # entries; fewer cost more in calls, more do not stay in the cache


class Family(NamedTuple):
    """The ops of one rule; those for rows are None where TF has none."""

    rule: Rule
    dense: OpDef
    resource_dense: OpDef
    sparse: OpDef | None = None
    resource_sparse: OpDef | None = None


class Layout(NamedTuple):
    """Where the inputs of an op are: first the variables, and among the others the gradient and its rows."""

    names: tuple[str, ...]
    variables: int
    grad: int
    indices: int | None

    @property
    def scalars(self) -> tuple[int, ...]:
        """The inputs that are numbers."""
        return tuple(i for i in range(self.variables, len(self.names)) if i not in (self.grad, self.indices))


def family(
    name: str, rule: Rule, variables: str, dense: str, sparse: str | None = None, attrs: dict[str, Any] | None = None
) -> Family:
    """The ops of a rule.

    Args:
      name: the end of their types, such as "Adam" of `ApplyAdam`.
      rule: what they do.
      variables: the names of the inputs that are variables, the one to improve first: "var, m, v".
      dense: the names of the other inputs: "lr, grad"; `grad` or `delta` is the gradient.
      sparse: the same for rows, with `indices` after the gradient; None: there are no such ops.
      attrs: TF's attrs besides the dtypes and `use_locking`; the rule gets them.
    """
    pair = [_op(f"{kind}Apply{name}", rule, variables, dense, attrs or {}) for kind in ("", "Resource")]
    if sparse is not None:
        kinds = ("Sparse", "ResourceSparse")
        pair += [_op(f"{kind}Apply{name}", rule, variables, sparse, attrs or {}) for kind in kinds]
    return Family(rule, *pair)


def layout_of(opdef: OpDef) -> Layout:
    """Where the inputs of one of these ops are."""
    names = [argument.name for argument in opdef.inputs]
    return _layout(names, sum(argument.is_ref or argument.is_handle for argument in opdef.inputs))


def _layout(names: Sequence[str], variables: int) -> Layout:
    grad = next(i for i, name in enumerate(names) if name in ("grad", "delta"))
    return Layout(tuple(names), variables, grad, grad + 1 if "indices" in names else None)


def _op(type_name: str, rule: Rule, variables: str, others: str, attrs: dict[str, Any]) -> OpDef:
    names = tuple(f"{variables}, {others}".split(", "))
    layout = _layout(names, variables.count(",") + 1)
    by_handle = type_name.startswith("Resource")
    kinds = {"indices": "Tindices", "global_step": "int64"} | dict.fromkeys(
        names[: layout.variables], "resource" if by_handle else "&T"
    )
    inputs = ", ".join(f"{name}: {kinds.get(name, 'T')}" for name in names)
    rows = {} if layout.indices is None else {"Tindices": TypeAttr(INDEX)}
    return OpDef(
        f"{type_name}({inputs}) -> {'()' if by_handle else 'out: &T'}",
        attrs={"T": TypeAttr(NUMBER_TYPES), **rows, "use_locking": False, **attrs},
        infer=_infer(layout, by_handle),
        forward=_forward(layout, rule, by_handle),
        gradient=MISSING_GRADIENT,
        effect=Effect.WRITE,
    )


# -- shapes --------------------------------------------------------------------------------------------------


def _infer(layout: Layout, by_handle: bool) -> Callable[..., Any]:
    def infer(*inputs: Any, **_attrs: Any) -> Any:
        variables = inputs[: layout.variables]
        sizes: Sizes = None
        for variable in variables:
            sizes = merge(sizes, held(variable).sizes if by_handle else variable.sizes)
        for i in range(layout.variables, len(inputs)):
            if i == layout.grad:
                sizes = merge(sizes, _gradient_sizes(inputs[i].sizes, layout, inputs))
            elif i != layout.indices and inputs[i].sizes:
                raise ValueError(f"Shape must be rank 0 but is rank {len(inputs[i].sizes)}")
        return [] if by_handle else sizes

    return infer


def _gradient_sizes(grad: Sizes, layout: Layout, inputs: Sequence[Any]) -> Sizes:
    """The sizes of a variable that has this gradient, as far as the gradient tells."""
    if layout.indices is None:
        return grad
    indices = inputs[layout.indices].sizes
    if indices is not None and len(indices) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(indices)}")
    if not grad:
        return None
    if indices is not None and None not in (indices[0], grad[0]) and indices[0] != grad[0]:
        raise ValueError(f"Dimensions must be equal, but are {indices[0]} and {grad[0]}")
    return (None, *grad[1:])


# -- the work ------------------------------------------------------------------------------------------------


def _forward(layout: Layout, rule: Rule, by_handle: bool) -> Callable[..., Any]:
    def forward(_ctx: Any, *inputs: Any, use_locking: bool, **attrs: Any) -> Any:  # noqa: ARG001  (always locked)
        cells = inputs[: layout.variables]
        with ExitStack() as locks:
            for cell in sorted(set(cells), key=id):
                locks.enter_context(cell.lock)
            arrays = [_buffer(cell, by_handle) for cell in cells]
            arrays += [np.asarray(value) for value in inputs[layout.variables :]]
            _check(layout, arrays)
            apply = _apply_everywhere if layout.indices is None else _apply_to_rows
            apply(layout, rule, arrays, attrs)
        return () if by_handle else cells[0]

    return forward


def _buffer(cell: Any, by_handle: bool) -> np.ndarray:
    if not by_handle:
        return cell.read()
    if cell.array is None:
        raise errors.InternalError(None, None, "Invalid variable reference.")
    return cell.array


def _check(layout: Layout, arrays: list[np.ndarray]) -> None:
    """TF's words for shapes that do not fit."""
    names, shape = layout.names, arrays[0].shape
    for i in range(1, layout.variables):
        if arrays[i].shape != shape:
            raise invalid(
                f"{names[0]} and {names[i]} do not have the same shape{to_text(shape)} {to_text(arrays[i].shape)}"
            )
    for i in layout.scalars:
        if arrays[i].ndim:
            raise invalid(f"{names[i]} is not a scalar: {to_text(arrays[i].shape)}")
    grad = arrays[layout.grad]
    if layout.indices is not None:
        _check_rows(names[0], shape, grad, arrays[layout.indices])
    elif grad.shape != shape:
        raise invalid(
            f"{names[0]} and {names[layout.grad]} do not have the same shape{to_text(shape)} {to_text(grad.shape)}"
        )


def _check_rows(name: str, shape: tuple[int, ...], grad: np.ndarray, indices: np.ndarray) -> None:
    if not shape:
        raise invalid(f"{name} must be at least 1 dimensional")
    if indices.ndim != 1:
        raise invalid("indices must be one-dimensional")
    for axis in range(1, len(shape)):
        if axis >= grad.ndim or grad.shape[axis] != shape[axis]:
            raise invalid(f"{name} and grad must match in dimension {axis}")
    if grad.shape[:1] != indices.shape:
        raise invalid("grad must be the same size as indices in the first dimension.")
    outside = np.flatnonzero((indices < 0) | (indices >= shape[0]))
    if outside.size:
        raise invalid(f"Index {indices[outside[0]]} at offset {outside[0]} in indices is out of range")


def _apply_everywhere(layout: Layout, rule: Rule, arrays: list[np.ndarray], attrs: dict[str, Any]) -> None:
    """Apply a rule to all entries."""
    whole = (*range(layout.variables), layout.grad)
    if not all(arrays[i].flags.c_contiguous for i in whole):
        rule(*arrays, **attrs)
        return
    numbers = [array[()] for array in arrays]
    flat = {i: arrays[i].reshape(-1) for i in whole}
    for start in range(0, arrays[0].size, _BLOCK):
        block = slice(start, start + _BLOCK)
        rule(*(flat[i][block] if i in flat else number for i, number in enumerate(numbers)), **attrs)


def _apply_to_rows(layout: Layout, rule: Rule, arrays: list[np.ndarray], attrs: dict[str, Any]) -> None:
    """Apply a rule to some rows."""
    rows = arrays[layout.indices] if layout.indices is not None else arrays[layout.grad]
    for chosen in rounds(rows):
        at = rows[chosen]
        parts = [array[()] for array in arrays]
        parts[: layout.variables] = [array[at] for array in arrays[: layout.variables]]
        parts[layout.grad] = arrays[layout.grad][chosen]
        changed = list(parts)
        del parts[layout.grad + 1]
        rule(*parts, **attrs)
        for array, part in zip(arrays, changed[: layout.variables], strict=False):
            array[at] = part
