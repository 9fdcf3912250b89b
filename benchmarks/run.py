"""Measure flowgraph beside its peers, and write `RESULTS.md`, `results.json` and a plot.

    python benchmarks/run.py --peer tf221=/path/to/python --peer torch     # these peers; the whole, some ten minutes
    python benchmarks/run.py                                               # the peers in .peers, or flowgraph alone
    python benchmarks/run.py --only w2 w6 --peer tf221                     # a look at two workloads; into out/
    python benchmarks/run.py --only w6 --tree ../another-checkout          # two versions of flowgraph
    python benchmarks/run.py --short                                       # `make bench`: about two minutes; into out/

For each workload all contestants are started, one after another, and their first losses compared with flowgraph's:
who differs is named, and not timed. Then rounds take turns, A B C A B C, so that a busy minute hits all alike. What
is told are medians over the rounds. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import report
from catalogue import DEEP_GRAPHS, WORKLOADS, Workload
from contestant import Competitor, Failed, Process, flowgraph, named
from footprint import installed_mb
from peers import PEERS, ROOT

SHORT = ["w1", "w2", "w3", "w6", "w8", "w9"]  # what takes no long time to start, anywhere
IMPORT = "import time; s = time.perf_counter(); import {}; print((time.perf_counter() - s) * 1e3)"


def refusal(ours: list[float], theirs: list[float], tolerance: float | None) -> dict[str, str]:
    """{"refused": why}, where losses are not equal enough."""
    for step, (mine, other) in enumerate(zip(ours, theirs)):
        if tolerance is not None and not abs(mine - other) <= tolerance * abs(mine):  # a NaN is different, too
            return {"refused": f"its result after step {step + 1} is {other:.7g}, flowgraph's {mine:.7g}"}
    return {}


def start(workload: Workload, competitors: list[Competitor], limit: float) -> tuple[dict[str, Process], dict[str, Any]]:
    """Start a workload everywhere; the processes whose losses are equal, and for each contestant what to tell of it."""
    running: dict[str, Process] = {}
    told: dict[str, Any] = {}
    for competitor in competitors:
        if (workload.tf_only and competitor.peer.folder) or not competitor.peer.script(workload.script).exists():
            continue
        try:
            process = Process(competitor, workload.script, workload.arguments, limit)
        except Failed as reason:
            told[competitor.name] = {"refused": str(reason)}
            continue
        ready = told[competitor.name] = dict(process.ready)
        ours = told.get("flowgraph", ready).get("losses", ready["losses"])
        ready.update(refusal(ours, ready["losses"], workload.tolerance))
        if "refused" in ready:
            process.close()
            continue
        if not process.proven:
            ready["note"] = f"its log lacks `{competitor.peer.proof}`"
        running[competitor.name] = process
    return running, told


def measure(
    workload: Workload, competitors: list[Competitor], rounds: int, seconds: float, limit: float
) -> dict[str, Any]:
    """One workload: losses compared, then rounds of about `seconds` each that take turns."""
    running, told = start(workload, competitors, limit)
    try:
        for turn in range(-1, rounds):
            for name, process in running.items():
                time.sleep(0.02)  # threads of the one before stop spinning
                figures = told[name]
                if "refused" not in figures:
                    try:
                        _one_round(process, figures, seconds, counts=turn >= 0)
                    except Failed as reason:
                        figures["refused"] = str(reason)
    finally:
        for process in running.values():
            process.close()
    for name in running:
        if "refused" not in told[name]:
            told[name]["median_ms"] = statistics.median(told[name]["rounds_ms"])
            told[name]["min_ms"] = min(told[name].pop("least_ms"))
    return told


def _one_round(process: Process, figures: dict[str, Any], seconds: float, *, counts: bool) -> None:
    """A contestant's turn. The first does not count: it warms up, and tells how many steps make a round."""
    if not counts:
        once = process.round(3)["median_ms"]
        figures.update(steps=min(max(3, int(seconds * 1e3 / once)), 3000), rounds_ms=[], least_ms=[])
        return
    answer = process.round(figures["steps"])
    figures["rounds_ms"].append(answer["median_ms"])
    figures["least_ms"].append(answer["min_ms"])
    figures["peak_mb"] = answer["peak_mb"]


