"""Tensors as text inside the graph: `tf.strings.format`, and how `tf.print` shows values."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.errors import explain
from flowgraph.ir.cases import BOOL, FLOAT, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, OpDef
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import attributes
from flowgraph.ops.assertion import entry_text


def summary_of_ends(array: np.ndarray, ends: int) -> str:
    """An array as TF's newer kernels print it: of each axis the first and last `ends` entries; -1: all.

    >>> print(summary_of_ends(np.arange(20).reshape(4, 5), 1))
    [[0 ... 4]
     ...
     [15 ... 19]]
    """
    array = np.asarray(array)
    ends = array.size if ends < 0 else min(ends, array.size)
    if array.dtype.kind not in "fiubO":  # what TF cannot print: complex numbers, bfloat16
        return f"[{' '.join('?' * ends)}{'...' if ends < array.size else ''}]"
    return _axis(array, 0, array.ndim, ends)


def _axis(array: np.ndarray, axis: int, rank: int, ends: int) -> str:
    """The text of one entry of the first `axis` axes. The depth is that of the rank."""
    if axis == rank:
        entry = array[()]
        return f'"{entry_text(entry)}"' if isinstance(entry, bytes) else entry_text(entry)
    count = len(array)
    shown = [_axis(array[i, ...], axis + 1, rank, ends) for i in range(min(ends, count))]
    last = [_axis(array[i, ...], axis + 1, rank, ends) for i in range(max(ends, count - ends), count)]
    cut = count > 2 * ends
    if cut:
        last.insert(0, "...")
    space = " " if axis == rank - 1 else "\n" * (rank - axis - 1) + " " * (axis + 1)
    if cut and not shown:  # TF puts the space before every piece but the first entry
        last[0] = space + "..."
    return f"[{space.join(shown + last)}]"


def _format(xp: Any, values: list[Any], *, template: str, placeholder: str, summarize: int) -> Any:
    pieces = template.split(placeholder)
    texts = [summary_of_ends(value, summarize) for value in values]
    text = pieces[0] + "".join(shown + piece for shown, piece in zip(texts, pieces[1:], strict=True))
    return xp.array(text.encode("utf-8", "surrogateescape"), object)


STRING_FORMAT = OpDef(
    "StringFormat(inputs: T[]) -> output: string",
    attrs={"T": REQUIRED, "template": "%s", "placeholder": "%s", "summarize": 3},
    infer=lambda values, **attrs: (),
    forward=_format,
    gradient=MISSING_GRADIENT,
    cases=[
        case([FLOAT(2, 3), RANDOM_INT(9)], template="%s and %s", gradient=False),
        case([BOOL()], template="x", placeholder="x", gradient=False),
    ],
)


def format(
    template: str, inputs: Any, placeholder: str = "{}", summarize: int | None = 3, name: str | None = None
) -> Tensor:
    """A text with the values of tensors in it, as a scalar string.

    Args:
      template: the text.
      inputs: a tensor, or a list of them.
      placeholder: what stands in the template for each of them.
      summarize: how many entries to show at either end of each axis; -1: all.
      name: the op's name.

    Raises:
      ValueError: the template does not have one placeholder for each tensor.

    >>> run(format("x is {}", tf.constant([1.5, 2.0])))
    b'x is [1.5 2]'
    """
    values = [inputs] if isinstance(inputs, Tensor) or hasattr(inputs, "_as_graph_element") else inputs
    count = attributes.text("template", template).count(placeholder)
    if count != len(values):
        line = f"{count} placeholder(s) in template does not match {len(values)} tensor(s) provided as input"
        raise ValueError(explain(line, where=user_site()))
    return emit(STRING_FORMAT, list(values), template=template, placeholder=placeholder, summarize=summarize, name=name)
