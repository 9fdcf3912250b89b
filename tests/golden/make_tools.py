"""Have TensorFlow 1.15.5's tools rewrite graphs and inspect a checkpoint.

    python3.7 tests/golden/make_tools.py

writes tests/golden/tools.json.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import tensorflow as tf  # noqa: E402
import tool_cases as cases  # noqa: E402
from tensorflow.python.tools import inspect_checkpoint, optimize_for_inference_lib, strip_unused_lib  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
HERE = Path(__file__).resolve().parent


def main():
    found = {"optimized": {}, "stripped": {}}
    for kind in cases.KINDS:
        for toco in (False, True):
            with tf.Graph().as_default():
                graph = cases.network(tf, kind)
            better = optimize_for_inference_lib.optimize_for_inference(graph, ["same"], ["out"], 1, toco)
            found["optimized"]["%s %d" % (kind, toco)] = cases.told(better, tf.make_ndarray)
        found["stripped"][kind] = cases.told(
            strip_unused_lib.strip_unused(graph, ["same"], ["norm"], [1]), tf.make_ndarray
        )
    found["inspected"] = cases.inspected(tf, inspect_checkpoint, str(HERE / "object_checkpoints" / "names"))
    with tf.Graph().as_default():
        found["complaints"] = cases.complaints(tf, strip_unused_lib, optimize_for_inference_lib)
    lines = ["%s: %s" % (json.dumps(name), json.dumps(value)) for name, value in found.items()]
    (HERE / "tools.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
