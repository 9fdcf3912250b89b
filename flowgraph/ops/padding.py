"""Borders round a tensor: of one value (Pad, PadV2) or of its own mirror image (MirrorPad)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import is_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.joining import PACK, stack
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.shapes import Size, Sizes, merge, to_text

_ATTRS = {"T": TypeAttr(), "Tpaddings": TypeAttr(INDEX, dt.int32)}


def _padded_sizes(x: Any, paddings: Any, *_value: Any, **_attrs: Any) -> Sizes:
    if paddings.sizes is not None:
        if len(paddings.sizes) != 2:
            raise ValueError(f"Shape must be rank 2 but is rank {len(paddings.sizes)}")
        if paddings.sizes[1] not in (None, 2):
            raise ValueError(f"Dimension must be 2 but is {paddings.sizes[1]}")
    count = None if paddings.sizes is None else paddings.sizes[0]
    if count is not None and x.sizes is not None and len(x.sizes) != count:
        raise ValueError(f"Shape must be rank {count} but is rank {len(x.sizes)}")
    if count is None and x.sizes is not None:
        count = len(x.sizes)
    known = paddings.constant()
    if known is None:
        return None if count is None else (None,) * count
    if known.size and known.min() < 0:
        raise ValueError("Paddings must be non-negative")
    sizes = x.sizes or (None,) * len(known)
    return tuple(None if size is None else size + int(both) for size, both in zip(sizes, known.sum(1), strict=True))


def _pad_failure(x: Any, paddings: Any, value: Any = None) -> str | None:
    if paddings.ndim != 2 or paddings.shape[1] != 2:
        return f"paddings must be a matrix with 2 columns: {to_text(paddings.shape)}"
    if len(paddings) != x.ndim:
        return f"The first dimension of paddings must be the rank of inputs{to_text(paddings.shape)} {to_text(x.shape)}"
    if value is not None and value.ndim:
        return f"constant_values must be a scalar. Found: {to_text(value.shape)}"
    negative = [pair for pair in paddings.tolist() if min(pair) < 0]
    return f"Paddings must be non-negative: {negative[0][0]} {negative[0][1]}" if negative else None


def _pad_v2(xp: Any, x: Any, paddings: Any, value: Any) -> Any:
    pairs = paddings.tolist()
    whole = xp.full([size + before + after for size, (before, after) in zip(x.shape, pairs, strict=True)], value)
    if value.ndim or any(min(pair) < 0 for pair in pairs):
        raise ValueError("a value that is no scalar, or negative paddings")
    whole[tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, pairs, strict=True))] = x
    return whole


def _pad(xp: Any, x: Any, paddings: Any) -> Any:
    return _pad_v2(xp, x, paddings, xp.asarray(b"" if x.dtype == object else 0, x.dtype))


def _pad_grad(op: Any, dy: Tensor) -> list[Any]:
    """The part of the gradient inside the border."""
    x, paddings = op.inputs[:2]
    before = slice_op(paddings, [0, 0], stack([rank(x), 1]))
    begin = reshape(before, [-1])
    sizes = shape(x)
    return [slice_op(dy, begin, sizes)] + [None] * (len(op.inputs) - 1)


PAD = OpDef(
    "Pad(input: T, paddings: Tpaddings) -> output: T",
    attrs=_ATTRS,
    infer=_padded_sizes,
    forward=_pad,
    failure=_pad_failure,
    gradient=_pad_grad,
    cases=[
        case(FLOAT(2, 3), INT([[1, 1], [0, 2]])),
        case(FLOAT(0), INT([[2, 1]])),
        case(FLOAT(3), INT([[2, 1]], dt.int64), gradient=False),  # in TF too the gradient's dtypes clash
        case(RANDOM_INT(2), INT([[0, 0]])),
    ],
)

PAD_V2 = OpDef(
    "PadV2(input: T, paddings: Tpaddings, constant_values: T) -> output: T",
    attrs=_ATTRS,
    infer=_padded_sizes,
    forward=_pad_v2,
    failure=_pad_failure,
    gradient=_pad_grad,
    # TF gives the border's value no gradient, though it has one
    cases=[case(FLOAT(2, 3), INT([[1, 1], [0, 2]]), VALUE(0.5, smooth=False))],
)


# -- mirrors ---------------------------------------------------------------------------------------


def _mirror_failure(x: Any, paddings: Any, *, mode: str) -> str | None:
    if paddings.ndim != 2 or paddings.shape[1] != 2:
        return f"paddings must be a matrix with 2 columns: {to_text(paddings.shape)}"
    if len(paddings) != x.ndim:
        return (
            f"The first dimension of paddings must be the rank of inputs{to_text(paddings.shape)}, {to_text(x.shape)}"
        )
    for (before, after), size in zip(paddings.tolist(), x.shape, strict=True):
        if min(before, after) < 0:
            return f"paddings must be non-negative: {before} {after}"
        if mode == "SYMMETRIC" and max(before, after) > size:
            return f"paddings must be no greater than the dimension size: {before}, {after} greater than {size}"
        if mode == "REFLECT" and max(before, after) >= size:
            return f"paddings must be less than the dimension size: {before}, {after} not less than {size}"
    return None


def _mirror_pad(xp: Any, x: Any, paddings: Any, *, mode: str) -> Any:
    if _mirror_failure(x, paddings, mode=mode):
        raise ValueError("a border wider than the tensor")  # where numpy would mirror the mirror image
    return xp.pad(x, paddings.tolist(), mode.lower()) if x.ndim else xp.array(x)


def _mirror_pad_grad(op: Any, dy: Tensor) -> list[Any]:
    return [mirror_pad_grad(dy, op.inputs[1], op.attrs["mode"]), None]


MIRROR_PAD = OpDef(
    "MirrorPad(input: T, paddings: Tpaddings) -> output: T",
    attrs={**_ATTRS, "mode": REQUIRED},
    infer=_padded_sizes,
    forward=_mirror_pad,
    failure=_mirror_failure,
    gradient=_mirror_pad_grad,
    cases=[
        case(FLOAT(2, 3), INT([[1, 1], [0, 2]]), mode="REFLECT"),
        case(FLOAT(2, 3), INT([[2, 1], [0, 3]]), mode="SYMMETRIC"),
        case(RANDOM_INT(3), INT([[1, 0]], dt.int64), mode="SYMMETRIC"),
    ],
)


def _unpadded_sizes(x: Any, paddings: Any, **_attrs: Any) -> Sizes:
    if paddings.sizes is None:
        return None
    if len(paddings.sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(paddings.sizes)}")
    if paddings.sizes[1] not in (2, None):
        merge(paddings.sizes, (paddings.sizes[0], 2))
    count = paddings.sizes[0]
    if count is None:
        return None
    if x.sizes is not None and len(x.sizes) != count:
        raise ValueError(f"Shape must be rank {count} but is rank {len(x.sizes)}")
    known = paddings.constant()
    if known is None or x.sizes is None:
        return (None,) * count
    if known.min(initial=0) < 0:
        raise ValueError("Paddings must be non-negative")
    found: list[int | None] = []
    for size, both in zip(x.sizes, known.sum(1).tolist(), strict=True):
        if size is not None and size < both:
            raise ValueError(f"Negative dimension size caused by subtracting {both} from {size}")
        found.append(None if size is None else size - both)
    return tuple(found)


def _fold_failure(dy: Any, paddings: Any, *, mode: str) -> str | None:
    if paddings.ndim != 2 or paddings.shape[1] != 2:
        return f"paddings must be a matrix with 2 columns: {to_text(paddings.shape)}"
    if len(paddings) != dy.ndim:
        shapes = f"{to_text(paddings.shape)} {to_text(dy.shape)}"
        return f"The first dimension of paddings must be the rank of inputs{shapes}"
    for (before, after), padded in zip(paddings.tolist(), dy.shape, strict=True):
        size = padded - before - after
        if min(before, after) < 0:
            return f"Paddings must be non-negative: {before}, {after}"
        if mode == "SYMMETRIC" and max(before, after) > size:
            return f"paddings must be no greater than the output dimension size: {before}, {after} greater than {size}"
        if mode == "REFLECT" and max(before, after) >= size:
            return f"paddings must be less than the output dimension size: {before}, {after} not less than {size}"
    return None


def _fold_mirrors(xp: Any, dy: Any, paddings: Any, *, mode: str) -> Any:
    """Add the borders' gradients to those of the entries that they mirror, axis by axis."""
    if _fold_failure(dy, paddings, mode=mode):
        raise ValueError("borders that the tensor does not have")
    gap = 1 if mode == "REFLECT" else 0  # whether the outermost entry is its own mirror
    for axis, (before, after) in enumerate(paddings.tolist()):
        table = xp.moveaxis(dy, axis, 0)
        inner = xp.array(table[before : len(table) - after])
        size = len(inner)
        inner[gap : gap + before] += table[:before][::-1]
        inner[size - gap - after : size - gap] += table[before + size :][::-1]
        dy = xp.moveaxis(inner, 0, axis)
    return xp.array(dy, order="C")


