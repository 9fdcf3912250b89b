"""TensorFlow's tools: the graphs and lines of TensorFlow 1.15.5."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.python.tools import inspect_checkpoint, optimize_for_inference_lib, strip_unused_lib

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
import tool_cases as cases  # noqa: E402

TOLD = json.loads((GOLDEN / "tools.json").read_text())


def same(found: list[Any], wanted: list[Any]) -> None:
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine[:4] == theirs[:4]
        if theirs[4] is not None:
            np.testing.assert_allclose(mine[4], theirs[4], rtol=1e-6)


@pytest.mark.parametrize("toco", [False, True])
@pytest.mark.parametrize("kind", cases.KINDS)
def test_graphs_for_inference_are_tensorflows(kind: str, toco: bool) -> None:
    with tf.Graph().as_default():
        graph = cases.network(tf, kind)
    better = optimize_for_inference_lib.optimize_for_inference(graph, ["same"], ["out"], 1, toco)
    same(cases.told(better, tf.make_ndarray), TOLD["optimized"][f"{kind} {int(toco)}"])


def test_a_graph_for_inference_computes_the_same() -> None:
    with tf.Graph().as_default():
        graph = cases.network(tf, "plain")
    better = optimize_for_inference_lib.optimize_for_inference(graph, ["x"], ["out"], 1)
    x = np.random.RandomState(1).normal(size=[1, 6, 6, 2])
    values = []
    for definition in (graph, better):
        with tf.Graph().as_default(), tf.Session() as session:
            (out,) = tf.import_graph_def(definition, return_elements=["out:0"], name="")
            values.append(session.run(out, {"x:0": x}))
    np.testing.assert_allclose(values[0], values[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", cases.KINDS)
def test_stripped_graphs_are_tensorflows(kind: str) -> None:
    with tf.Graph().as_default():
        graph = cases.network(tf, kind)
    stripped = strip_unused_lib.strip_unused(graph, ["same"], ["norm"], [1])
    same(cases.told(stripped, tf.make_ndarray), TOLD["stripped"][kind])


def test_what_is_printed_of_a_checkpoint() -> None:
    found = cases.inspected(tf, inspect_checkpoint, str(GOLDEN / "object_checkpoints" / "names"))
    assert found == TOLD["inspected"]


def test_what_the_tools_refuse() -> None:
    with tf.Graph().as_default():
        assert cases.complaints(tf, strip_unused_lib, optimize_for_inference_lib) == TOLD["complaints"]


def test_stripping_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tf.Graph().as_default():
        graph = cases.network(tf, "plain")
    (tmp_path / "graph.pb").write_bytes(graph.SerializeToString())
    paths = str(tmp_path / "graph.pb"), str(tmp_path / "small.pbtxt")
    strip_unused_lib.strip_unused_from_files(paths[0], True, paths[1], False, "same", "conv", 1)
    assert capsys.readouterr().out == "3 ops in the final graph.\n"
    strip_unused_lib.strip_unused_from_files(paths[1], False, str(tmp_path / "again.pb"), True, "same", "conv", 1)
    found = tf.GraphDef.FromString((tmp_path / "again.pb").read_bytes())
    assert sorted(node.name for node in found.node) == ["conv", "same", "w"]
    assert strip_unused_lib.strip_unused_from_files("nowhere", True, "", True, "a", "b", 1) == -1
