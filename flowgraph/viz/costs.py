"""What each op of a traced run cost: time, bytes, floating point operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph.ir.graph import Graph
from flowgraph.passes.flops import flops

KINDS = ("time", "bytes", "flops")

Shape = tuple[int, ...]


def costs(graph: Graph, run: Any, kind: str) -> dict[str, float]:
    """What ops cost in a run, by their names: an op in a loop all its rounds together.

    Args:
      graph: the graph that was run.
      run: the RunMetadata of a run with `trace_level=tf.RunOptions.FULL_TRACE`.
      kind: "time" in seconds, "bytes" of all outputs, or "flops": additions and multiplications, counted by the
        shapes (`flowgraph.passes.flops`).

    Raises:
      ValueError: the run was not traced, or there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"color is one of {', '.join(map(repr, KINDS))}, not {kind!r}.")
    records = _records(run)
    found: dict[str, float] = dict.fromkeys((record.node_name for record in records), 0.0)
    shapes = {(r.node_name, out.slot): _shape(out.tensor_description) for r in records for out in r.output}
    for record in records:
        if kind == "time":
            found[record.node_name] += record.all_end_rel_nanos / 1e9
        elif kind == "bytes":
            found[record.node_name] += sum(
                out.tensor_description.allocation_description.requested_bytes for out in record.output
            )
        else:
            found[record.node_name] += _flops(graph, record.node_name, shapes)
    return found


def _records(run: Any) -> list[Any]:
    records = [node for device in run.step_stats.dev_stats for node in device.node_stats]
    if not records:
        raise ValueError(
            "This run was not traced. Give `options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), "
            "run_metadata=tf.RunMetadata()` to `run`, and that metadata here."
        )
    return records


def _shape(description: Any) -> Shape:
    return tuple(dim.size for dim in description.shape.dim)


def _flops(graph: Graph, name: str, shapes: Mapping[tuple[str, int], Shape]) -> float:
    """One execution of an op, by the shapes that came out last; what was fed has those that the graph knows."""
    op = graph.get_operation_by_name(name)
    inputs = [shapes.get((t.op.name, t.value_index)) or _known(t.sizes) for t in op.inputs]
    outputs = [shapes.get((name, slot)) or _known(t.sizes) for slot, t in enumerate(op.outputs)]
    return flops(op.opdef, op.attrs, inputs, outputs)


def _known(sizes: Sequence[int | None] | None) -> Shape:
    return tuple(size or 1 for size in sizes or ())
