"""The `freeze_graph` tool: graphs in files, of each kind, become the same frozen graph."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.python.tools.freeze_graph import freeze_graph
from tests.golden import interchange


@pytest.fixture
def saved(tmp_path):
    """A net in files of all kinds, with what it is fed and gives."""
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        feeds = interchange.lenet(tf)
        sess.run(tf.global_variables_initializer())
        output = sess.run("y:0", feeds)
        tf.train.write_graph(graph, tmp_path, "net.pbtxt")
        tf.train.write_graph(graph, tmp_path, "net.pb", as_text=False)
        saver = tf.train.Saver()
        saver.save(sess, str(tmp_path / "model"))
        (tmp_path / "saver.pb").write_bytes(saver.as_saver_def().SerializeToString())
        tf.train.write_graph(graph, tmp_path, "with_saver.pb", as_text=False)
        x, y = graph.get_tensor_by_name("x:0"), graph.get_tensor_by_name("y:0")
        tf.saved_model.simple_save(sess, str(tmp_path / "saved_model"), {"x": x}, {"y": y})
    return tmp_path, feeds, output


SOURCES = {
    "text": {"input_graph": "net.pbtxt", "input_binary": False},
    "binary": {"input_graph": "net.pb"},
    "saver": {"input_graph": "with_saver.pb", "input_saver": "saver.pb"},
    "meta": {"input_meta_graph": "model.meta"},
    "saved_model": {"input_saved_model_dir": "saved_model"},
}


def freeze(folder, output="y", **changes):
    """Freeze what lies in a folder."""
    paths = {name: str(folder / value) if isinstance(value, str) else value for name, value in changes.items()}
    arguments = {
        "input_graph": "", "input_saver": "", "input_binary": True, "input_checkpoint": str(folder / "model"),
        "output_node_names": output, "restore_op_name": "", "filename_tensor_name": "",
        "output_graph": str(folder / "frozen.pb"), "clear_devices": True, "initializer_nodes": "", **paths,
    }  # fmt: skip
    with tf.Graph().as_default():
        return freeze_graph(**arguments)


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_net_is_frozen(saved, source):
    folder, feeds, output = saved
    definition = freeze(folder, **SOURCES[source])
    assert definition == tf.GraphDef.FromString((folder / "frozen.pb").read_bytes())
    assert not [node for node in definition.node if "Variable" in node.op]
    np.testing.assert_array_equal(interchange.run_frozen(tf, definition, feeds), output)


def test_what_is_wrong_is_told(saved):
    folder, _, _ = saved
    for error, text, arguments in [
        (ValueError, "doesn't exist!", {"input_graph": "net.pb", "input_checkpoint": "other"}),
        (ValueError, "supply the name of a node", {"input_graph": "net.pb", "output": ""}),
        (OSError, "Input graph file .* does not exist!", {"input_graph": "other.pb"}),
        (OSError, "input_binary=False", {"input_graph": "net.pbtxt"}),
        (RuntimeError, "could not be found in SavedModel", {"input_saved_model_dir": "saved_model",
                                                           "saved_model_tags": "other"}),
    ]:  # fmt: skip
        with pytest.raises(error, match=text):
            freeze(folder, **arguments)
    freeze(folder, **SOURCES["binary"])
    with pytest.raises(ValueError, match="cannot freeze a graph twice"):
        freeze(folder, input_graph="frozen.pb")
