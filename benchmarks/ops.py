"""One `session.run` of every op at about a million entries, beside a peer.

    python benchmarks/ops.py --peer /path/to/tf115/bin/python:tensorflow [--only PART] [--rounds 5] [--slower 3]

Two processes, one for each library, take turns at each case: a turn is as many runs as fit into some milliseconds, and
its figure is the quickest. The table has the medians over the rounds, in microseconds, sorted by their ratio: above 1,
flowgraph is slower.
What is run is the op itself, without feeds and fetches, on variables. A case that a library lacks says so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
TURN_SECONDS = 0.03


def all_cases():
    """Name -> function of (module, inputs) that builds what is run."""
    sys.path.insert(0, str(HERE))
    import op_cases as core
    import op_cases_nn as nn

    families = {
        "unary": core.UNARY, "binary": core.BINARY, "reduction": core.REDUCTION, "array": core.ARRAY,
        "random": core.RANDOM, "nn": nn.NETWORK, "linalg": nn.LINEAR, "signal": nn.SPECTRAL, "sparse": nn.SPARSE,
        "strings": nn.STRINGS, "image": nn.IMAGE, "gradient": nn.GRADIENT,
    }  # fmt: skip
    return {f"{family}: {name}": case for family, cases in families.items() for name, case in cases.items()}


class Worker:
    """One library in a process of its own, told on stdin which case to make ready and when to run it."""

    def __init__(self, python, module):
        environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(HERE.parent)}
        command = [python, "-W", "ignore", str(Path(__file__)), "--serve", module]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ
        )

    def ask(self, request):
        """Send a line and wait for the answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a worker ended while it had to answer {request}")
        return json.loads(line)


def serve(module):
    """Answer requests: a case's name makes it ready, null runs it for a turn and says the microseconds of a run."""
    warnings.simplefilter("ignore")
    tf = importlib.import_module(module)
    tf.compat.v1.logging.set_verbosity("ERROR")
    from op_cases import Inputs

    cases, answers, session, target = all_cases(), sys.stdout, None, None
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request is not None:
                if session is not None:
                    session.close()
                tf.reset_default_graph()
                tf.set_random_seed(1)
                target = ops_of(tf, cases[request](tf, Inputs(tf)))
                session = tf.Session()
                session.run(tf.global_variables_initializer())
                session.run(target)
                answer = "ready"
            else:
                answer = turn(session, target)
        except Exception as error:  # noqa: BLE001  (the table says which cases a library lacks)
            answer = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            session = None
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def ops_of(tf, value):
    """The operations that compute a structure of tensors."""
    if isinstance(value, (list, tuple)) and not hasattr(value, "indices"):
        return [op for entry in value for op in ops_of(tf, entry)]
    parts = [getattr(value, part, None) for part in ("values", "indices", "op")]
    return [part.op if hasattr(part, "op") else part for part in (parts[:2] if parts[0] is not None else parts[2:])]


def turn(session, target):
    """The microseconds of the quickest run in a turn: what other processes do hardly shows in it."""
    end, quickest = time.perf_counter() + TURN_SECONDS, float("inf")
    while True:
        start = time.perf_counter()
        session.run(target)
        now = time.perf_counter()
        quickest = min(quickest, now - start)
        if now > end:
            return quickest * 1e6


def compare(workers, name, rounds):
    """The medians of the workers' turns, or what went wrong where one could not."""
    states = [worker.ask(name) for worker in workers]
    if all(state == "ready" for state in states):
        turns = [[worker.ask(None) for worker in workers] for _ in range(rounds)]
        return [statistics.median(column) for column in zip(*turns)]
    return states


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", metavar="MODULE", help=argparse.SUPPRESS)
    parser.add_argument("--peer", metavar="PYTHON:MODULE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", metavar="PART", help="part of a case's name, or several, by |")
    parser.add_argument("--slower", type=float, default=0.0, help="show only what is so many times slower")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    workers = [Worker(sys.executable, "flowgraph")]
    if options.peer:
        workers.append(Worker(*options.peer.rsplit(":", 1)))
    rows, missing = [], []
    for name in all_cases():
        if any(part in name for part in options.only.split("|")):
            figures = compare(workers, name, options.rounds)
            (missing if any(isinstance(figure, str) for figure in figures) else rows).append((name, figures))
    rows.sort(key=lambda row: row[1][0] / row[1][-1] if len(workers) > 1 else row[1][0], reverse=True)
    for name, figures in rows:
        ratio = figures[0] / figures[-1]
        if ratio >= options.slower:
            peers = "".join(f"{figure:12.0f}" for figure in figures)
            print(f"{ratio:7.2f} {peers}  {name}")
    for name, states in missing:
        print(f"      -  {name}: {' | '.join(map(str, states))}")
    print(f"{len(rows)} cases, {sum(f[0] > 3 * f[-1] for _, f in rows)} more than 3 times slower")


if __name__ == "__main__":
    main()
