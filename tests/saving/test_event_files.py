"""Event files: what ops of tf.contrib.summary write, what a killed process leaves behind, writers in threads."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph import protos
from flowgraph.contrib import summary


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield


def events_in(folder) -> list:
    """All events of the files in a folder, but for those that only say the version."""
    found = []
    for path in sorted(Path(folder).glob("events.*")):
        found += [event for event in tf.train.summary_iterator(str(path)) if not event.file_version]
    return found


def test_ops_write_summaries_graphs_and_events(tmp_path):
    step = tf.train.create_global_step()
    writer = summary.create_file_writer(tmp_path, filename_suffix=".mine")
    with writer.as_default(), summary.always_record_summaries():
        summary.scalar("loss", 1.5)
        summary.scalar("late", tf.constant(2, tf.int64), family="f", step=7)
        summary.histogram("h", [1.0, 2.0])
        summary.image("picture", tf.zeros([1, 2, 3, 1]), max_images=1)
        summary.audio("sound", tf.zeros([1, 5]), 8000.0, 1)
        summary.generic("tensor", tf.constant([1, 2]), metadata=protos.SummaryMetadata(display_name="d"))
        more = summary.import_event(tf.constant(protos.Event(step=99).SerializeToString()))
        with tf.Session() as session:
            session.run(step.initializer)
            summary.initialize(graph=tf.get_default_graph())
            assert session.run(summary.all_summary_ops()) == [True] * 6
            session.run(tf.assign_add(step, 5))
            session.run([summary.all_summary_ops()[0], more])
            session.run(writer.close())
    (path,) = tmp_path.glob("events.*")
    assert path.name.endswith(".mine")
    graph, *rest = events_in(tmp_path)
    assert protos.GraphDef.FromString(graph.graph_def).node
    values = {value.tag: (event.step, value) for event in rest[:6] for value in event.summary.value}
    assert {tag: at for tag, (at, _) in values.items()} == {
        "loss": 0, "f/f/late": 7, "h": 0, "picture/image": 0, "sound/audio": 0, "tensor": 0,
    }  # fmt: skip
    assert values["f/f/late"][1].simple_value == 2
    assert values["h"][1].histo.num == 2
    assert values["picture/image"][1].image.width == 3
    assert values["sound/audio"][1].audio.length_frames == 5
    assert values["tensor"][1].metadata.display_name == "d"
    np.testing.assert_array_equal(tf.make_ndarray(values["tensor"][1].tensor), [1, 2])
    assert sorted(event.step for event in rest[6:]) == [5, 99]


def test_summaries_only_in_some_steps(tmp_path):
    step = tf.train.create_global_step()
    writer = summary.create_file_writer(tmp_path, max_queue=0)
    with writer.as_default(), summary.record_summaries_every_n_global_steps(3):
        summary.scalar("x", tf.to_float(step))
    with tf.Session() as session, writer.as_default():
        session.run(step.initializer)
        summary.initialize()
        for _ in range(7):
            session.run(summary.all_summary_ops())
            session.run(tf.assign_add(step, 1))
        assert [event.step for event in events_in(tmp_path)] == [0, 3, 6]


def test_a_writer_without_a_file_is_told(tmp_path):
    writer = summary.create_file_writer(tmp_path, name="w")
    with writer.as_default(), summary.always_record_summaries(), tf.Session() as session:
        told = summary.scalar("x", 1.0, step=1)
        with pytest.raises(
            tf.errors.NotFoundError, match=r"localhost/w/N10tensorflow22SummaryWriterInterfaceE does not exist\."
        ):
            session.run(told)
        with pytest.raises(TypeError, match=r"graph\(\) needs a tf.Tensor"):
            summary.graph("graph")
    with pytest.raises(RuntimeError, match=r"No default tf.contrib.summary.SummaryWriter found"):
        summary.initialize()
    with writer.as_default(), pytest.raises(ValueError, match="session must be passed if no default session exists"):
        summary.initialize()
    with pytest.raises(NotImplementedError, match="no databases"):
        summary.create_db_writer("file:x")
    assert summary.scalar("x", 1.0).type == "NoOp"


def test_what_is_no_event_or_graph_is_not_written(tmp_path):
    with summary.create_file_writer(tmp_path).as_default(), tf.Session() as session:
        summary.initialize()
        for op, kind in ((summary.import_event(tf.constant(b"\xff")), "Event"),
                         (summary.graph(tf.constant(b"\xff"), 0), "GraphDef")):  # fmt: skip
            with pytest.raises(tf.errors.DataLossError, match=f"Bad tf.{kind} binary proto tensor string"):
                session.run(op)


def test_summaries_of_old_graphs():
    definition = protos.GraphDef()
    with tf.Graph().as_default() as graph:
        tf.constant("said", name="tag")
        tf.zeros([1, 3], name="x")
        definition.CopyFrom(graph.as_graph_def())
    sound = definition.node.add(name="sound", op="AudioSummary", input=["tag", "x"])
    sound.attr["sample_rate"].f = 8000
    plain = definition.node.add(name="plain", op="TensorSummary", input=["x"])
    plain.attr["T"].type = 1
    with tf.Session() as session:
        fetched = session.run(tf.import_graph_def(definition, return_elements=["sound:0", "plain:0"], name=""))
    (heard,), (kept,) = (tf.Summary.FromString(data).value for data in fetched)
    assert (heard.tag, heard.audio.sample_rate) == ("said/audio/0", 8000)
    assert kept.node_name == "plain"
    np.testing.assert_array_equal(tf.make_ndarray(kept.tensor), np.zeros([1, 3]))


# -- tf.summary.FileWriter -------------------------------------------------------------------------------------


def _scalar(number: float) -> tf.Summary:
    return tf.Summary(value=[tf.Summary.Value(tag="x", simple_value=number)])


def test_a_closed_writer_goes_on_in_a_new_file(tmp_path):
    writer = tf.summary.FileWriter(tmp_path, filename_suffix=".end")
    writer.add_summary(_scalar(1), 1)
    writer.close()
    writer.close()
    writer.add_summary(_scalar(2), 2)  # nowhere, as in TF
    writer.flush()
    writer.reopen()
    writer.add_summary(_scalar(3), 3)
    writer.close()
    assert [event.step for event in events_in(tmp_path)] == [1, 3]
    assert len(list(tmp_path.glob("events.*.end"))) == 2


def test_a_writer_in_many_threads_writes_whole_events(tmp_path):
    merged = tf.summary.scalar("x", tf.constant(2.0))
    with tf.Session() as session, tf.summary.FileWriter(tmp_path) as writer:

        def work(first: int) -> None:
            for step in range(first, first + 25):
                writer.add_summary(session.run(merged), step)

        threads = [threading.Thread(target=work, args=[25 * i]) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(event.step for event in events_in(tmp_path)) == list(range(100))


_WRITING = """
import sys, flowgraph as tf
writer = tf.summary.FileWriter(sys.argv[1])
for step in range(10**9):
    value = tf.Summary.Value(tag="x" * 500, simple_value=step)
    writer.add_summary(tf.Summary(value=[value]), step)
    if step % 50 == 0:
        writer.flush()
