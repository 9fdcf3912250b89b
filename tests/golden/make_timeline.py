"""Record how TensorFlow 1.15.5 draws runs: the trace that its Timeline makes of some StepStats.

    python3.7 tests/golden/make_timeline.py

writes tests/golden/timeline.json: the StepStats in protobuf's text format, the trace with and without memory, and the
largest allocations.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.framework import step_stats_pb2
from tensorflow.python.client import timeline

OPS = [
    # name, type, inputs, start, duration, bytes of each output
    ("x", "Placeholder", "", 100, 5, [40]),
    ("w", "VariableV2", "", 101, 5, [80]),
    ("split", "Split", "x, w", 110, 20, [20, 20]),
    ("MatMul", "MatMul", "split:1, w/_7", 125, 30, [64]),
    ("y", "Relu", "MatMul, ^split", 156, 4, [64]),
    ("strange", None, "", 156, 4, []),
    ("out", "NoOp", "^y, nowhere", 161, 1, []),
]


def step_stats():
    stats = step_stats_pb2.StepStats()
    for device in ("/job:localhost/replica:0/task:0/device:CPU:0", "/device:GPU:0/stream:all"):
        node_stats = stats.dev_stats.add(device=device).node_stats
        for name, kind, inputs, start, duration, sizes in OPS[: 7 if "CPU" in device else 3]:
            node = node_stats.add(node_name=name, all_start_micros=start, all_end_rel_micros=duration)
            node.timeline_label = "%s = %s(%s)" % (name, kind, inputs) if kind else name
            if "GPU" in device:
                node.node_name = "%s:%s" % (name + "_", kind)
            for slot, size in enumerate(sizes):
                description = node.output.add(slot=slot).tensor_description
                description.dtype = 1
                description.shape.dim.add().size = size // 4
                description.allocation_description.requested_bytes = size
                description.allocation_description.allocator_name = "cpu" if slot == 0 else "other"
    return stats


def main():
    stats = step_stats()
    record = {"step_stats": text_format.MessageToString(stats), "tf": tf.__version__}
    record["plain"] = json.loads(timeline.Timeline(stats).generate_chrome_trace_format(show_dataflow=False))
    record["all"] = json.loads(timeline.Timeline(stats).generate_chrome_trace_format(show_memory=True))
    found = timeline.Timeline(stats).analyze_step_stats().allocator_maximums
    record["maximums"] = {key: [most[0], most[1], sorted(most[2])] for key, most in found.items()}
    path = Path(__file__).resolve().parent / "timeline.json"
    path.write_text(json.dumps(record, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
