"""Run the programs of `programs/` under flowgraph and TensorFlow in turn, and print medians and ratios.

python benchmarks/compare.py [--rounds 3] [--only pipeline] [--peer tf115[=/path/to/python] ...]

Each is a process that reports its own figures once. Those of training steps are `run.py`'s.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections import defaultdict

from contestant import Competitor, Failed, flowgraph, named
from peers import ROOT

PROGRAMS = ROOT / "benchmarks" / "programs"
NAMES = ("rows", "loops", "checkpoint", "pipeline")


def measure(competitor: Competitor, name: str) -> dict[str, float]:
    """One run of one program in a process of its own."""
    try:
        return competitor.once(PROGRAMS / f"{name}.py", competitor.peer.argument)
    except Failed as reason:
        raise SystemExit(f"{name} failed under {competitor.name}: {reason}") from None


def _compare(name: str, by_module: dict[str, list[float]]) -> None:
    """What is no time but a digest of results must be the same everywhere."""
    if len({figure for figures in by_module.values() for figure in figures}) > 1:
        raise SystemExit(f"the results differ: {name} {dict(by_module)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME[=PYTHON]", help="tf115 or tf221")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=NAMES)
    options = parser.parse_args()
    contestants = [flowgraph(sys.executable), *map(named, options.peer)]
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; medians of "
          f"{options.rounds} rounds")  # fmt: skip
    for program in [options.only] if options.only else NAMES:
        figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for _ in range(options.rounds):
            for competitor in contestants:
                for name, value in measure(competitor, program).items():
                    figures[name][competitor.name].append(value)
        for name, by_module in figures.items():
            if name.endswith("_check"):
                _compare(name, by_module)
                continue
            ours = statistics.median(by_module["flowgraph"])
            line = f"{program:12s} {name:24s} flowgraph {ours:10.2f}"
            for competitor in contestants[1:]:
                theirs = statistics.median(by_module[competitor.name])
                line += f"   {competitor.name} {theirs:10.2f} ({theirs / ours:5.1f} x)"
            print(line)


if __name__ == "__main__":
    main()
