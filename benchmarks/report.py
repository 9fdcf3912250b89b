"""What `run.py` measured, as a document: tables, the targets, a plot. It computes nothing but ratios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalogue import TARGETS, WORKLOADS, Workload

BY_HAND = "<!-- What follows is written by hand; run.py keeps it. -->"

DOCUMENT = """\
# Results

Measured on {when}: {machine}; medians of {rounds} rounds in which all took turns, by

    {command}

{versions}. README.md tells what is measured and how; all figures are in `results.json`.

## What was to be reached

{targets}

## A training step

Median milliseconds; in brackets how many times flowgraph's time that is: above 1, flowgraph is quicker. The floor is
what the arithmetic or the memory traffic alone costs two Zen 4 cores with AVX-512.

{steps}

![times beside flowgraph's](results.svg)

Before anything is timed, the first three losses are compared with flowgraph's; they may differ by, relatively:
{tolerances}; the others not at all. Not timed, or not what the name says:

{refusals}

## The first call

Seconds of the first step, with what is compiled for it.

{first_calls}

## Peak memory

Megabytes of the whole process: interpreter, library and data included.

{memory}
"""

GRAPHS = """
## Large graphs

A chain of mixed ops on vectors of 10: built, differentiated, and the gradient run once, each in a fresh process.
PyTorch has no graph: there, building is computing.

{deep}

## Import and size

{light}
"""


def line(workload: Workload, told: dict[str, Any]) -> str:
    """A workload's figures in a line, for the terminal."""
    ours = told.get("flowgraph", {}).get("median_ms")
    parts = []
    for name, figures in told.items():
        if "refused" in figures:
            parts.append(f"{name}: {figures['refused']}")
        elif ours and name != "flowgraph":
            parts.append(f"{name} {number(figures['median_ms'])} ({figures['median_ms'] / ours:.2f} x)")
        else:
            parts.append(f"{name} {number(figures['median_ms'])} ms")
    return f"{workload.name:4s} " + ", ".join(parts)


def number(value: float) -> str:
    """Three digits, without an exponent."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def figure(results: dict[str, Any], name: str, contestant: str) -> float | None:
    """One figure, of which less is better: "w2", "memory w4", "import", "deep 10000"; nothing where there is none."""
    kind, _, rest = name.partition(" ")
    if kind == "import":
        return results.get("imports", {}).get(contestant)
    if kind == "deep":
        return total(results.get("deep", {}).get(rest, {}).get(contestant, {}))
    told = results["steps"].get(rest or kind, {}).get(contestant, {})
    if "refused" in told:
        return None
    return told.get("peak_mb" if kind == "memory" else "median_ms")


def total(times: dict[str, Any]) -> float:
    """Building, differentiating and running for the first time, in seconds; 0 of what was not measured."""
    return sum(times.get(part, 0.0) for part in ("build_s", "gradients_s", "first_run_s"))


def targets(results: dict[str, Any]) -> str:
    """What flowgraph is meant to reach, and what it became."""
    titles = {workload.name: workload.title for workload in WORKLOADS}
    rows = []
    for target in TARGETS:
        ours, theirs = (figure(results, target.figure, who) for who in ("flowgraph", target.peer))
        title = target.title or f"{target.figure.upper()}: {titles[target.figure]}"
        became, verdict = "not measured", ""
        if ours and theirs:
            became, verdict = f"{theirs / ours:.2f} x", "yes" if theirs / ours >= target.least else "**no**"
        against = results["contestants"].get(target.peer, {}).get("title", target.peer)
        rows.append([title, against, f"{target.least:g} x", became, verdict])
    return table(["", "against", "at least", "became", "reached"], rows)


def steps(results: dict[str, Any], *, first_call: bool = False) -> str:
    """Median milliseconds of a step, or of the first call, for each workload and contestant; in brackets the ratio."""
    names = list(results["contestants"])
    rows = []
    for workload in WORKLOADS:
        told = results["steps"].get(workload.name)
        if told is None:
            continue
        row = [workload.name.upper(), workload.title]
        ours = told.get("flowgraph", {}).get("median_ms")
        for name in names:
            figures = told.get(name, {})
            if "refused" in figures:
                row.append("–")
            elif first_call:
                row.append(number(figures["first_call_s"]) if "first_call_s" in figures else "")
            elif "median_ms" not in figures:
                row.append("")
            else:
                ratio = f" ({figures['median_ms'] / ours:.2f})" if ours and name != "flowgraph" else ""
                row.append(f"{number(figures['median_ms'])}{ratio}")
        if not first_call:
            floor = workload.floor_ms
            row.append(f"{floor:g} ({workload.floor})" if floor else "")
            row.append(f"{ours / floor:.1f}" if floor and ours else "")
        rows.append(row)
    return table(
        ["", "workload", *_titles(results, names), *([] if first_call else ["floor", "times the floor"])], rows
    )


def memory(results: dict[str, Any]) -> str:
    """The most memory that each process held."""
    names = list(results["contestants"])
    rows = []
    for name, told in results["steps"].items():
        peaks = [told.get(who, {}) for who in names]
        rows.append([name.upper(), *("" if "rounds_ms" not in each else number(each["peak_mb"]) for each in peaks)])
    return table(["", *_titles(results, names)], rows)


def deep(results: dict[str, Any]) -> str:
    """W9 for each contestant and number of ops."""
    rows = []
    for ops, told in results["deep"].items():
        for name, times in told.items():
            title = results["contestants"][name]["title"]
            parts = ("build_s", "gradients_s", "first_run_s")
            if "refused" in times:
                rows.append([f"{int(ops):,}", title, times["refused"], "", "", "", ""])
                continue
            each = [number(times[part]) for part in parts]
            rows.append([f"{int(ops):,}", title, *each, number(total(times)), number(total(times) / int(ops) * 1e6)])
    return table(["ops", "", "build, s", "gradients, s", "first run, s", "together, s", "µs an op"], rows)


def light(results: dict[str, Any]) -> str:
    """Import time and installed size."""
    rows = [
        [who["title"], number(results["imports"][name]), number(results["installed_mb"][name])]
        for name, who in results["contestants"].items()
        if name in results["imports"]
    ]
    return table(["", "import, ms", "installed, MB"], rows)


def refusals(results: dict[str, Any]) -> str:
    """Who was not timed, and why; who did something else than its name says."""
    lines = [
        f"- {workload.upper()}, {results['contestants'][name]['title']}: {figures.get('refused') or figures['note']}."
        for workload, told in results["steps"].items()
        for name, figures in told.items()
        if "refused" in figures or "note" in figures
    ]
    return "\n".join(lines) or "None: all losses were equal."


def _titles(results: dict[str, Any], names: list[str]) -> list[str]:
    return [results["contestants"][name]["title"] for name in names]


def document(results: dict[str, Any], by_hand: str = "") -> str:
    """RESULTS.md; `by_hand` is what someone has written below the mark."""
    who = results["machine"]
    versions = ", ".join(
        f"{each['title']} {each['version']} (Python {each['python']})"
        for each in results["contestants"].values()
        if "version" in each
    )
    text = DOCUMENT.format(
        when=results["when"],
        machine=f"{who['processor']}, {who['cores']} cores, {who['system']}{who.get('settings', '')}",
        rounds=results["rounds"],
        command=results["command"],
        versions=versions,
        targets=targets(results),
        steps=steps(results),
        tolerances=", ".join(f"{w.name.upper()} {w.tolerance:g}" for w in WORKLOADS if w.tolerance),
        refusals=refusals(results),
        first_calls=steps(results, first_call=True),
        memory=memory(results),
    )
    if "deep" in results:
        text += GRAPHS.format(deep=deep(results), light=light(results))
    return f"{text}\n{BY_HAND}{by_hand or chr(10)}"


def write(results: dict[str, Any], folder: Path) -> None:
    """RESULTS.md with its plot; what someone wrote below the mark stays."""
    path = folder / "RESULTS.md"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(document(results, before.partition(BY_HAND)[2]), encoding="utf-8")
    try:
        plot(results, folder / "results.svg")
    except ImportError:
        print("no plot: matplotlib is missing (pip install matplotlib)")


def plot(results: dict[str, Any], path: Path) -> None:
    """For each workload and contestant its time beside flowgraph's, on a logarithmic axis: left of 1 is quicker."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "flowgraph"  # the same figures give the same file
    import matplotlib.pyplot as plt

    peers = [name for name in results["contestants"] if name != "flowgraph"]
    workloads = [name for name in results["steps"] if figure(results, name, "flowgraph")]
    if not peers or not workloads:
        return
    picture, axes = plt.subplots(figsize=(9, 1 + 0.5 * len(workloads)))
    for place, peer in enumerate(peers):
        points = [
            (theirs / ours, row + (place / max(1, len(peers) - 1) - 0.5) * 0.5)
            for row, name in enumerate(workloads)
            if (theirs := figure(results, name, peer)) and (ours := figure(results, name, "flowgraph"))
        ]
        if points:
            times, places = zip(*points)
            axes.scatter(times, places, s=28, label=results["contestants"][peer]["title"])
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(workloads)), [name.upper() for name in workloads])
    axes.invert_yaxis()
    axes.set_xlabel("time of a step beside flowgraph's (right of the line: flowgraph is quicker)")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    picture.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(picture)