def deep_graphs(competitors: list[Competitor], sizes: tuple[int, ...], limit: float) -> dict[str, dict[str, Any]]:
    """W9: for each number of ops and contestant, the times of a fresh process, or why it was not tried.

    `limit` is in seconds, and for the peers. Where a process takes little time, it is the median one of three.
    """
    figures: dict[str, dict[str, Any]] = {str(ops): {} for ops in sizes}
    for competitor in competitors:
        script, took, before = competitor.peer.script("w9_deep_graph"), 0.0, 1
        ours = competitor.peer.imports == "flowgraph"
        for ops in sizes if script.exists() else ():
            row = figures[str(ops)]
            if took * ops / before > 2 * limit and not ours:
                row[competitor.name] = {"refused": f"not tried: {before:,} ops took {took:.1f} s"}
                continue
            words = [*filter(None, [competitor.peer.argument]), str(ops)]
            begin = time.perf_counter()
            try:
                runs = [competitor.once(script, *words, limit=limit * (10 if ours else 1))]
                took, before = time.perf_counter() - begin, ops
                runs += [competitor.once(script, *words, limit=limit) for _ in range(2 if took < 5 else 0)]
                figure = sorted(runs, key=report.total)[len(runs) // 2]
                expected = row.get("flowgraph", figure)["value"]
                row[competitor.name] = {**figure, **refusal([expected], [figure["value"]], 1e-3)}
            except Failed as reason:
                row[competitor.name] = {"refused": str(reason)}
                took, before = limit, ops
    return figures


def imports(competitors: list[Competitor], rounds: int) -> dict[str, float]:
    """Milliseconds of `import` in a fresh interpreter; the first round fills caches, and does not count."""
    times: dict[str, list[float]] = {competitor.name: [] for competitor in competitors}
    for _ in range(rounds + 1):
        for competitor in competitors:
            try:
                times[competitor.name].append(float(competitor.once(IMPORT.format(competitor.peer.imports))))
            except Failed as reason:
                raise SystemExit(f"{competitor.peer.title} ({competitor.python}): {reason}") from None
    return {name: statistics.median(each[1:]) for name, each in times.items()}


def machine() -> dict[str, Any]:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    tuned = sorted(
        f"{key}={value}" for key, value in os.environ.items() if key.startswith(("OPENBLAS", "OMP_", "MKL_"))
    )
    return {
        "processor": model,
        "cores": cores,
        "system": f"{platform.system()} {platform.machine()}",
        "settings": "".join(f", {each}" for each in tuned),
    }


def everything(options: argparse.Namespace, competitors: list[Competitor]) -> dict[str, Any]:
    """All figures, as they go into results.json."""
    results: dict[str, Any] = {
        "when": dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d"),
        "command": shlex.join(["python", "benchmarks/run.py", *without_paths(sys.argv[1:])]),
        "machine": machine(),
        "rounds": options.rounds,
        "contestants": {c.name: {"title": c.peer.title} for c in competitors},
        "steps": {},
    }
    if "w9" in options.only:  # first: a peer that cannot even be imported should not end a long run
        environments = [each for each in competitors if not each.peer.environment]  # each once
        results["imports"] = imports(environments, 2 if options.short else 5)
        results["installed_mb"] = installed_mb(environments)
        results["deep"] = deep_graphs(competitors, DEEP_GRAPHS[:1] if options.short else DEEP_GRAPHS, 60)
    for workload in WORKLOADS:
        if workload.name not in options.only:
            continue
        told = measure(workload, competitors, options.rounds, options.seconds, options.limit)
        results["steps"][workload.name] = told
        for name, figures in told.items():
            if "version" in figures:
                results["contestants"][name].update(version=figures["version"], python=figures["python"])
        print(report.line(workload, told), flush=True)
    return results


def without_paths(words: list[str]) -> list[str]:
    """The command line as another machine would have it: where interpreters lie is no one else's."""
    return [word.split("=", maxsplit=1)[0] if word.partition("=")[0] in PEERS else word for word in words]


def contestants(options: argparse.Namespace) -> list[Competitor]:
    """Flowgraph first, other checkouts of it, and the peers asked for, or those in .peers."""
    peers = options.peer or [peer.name for peer in PEERS.values() if peer.python.exists()]
    return [
        flowgraph(sys.executable),
        *(flowgraph(sys.executable, tree) for tree in options.tree),
        *([] if options.alone else map(named, peers)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [workload.name for workload in WORKLOADS] + ["w9"]
    parser.add_argument("--peer", action="append", default=[], metavar="NAME[=PYTHON]", help=", ".join(PEERS))
    parser.add_argument("--tree", action="append", default=[], metavar="FOLDER", help="another checkout of flowgraph")
    parser.add_argument("--alone", action="store_true", help="no peers")
    parser.add_argument("--only", nargs="+", choices=names, metavar="WORKLOAD", help=", ".join(names))
    parser.add_argument("--short", action="store_true", help="few, short rounds")
    parser.add_argument("--rounds", type=int, help="5 by default, 3 of a short run")
    parser.add_argument("--seconds", type=float, help="of a round: 0.5 by default, 0.1 of a short run")
    parser.add_argument("--limit", type=float, default=60, help="seconds that a workload may take to start")
    parser.add_argument("--out", type=Path, help="where to write: benchmarks/ of a whole run, else out/benchmarks/")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.short else 5)
    options.seconds = options.seconds or (0.1 if options.short else 0.5)
    partial = options.short or options.only or options.tree
    options.only = options.only or (SHORT if options.short else names)
    out = options.out or ROOT / ("out/benchmarks" if partial else "benchmarks")

    begin = time.perf_counter()
    results = everything(options, contestants(options))
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    report.write(results, out)
    print(f"\n{out / 'RESULTS.md'}: {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
