"""`flowgraph freeze`."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.commands.main import main


def saved(folder: Path) -> str:
    with tf.Graph().as_default() as graph, tf.Session() as session:
        w = tf.Variable([2.0, 3.0], name="w")
        tf.multiply(w, tf.placeholder(tf.float32, [2], name="x"), name="out")
        session.run(w.initializer)
        tf.train.write_graph(graph, str(folder), "graph.pbtxt")
        tf.train.write_graph(graph, str(folder), "graph.pb", as_text=False)
        return tf.train.Saver().save(session, str(folder / "model"))


@pytest.mark.parametrize("binary", [[], ["--input_binary"], ["--input_binary=true"], ["--input_binary", "false"]])
def test_a_graph_is_frozen(tmp_path: Path, binary: list[str]) -> None:
    path = saved(tmp_path)
    is_binary = binary and binary[-1] != "false"
    graph = tmp_path / ("graph.pb" if is_binary else "graph.pbtxt")
    with tf.Graph().as_default():
        code = main(
            ["freeze", f"--input_graph={graph}", "--input_checkpoint", path, "--output_node_names=out",
             f"--output_graph={tmp_path / 'frozen.pb'}", *binary]
        )  # fmt: skip
    assert code == 0
    definition = tf.GraphDef.FromString((tmp_path / "frozen.pb").read_bytes())
    assert not any(node.op.startswith("Variable") for node in definition.node)
    with tf.Graph().as_default(), tf.Session() as session:
        (out,) = tf.import_graph_def(definition, return_elements=["out:0"], name="")
        assert session.run(out, {"x:0": [1.0, 10.0]}).tolist() == [2.0, 30.0]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with pytest.raises(ValueError, match="output_node_names"):
        main(["freeze", f"--input_graph={tmp_path / 'graph.pbtxt'}", "--input_checkpoint", path])
    with pytest.raises(ValueError, match="Invalid checkpoint version"):
        main(["freeze", "--checkpoint_version=3"])
