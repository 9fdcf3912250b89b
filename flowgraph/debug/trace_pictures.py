"""Recorded runs as pictures: the explorer's page, and DOT text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import protos
from flowgraph.debug.trace_run import Run
from flowgraph.ir.graph import Graph
from flowgraph.protos.tensors import of_sizes
from flowgraph.sessions.devices import DEVICE
from flowgraph.viz.explorer import Explorer, explore


def page(graph: Graph, runs: Sequence[Run], asked: Sequence[Any], **options: Any) -> Explorer:
    """The explorer's page with a slider over the runs.

    Args:
      graph, runs: what to show.
      asked: what all runs fetched: only what these need is drawn, if `options` do not say otherwise.
      options: as for `tf.viz.explore`.
    """
    drawn = {"fetches": list(asked) or None, "title": "trace", **options}
    return explore(graph, values=[run.values for run in runs], runs=[_told(run) for run in runs], **drawn)


def _told(run: Run) -> dict[str, Any]:
    """A run beside its values, as `viz.explore` takes it."""
    bad = run.first_bad
    return {
        "title": run.title,
        "ops": {name: (timed.seconds, timed.bytes, timed.times) for name, timed in run.ops.items()},
        "failed": run.failed,
        "error": None if run.error is None else f"{type(run.error).__name__}: {str(run.error).splitlines()[0]}",
        "bad": None if bad is None else bad.op.name,
        "said": None if bad is None else str(bad),
    }


def drawn(run: Run, color: str | None, values: bool, options: Mapping[str, Any]) -> dict[str, Any]:
    """A run as the options of `tf.viz.to_dot` and `tf.viz.render`."""
    told: dict[str, Any] = {"fetches": list(run.fetches) or None, **options}
    if values:
        told["values"] = run.values
    if color is not None or told.get("highlight") == "critical":
        told["run"] = metadata(run)
    return {"color": color, **told}


def metadata(run: Run) -> Any:
    """The run as a RunMetadata: times and sizes, one node for each execution of an op."""
    message = protos.message("RunMetadata")()
    device = message.step_stats.dev_stats.add(device=DEVICE)
    for name, timed in run.ops.items():
        for execution in range(timed.times):
            node = device.node_stats.add(node_name=name)
            node.all_start_micros, node.all_start_nanos = timed.began // 1000, timed.began
            # what is kept is the sum over all executions
            node.all_end_rel_nanos = int(timed.seconds * 1e9) if not execution else 0
            for slot, tensor in enumerate(timed.op.outputs):
                description = node.output.add(slot=slot).tensor_description
                shape = run[tensor]["shape"] if tensor in run else None
                sizes = tensor.sizes if shape is None else [int(s) for s in shape.split("×") if s != "scalar"]
                description.shape.CopyFrom(of_sizes(sizes))
                if not execution and not slot:
                    description.allocation_description.requested_bytes = timed.bytes
    return message
