"""Summaries: numbers and histograms under tags, as the strings that TensorBoard reads (tf.summary)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors, protos
from flowgraph.ir.cases import FLOAT, INT, RANDOM_INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import histograms
from flowgraph.sizes import to_text

REAL = TypeAttr((
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16, dt.float16,
    dt.uint32, dt.uint64,
))  # fmt: skip


def as_string(values: Sequence[Any]) -> np.ndarray:
    """A Summary of some values, serialized."""
    return np.array(protos.message("Summary")(value=values).SerializeToString(), object)


def _text(tag: bytes) -> str:
    """A tag, which need not be text as it must in a Summary."""
    return tag.decode(errors="replace")


def _scalars(_xp: Any, tags: Any, values: Any) -> np.ndarray:
    if np.shape(tags) != np.shape(values):
        shapes = f"{to_text(np.shape(tags))} != {to_text(np.shape(values))}"
        only = f" (tag '{_text(np.ravel(tags)[0])}')" if np.size(tags) == 1 else ""
        raise invalid(f"tags and values not the same shape: {shapes}{only}")
    pairs = zip(np.ravel(tags), np.ravel(values), strict=True)
    return as_string([{"tag": _text(tag), "simple_value": np.float32(number)} for tag, number in pairs])


SCALAR_SUMMARY = OpDef(
    "ScalarSummary(tags: string, values: T) -> summary: string",
    attrs={"T": REAL},
    infer=lambda _tags, _values: (),
    forward=_scalars,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(b"loss", dt.string), FLOAT()), case(VALUE([b"a", b"b"], dt.string), RANDOM_INT(2))],
)


def _histogram(_xp: Any, tag: Any, values: Any) -> np.ndarray:
    if np.ndim(tag):
        raise invalid("tags must be scalar")
    numbers, text = np.asarray(values, np.float64), _text(np.asarray(tag).item())
    odd = numbers[~np.isfinite(numbers)]
    if odd.size:
        kind = "Nan" if np.isnan(odd.flat[0]) else "Infinity"
        raise invalid(f"{kind} in summary histogram for: {text}")
    return as_string([{"tag": text, "histo": histograms.histogram(numbers)}])


HISTOGRAM_SUMMARY = OpDef(
    "HistogramSummary(tag: string, values: T) -> summary: string",
    attrs={"T": TypeAttr(REAL.allowed, dt.float32)},
    infer=lambda _tag, _values: (),
    forward=_histogram,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(b"w", dt.string), FLOAT(3, 4)), case(VALUE(b"i", dt.string), INT(3))],
)


def _merged(_xp: Any, inputs: Sequence[Any]) -> np.ndarray:
    from google.protobuf.message import DecodeError

    merged = protos.message("Summary")()
    for summary in (summary for array in inputs for summary in np.ravel(array)):
        try:
            merged.MergeFromString(summary)
        except DecodeError:
            raise invalid("Could not parse one of the summary inputs") from None
    known: set[str] = set()
    for tag in filter(None, (value.tag for value in merged.value)):
        if tag in known:
            raise invalid(f"Duplicate tag {tag} found in summary inputs")
        known.add(tag)
    return as_string(merged.value)


MERGE_SUMMARY = OpDef(
    "MergeSummary(inputs: N*string) -> summary: string",
    infer=lambda _inputs: (),
    forward=_merged,
    gradient=NO_GRADIENT,
    cases=[case([VALUE(b"\n\x08\n\x01a\x15\x00\x00\x80?", dt.string), VALUE(b"\n\x03\n\x01b", dt.string)])],
)


def _clean(name: str | None) -> str | None:
    """A name whose characters all may stand in the names of ops."""
    return None if name is None else re.sub(r"[^-/\w\.]", "_", name).lstrip("/")


@contextmanager
def named(
    name: str | None, family: str | None, values: list[Any], default_name: str | None = None
) -> Iterator[tuple[str, str]]:
    """The tag and the scope of a summary."""
    name, family = _clean(name), _clean(family)
    with name_scope(name if family is None else f"{family}/{name}", default_name, values) as scope:
        tag = scope.rstrip("/")
        yield (tag if family is None else f"{family}/{tag}"), scope


def collected(
    summary: Tensor, collections: Sequence[Any] | None, default: Sequence[Any] = (GraphKeys.SUMMARIES,)
) -> Tensor:
    """The same summary, in these collections."""
    for key in default if collections is None else collections:
        add_to_collection(key, summary)
    return summary


def scalar(name: str, tensor: Any, collections: Sequence[Any] | None = None, family: str | None = None) -> Tensor:
    """A summary of one number.

    Args:
      name: the name of the op, and the tag under which TensorBoard shows it.
      tensor: a scalar of real numbers.
      collections: the collections for the op; by default SUMMARIES.
      family: what TensorBoard groups it with: it goes before the tag.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      InvalidArgumentError: when run, where the tensor is no scalar.

    >>> run(scalar("loss", 1.5))
    b'\\n\\x0b\\n\\x04loss\\x15\\x00\\x00\\xc0?'
    """
    with named(name, family, [tensor]) as (tag, scope):
        summary = emit(SCALAR_SUMMARY, tag, tensor, name=scope)
        return collected(summary, collections)


def histogram(name: str, values: Any, collections: Sequence[Any] | None = None, family: str | None = None) -> Tensor:
    """A summary of how the entries of a tensor are distributed.

    Args:
      name: the name of the op, and the tag under which TensorBoard shows it.
      values: a tensor of real numbers.
      collections: the collections for the op; by default SUMMARIES.
      family: what TensorBoard groups it with: it goes before the tag.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      InvalidArgumentError: when run, where an entry is not finite.
    """
    with named(name, family, [values], "HistogramSummary") as (tag, scope):
        summary = emit(HISTOGRAM_SUMMARY, tag, values, name=scope)
        return collected(summary, collections)


def merge(inputs: Sequence[Any], collections: Sequence[Any] | None = None, name: str | None = None) -> Tensor:
    """All of several summaries in one.

    Args:
      inputs: strings, as `scalar` and `histogram` give them.
      collections: the collections for the op; by default none.
      name: the op's name.

    Raises:
      ValueError: there are no inputs.
      InvalidArgumentError: when run, where an input is no summary, or two values have the same tag.

    >>> run(merge([scalar("a", 1), scalar("b", 2)]))
    b'\\n\\x08\\n\\x01a\\x15\\x00\\x00\\x80?\\n\\x08\\n\\x01b\\x15\\x00\\x00\\x00@'
    """
    name = _clean(name)
    with name_scope(name, "Merge", inputs):
        if not inputs:
            line = "List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1."
            raise ValueError(errors.explain(line, where=user_site()))
        return collected(emit(MERGE_SUMMARY, list(inputs), name=name), collections, default=())


def merge_all(key: Any = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None) -> Tensor | None:
    """All summaries of a collection in one; None if there are none.

    Args:
      key: the collection.
      scope: a regular expression that the beginning of the summaries' names must match.
      name: the op's name.
    """
    summaries = get_collection(key, scope)
    return merge(summaries, name=name) if summaries else None
