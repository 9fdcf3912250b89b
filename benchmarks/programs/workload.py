"""What the programs share: the clock, and how they report. It runs under Python 3.7 as well, for TF 1.15."""

from __future__ import annotations

import json
import statistics
import time

from serving import load as load


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
