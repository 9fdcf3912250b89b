"""The benchmarks: workloads compute what TensorFlow does, unequal contestants are refused, figures become tables."""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = json.loads((ROOT / "tests" / "golden" / "benchmarks.json").read_text(encoding="utf-8"))
MODULES = ("catalogue", "peers", "contestant", "footprint", "report", "run")

Benchmarks = dict[str, ModuleType]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Benchmarks:
    """The modules of benchmarks/, which are scripts beside each other and no package."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setenv("BENCH_SIZE", "small")
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return {name: importlib.import_module(name) for name in MODULES}


@pytest.mark.parametrize("run", GOLDEN)
def test_workloads_have_the_losses_of_tensorflow_1(bench, run):
    script, *arguments = run.split()
    process = bench["contestant"].Process(bench["contestant"].flowgraph(sys.executable), script, tuple(arguments), 60)
    try:
        assert process.ready["losses"] == pytest.approx(GOLDEN[run], rel=1e-5)
        answer = process.round(2)
        assert 0 < answer["min_ms"] <= answer["median_ms"]
        assert answer["peak_mb"] > 10
    finally:
        process.close()


def test_every_workload_of_the_catalogue_is_checked_and_has_a_script(bench):
    runs = {" ".join([each.script, *each.arguments]) for each in bench["catalogue"].WORKLOADS}
    assert runs == {*GOLDEN, "w8_word2vec own"}  # which draws numbers of its own
    named = {target.figure.split()[-1] for target in bench["catalogue"].TARGETS}
    assert named <= {each.name for each in bench["catalogue"].WORKLOADS} | {"import", "10000"}


def test_a_large_graph_reports_its_times(bench):
    competitor = bench["contestant"].flowgraph(sys.executable)
    figures = bench["run"].deep_graphs([competitor], (10,), 60)
    assert {"build_s", "gradients_s", "first_run_s", "value", "peak_mb"} <= set(figures["10"]["flowgraph"])


def stand_in(bench, folder: Path, name: str, body: str):
    """A contestant whose only workload, `toy`, is this code."""
    home = folder / name
    home.mkdir()
    (home / "toy.py").write_text(f"from serving import serve\nimport sys\n{body}\n", encoding="utf-8")
    peer = bench["peers"].Peer(
        name, name.title(), "json", folder=str(home), proof="proof" if name == "unproven" else ""
    )
    return bench["contestant"].Competitor(peer, sys.executable)


def test_a_contestant_with_other_losses_is_named_and_not_timed(bench, tmp_path):
    serve = "serve(step=lambda: None, loss=lambda: {}, version='1.0')"
    competitors = [
        stand_in(bench, tmp_path, name, body)
        for name, body in {
            "flowgraph": "print('a library prints this')\n" + serve.format("2.0"),
            "equal": serve.format("2.00001"),
            "other": serve.format("2.1"),
            "nan": serve.format("float('nan')"),
            "broken": "raise ValueError('no such device')",
            "unproven": serve.format("2.0"),
            "dying": "todo = iter(range(7))\nserve(lambda: next(todo), lambda: 2.0, '1.0')",
        }.items()
    ]
    toy = bench["catalogue"].Workload("toy", "toy", "a toy", 1e-4)
    told = bench["run"].measure(toy, competitors, rounds=2, seconds=1e-4, limit=60)
    assert {name for name, figures in told.items() if "median_ms" in figures} == {"flowgraph", "equal", "unproven"}
    assert len(told["equal"]["rounds_ms"]) == 2
    assert told["other"]["refused"] == "its result after step 1 is 2.1, flowgraph's 2"
    assert told["nan"]["refused"] == "its result after step 1 is nan, flowgraph's 2"
    assert told["broken"]["refused"] == "ValueError: no such device"
    assert told["dying"]["refused"] == "StopIteration"
    assert told["unproven"]["note"] == "its log lacks `proof`"


def test_a_contestant_that_never_answers_is_given_up_on(bench, tmp_path):
    silent = stand_in(bench, tmp_path, "silent", "import time\ntime.sleep(600)")
    with pytest.raises(bench["contestant"].Failed, match="no answer within 1 s"):
        bench["contestant"].Process(silent, "toy", (), 1)


def made_up() -> dict:
    """Figures as run.py would gather them, with round numbers."""
    step = {"first_call_s": 0.5, "rounds_ms": [1.0], "peak_mb": 100.0}
    return {
        "when": "2020-02-02",
        "command": "python benchmarks/run.py --peer tf115",
        "machine": {"processor": "An abacus", "cores": 2, "system": "Linux x86_64"},
        "rounds": 5,
        "contestants": {
            "flowgraph": {"title": "flowgraph", "version": "0.1", "python": "3.11"},
            "tf115": {"title": "TF 1.15.5", "version": "1.15.5", "python": "3.7"},
            "tf221": {"title": "TF 2.21 graph"},
        },
        "steps": {
            "w2": {"flowgraph": {**step, "median_ms": 2.0}, "tf115": {**step, "median_ms": 3.0},
                   "tf221": {**step, "median_ms": 1.0}},
            "w4": {"flowgraph": {**step, "median_ms": 300.0}, "tf115": {"refused": "it differs", "first_call_s": 9.0},
                   "tf221": {**step, "median_ms": 200.0, "peak_mb": 250.0, "note": "no proof"}},
        },
        "deep": {"10000": {"flowgraph": {"build_s": 0.1, "gradients_s": 0.2, "first_run_s": 0.2},
                           "tf221": {"build_s": 1.0, "gradients_s": 2.0, "first_run_s": 8.0},
                           "tf115": {"refused": "more than 60 s"}}},
        "imports": {"flowgraph": 200.0, "tf115": 900.0, "tf221": 1900.0},
        "installed_mb": {"flowgraph": 80.0, "tf115": 500.0, "tf221": 2000.0},
    }  # fmt: skip


def test_figures_become_tables(bench):
    text = bench["report"].document(made_up())
    rows = {tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in text.splitlines() if line.startswith("|")}
    cells = {row[0:2]: row[2:] for row in rows}
    w2 = "MLP 784-500-10, L2, decay, moving averages, batch 100"
    assert cells[f"W2: {w2}", "TF 1.15.5"] == ("1 x", "1.50 x", "yes")
    assert cells[f"W2: {w2}", "TF 2.21 graph"] == ("1.2 x", "0.50 x", "**no**")
    assert cells["peak memory of W4", "TF 2.21 graph"] == ("1 x", "2.50 x", "yes")
    assert cells["W9: build, gradients and first run of 10,000 ops", "TF 2.21 graph"] == ("20 x", "22.00 x", "yes")
    assert cells["W9: import", "TF 2.21 graph"] == ("10 x", "9.50 x", "**no**")
    assert ("W2", w2, "2.00", "3.00 (1.50)", "1.00 (0.50)", "0.78 (memory and GEMM)", "2.6") in rows
    assert ("W4", "100", "", "250") in rows
    assert ("10,000", "flowgraph", "0.100", "0.200", "0.200", "0.500", "50.0") in rows
    assert ("10,000", "TF 1.15.5", "more than 60 s", "", "", "", "") in rows
    assert ("TF 2.21 graph", "1900", "2000") in rows
    assert "- W4, TF 1.15.5: it differs.\n- W4, TF 2.21 graph: no proof.\n" in text
    assert "flowgraph 0.1 (Python 3.11), TF 1.15.5 1.15.5 (Python 3.7). README" in text
    (w4,) = [row for row in rows if row[0] == "W4" and len(row) == 7]
    assert w4[2:5] == ("300", "–", "200 (0.67)")


def test_what_was_written_by_hand_is_kept(bench, tmp_path):
    report = bench["report"]
    report.write(made_up(), tmp_path)
    path = tmp_path / "RESULTS.md"
    first = path.read_text(encoding="utf-8")
    path.write_text(first + "\n## Notes\n\nThe abacus was old.\n", encoding="utf-8")
    report.write({**made_up(), "when": "2021-03-03"}, tmp_path)
    again = path.read_text(encoding="utf-8")
    assert again == first.replace("2020-02-02", "2021-03-03") + "\n## Notes\n\nThe abacus was old.\n"
    assert "TF 1.15.5" in (tmp_path / "results.svg").read_text(encoding="utf-8")


def test_where_interpreters_lie_is_not_told(bench):
    words = ["--peer", "tf115=/home/someone/python", "--peer", "torch", "--rounds", "3", "--out=there"]
    told = ["--peer", "tf115", "--peer", "torch", "--rounds", "3", "--out=there"]
    assert bench["run"].without_paths(words) == told


def test_a_peer_that_is_missing_says_how_it_is_made(bench, monkeypatch, tmp_path):
    monkeypatch.setattr(bench["peers"], "FOLDER", tmp_path)
    with pytest.raises(SystemExit, match=r"peers\.py make torch"):
        bench["contestant"].named("torch_compiled")
    with pytest.raises(SystemExit, match="no peer is called caffe"):
        bench["contestant"].named("caffe=/usr/bin/python")


def test_installed_size_counts_what_flowgraph_depends_on(bench):
    footprint = bench["footprint"]
    assert {"numpy", "networkx", "protobuf"} <= set(footprint.core_dependencies())
    sites = [Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))]
    assert footprint.package_mb("numpy", sites) > 5
    ours = footprint.installed_mb([bench["contestant"].flowgraph(sys.executable)])["flowgraph"]
    assert ours > sum(footprint.package_mb(name, sites) for name in footprint.core_dependencies())
