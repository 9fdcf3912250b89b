"""Summaries, as before TensorFlow 1.0: their tags are what the script says, whatever the name scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flowgraph as tf
from flowgraph.ir.emit import emit
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.summary import HISTOGRAM_SUMMARY, SCALAR_SUMMARY


def scalar_summary(tags: Any, values: Any, collections: Sequence[Any] | None = None, name: str | None = None) -> Tensor:
    """Numbers, each under a tag of its own.

    Args:
      tags: a text, or a tensor of them.
      values: real numbers, in the shape of `tags`.
      collections: the collections for the op; by default SUMMARIES.
      name: a name for the op.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      InvalidArgumentError: when run, where the shapes differ.

    >>> run(scalar_summary("the loss", 1.5))
    b'\\n\\x0f\\n\\x08the loss\\x15\\x00\\x00\\xc0?'
    """
    return _collected(emit(SCALAR_SUMMARY, tags, values, name=name or "ScalarSummary"), collections)


def histogram_summary(
    tag: Any, values: Any, collections: Sequence[Any] | None = None, name: str | None = None
) -> Tensor:
    """How the numbers in a tensor are spread, under a tag. Arguments as for `scalar_summary`."""
    return _collected(emit(HISTOGRAM_SUMMARY, tag, values, name=name or "HistogramSummary"), collections)


def image_summary(
    tag: str, tensor: Any, max_images: int = 3, collections: Sequence[Any] | None = None, name: str | None = None
) -> Any:
    """Pictures: `tf.summary.image`, whose op is called `name` or else after the tag."""
    make: Any = getattr(tf.summary, "image")  # noqa: B009
    return make(name or tag, tensor, max_outputs=max_images, collections=collections)


def audio_summary(
    tag: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[Any] | None = None,
    name: str | None = None,
) -> Any:
    """Sounds: `tf.summary.audio`, whose op is called `name` or else after the tag."""
    make: Any = getattr(tf.summary, "audio")  # noqa: B009
    return make(name or tag, tensor, sample_rate, max_outputs=max_outputs, collections=collections)


def merge_summary(inputs: Any, collections: Sequence[Any] | None = None, name: str | None = None) -> Tensor:
    """`tf.summary.merge`."""
    return tf.summary.merge(inputs, collections, name or "MergeSummary")


def merge_all_summaries(key: str = tf.GraphKeys.SUMMARIES) -> Tensor | None:
    """`tf.summary.merge_all`: None where there are no summaries."""
    return tf.summary.merge_all(key)


def _collected(summary: Tensor, collections: Sequence[Any] | None) -> Tensor:
    for key in [tf.GraphKeys.SUMMARIES] if collections is None else collections:
        tf.add_to_collection(key, summary)
    return summary