"""


def test_a_writer_that_is_killed_leaves_whole_events_before_the_last(tmp_path):
    writing = subprocess.Popen([sys.executable, "-c", _WRITING, str(tmp_path)], cwd=Path(__file__).parents[2])
    try:
        while sum(path.stat().st_size for path in tmp_path.glob("events.*")) < 100_000:
            assert writing.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(writing.pid, signal.SIGKILL)
        writing.wait()
    (path,) = tmp_path.glob("events.*")
    seen = []
    try:
        seen.extend(event.step for event in tf.train.summary_iterator(str(path)))
    except tf.errors.DataLossError as error:  # the one that was being written
        assert "truncated record" in str(error)  # noqa: PT017
    assert seen[1:] == list(range(len(seen) - 1))
    assert len(seen) > 100


def test_the_projectors_module_is_there_without_tensorboard():
    if importlib.util.find_spec("tensorboard") is not None:
        pytest.skip("TensorBoard is installed")
    from flowgraph import compat

    compat.install(force=True)
    try:
        from tensorboard.plugins import projector

        assert projector is tf.contrib.tensorboard.plugins.projector
    finally:
        compat.uninstall()
    assert importlib.util.find_spec("tensorboard") is None


# -- mistakes with tf.summary, in TensorFlow's words -----------------------------------------------------------


def _zeros(*shape: int, dtype: tf.DType = tf.float32) -> tf.Tensor:
    return tf.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("make", "kind", "line"),
    [
        (
            lambda: tf.summary.image("a", _zeros(2, 3, 3)),
            tf.errors.InvalidArgumentError,
            "Tensor must be 4-D with last dim 1, 3, or 4, not [2,3,3]",
        ),
        (
            lambda: tf.summary.image("a", _zeros(1, 2, 3, 2)),
            tf.errors.InvalidArgumentError,
            "Tensor must be 4-D with last dim 1, 3, or 4, not [1,2,3,2]",
        ),
        (
            lambda: tf.summary.image("a", _zeros(1, 0, 3, 1)),
            tf.errors.InvalidArgumentError,
            "input tensor must have non-zero dims. Found: [1, 0, 3, 1].",
        ),
        (
            lambda: tf.summary.image("a", _zeros(1, 2, 3, 1, dtype=tf.int32)),
            TypeError,
            (
                "Value passed to parameter 'tensor' has DataType int32 not in list of allowed values: uint8, float32, "
                "float16, float64"
            ),
        ),
        *[
            (
                lambda most=most: tf.summary.image("a", _zeros(1, 2, 3, 1), most),
                ValueError,
                f"Attr 'max_images' of 'ImageSummary' Op passed {most} less than minimum 1.",
            )
            for most in (0, -1)
        ],
        *[
            (
                lambda shape=shape: tf.summary.audio("a", _zeros(*shape), 8000),
                tf.errors.InvalidArgumentError,
                f"Tensor must be 3-D or 2-D, got: {text}",
            )
            for shape, text in (((5,), "[5]"), ((1, 1, 1, 5), "[1,1,1,5]"))
        ],
        (
            lambda: tf.summary.audio("a", _zeros(1, 5, dtype=tf.float64), 8000),
            TypeError,
            "Input 'tensor' of 'AudioSummaryV2' Op has type float64 that does not match expected type of float32.",
        ),
        *[
            (
                lambda rate=rate: tf.summary.audio("a", _zeros(1, 5), rate),
                tf.errors.InvalidArgumentError,
                "sample_rate must be > 0",
            )
            for rate in (0, -1)
        ],
        (
            lambda: tf.summary.audio("a", _zeros(1, 5), 8000, 0),
            ValueError,
            "Attr 'max_outputs' of 'AudioSummaryV2' Op passed 0 less than minimum 1.",
        ),
        (lambda: tf.summary.audio("a", _zeros(1, 5, 0), 8000), tf.errors.InvalidArgumentError, "audio is null"),
        (lambda: tf.summary.audio("a", _zeros(1, 0, 1), 8000), tf.errors.InvalidArgumentError, "audio is null"),
        (
            lambda: tf.summary.text("a", tf.constant(1)),
            ValueError,
            "Expected tensor Const:0 to have dtype string, got <dtype: 'int32'>",
        ),
    ],
)
def test_mistakes_have_tensorflows_words(make, kind, line):
    with tf.Session() as session, pytest.raises(kind) as caught:
        session.run(make())
    assert line in str(caught.value)


def test_odd_numbers_and_nothing_at_all():
    with tf.Session() as session:
        nan = tf.Summary.FromString(session.run(tf.summary.audio("a", tf.fill([1, 5], float("nan")), 8000)))
        assert nan.value[0].audio.encoded_audio_string.endswith(bytes(10))
        assert session.run(tf.summary.image("b", _zeros(0, 2, 3, 1))) == b""
        assert session.run(tf.summary.audio("c", _zeros(0, 5, 1), 8000)) == b""
