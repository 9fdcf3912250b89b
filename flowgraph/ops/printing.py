"""tf.Print: values shown on the standard error stream in the midst of a run."""

from __future__ import annotations

import sys
from typing import Any

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import attributes
from flowgraph.ops.assertion import summary


def _print(ctx: Any, value: Any, data: list[Any], *, message: str, first_n: int, summarize: int) -> Any:
    if first_n < 0 or ctx.count() <= first_n:
        shown = "".join(f"[{summary(item, summarize)}]" for item in data)
        print(f"{message}{shown}", file=sys.stderr, flush=True)  # noqa: T201  # what it is for
    return ctx.xp.array(value)


PRINT = OpDef(
    "Print(input: T, data: U[]) -> output: T",
    attrs={"T": TypeAttr(), "U": REQUIRED, "message": "", "first_n": -1, "summarize": 3},
    infer=lambda value, data, **attrs: value.sizes,
    effect=Effect.WORLD,
    forward=_print,
    gradient=lambda op, dy: [dy] + [None] * (len(op.inputs) - 1),
)


def Print(
    input_: Any,
    data: Any,
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """The value of `input_`; a run that computes it prints `data` to the standard error stream.

    Args:
      input_: the tensor to hand on. Only what uses the result makes a run print.
      data: a list of tensors to show.
      message: a text to show before them.
      first_n: how many times to print in one session; by default, and where it is negative, always.
      summarize: how many entries to show of each tensor; 3 by default, -1: all.
      name: the op's name.

    Raises:
      TypeError: `data` is no list.

    >>> x = tf.constant([1.0, 2.0, 3.0, 4.0])
    >>> loss = tf.reduce_sum(x)
    >>> loss = Print(loss, [loss, x], "loss, x = ")  # prints: loss, x = [10][1 2 3...]
    >>> run(loss)
    10.0
    """
    given = {"first_n": first_n, "summarize": summarize}
    numbers = {key: attributes.whole(key, value) for key, value in given.items() if value is not None}
    text = attributes.text("message", "" if message is None else message)
    return emit(PRINT, input_, data, message=text, name=name, **numbers)
