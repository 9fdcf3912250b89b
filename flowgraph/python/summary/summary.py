"""tensorflow.python.summary.summary."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import Event, SessionLog, Summary
from flowgraph.summary import (
    FileWriter, FileWriterCache, SummaryDescription, TaggedRunMetadata, audio, get_summary_description,
    histogram, image, merge, merge_all, scalar, tensor_summary, text,
)

__all__ = [
    "Event", "FileWriter", "FileWriterCache", "SessionLog", "Summary", "SummaryDescription",
    "TaggedRunMetadata", "audio", "get_summary_description", "histogram", "image", "merge", "merge_all",
    "scalar", "tensor_summary", "text",
]

_absent.watch(__name__)
