"""tf.print: an op that prints tensors and whatever stands between them."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from flowgraph import errors, nest
from flowgraph.dtypes import string
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, Effect, OpDef
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.string_format import format as string_format
from flowgraph.platform import logs
from flowgraph.platform.folders import told_as_tf

_LEVELS = {"log(info)": logging.INFO, "log(warning)": logging.WARNING, "log(error)": logging.ERROR}
_FILE = "file://"


def _print(ctx: Any, text: Any, *, output_stream: str, end: str) -> tuple[()]:
    shown = text[()].decode("utf-8", "backslashreplace") + end
    if output_stream in ("stdout", "stderr"):
        # the streams of this moment, as `print` has it: a notebook's cell, what a test captures
        print(shown, end="", file=getattr(sys, output_stream), flush=True)
    elif output_stream in _LEVELS:
        # whatever the verbosity: TF writes these lines by C++, which knows nothing of it
        logger, site = logs.get_logger(), ctx.op.site or ("", 0)
        level, message = _LEVELS[output_stream], shown.rstrip("\n")
        logger.handle(logger.makeRecord(logger.name, level, site[0], site[1], message, (), None))
    else:
        path = output_stream.removeprefix(_FILE)
        if not path:
            streams = " ".join(("stdout", "stderr", *_LEVELS))
            line = f"Unknown output stream: {path}, Valid streams are: {streams}"
            raise errors.InvalidArgumentError(None, None, line)
        with told_as_tf(path), open(path, "a", encoding="utf-8") as file:
            file.write(shown)
    return ()


PRINT_V2 = OpDef(
    "PrintV2(input: string) -> ()",
    attrs={"output_stream": "stderr", "end": "\n"},
    infer=lambda text, **attrs: [],
    effect=Effect.WORLD,
    forward=_print,
    gradient=MISSING_GRADIENT,
)


def print_v2(*inputs: Any, **kwargs: Any) -> Operation:
    """An op that prints its inputs whenever it is run: tensors show their values, anything else stays as it is.

    Nothing is printed unless the op is run: have something wait for it.

    Args:
      *inputs: tensors, texts and other values, and lists and dicts of them.
      **kwargs: `output_stream`: sys.stderr (the default), sys.stdout, `tf.logging.info`, `.warning`, `.error`, or
        "file:///a/path" to append to a file. `summarize`: how many entries to show at either end of each axis, 3 by
        default, -1: all. `sep` and `end`: what to put between the inputs and behind them. `name`: the op's name.

    Raises:
      ValueError: there are other arguments, or the stream is none of these.

    >>> x = tf.constant([1.0, 2.5])
    >>> shows = print_v2("x is", x, output_stream=sys.stdout)
    >>> with tf.control_dependencies([shows]):
    ...     y = x * 2.0
    >>> result = run(y)
    x is [1 2.5]
    """
    stream = _stream(kwargs.pop("output_stream", sys.stderr))
    name, summarize = kwargs.pop("name", None), kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", os.linesep)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    text = inputs[0] if len(inputs) == 1 and _is_scalar_string(inputs[0]) else _text(inputs, sep, summarize, name)
    return emit(PRINT_V2, text, output_stream=stream, end=end, name=name)


def _is_scalar_string(value: Any) -> bool:
    if not _is_tensor(value) or isinstance(value, SparseTensor):
        return False
    return value.dtype.base_dtype == string and value.shape.ndims == 0


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor | SparseTensor) or (
        hasattr(value, "_as_graph_element") and not isinstance(value, Operation | RaggedTensor)
    )


def _stream(given: Any) -> str:
    """TF's name of an output stream."""
    if isinstance(given, str) and given.startswith(_FILE):
        return given
    known: dict[str, tuple[Any, ...]] = {
        "stdout": (sys.stdout,),
        "stderr": (sys.stderr,),
        "log(info)": (logs.INFO, logs.info, logging.info),
        "log(warning)": (logs.WARN, logs.warning, logs.warn, logging.warning),
        "log(error)": (logs.ERROR, logs.error, logging.error),
    }
    for name, ways in known.items():
        if any(given is way or (isinstance(given, int) and given == way) for way in ways):
            return name
    line = (
        f"Unsupported output stream, logging level, or file.{given}. Supported streams are sys.stdout, sys.stderr, "
        "tf.logging.info, tf.logging.warning, tf.logging.error. File needs to be in the form of 'file://<filepath>'."
    )
    raise ValueError(errors.explain(line, where=user_site()))


def _text(inputs: tuple[Any, ...], sep: str, summarize: int, name: str | None) -> Tensor:
    """The inputs as one string tensor."""
    import pprint
    import random

    without_tensors = nest.map_structure(lambda x: "" if _is_tensor(x) else x, inputs)
    plain = " ".join(pprint.pformat(part) for part in without_tensors)
    mark, digits = "{}", random.Random(5)  # noqa: S311  # TF's way to a mark that stands nowhere in the text
    while mark in plain:
        mark += str(digits.randint(0, 9))
    tensors: list[Tensor] = []

    def marked(part: Any) -> Any:
        if not _is_tensor(part):
            return part
        if isinstance(part, SparseTensor):
            tensors.extend([part.indices, part.values, part.dense_shape])
            return f"SparseTensor(indices={mark}, values={mark}, shape={mark})"
        tensors.append(convert_to_tensor(part))
        return mark

    parts = [nest.map_structure(marked, given) for given in inputs]
    pairs = zip(inputs, parts, strict=True)
    shown = [part if isinstance(given, str) else pprint.pformat(part) for given, part in pairs]
    template = sep.join(shown).replace(f"'{mark}'", mark)
    return string_format(template, tensors, mark, summarize, f"{name}_format" if name else None)
