"""Readers give what TensorFlow 1.15.5 gives: records, keys, counts, errors; and they work in threads."""

from __future__ import annotations

import threading
import zlib

import numpy as np
import pytest

import flowgraph as tf

_EMPTY = "is closed and has insufficient elements (requested 1, current size 0)"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of small files, in which the test runs."""
    (tmp_path / "a.txt").write_bytes(b"1\n2\r\n\n3")
    (tmp_path / "b.txt").write_bytes(b"x\ry\r\nz\n")
    (tmp_path / "bin").write_bytes(bytes(range(20)))
    (tmp_path / "zlib").write_bytes(zlib.compress(bytes(range(20))))
    for name, options in (("rec", None), ("recz", tf.python_io.TFRecordOptions(2))):
        with tf.python_io.TFRecordWriter(str(tmp_path / name), options) as writer:
            for i in range(3):
                writer.write(b"r%d" % i)
    data = (tmp_path / "rec").read_bytes()
    (tmp_path / "short").write_bytes(data[:-3])
    (tmp_path / "shorter").write_bytes(data[:-25])
    (tmp_path / "length").write_bytes(data[:20] + b"xx" + data[22:])
    (tmp_path / "flipped").write_bytes(data[:13] + b"X" + data[14:])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_all(reader, names, times, count=None):
    """What reading so many times gives: (key, value, records, files) each, or (error, records, files)."""
    queue = tf.FIFOQueue(10, tf.string, shapes=[[]])
    read = reader.read(queue) if count is None else reader.read_up_to(queue, count)
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    found = []
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([names]))
        sess.run(queue.close())
        for _ in range(times):
            try:
                record = [part if count is None else part.tolist() for part in sess.run(read)]
            except tf.errors.OpError as error:
                line = str(error).partition("\n")[0]
                record = [_EMPTY if _EMPTY in line else f"{type(error).__name__}: {line}"]
            found.append((*record, *map(int, sess.run(counts))))
    return found


def test_lines(folder):
    assert read_all(tf.TextLineReader(), ["a.txt", "b.txt"], 7) == [
        (b"a.txt:1", b"1", 1, 0),
        (b"a.txt:2", b"2", 2, 0),
        (b"a.txt:3", b"", 3, 0),
        (b"a.txt:4", b"3", 4, 0),
        (b"b.txt:1", b"x\ry", 5, 1),
        (b"b.txt:2", b"z", 6, 1),
        (_EMPTY, 6, 2),
    ]


def test_lines_after_a_header(folder):
    assert read_all(tf.TextLineReader(skip_header_lines=3), ["a.txt", "b.txt"], 2) == [
        (b"a.txt:4", b"3", 1, 0),
        (_EMPTY, 1, 2),
    ]


def test_several_lines_do_not_cross_files(folder):
    assert read_all(tf.TextLineReader(), ["a.txt", "b.txt"], 4, 3) == [
        ([b"a.txt:1", b"a.txt:2", b"a.txt:3"], [b"1", b"2", b""], 3, 0),
        ([b"a.txt:4"], [b"3"], 4, 1),
        ([b"b.txt:1", b"b.txt:2"], [b"x\ry", b"z"], 6, 2),
        (_EMPTY, 6, 2),
    ]


def test_a_file_that_ends_where_a_read_ended(folder):
    assert read_all(tf.TextLineReader(), ["a.txt", "b.txt"], 2, 4)[1] == (
        [b"b.txt:1", b"b.txt:2"],
        [b"x\ry", b"z"],
        6,
        2,
    )


def test_missing_files_are_left_out(folder):
    assert read_all(tf.TextLineReader(), ["none", "b.txt"], 2) == [
        ("NotFoundError: none; No such file or directory", 0, 0),
        (b"b.txt:1", b"x\ry", 1, 0),
    ]


def test_whole_files(folder):
    assert read_all(tf.WholeFileReader(), ["a.txt", "none"], 3) == [
        (b"a.txt", b"1\n2\r\n\n3", 1, 1),
        ("NotFoundError: none; No such file or directory", 1, 1),
        ("NotFoundError: none; No such file or directory", 1, 1),
    ]


def test_records(folder):
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    for name, reader in (("rec", tf.TFRecordReader()), ("recz", tf.TFRecordReader(options=options))):
        assert read_all(reader, [name], 4) == [
            (b"%s:0" % name.encode(), b"r0", 1, 0),
            (b"%s:18" % name.encode(), b"r1", 2, 0),
            (b"%s:36" % name.encode(), b"r2", 3, 0),
            (_EMPTY, 3, 1),
        ]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("short", ("DataLossError: truncated record at 36", 2, 0)),
        ("shorter", (_EMPTY, 1, 1)),
        ("length", ("DataLossError: corrupted record at 18", 1, 0)),
        ("flipped", ("DataLossError: corrupted record at 12", 0, 0)),
        ("recz", ("DataLossError: corrupted record at 0", 0, 0)),
    ],
)
def test_damaged_records(folder, name, last):
    """The reader stays at the damaged record, as TF's does."""
    assert read_all(tf.TFRecordReader(), [name], 4)[-2:] == [last, last]


def test_pieces(folder):
    found = read_all(tf.FixedLengthRecordReader(6), ["bin"], 4)
    assert [row[:2] for row in found[:3]] == [(b"bin:%d" % i, bytes(range(6 * i, 6 * i + 6))) for i in range(3)]
    assert found[3] == (_EMPTY, 3, 1)


