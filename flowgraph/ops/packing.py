"""Lists and tuples with tensors inside them, wherever a tensor is expected: `[t, 1.0]` becomes a Pack of
its entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import PACK

_PLAIN = frozenset(
    [
        int,
        float,
        complex,
        bool,
        bytes,
        str,
        memoryview,
        np.ndarray,
        *(kind for kind in np.sctypeDict.values()),
    ]
)


def is_dense(item: Any) -> bool:
    """Whether `item` is a tensor, or a variable that stands for one."""
    return isinstance(item, Tensor) or (
        getattr(item, "is_tensor_like", False) is True and not hasattr(item, "dense_shape")
    )


def _is_plain(items: Any) -> bool:
    """Whether nothing in the nested list could be a tensor: the usual case, found out quickly."""
    for item in items:
        if type(item) not in _PLAIN and not (type(item) in (list, tuple) and _is_plain(item)):
            return False
    return True


def _dtype_inside(items: Any) -> DType | None:
    """The dtype of the first tensor in the nested list."""
    for item in items:
        if is_dense(item):
            return item.dtype.base_dtype
        if isinstance(item, list | tuple):
            found = _dtype_inside(item)
            if found is not None:
                return found
    return None


def _cast_inside(items: Any, dtype: DType) -> list[Any]:
    """The nested list with its tensors cast where they must be."""
    from flowgraph.ops.cast import cast

    return [
        _cast_inside(item, dtype)
        if isinstance(item, list | tuple)
        else cast(item, dtype)
        if is_dense(item) and item.dtype.base_dtype != dtype
        else item
        for item in items
    ]


def _pack(items: Sequence[Any], dtype: DType, name: str) -> Any:
    """One op for the list, inner lists first; a list without tensors stays a list."""
    with name_scope(name) as scope:
        found = []
        for i, item in enumerate(items):
            if is_dense(item) and item.dtype.base_dtype != dtype:
                line = (
                    f"Cannot convert a list containing a tensor of dtype {item.dtype} to {dtype} (Tensor is: {item!r})"
                )
                mend = f"tf.cast(tensor, tf.{dtype.name}) converts it."
                raise TypeError(errors.explain(line, mend=mend, where=user_site()))
            found.append(_pack(item, dtype, str(i)) if isinstance(item, list | tuple) else item)
        if not any(is_dense(item) for item in found):
            return found
        tensors = [item if is_dense(item) else constant(item, dtype, name=str(i)) for i, item in enumerate(found)]
        return emit(PACK, tensors, name=scope)


def _convert_list(value: Any, dtype: DType | None = None, name: str | None = None, as_ref: bool = False) -> Any:
    if as_ref or _is_plain(value):
        return NotImplemented
    inferred = _dtype_inside(value)
    if inferred is None:
        return NotImplemented
    if dtype is None:
        dtype = inferred
    elif dtype != inferred:
        value = _cast_inside(value, dtype)
    return _pack(value, dtype, name or "packed")


# before the conversion that takes every entry for a number
register_tensor_conversion_function((list, tuple), _convert_list, 99)
