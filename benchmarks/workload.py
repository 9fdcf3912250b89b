"""What the workloads share: the module under test, and the clock. It runs under Python 3.7 as well, for TF 1.15."""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time

MODULE = sys.argv[1] if len(sys.argv) > 1 else "flowgraph"


def load():
    """The module under test, as the name that scripts give it."""
    return importlib.import_module(MODULE)


def median_us(function, number, repeat=7):
    """Median time of one call in microseconds, over `repeat` rounds of `number` calls."""
    function()
    rounds = []
    for _ in range(repeat):
        start = time.perf_counter()
        for _ in range(number):
            function()
        rounds.append((time.perf_counter() - start) / number * 1e6)
    return statistics.median(rounds)


def report(**figures):
    """Hand the figures to `compare.py`: one line of JSON."""
    print(json.dumps(figures))