MIRROR_PAD_GRAD = OpDef(
    "MirrorPadGrad(input: T, paddings: Tpaddings) -> output: T",
    attrs={**_ATTRS, "mode": REQUIRED},
    infer=_unpadded_sizes,
    forward=_fold_mirrors,
    failure=_fold_failure,
    gradient=lambda op, dy: [mirror_pad(dy, op.inputs[1], op.attrs["mode"]), None],
    cases=[
        case(FLOAT(4, 5), INT([[1, 1], [0, 2]]), mode="REFLECT"),
        case(FLOAT(5, 6), INT([[2, 1], [0, 3]]), mode="SYMMETRIC"),
    ],
)


def mirror_pad(input: Any, paddings: Any, mode: str, name: str | None = None) -> Tensor:
    """A border of mirror images; REFLECT leaves the outermost entries out, SYMMETRIC repeats them."""
    return emit(MIRROR_PAD, input, paddings, mode=mode, name=name)


def mirror_pad_grad(input: Any, paddings: Any, mode: str, name: str | None = None) -> Tensor:
    """The gradient of `mirror_pad`: borders folded back onto what they mirror."""
    return emit(MIRROR_PAD_GRAD, input, paddings, mode=mode, name=name)


# -- pad -------------------------------------------------------------------------------------------


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """A tensor with a border: `paddings[i]` is how many entries to add before and behind along axis i.

    Args:
      tensor: a tensor.
      paddings: an integer matrix with a row for each axis.
      mode: CONSTANT: entries of one value; REFLECT and SYMMETRIC: the tensor's mirror image without and
        with its
        outermost entries.
      name: the op's name.
      constant_values: the border's value under CONSTANT, a scalar.

    Raises:
      ValueError: another mode, a row too few or too many, a negative number.

    >>> run(pad([[1, 2]], [[1, 0], [0, 2]]))
    array([[0, 0, 0, 0],
           [1, 2, 0, 0]], dtype=int32)
    >>> run(pad([1, 2, 3], [[2, 2]], "REFLECT"))
    array([3, 2, 1, 2, 3, 2, 1], dtype=int32)
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not is_tensor(constant_values) and constant_values == 0:
            result = emit(PAD, tensor, paddings, name=name)
        else:
            result = emit(PAD_V2, tensor, paddings, constant_values, name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = mirror_pad(tensor, paddings, mode, name)
    else:
        mend = "The modes are CONSTANT, REFLECT and SYMMETRIC."
        raise ValueError(errors.explain(f"Unknown padding mode: {mode}", mend=mend, where=user_site()))
    _add_known_sizes(result)
    return result


def _add_known_sizes(result: Tensor) -> None:
    """Tell the result the sizes that follow where only some rows of the paddings are known."""
    x, paddings = result.op.inputs[:2]
    if x.sizes is None or (result.sizes is not None and None not in result.sizes):
        return
    rows = _rows(paddings)
    if rows is not None:
        result.set_shape(
            [
                None if size is None or row is None or None in row else size + sum(filter(None, row))
                for size, row in zip(x.sizes, rows, strict=False)
            ]
        )


def _rows(paddings: Tensor) -> list[list[Size] | None] | None:
    """The rows of a matrix as far as they are known."""
    known = paddings.constant()
    if known is not None:
        return known.tolist()
    if paddings.op.opdef is not PACK or paddings.op.attrs["axis"]:
        return None
    found: list[list[Size] | None] = []
    for row in paddings.op.inputs:
        value = row.constant()
        if value is not None:
            found.append(value.tolist())
        elif row.op.opdef is PACK:
            entries = [entry.constant() for entry in row.op.inputs]
            found.append([None if entry is None else int(entry) for entry in entries])
        else:
            found.append(None)
    return found
