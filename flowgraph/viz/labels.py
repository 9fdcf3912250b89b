"""The words on nodes and edges: shapes, values, names."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.opdef import Arg
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.shapes import Sizes

LONGEST = 34


def parent(name: str) -> str:
    """The scope that an op or a scope is in."""
    return name.rpartition("/")[0]


def short(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, its middle left out when it is long."""
    text = "".join(c if c.isprintable() else "·" for c in text)
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def shape_text(tensor: Tensor) -> str:
    """The shape as people write it, and the dtype unless it is float32: `?×784`, `scalar int64`."""
    return sizes_text(tensor.sizes, tensor.dtype.base_dtype)


def sizes_text(sizes: Sizes, dtype: DType) -> str:
    """A shape and a dtype as `shape_text` writes those of a tensor."""
    if sizes is None:
        text = "shape ?"
    elif not sizes:
        text = "scalar"
    elif len(sizes) == 1:
        text = f"({'?' if sizes[0] is None else sizes[0]})"
    else:
        text = "×".join("?" if size is None else str(size) for size in sizes)
    return text if dtype is dt.float32 else f"{text} {dtype.name}"


def brief(value: Any) -> str:
    """A constant's value in a few characters: the number itself, a short list, else its shape."""
    array = np.asarray(value)
    if array.ndim <= 1 and array.size <= 6:
        words = [_entry(entry) for entry in array.reshape(-1).tolist()]
        text = words[0] if array.ndim == 0 else f"[{', '.join(words)}]"
        if len(text) <= LONGEST:
            return text
    if array.ndim == 0:
        return short(_entry(array.item()))
    sizes = "×".join(map(str, array.shape))
    if array.size and array.dtype.kind in "biuf":
        first = array.reshape(-1)[0].item()
        if bool(np.all(array == first)):
            return f"{sizes} of {_entry(first)}"
    return f"{sizes} values"


def _entry(value: Any) -> str:
    if isinstance(value, bytes):
        return repr(value.decode("utf-8", "replace"))
    if isinstance(value, bool | str):
        return repr(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def argument_of(op: Operation, slot: int, whole: bool = False) -> Any:
    """The name that TF's signature gives to input `slot` (with `whole`, the Arg itself; None if it has none)."""
    left = slot
    sizes = iter(op.attrs.get("_lists", ()))
    for arg in op.opdef.inputs:
        count = 1
        if arg.is_list:
            count = next(sizes, len(op.inputs) - (op.opdef.n_inputs - 1))
        if left < count:
            return arg if whole else (f"{arg.name}[{left}]" if arg.is_list else arg.name)
        left -= count
    return None if whole else str(slot)


def writes(op: Operation, slot: int) -> bool:
    """Whether input `slot` is a variable that the op changes."""
    arg: Arg | None = argument_of(op, slot, whole=True)
    return arg is not None and (arg.is_ref or op.inputs[slot].dtype is dt.resource)


def says_nothing_new(name: str, op_type: str) -> bool:
    """Whether an op's last name part is just its type, as in `add` for an AddV2."""
    plain = op_type.removesuffix("V2").lower()
    return name.lower().replace("_", "") in (plain, op_type.lower(), plain + "v2")
