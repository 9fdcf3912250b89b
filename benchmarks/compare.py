"""Run the workloads under flowgraph and its peers in turn, and print medians and ratios.

python benchmarks/compare.py [--rounds 3] [--only scalar_add] [--peer PYTHON:MODULE ...]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKLOADS = (
    "import_time", "scalar_add", "deep_graph", "mlp_step", "lenet_step", "rows", "while_loop", "recurrent",
    "checkpoint", "pipeline",
)  # fmt: skip


def measure(python: str, module: str, workload: str) -> dict[str, float]:
    """One run of one workload in a process of its own."""
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if module == "flowgraph":
        environ["PYTHONPATH"] = str(HERE.parent)
    command = [python, "-W", "ignore", str(HERE / f"{workload}.py"), module]
    # the user names the Pythons to compare
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{workload} failed under {module}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _compare(name: str, by_module: dict[str, list[float]]) -> None:
    """What is no time but a digest of results must be the same everywhere."""
    if len({figure for figures in by_module.values() for figure in figures}) > 1:
        raise SystemExit(f"the results differ: {name} {dict(by_module)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", default=[], metavar="PYTHON:MODULE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WORKLOADS)
    options = parser.parse_args()
    contestants = [(sys.executable, "flowgraph"), *(tuple(peer.rsplit(":", 1)) for peer in options.peer)]
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; medians of "
          f"{options.rounds} rounds")  # fmt: skip
    for workload in [options.only] if options.only else WORKLOADS:
        figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for _ in range(options.rounds):
            for python, module in contestants:
                for name, value in measure(python, module, workload).items():
                    figures[name][module].append(value)
        for name, by_module in figures.items():
            if name.endswith("_check"):
                _compare(name, by_module)
                continue
            ours = statistics.median(by_module["flowgraph"])
            line = f"{workload:12s} {name:24s} flowgraph {ours:10.2f}"
            for _, module in contestants[1:]:
                theirs = statistics.median(by_module[module])
                line += f"   {module} {theirs:10.2f} ({theirs / ours:5.1f} x)"
            print(line)


if __name__ == "__main__":
    main()
