"""What a run did and when, in the form that Chrome draws (chrome://tracing, ui.perfetto.dev)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_LABEL = re.compile(r"(.*) = (.*)\((.*)\)")
_ALLOCATORS = 0
"""The process under which the memory in use is drawn; two processes for each device come after it."""


class AllocationMaximum(NamedTuple):
    """When the most memory was in use: the time in microseconds, the bytes, and the names of the tensors."""

    timestamp: int
    num_bytes: int
    tensors: set[str]


class StepStatsAnalysis(NamedTuple):
    """What `Timeline.analyze_step_stats` gives: the trace, and an AllocationMaximum for each allocator."""

    chrome_trace: ChromeTrace
    allocator_maximums: dict[str, AllocationMaximum]


@dataclass
class ChromeTrace:
    """A trace: the names of its processes, and its events."""

    names: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def name(self, process: int, name: str) -> None:
        """Name a process."""
        self.names.append({"name": "process_name", "ph": "M", "pid": process, "args": {"name": name}})

    def add(self, phase: str, category: str, name: str, place: tuple[int, int], time: int, **more: Any) -> None:
        """Add an event of a process and thread."""
        event = {"ph": phase, "cat": category, "name": name, "pid": place[0], "tid": place[1], "ts": time}
        self.events.append({**event, **more})

    def format_to_string(self, pretty: bool = False) -> str:
        """The trace as JSON, with line breaks if it is to be pretty."""
        trace = {"traceEvents": self.names + self.events}
        if pretty:
            return json.dumps(trace, indent=4, separators=(",", ": "))
        return json.dumps(trace, separators=(",", ":"))


@dataclass
class _Made:
    """A tensor that an op made: by whom, when, and until when it was in use."""

    number: int
    place: tuple[int, int]
    drawn_at: tuple[int, int]
    begun: int
    done: int
    allocator: str
    size: int
    in_use_until: int


class Timeline:
    """The story of a run that was traced.

    Args:
      step_stats: the `step_stats` of a `tf.RunMetadata` that was filled in by a run with
        `tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)`.
      graph: the graph; TF takes it and does not use it, nor does this.

    >>> metadata = tf.RunMetadata()
    >>> with tf.Session() as sess:
    ...     _ = sess.run(tf.constant(1) + 2, options=tf.RunOptions(trace_level=3), run_metadata=metadata)
    >>> trace = Timeline(metadata.step_stats).generate_chrome_trace_format()
    >>> import json
    >>> [event["args"]["name"] for event in json.loads(trace)["traceEvents"] if event.get("cat") == "Op"]
    ['Const', 'add/y', 'add']
    """

    def __init__(self, step_stats: Any, graph: Any = None) -> None:
        del graph
        self._stats = step_stats
        self._trace = ChromeTrace()
        self._made: dict[str, _Made] = {}
        self._flows = 0

    def generate_chrome_trace_format(self, show_dataflow: bool = True, show_memory: bool = False) -> str:
        """The trace as JSON, for a file that Chrome opens.

        Args:
          show_dataflow: draw arrows from ops to those that use what they made.
          show_memory: show the tensors with their lives, and the memory in use.
        """
        analysis = self.analyze_step_stats(show_dataflow=show_dataflow, show_memory=show_memory)
        return analysis.chrome_trace.format_to_string(pretty=True)

    def analyze_step_stats(self, show_dataflow: bool = True, show_memory: bool = True) -> StepStatsAnalysis:
        """The trace, and when the most memory was in use; arguments as for `generate_chrome_trace_format`."""
        self._trace.name(_ALLOCATORS, "Allocators")
        devices = list(self._stats.dev_stats)
        lanes = [_lanes(device.node_stats) for device in devices]
        for i, device in enumerate(devices):
            self._trace.name(2 * i + 1, f"{device.device} Compute")
            self._trace.name(2 * i + 2, f"{device.device} Tensors")
        for i, device in enumerate(devices):
            for node, lane in zip(device.node_stats, lanes[i], strict=True):
                self._note_tensors(node, (2 * i + 1, lane), (2 * i + 2, lane), show_memory)
        for i, device in enumerate(devices):
            for node, lane in zip(device.node_stats, lanes[i], strict=True):
                self._draw_op(node, (2 * i + 1, lane), device.device, show_dataflow)
        return StepStatsAnalysis(self._trace, self._draw_memory() if show_memory else {})

    def _note_tensors(self, node: Any, place: tuple[int, int], drawn_at: tuple[int, int], show: bool) -> None:
        begun, done = _times(node)
        for i, output in enumerate(node.output):
            name = f"{node.node_name}:{i}" if i else node.node_name
            memory = output.tensor_description.allocation_description
            number = len(self._made)
            self._made[name] = _Made(
                number, place, drawn_at, begun, done, memory.allocator_name, memory.requested_bytes, done
            )
            if show:
                text = {"tensor_description": str(output.tensor_description).replace('"', "")}
                self._trace.add("N", "Tensor", name, drawn_at, begun, id=number)
                self._trace.add("O", "Tensor", name, drawn_at, done - 1, id=number, args={"snapshot": text})

    def _draw_op(self, node: Any, place: tuple[int, int], device: str, show_dataflow: bool) -> None:
        begun, done = _times(node)
        name, kind, inputs = node.node_name, *_read_label(node.timeline_label)
        of_gpu = "/stream:" in device or "/memcpy" in device
        if of_gpu:
            name, kind = [*name.split(":"), "unknown"][:2]
            inputs = []
        elif name == "RecvTensor":
            kind, inputs = name, []
        named = {f"input{i}": tensor for i, tensor in enumerate(inputs)}
        told = {"name": name, "op": kind, **named}
        self._trace.add("X", "Op", kind, place, begun, dur=node.all_end_rel_micros, args=told)
        for name in inputs:
            # (TF's runtime adds "/_17" to the names of what it sends from device to device)
            known = name if name in self._made or name.rfind("/_") <= 0 else name[: name.rfind("/_")]
            tensor = self._made.get(known)
            if tensor is None:
                continue
            tensor.in_use_until = max(tensor.in_use_until, done - 1)
            if show_dataflow and tensor.place != place:
                self._trace.add("s", "DataFlow", known, tensor.place, tensor.done, id=self._flows)
                self._trace.add("t", "DataFlow", known, place, begun, id=self._flows)
                self._flows += 1

    def _draw_memory(self) -> dict[str, AllocationMaximum]:
        changes: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for name, tensor in self._made.items():
            until, place = tensor.in_use_until, (tensor.drawn_at[0], 0)
            self._trace.add("D", "Tensor", name, place, until, id=tensor.number)
            changes[tensor.allocator] += [(tensor.begun, tensor.size, name), (until, -tensor.size, name)]
        maximums = {}
        for allocator, listed in changes.items():
            alive: set[str] = set()
            most, used = AllocationMaximum(0, 0, set()), 0
            for time, size, name in sorted(listed):
                used += size
                (alive.discard if size < 0 else alive.add)(name)
                if used > most.num_bytes:
                    most = AllocationMaximum(time, used, set(alive))
                self._trace.add("C", "Memory", allocator, (_ALLOCATORS, 0), time, args={allocator: used})
            maximums[allocator] = most
        return maximums


def _times(node: Any) -> tuple[int, int]:
    """When an op began and ended, in microseconds."""
    return node.all_start_micros, node.all_start_micros + node.all_end_rel_micros


def _read_label(label: str) -> tuple[str, list[str]]:
    """The op type and the inputs in "name = Type(inputs)"."""
    match = _LABEL.match(label)
    if match is None:
        return "unknown", []
    return match[2], match[3].split(", ") if match[3] else []


def _lanes(nodes: Any) -> list[int]:
    """For each op the first line on which nothing else is drawn at its time."""
    ends = [0]
    found = []
    for node in nodes:
        begun, done = _times(node)
        lane = next((i for i, end in enumerate(ends) if begun > end), len(ends))
        ends[lane : lane + 1] = [done]
        found.append(lane)
    return found
