"""What TensorFlow 1.15.5 wrote gives the same here: frozen nets, meta graphs with branches and loops, saved models."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph import protos
from tests.golden import interchange

GOLDEN = Path(__file__).parent.parent / "golden"


def golden(folder, name):
    """What a net was fed, and what came out."""
    found = dict(np.load(GOLDEN / folder / f"{name}.npz"))
    return {key: found.pop(key) for key in list(found) if ":" in key}, found


@pytest.mark.parametrize("name", sorted(interchange.FROZEN))
def test_frozen_nets_of_tensorflow_run(name):
    feeds, found = golden("frozen", name)
    definition = tf.GraphDef.FromString((GOLDEN / "frozen" / f"{name}.pb").read_bytes())
    np.testing.assert_allclose(interchange.run_frozen(tf, definition, feeds), found["output"], 2e-6, 1e-6)


@pytest.mark.parametrize("name", sorted(interchange.FROZEN))
def test_nets_frozen_here_have_tensorflows_nodes(name):
    definition, feeds, output = interchange.freeze(tf, interchange.FROZEN[name])
    theirs = tf.GraphDef.FromString((GOLDEN / "frozen" / f"{name}.pb").read_bytes())
    assert [(node.name, node.op, list(node.input)) for node in definition.node] == [
        (node.name, node.op, list(node.input)) for node in theirs.node
    ]
    np.testing.assert_allclose(interchange.run_frozen(tf, definition, feeds), output, 1e-6)


@pytest.mark.parametrize("name", ["branches", "lstm"])
def test_gradients_go_through_imported_branches_and_loops(name):
    feeds, found = golden("meta", name)
    output, (dx, dw) = interchange.read_checkpoint(tf, str(GOLDEN / "meta" / name), feeds)
    np.testing.assert_allclose(output, found["output"], 2e-6, 1e-6)
    np.testing.assert_allclose(dx, found["dx"], 1e-5, 1e-6)
    np.testing.assert_allclose(dw, found["dw"], 1e-5, 1e-6)


def test_a_meta_graph_comes_in_twice(tmp_path):
    feeds, output, _ = interchange.write_checkpoint(tf, interchange.branches, str(tmp_path / "model"))
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        for scope in ("one", "two"):
            tf.train.import_meta_graph(str(tmp_path / "model.meta"), import_scope=scope).restore(
                sess, str(tmp_path / "model")
            )
        both = graph.get_tensor_by_name("one/y:0") + graph.get_tensor_by_name("two/y:0")
        sources = [graph.get_tensor_by_name(f"{scope}/x:0") for scope in ("one", "two")]
        fed = dict.fromkeys(sources, feeds["x:0"])
        np.testing.assert_allclose(sess.run(both, fed), 2 * output, 1e-6)
        one, two = sess.run(tf.gradients(both, sources), fed)
        assert one == two != 0


@pytest.mark.parametrize("source", ["read", "built"])
@pytest.mark.parametrize("name", ["branches", "lstm"])
def test_contexts_are_written_as_tensorflow_writes_them(name, source):
    theirs = tf.MetaGraphDef.FromString((GOLDEN / "meta" / f"{name}.meta").read_bytes())
    with tf.Graph().as_default():
        if source == "read":
            tf.train.import_meta_graph(theirs)
        else:
            interchange.ALL[name](tf)
        again = tf.train.export_meta_graph()
    for key in ("cond_context", "while_context"):
        assert contexts(again, key) == contexts(theirs, key)


def contexts(meta, key):
    """The messages of a collection."""
    kind = protos.CondContextDef if key == "cond_context" else protos.WhileContextDef
    return [kind.FromString(data) for data in meta.collection_def[key].bytes_list.value]


def test_saved_models_of_tensorflow_load():
    vectors, total = interchange.read_saved_model(tf, str(GOLDEN / "saved_model"))
    np.testing.assert_array_equal(vectors, [[30, 3], [10, 1]])
    assert total == 66


@pytest.mark.parametrize("as_text", [False, True])
def test_saved_models_come_back(tmp_path, as_text):
    folder = tmp_path / "model"
    interchange.write_saved_model(tf, str(folder), str(tmp_path), as_text)
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    vectors, total = interchange.read_saved_model(tf, str(moved))
    np.testing.assert_array_equal(vectors, [[30, 3], [10, 1]])
    assert total == 66
    assert (moved / "assets" / "words.txt").read_text() == "zero\none\ntwo\n"
    assert sorted(path.name for path in moved.iterdir()) == [
        "assets", "saved_model.pbtxt" if as_text else "saved_model.pb", "variables",
    ]  # fmt: skip


def test_our_saved_model_says_what_tensorflows_does(tmp_path):
    interchange.write_saved_model(tf, str(tmp_path / "model"), str(tmp_path))
    ours, theirs = (
        protos.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
        for folder in (tmp_path / "model", GOLDEN / "saved_model")
    )
    for here, there in zip(ours.meta_graphs, theirs.meta_graphs, strict=True):
        assert here.signature_def == there.signature_def
        assert here.saver_def == there.saver_def
        assert here.meta_info_def.tags == there.meta_info_def.tags
        assert sorted(here.collection_def) == sorted(there.collection_def)
        for key in here.collection_def:
            assert here.collection_def[key] == there.collection_def[key], key
        nodes = [[(node.name, node.op, list(node.input)) for node in meta.graph_def.node] for meta in (here, there)]
        assert nodes[0] == nodes[1]


def test_functions_that_did_not_come_along_are_named():
    with tf.Graph().as_default() as graph:
        rows = tf.data.Dataset.range(3).map(lambda x: x * 2).make_initializable_iterator()
        tf.identity(rows.get_next(), name="y")
    with tf.Graph().as_default(), tf.Session() as sess:
        definition = graph.as_graph_def()
        definition.ClearField("library")
        tf.import_graph_def(definition, name="")
        with pytest.raises(tf.errors.FailedPreconditionError, match="Could not find required function definition"):
            sess.run(rows.initializer.name)
        sess.run(tf.constant(1.0))


def test_a_saved_model_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    real, written = os.replace, []

    def fails(source, target):
        written.append(os.path.basename(target))
        if len(written) > allowed:
            raise OSError("no space left")
        return real(source, target)

    monkeypatch.setattr(os, "replace", fails)
    for allowed in range(10):  # (the closure above reads it)
        folder = tmp_path / str(allowed)
        written.clear()
        try:
            interchange.write_saved_model(tf, str(folder), str(tmp_path))
        except (OSError, tf.errors.OpError):
            assert not tf.saved_model.contains_saved_model(str(folder))
        else:
            break
    assert written[-1] == "saved_model.pb"
    assert len(written) > 3
    assert interchange.read_saved_model(tf, str(folder))[1] == 66
