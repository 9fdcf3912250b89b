"""tf.debug: what happens while a graph runs.

- `with tf.debug.trace(sess) as t:` records every run: what each op computed, how long it took, where NaN came from;
- `tf.debug.find_nan(sess, fetches, feed_dict)` names the first op that made a number that is none;
- `tf.debug.last_failure(sess)` is the last traced run that failed, with all that it had computed;
- `tf.debug.explain(sess, fetches, feed_dict)` tells what a run will do, what it was optimized to, and what it takes;
- `tf.debug.step(sess, fetches, feed_dict)` walks a run op by op, at a prompt or with the methods of a `Stepper`.
"""

from __future__ import annotations

from flowgraph import absent as _absent
from flowgraph.debug.explaining import explain
from flowgraph.debug.step_place import Place
from flowgraph.debug.stepper import Stepper
from flowgraph.debug.stepping import step
from flowgraph.debug.trace_nan import find_nan
from flowgraph.debug.trace_run import NotFinite, Run
from flowgraph.debug.traces import Trace, last_failure, trace
from flowgraph.engines.explain import Explanation, StepNote

__all__ = [
    "Explanation",
    "NotFinite",
    "Place",
    "Run",
    "StepNote",
    "Stepper",
    "Trace",
    "explain",
    "find_nan",
    "last_failure",
    "step",
    "trace",
]

_absent.watch(__name__)
