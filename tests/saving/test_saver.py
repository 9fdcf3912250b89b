"""tf.train.Saver as scripts use it: values out and in, files kept and deleted, meta graphs, what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf

GOLDEN = Path(__file__).parents[1] / "golden" / "checkpoints"


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def started(**config):
    session = tf.Session(**config)
    session.run(tf.global_variables_initializer())
    return session


def test_values_come_back_under_their_names(tmp_path):
    w = tf.Variable(tf.random_normal([3, 2], seed=1), name="w")
    r = tf.get_variable("r", [4], use_resource=True)
    whole = tf.get_variable("p", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    text = tf.Variable(["a", "b"], name="text")
    saver = tf.train.Saver()
    with started() as session:
        values = session.run([w, r, whole.as_tensor(), text])
        path = saver.save(session, str(tmp_path / "model"))
    with tf.Session() as session:
        saver.restore(session, path)
        for before, after in zip(values, session.run([w, r, whole.as_tensor(), text]), strict=True):
            np.testing.assert_array_equal(before, after)
    reader = tf.train.NewCheckpointReader(path)
    assert reader.get_variable_to_shape_map() == {"p": [5, 2], "r": [4], "text": [2], "w": [3, 2]}
    np.testing.assert_array_equal(reader.get_tensor("p"), values[2])


def test_every_dtype_of_variables_is_saved(tmp_path):
    floats, integers = (
        ["float16", "bfloat16", "float32", "float64"],
        ["int8", "uint8", "int16", "uint16", "int32", "int64"],
    )
    names = [*floats, *integers, "bool", "complex64", "complex128"]
    made = [tf.Variable(tf.cast([[1, 0, 3]], name), name=name) for name in names]
    saver = tf.train.Saver()
    with started() as session:
        values = session.run(made)
        path = saver.save(session, str(tmp_path / "model"))
    with tf.Session() as session:
        saver.restore(session, path)
        for before, after in zip(values, session.run(made), strict=True):
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)


def test_a_sharded_checkpoint_is_one_checkpoint(tmp_path):
    with tf.device("/job:ps/task:0"):
        a = tf.Variable([1.0, 2.0], name="a")
    with tf.device("/job:ps/task:1"):
        b = tf.Variable([3, 4], name="b")
    saver = tf.train.Saver(sharded=True)
    with started() as session:
        path = saver.save(session, str(tmp_path / "model"), global_step=5)
    assert sorted(os.listdir(tmp_path)) == [
        "checkpoint", "model-5.data-00000-of-00002", "model-5.data-00001-of-00002", "model-5.index", "model-5.meta",
    ]  # fmt: skip
    with tf.Session() as session:
        saver.restore(session, path)
        assert session.run(a).tolist() == [1.0, 2.0]
        assert session.run(b).tolist() == [3, 4]


def test_the_first_version_is_written_and_read(tmp_path):
    w = tf.Variable([1.0, 2.0], name="w")
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1)
    with started() as session:
        path = saver.save(session, str(tmp_path / "model"))
    assert (tmp_path / "model").is_file()
    with tf.Session() as session:
        saver.restore(session, path)
        assert session.run(w).tolist() == [1.0, 2.0]


def test_reshape_takes_what_has_as_many_entries(tmp_path):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
    with started() as session:
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    with tf.Graph().as_default():
        w = tf.Variable(tf.zeros([4]), name="w")
        with tf.Session() as session:
            tf.train.Saver(reshape=True).restore(session, path)
            assert session.run(w).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_table_is_saved(tmp_path):
    table = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1, name="words", checkpoint=True)
    insert = table.insert(["a", "b"], [1, 2])
    found = table.lookup(["a", "b", "c"])
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(insert)
        path = saver.save(session, str(tmp_path / "model"))
    with tf.Session() as session:
        saver.restore(session, path)
        assert session.run(found).tolist() == [1, 2, -1]


# -- which are kept ----------------------------------------------------------------------------------------


def saved_steps(folder, saver, steps):
    with started() as session:
        for step in steps:
            saver.save(session, str(folder / "model"), global_step=step, write_meta_graph=False)
    return sorted({name.partition(".")[0] for name in os.listdir(folder) if name != "checkpoint"})


def test_old_checkpoints_are_deleted(tmp_path):
    tf.Variable(1.0)
    saver = tf.train.Saver(max_to_keep=2)
    assert saved_steps(tmp_path, saver, range(5)) == ["model-3", "model-4"]
    assert saver.last_checkpoints == [str(tmp_path / "model-3"), str(tmp_path / "model-4")]
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == saver.last_checkpoints
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model-4")


def test_one_in_so_many_hours_stays(tmp_path, monkeypatch):
    tf.Variable(1.0)
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1)
    with started() as session:
        for step in range(6):
            now[0] += 1801
            saver.save(session, str(tmp_path / "model"), global_step=step, write_meta_graph=False)
    assert sorted({name.partition(".")[0] for name in os.listdir(tmp_path)}) == [
        "checkpoint", "model-1", "model-3", "model-5",
    ]  # fmt: skip


def test_all_are_kept_where_none_is_to_be_deleted(tmp_path):
    tf.Variable(1.0)
    assert len(saved_steps(tmp_path, tf.train.Saver(max_to_keep=None), range(7))) == 7


def test_a_new_saver_goes_on_where_another_ended(tmp_path):
    tf.Variable(1.0)
    saved_steps(tmp_path, tf.train.Saver(max_to_keep=2), range(2))
    saver = tf.train.Saver(max_to_keep=2)
    state = tf.train.get_checkpoint_state(str(tmp_path))
    saver.recover_last_checkpoints([*state.all_model_checkpoint_paths, str(tmp_path / "gone")])
    assert saved_steps(tmp_path, saver, [7]) == ["model-1", "model-7"]


def test_relative_paths_can_be_moved(tmp_path):
    tf.Variable(1.0)
    (tmp_path / "one").mkdir()
    with started() as session:
        tf.train.Saver(save_relative_paths=True).save(session, str(tmp_path / "one" / "model"))
    (tmp_path / "one").rename(tmp_path / "two")
    assert tf.train.latest_checkpoint(str(tmp_path / "two")) == str(tmp_path / "two" / "model")


# -- meta graphs -------------------------------------------------------------------------------------------


def test_tensorflows_meta_graph_runs_here():
    saver = tf.train.import_meta_graph(str(GOLDEN / "small.meta"))
    assert tf.get_collection("numbers") == [3]
    assert tf.get_collection("texts") == [b"abc"]
    (y,) = tf.get_collection("outputs")
    with tf.Session() as session:
        saver.restore(session, str(GOLDEN / "small"))
        assert session.run(y, {"x:0": [[1.0, 1.0]]}).tolist() == [[44.0]]
    assert [v.op.name for v in tf.trainable_variables()] == ["w", "b"]
    assert tf.trainable_variables()[1].shape == (1,)


def test_an_imported_graph_can_be_trained_on(tmp_path):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", [2, 1], initializer=tf.ones_initializer())
    r = tf.get_variable("r", [], use_resource=True, initializer=tf.zeros_initializer())
    tf.reduce_sum(tf.square(tf.matmul(x, w) + r), name="loss")
    tf.train.get_or_create_global_step()
    with started() as session:
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    with tf.Graph().as_default() as graph:
        saver = tf.train.import_meta_graph(path + ".meta")
        loss = graph.get_tensor_by_name("loss:0")
        step = tf.train.get_global_step()
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
        with started() as session:
            saver.restore(session, path)
            session.run(train, {x.name: [[1.0, 2.0]]})
            np.testing.assert_allclose(session.run("w:0"), [[1 - 0.6], [1 - 1.2]], rtol=1e-6)
            assert session.run(step) == 1
            np.testing.assert_allclose(session.run("r/Read/ReadVariableOp:0"), -0.6, rtol=1e-6)


def test_into_a_scope(tmp_path):
    w = tf.get_variable("w", initializer=[1.0, 2.0])
    tf.add_to_collection("doubled", w * 2.0)
    with started() as session:
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    with tf.Graph().as_default():
        saver = tf.train.import_meta_graph(path + ".meta", import_scope="old")
        assert [v.name for v in tf.global_variables()] == ["old/w:0"]
        with tf.Session() as session:
            saver.restore(session, path)
            assert session.run(tf.get_collection("doubled")[0]).tolist() == [2.0, 4.0]


def test_a_scope_alone_can_be_exported(tmp_path):
    x = tf.placeholder(tf.float32, name="x")
    with tf.variable_scope("inside"):
        v = tf.get_variable("v", initializer=3.0)
        tf.multiply(x, v, name="y")
    meta = tf.train.export_meta_graph(export_scope="inside")
    assert {node.name for node in meta.graph_def.node} >= {"v", "v/read", "y"}
    with tf.Graph().as_default() as graph:
        z = tf.placeholder(tf.float32, name="z")
        with pytest.raises(ValueError):
            tf.train.import_meta_graph(meta)
        tf.train.import_meta_graph(meta, input_map={"$unbound_inputs_x": z})
        with started() as session:
            assert session.run(graph.get_tensor_by_name("y:0"), {z: 2.0}) == 6.0


def test_what_no_message_can_hold_is_left_out(caplog):
    tf.constant(1.0)
    for key, value in {"ints": 3, "floats": 2.5, "texts": "abc", "objects": object()}.items():
        tf.add_to_collection(key, value)
    meta = tf.train.export_meta_graph()
    assert sorted(meta.collection_def) == ["floats", "ints", "texts"]
    assert meta.meta_info_def.tensorflow_version == "1.15.5"


@pytest.mark.parametrize("as_text", [False, True])
def test_graphs_are_written_into_files(as_text, tmp_path):
    tf.constant([1.0, 2.0], name="c")
    path = tf.train.write_graph(tf.get_default_graph(), str(tmp_path / "new"), "graph.pb", as_text=as_text)
    data = Path(path).read_bytes()
    graph_def = tf.GraphDef()
    if as_text:
        from google.protobuf import text_format

        text_format.Parse(data.decode(), graph_def)
    else:
        graph_def.ParseFromString(data)
    assert graph_def == tf.get_default_graph().as_graph_def()


# -- mistakes ----------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_told_with_what_there_is(tmp_path):
    tf.Variable([1.0, 2.0], name="u")
    with started() as session:
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    for make, kind, line in (
        (lambda: tf.Variable([1.0], name="w"), tf.errors.NotFoundError, "Key w not found in checkpoint"),
        (
            lambda: tf.Variable([1.0], name="u"),
            tf.errors.InvalidArgumentError,
            "Assign requires shapes of both tensors",
        ),
        (lambda: tf.Variable([1, 2], name="u"), tf.errors.InvalidArgumentError, "expected dtype int32 does not equal"),
    ):
        with tf.Graph().as_default(), tf.Session() as session:
            make()
            with pytest.raises(kind, match=line) as caught:
                tf.train.Saver().restore(session, path)
            assert str(caught.value).startswith("Restoring from checkpoint failed. This is most likely due to a ")
            assert "has:\n  u [2] float32" in str(caught.value)


def test_a_damaged_checkpoint_changes_no_variable(tmp_path):
    a, b = tf.Variable([1.0] * 50, name="a"), tf.Variable([2.0] * 50, name="b")
    saver = tf.train.Saver()
    with started() as session:
        path = saver.save(session, str(tmp_path / "model"))
        file = Path(f"{path}.data-00000-of-00001")
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
        session.run([a.assign([7.0] * 50), b.assign([8.0] * 50)])
        with pytest.raises(tf.errors.DataLossError, match="Checksum does not match"):
            saver.restore(session, path)
        assert session.run([a[0], b[0]]) == [7.0, 8.0]


def test_mistakes_have_tensorflows_words(tmp_path):
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with started() as session:
        for call, kind, line in (
            (lambda: saver.save(None, "x"), TypeError, "'sess' must be a Session; None"),
            (lambda: saver.save(session, str(tmp_path / "checkpoint")), ValueError, "'latest_filename' collides with"),
            (lambda: saver.save(session, "x", latest_filename="a/b"), ValueError, "must not contain path components"),
            (lambda: saver.save(session, "/proc/nope/x"), ValueError, "Parent directory of /proc/nope/x doesn't exist"),
            (lambda: saver.restore(session, None), ValueError, "Can't load save_path when it is None."),
            (lambda: saver.restore(session, "nothing"), ValueError, "The passed save_path is not a valid checkpoint"),
            (lambda: tf.train.import_meta_graph("nothing.meta"), OSError, "File nothing.meta does not exist."),
            (lambda: tf.train.load_checkpoint(str(tmp_path)), ValueError, "Couldn't find 'checkpoint' file"),
            (lambda: tf.train.NewCheckpointReader("nothing"), tf.errors.NotFoundError, "Failed to find any matching"),
        ):
            with pytest.raises(kind, match=line):
                call()
    assert list(tmp_path.iterdir()) == []
