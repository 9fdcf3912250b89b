"""The time, as an op."""

from __future__ import annotations

import time
from typing import Any

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, Effect, OpDef
from flowgraph.ir.tensor import Tensor


def _now(ctx: Any) -> Any:
    return ctx.xp.float64(time.time())


TIMESTAMP = OpDef(
    "Timestamp() -> ts: float64", infer=lambda: (), effect=Effect.WORLD, forward=_now, gradient=MISSING_GRADIENT
)


def timestamp(name: str | None = None) -> Tensor:
    """The seconds since 1970, as a float64, at the moment when the op is run.

    >>> run(timestamp()) > 1e9
    True
    """
    return emit(TIMESTAMP, name=name)
