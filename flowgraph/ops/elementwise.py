"""What the elementwise families share: sets of dtypes as TF's op registry lists them, and cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX as COMPLEX_INPUT
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import COMPLEX, FLOATS, INDEX

ADDABLE = (*FLOATS, dt.uint8, dt.int8, dt.int16, *INDEX, *COMPLEX)
ARITHMETIC = (*FLOATS, dt.uint8, dt.int8, dt.uint16, dt.int16, *INDEX, *COMPLEX)
NUMERIC = (*FLOATS, *INDEX, *COMPLEX)
REAL = (*FLOATS, *INDEX)
ANALYTIC = (*FLOATS, *COMPLEX)
WIDE = (dt.float16, dt.float32, dt.float64, *COMPLEX)
"""Analytic functions that TF has no bfloat16 of."""
DOUBLE_WIDTH = (dt.float32, dt.float64)

SMOOTH_UNARY = (
    case(FLOAT(2, 3)),
    case(FLOAT()),
    case(DOUBLE(4)),
    case(FLOAT(0, 3)),
    case(HALF(2, 2), gradient=False),
    case(COMPLEX_INPUT(3), gradient=False),
)
"""Of a function that is smooth on [-2, 2] and takes complex numbers."""

SMOOTH_BINARY = (
    case(FLOAT(2, 3), FLOAT(2, 3)),
    case(FLOAT(2, 3), FLOAT(3)),
    case(FLOAT(2, 1, 3), FLOAT(4, 1)),
    case(FLOAT(), FLOAT(2, 2)),
    case(FLOAT(0, 3), FLOAT(1, 3)),
    case(HALF(2, 2), HALF(2, 2), gradient=False),
    case(COMPLEX_INPUT(3), COMPLEX_INPUT(3), gradient=False),
)
INTEGERS_BINARY = (
    case(RANDOM_INT(2, 3), RANDOM_INT(3), gradient=False),
    case(RANDOM_INT(4, dtype=dt.int64), RANDOM_INT(dtype=dt.int64), gradient=False),
)
SMALL_INTEGERS_BINARY = (
    case(RANDOM_INT(5, dtype=dt.int8), RANDOM_INT(5, dtype=dt.int8), gradient=False),
    case(RANDOM_INT(5, dtype=dt.uint8), RANDOM_INT(5, dtype=dt.uint8), gradient=False),
)


def without_integers(op_type: str, forward: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The `forward` of an op whose TF type admits integers of which TF's kernels know nothing: it refuses them."""

    def careful(xp: Any, x: Any) -> Any:
        if x.dtype.kind in "iu":
            line = f"No OpKernel was registered to support Op '{op_type}' with T={x.dtype.name}"
            raise errors.InvalidArgumentError(None, None, line)
        return forward(xp, x)

    return careful


def told_where(error: Exception, *details: str) -> Exception:
    """The same error, its message completed by details and the user's line unless it has them already."""
    text = str(error)
    if "\n" in text:
        return error
    kind = TypeError if isinstance(error, TypeError) else ValueError
    return kind(errors.explain(text, details=details, where=user_site()))
