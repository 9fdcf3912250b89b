"""TF's example of an op of one's own, which its users met as `tf.user_ops.my_fact`."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef
from flowgraph.ir.tensor import Tensor


def _fact(xp: Any) -> Any:
    return xp.array(b"0! == 1", object)


FACT = OpDef("Fact() -> fact: string", infer=lambda: None, forward=_fact, gradient=MISSING_GRADIENT)


def my_fact() -> Tensor:
    """A fact, as a string.

    >>> run(my_fact())
    b'0! == 1'
    """
    return emit(FACT)
