"""`tensorflow.python.client.timeline`: what a run did and when, for Chrome to draw."""

from flowgraph import absent as _absent
from flowgraph.sessions.timeline import AllocationMaximum, StepStatsAnalysis, Timeline

__all__ = ["AllocationMaximum", "StepStatsAnalysis", "Timeline"]

_absent.watch(__name__)
