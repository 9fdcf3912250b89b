"""`tf.summary`: what TensorBoard shows, as ops, and the writer of its files."""
# ruff: noqa: F822  # messages are looked up by __getattr__
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.summary import histogram, merge, merge_all, scalar
from flowgraph.ops.summary_shown import (
    all_v2_summary_ops,
    audio,
    get_summary_description,
    image,
    tensor_summary,
    text,
)
from flowgraph.summaries.in_graph import initialize
from flowgraph.summaries.writer import FileWriter, FileWriterCache

__all__ = [
    "Event", "FileWriter", "FileWriterCache", "SessionLog", "Summary", "SummaryDescription", "TaggedRunMetadata",
    "all_v2_summary_ops", "audio", "get_summary_description", "histogram", "image", "initialize", "merge",
    "merge_all", "scalar", "tensor_summary", "text",
]

_MESSAGES = ("Event", "SessionLog", "Summary", "SummaryDescription", "TaggedRunMetadata")


def __getattr__(name: str) -> object:
    """Protocol buffers, whose library is imported when they are first used."""
    if name in _MESSAGES:
        from flowgraph import protos

        return protos.message(name)
    raise AttributeError(f"module 'flowgraph.summary' has no attribute {name!r}")

_absent.watch(__name__)
