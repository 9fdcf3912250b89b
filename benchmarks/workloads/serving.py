"""How a workload speaks with `benchmarks/run.py`: it reports its first losses, then runs rounds when it is asked to.

    python w2_mlp.py flowgraph              # the script imports `flowgraph` as tf
    {"ready": true, "first_call_s": 0.02, "losses": [2.61, 2.55, 2.5], ...}
    round 20                                # typed, or sent by the driver
    {"median_ms": 1.31, "min_ms": 1.24, "peak_mb": 61.2}

One process for each contestant stays alive, so that rounds can take turns: A B C A B C. The answers are lines of
JSON on stdout; what a library prints beside them is passed over. The process ends with its stdin.

This file and the workloads run under Python 3.7 too, for TensorFlow 1.15.5.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import statistics
import sys
import time

STEPS = 3  # whose losses are compared


def load():
    """The module that the command line names, as scripts call it: `tf`."""
    name = sys.argv[1] if len(sys.argv) > 1 else "flowgraph"
    tf = importlib.import_module(name)
    if name == "tensorflow.compat.v1":
        tf.disable_v2_behavior()
    return tf


def serve(step, loss, version=""):
    """Report the first losses, then answer commands until stdin ends.

    Args:
        step: a function without arguments that does one training step on the next batch, and returns when it is done.
        loss: a function without arguments that gives the loss of batch 0 as things stand, and changes nothing.
        version: what was measured, for the table; `load()`'s module's version by default.
    """
    start = time.perf_counter()
    step()
    first_call = time.perf_counter() - start
    losses = [float(loss())]
    for _ in range(STEPS - 1):
        step()
        losses.append(float(loss()))
    _answer(ready=True, losses=losses, first_call_s=first_call, peak_mb=peak_mb(),
            version=version or _version(), python=platform.python_version(), pid=os.getpid())  # fmt: skip
    for line in sys.stdin:
        command, number = line.split()
        if command != "round":
            raise SystemExit("unknown command: " + line)
        times = _times(step, int(number))
        _answer(median_ms=statistics.median(times) * 1e3, min_ms=min(times) * 1e3, peak_mb=peak_mb())


def _times(step, number):
    clock = time.perf_counter
    times = []
    for _ in range(number):
        start = clock()
        step()
        times.append(clock() - start)
    return times


def peak_mb():
    """The most memory that this process has held, in MB: VmHWM starts afresh with a program, ru_maxrss does not."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1e3
    except OSError:
        pass
    import resource  # Unix alone has it

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _version():
    name = sys.argv[1] if len(sys.argv) > 1 else "flowgraph"
    module = sys.modules[name.split(".", maxsplit=1)[0]]
    return getattr(module, "flowgraph_version", getattr(module, "__version__", ""))


def _answer(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
