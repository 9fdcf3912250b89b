"""Summaries of tensors, and of all that is in a collection (tf.contrib.layers.summarize_tensor and its kin)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import summary
from flowgraph.ops.cast import cast, to_float
from flowgraph.ops.compare import greater, less
from flowgraph.ops.reduction import reduce_mean


def _scalar(tensor: Any, tag: str | None = None) -> Tensor:
    tensor.shape.assert_has_rank(0)
    return summary.scalar(tag or f"{tensor.op.name}_summary", tensor)


def summarize_activation(op: Any) -> Tensor:
    """A histogram of an activation; of ReLU and its kin also how much of it is off, or at its limit.

    >>> summarize_activation(tf.nn.relu(tf.zeros([3]), name="y")).op.name
    'y/activation'
    """
    inputs: Any = op.op.inputs[0] if op.op.inputs else None
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        off = less(inputs, cast(0.0, inputs.dtype))
        _scalar(reduce_mean(to_float(off)), f"{op.op.name}/zeros")
    if op.op.type == "Relu6":
        full = greater(inputs, cast(6.0, inputs.dtype))
        _scalar(reduce_mean(to_float(full)), f"{op.op.name}/sixes")
    return summary.histogram(f"{op.op.name}/activation", op)


def summarize_tensor(tensor: Any, tag: str | None = None) -> Tensor | None:
    """A summary of a tensor: of a scalar the number, else a histogram; None for strings and bools.

    >>> summarize_tensor(tf.zeros([3], name="x")).op.name
    'x_summary'
    """
    if tensor.dtype.is_compatible_with(dt.string) or tensor.dtype.base_dtype == dt.bool:
        return None
    if tensor.shape.ndims == 0:
        return _scalar(tensor, tag)
    return summary.histogram(tag or f"{tensor.op.name}_summary", tensor)


def summarize_tensors(tensors: Sequence[Any], summarizer: Callable[..., Any] = summarize_tensor) -> list[Any]:
    """A summary of each of several tensors."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: Any, name_filter: str | None = None, summarizer: Callable[..., Any] = summarize_tensor
) -> list[Any]:
    """A summary of each member of a collection.

    Args:
      collection: the collection.
      name_filter: a regular expression that the beginning of the members' names must match.
      summarizer: a function from a tensor to a summary.
    """
    members = get_collection(collection)
    chosen = [item for item in members if name_filter is None or re.match(name_filter, item.op.name)]
    return summarize_tensors(chosen, summarizer)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[..., Any] = summarize_activation
) -> list[Any]:
    """A summary of each member of the collection ACTIVATIONS; see `summarize_collection`."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)


def _of_collection(collection: str) -> Any:
    """As TF has them: `summarize_collection` with one argument fixed."""
    partial = functools.partial(summarize_collection, collection)
    partial.__doc__ = f"A summary of each member of the collection {collection!r}; see `summarize_collection`."
    return partial


summarize_variables = _of_collection(GraphKeys.GLOBAL_VARIABLES)
summarize_weights = _of_collection(GraphKeys.WEIGHTS)
summarize_biases = _of_collection(GraphKeys.BIASES)