@pytest.mark.parametrize(("name", "encoding"), [("bin", None), ("zlib", "ZLIB")])
def test_pieces_between_header_and_footer(folder, name, encoding):
    reader = tf.FixedLengthRecordReader(6, header_bytes=1, footer_bytes=2, encoding=encoding)
    found = read_all(reader, [name], 3)
    assert [row[1] for row in found[:2]] == [bytes(range(1, 7)), bytes(range(7, 13))]
    assert found[2] == (_EMPTY, 2, 1)


def test_overlapping_pieces(folder):
    reader = tf.FixedLengthRecordReader(6, hop_bytes=3, header_bytes=2)
    found = read_all(reader, ["bin"], 4, 2)
    assert [row[0] for row in found[:3]] == [[b"bin:0", b"bin:1"], [b"bin:2", b"bin:3"], [b"bin:4"]]
    assert found[2][1:] == ([bytes(range(14, 20))], 5, 1)


def test_pieces_far_apart(folder):
    found = read_all(tf.FixedLengthRecordReader(2, hop_bytes=9), ["bin"], 4)
    assert [row[1] for row in found[:3]] == [b"\x00\x01", b"\x09\x0a", b"\x12\x13"]
    assert found[3] == (_EMPTY, 3, 1)


def test_file_shorter_than_its_header(folder):
    assert read_all(tf.FixedLengthRecordReader(6, header_bytes=30), ["bin"], 2) == [
        ("OutOfRangeError: reached end of file", 0, 0),
        (_EMPTY, 0, 0),
    ]


def test_reads_and_fills_in_one_run():
    """The read waits for what the same run puts into the queue."""
    queue = tf.FIFOQueue(3, tf.string, shapes=[[]])
    read, put = tf.IdentityReader().read(queue), queue.enqueue(["name"])
    with tf.Session() as sess:
        assert sess.run([read.value, put])[0] == b"name"
        assert sess.run([put, read.value])[1] == b"name"


def test_closing_the_session_ends_reads_that_wait():
    queue = tf.FIFOQueue(3, tf.string, shapes=[[]])
    reader = tf.IdentityReader()
    read = reader.read(queue).value
    sess = tf.Session()
    outcomes = []

    def run():
        try:
            sess.run(read)
        except tf.errors.CancelledError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    sess.close()
    for thread in threads:
        thread.join(10)
    assert len(outcomes) == 3


def test_a_read_that_took_too_long_lets_go_of_the_reader():
    queue = tf.FIFOQueue(3, tf.string, shapes=[[]])
    read = tf.IdentityReader().read(queue).value
    with tf.Session() as sess:
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(read, options=tf.RunOptions(timeout_in_ms=50))
        sess.run(queue.enqueue(["later"]))
        assert sess.run(read) == b"later"


def test_many_threads_read_each_record_once(folder):
    names = []
    for i in range(5):
        names.append(f"file{i}")
        (folder / names[-1]).write_text("".join(f"{i}:{j}\n" for j in range(40)))
    files = tf.train.string_input_producer(names, num_epochs=1, shuffle=False)
    line = tf.TextLineReader().read(files).value
    batch = tf.train.batch([line], 8, num_threads=4)
    found = []
    with tf.train.MonitoredSession() as sess:
        while not sess.should_stop():
            found.extend(sess.run(batch).tolist())
    assert sorted(found) == sorted(f"{i}:{j}".encode() for i in range(5) for j in range(40))


def _record(number):
    features = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[bytes([number] * 12)])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[number])),
    }
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def test_the_pipeline_of_books(folder):
    """Files of records to shuffled batches, by queues and threads."""
    for name, numbers in (("one.tfrecords", range(20)), ("two.tfrecords", range(20, 40))):
        with tf.python_io.TFRecordWriter(name) as writer:
            for number in numbers:
                writer.write(_record(number))
    files = tf.train.string_input_producer(["one.tfrecords", "two.tfrecords"], num_epochs=2)
    _, serialized = tf.TFRecordReader().read(files)
    kinds = {"image": tf.FixedLenFeature([], tf.string), "label": tf.FixedLenFeature([], tf.int64)}
    features = tf.parse_single_example(serialized, features=kinds)
    image = tf.reshape(tf.decode_raw(features["image"], tf.uint8), [3, 4])
    images, labels = tf.train.shuffle_batch(
        [image, features["label"]], batch_size=16, capacity=60, min_after_dequeue=10, num_threads=2
    )
    seen = []
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        for _ in range(5):
            pixels, numbers = sess.run([images, labels])
            assert np.array_equal(pixels, np.broadcast_to(numbers[:, None, None], (16, 3, 4)))
            seen.extend(numbers.tolist())
        with pytest.raises(tf.errors.OutOfRangeError):
            sess.run(labels)
        coord.request_stop()
        coord.join(threads)
    assert sorted(seen) == sorted([*range(40), *range(40)])


def test_matching_files(folder):
    (folder / ".hidden.txt").touch()
    (folder / "sub").mkdir()
    (folder / "sub" / "c.txt").touch()

    def matching(pattern):
        with tf.Session() as sess:
            return sess.run(tf.matching_files(pattern)).tolist()

    assert matching("*.txt") == [b"./.hidden.txt", b"./a.txt", b"./b.txt"]
    assert matching("sub") == [b"./sub"]
    assert matching("sub/*") == [b"sub/c.txt"]
    assert matching("s*/*.txt") == matching("*/c.txt") == [b"./sub/c.txt"]
    top = str(folder).encode()
    assert matching([f"{folder}/[!b].txt", f"{folder}/a*"]) == [top + b"/a.txt"] * 2
    assert matching([]) == matching("") == matching("sub/") == matching("none.txt") == []


def test_match_filenames_once(folder):
    names = tf.train.match_filenames_once("[ab].txt")
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        (folder / "a.txt").unlink()
        assert sess.run(names).tolist() == [b"./a.txt", b"./b.txt"]
