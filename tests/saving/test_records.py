"""Files of records and event files: TensorFlow's bytes, damage told, and what a training session leaves behind."""

from __future__ import annotations

import errno
import io
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.formats.records import framed, read_records

RECORDS = [b"abc", b"", b"x" * 1000]
OF_TENSORFLOW = bytes.fromhex("06000000000000007369d53761626364656651926582000000000000000029039807d8ea82a2")
"""The file into which TensorFlow 1.15.5 wrote the records b"abcdef" and b""."""


def test_records_are_written_as_tensorflow_writes_them():
    assert framed(b"abcdef") + framed(b"") == OF_TENSORFLOW


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_records_come_back(records):
    data = io.BytesIO(b"".join(map(framed, records)))
    assert list(read_records(data)) == records


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 40), st.integers(0, 200))
def test_it_does_not_matter_how_much_is_read_at_a_time(records, block, cut):
    data = b"".join(map(framed, records))
    at, whole = 0, []
    for record in records:
        at += len(record) + 16
        if at <= cut:
            whole.append(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowgraph.formats.records._BLOCK", block)
        patch.setattr("flowgraph.formats.records._CHUNK", block)
        assert list(read_records(io.BytesIO(data))) == records
        reader = read_records(io.BytesIO(data[:cut]))
        assert [next(reader) for _ in whole] == whole
        start = sum(len(record) + 16 for record in whole)
        if min(cut, len(data)) < start + 12:
            assert next(reader, None) is None
        else:
            with pytest.raises(tf.errors.DataLossError, match=f"truncated record at {start}$"):
                next(reader)


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_compressed_records_come_back(compression, tmp_path):
    path = str(tmp_path / "file")
    with tf.python_io.TFRecordWriter(path, compression) as writer:
        for record in RECORDS:
            writer.write(record)
            writer.flush()
    assert list(tf.python_io.tf_record_iterator(path, tf.python_io.TFRecordOptions(compression))) == RECORDS
    if compression:
        with pytest.raises(tf.errors.DataLossError, match="corrupted record at 0"):
            list(tf.python_io.tf_record_iterator(path))


def test_settings_of_zlib_reach_the_file(tmp_path):
    """Uncompressed, and with a strategy that finds no repetitions, the same records take more room."""
    sizes = []
    for more in ({}, {"compression_strategy": 2}, {"compression_level": 0, "mem_level": 1, "window_bits": 9}):
        path, options = str(tmp_path / "file"), tf.python_io.TFRecordOptions("ZLIB", **more)
        with tf.python_io.TFRecordWriter(path, options) as writer:
            writer.write(b"abcd" * 5000)
        assert list(tf.python_io.tf_record_iterator(path, options)) == [b"abcd" * 5000]
        sizes.append(os.path.getsize(path))
    repeated, coded, stored = sizes
    assert 10 * repeated < coded
    assert coded < 20000 < stored


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_damage_is_told(compression, tmp_path):
    """Whatever happens to a file: the records before the damage, then an error or the end; never another record."""
    path = tmp_path / "file"
    with tf.python_io.TFRecordWriter(str(path), compression) as writer:
        for record in RECORDS:
            writer.write(record)
    data, draw = path.read_bytes(), random.Random(2)
    for _ in range(300):
        bad = bytearray(data)
        at = draw.randrange(len(bad))
        if draw.random() < 0.5:
            bad[at] ^= 1 << draw.randrange(8)
        else:
            del bad[at:]
        path.write_bytes(bad)
        found = []
        try:
            for record in tf.python_io.tf_record_iterator(str(path), compression):
                found.append(record)  # noqa: PERF402 (what came before an error counts)
        except tf.errors.DataLossError:
            pass
        assert found == RECORDS[: len(found)]


def test_where_the_damage_is():
    data = framed(b"abcdef") + framed(b"xyz")
    for bad, line in (
        (data[:-2], "truncated record at 22"),
        (data[:14] + b"Z" + data[15:], "corrupted record at 12"),
        (b"\x07" + data[1:], "corrupted record at 0"),
    ):
        with pytest.raises(tf.errors.DataLossError, match=line):
            list(read_records(io.BytesIO(bad)))
    assert list(read_records(io.BytesIO(data[:-8]))) == [b"abcdef"]


def test_a_record_of_absurd_length_takes_no_memory():
    from flowgraph.formats.checksums import crc32c, mask

    length = (2**62).to_bytes(8, "little")
    with pytest.raises(tf.errors.DataLossError, match="truncated record at 0"):
        list(read_records(io.BytesIO(length + mask(crc32c(length)).to_bytes(4, "little") + b"abc")))


# -- events ------------------------------------------------------------------------------------------------


def events_of(folder):
    names = [name for name in sorted(os.listdir(folder)) if "tfevents" in name]
    return [event for name in names for event in tf.train.summary_iterator(os.path.join(folder, name))]


def test_what_a_writer_writes(tmp_path):
    with tf.Graph().as_default() as graph:
        tf.constant(1.0, name="c")
        writer = tf.summary.FileWriter(str(tmp_path), graph, filename_suffix=".end")
    value = {"tag": "a", "simple_value": 2.0, "metadata": {"display_name": "q"}}
    writer.add_summary(tf.Summary(value=[value]), 3)
    writer.add_summary(tf.Summary(value=[value]).SerializeToString(), 4)
    writer.add_session_log(tf.SessionLog(status="START"), 5)
    writer.close()
    first, nodes, meta, *rest = events_of(tmp_path)
    assert first.file_version == "brain.Event:2"
    assert [node.name for node in tf.GraphDef.FromString(nodes.graph_def).node] == ["c"]
    assert tf.MetaGraphDef.FromString(meta.meta_graph_def).meta_info_def.tensorflow_version == "1.15.5"
    assert [event.step for event in rest] == [3, 4, 5]
    assert [event.summary.value[0].HasField("metadata") for event in rest[:2]] == [True, False]
    assert os.listdir(tmp_path)[0].endswith(".end")


def test_a_closed_writer_warns_and_can_be_opened_again(tmp_path, caplog):
    writer = tf.summary.FileWriter(str(tmp_path))
    writer.close()
    writer.add_summary(tf.Summary(value=[{"tag": "lost", "simple_value": 1.0}]), 1)
    assert "Attempting to use a closed FileWriter" in caplog.text
    writer.reopen()
    writer.add_summary(tf.Summary(value=[{"tag": "kept", "simple_value": 1.0}]), 2)
    writer.close()
    assert [event.summary.value[0].tag for event in events_of(tmp_path) if event.summary.value] == ["kept"]


def test_a_training_session_leaves_checkpoints_and_events_and_goes_on_from_them(tmp_path):
    folder = str(tmp_path / "run")

    def train(steps):
        with tf.Graph().as_default():
            step = tf.train.get_or_create_global_step()
            w = tf.get_variable("w", initializer=0.0)
            loss = tf.square(w - 3.0)
            tf.summary.scalar("loss", loss)
            op = tf.train.GradientDescentOptimizer(0.25).minimize(loss, global_step=step)
            hooks = [tf.train.StopAtStepHook(num_steps=steps)]
            with tf.train.MonitoredTrainingSession(
                checkpoint_dir=folder, hooks=hooks, save_checkpoint_steps=2, save_summaries_steps=1
            ) as session:
                while not session.should_stop():
                    session.run(op)
            tf.summary.FileWriterCache.clear()

    train(3)
    reader = tf.train.load_checkpoint(folder)
    assert (reader.get_tensor("global_step"), reader.get_tensor("w")) == (3, 3.0 * (1 - 0.5**3))
    train(2)
    reader = tf.train.load_checkpoint(folder)
    assert (reader.get_tensor("global_step"), reader.get_tensor("w")) == (5, 3.0 * (1 - 0.5**5))
    losses = {e.step: v.simple_value for e in events_of(folder) for v in e.summary.value if v.tag == "loss"}
    assert losses == {step: 9.0 * 0.25 ** (step - 1) for step in range(1, 6)} or losses == {
        step: 9.0 * 0.25**step for step in range(1, 6)
    }
    names = os.listdir(folder)
    assert {"checkpoint", "graph.pbtxt", "model.ckpt-5.index", "model.ckpt-5.meta"} <= set(names)
    logs = [event.session_log.status for event in events_of(folder) if event.HasField("session_log")]
    assert logs.count(tf.SessionLog.CHECKPOINT) >= 4


def test_a_writer_takes_a_graph_def_with_a_warning(tmp_path, caplog):
    with tf.Graph().as_default() as graph:
        tf.constant(1.0, name="a")
    with caplog.at_level("WARNING"), tf.summary.FileWriter(str(tmp_path), graph.as_graph_def()):
        pass
    assert "Passing a `GraphDef` to the SummaryWriter is deprecated. Pass a `Graph` object instead" in caplog.text
    events = list(tf.train.summary_iterator(str(next(tmp_path.iterdir()))))
    assert [event.WhichOneof("what") for event in events] == ["file_version", "graph_def"]
    assert tf.GraphDef.FromString(events[1].graph_def).node[0].name == "a"


def test_a_folder_that_cannot_be_made_is_told_as_tensorflow_tells_it(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(tf.errors.FailedPreconditionError, match="file/logs; Not a directory"):
        tf.summary.FileWriter(str(tmp_path / "file" / "logs"))

    def refuse(*_arguments, **_named):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "makedirs", refuse)
    with pytest.raises(tf.errors.PermissionDeniedError, match=r"^/logs; Read-only file system"):
        tf.summary.FileWriter("/logs")
