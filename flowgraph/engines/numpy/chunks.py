"""Elementwise steps that take long, on large arrays: in pieces that stay in the processor's cache, on several threads.

An elementwise op makes of a part of its inputs that part of its output. So a large one is cut along the first axis
(along the only one, where all inputs have the output's shape), and whatever `forward` makes on its way is as small as a
piece. How it is cut depends on shapes alone. Ops that are one pass over memory gain nothing: they are not cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from flowgraph.ir.known import Known
from flowgraph.ir.program import Step
from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.ops import incomplete, special

LONG = {
    special.ERF, special.ERFC, special.LGAMMA, special.DIGAMMA, special.POLYGAMMA, special.ZETA,
    incomplete.IGAMMA, incomplete.IGAMMAC, incomplete.BETAINC, incomplete.BESSEL_I0E, incomplete.BESSEL_I1E,
}  # fmt: skip
"""Elementwise ops of dozens of passes over their arrays."""

LARGE = 1 << 15
"""Entries of an output that is worth cutting."""

PIECE = 1 << 13
"""Entries of a piece."""

TASKS = 16
"""Pieces are handed to threads in so many shares."""


def in_pieces(step: Step, fact: Known) -> Callable[[Sequence[Any]], np.ndarray] | None:
    """What computes a step's only output from its inputs in pieces; None where that is not worth it."""
    if step.opdef not in LONG or fact.dtype is None or not fact.is_full:
        return None
    sizes: tuple[int, ...] = fact.sizes  # type: ignore[assignment]  # they are all known
    if prod(sizes) < LARGE:
        return None
    dtype, forward, attrs = fact.dtype.np, step.opdef.forward, step.attrs

    def compute(values: Sequence[Any]) -> np.ndarray:
        made = np.empty(sizes, dtype)
        by_pieces(lambda *parts: forward(np, *parts, **attrs), values, made)
        return made

    return compute


def by_pieces(function: Callable[..., Any], values: Sequence[Any], out: np.ndarray) -> None:
    """`out[...] = function(*values)`, an elementwise function, piece by piece.

    >>> squares = np.empty(4)
    >>> by_pieces(np.square, [np.arange(4.0)], squares)
    >>> squares
    array([0., 1., 4., 9.])
    """
    shape = out.shape
    if all(value.size == 1 or value.shape == shape for value in values):
        values = [value.reshape(()) if value.size == 1 else value.reshape(-1) for value in values]
        out = out.reshape(-1)
    cut = [value.ndim == out.ndim and len(value) == len(out) for value in values]
    step = max(1, PIECE * len(out) // max(1, out.size))

    def work(share: slice) -> None:
        for first in range(share.start, share.stop, step):
            piece = slice(first, min(first + step, share.stop))
            out[piece] = function(*[value[piece] if is_cut else value for value, is_cut in zip(values, cut)])

    in_parallel([lambda share=share: work(share) for share in ranges(len(out), TASKS)])  # type: ignore[misc]
