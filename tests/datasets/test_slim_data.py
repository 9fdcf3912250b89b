"""tf.contrib.slim's data: what its readers, decoders and providers do when they run."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _write(path, numbers):
    with tf.python_io.TFRecordWriter(str(path)) as writer:
        for number in numbers:
            example = tf.train.Example()
            example.features.feature["number"].int64_list.value.append(number)
            writer.write(example.SerializeToString())
    return str(path)


def _flowers(sources, items=None):
    decoder = slim.tfexample_decoder.TFExampleDecoder(
        {"number": tf.FixedLenFeature([], tf.int64)},
        items or {"number": slim.tfexample_decoder.Tensor("number", shape=[])},
    )
    return slim.dataset.Dataset(sources, tf.TFRecordReader, decoder, 6, {"number": "any"}, num_classes=6)


def test_a_provider_gives_each_example_once_an_epoch(tmp_path):
    _write(tmp_path / "a-0", [0, 1, 2]), _write(tmp_path / "a-1", [3, 4, 5])
    data = _flowers(str(tmp_path / "a-*"))
    provider = slim.dataset_data_provider.DatasetDataProvider(
        data, num_readers=2, num_epochs=1, common_queue_capacity=8, common_queue_min=2
    )
    number, key = provider.get(["number", "record_key"])
    batch = slim.prefetch_queue.prefetch_queue([tf.train.batch([number], 2)], capacity=2).dequeue()
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with slim.queues.QueueRunners(session):
            found = np.concatenate([session.run(batch) for _ in range(3)])
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(batch)
    assert sorted(found) == [0, 1, 2, 3, 4, 5]
    assert key.dtype == tf.string
    assert provider.num_samples() == 6
    assert list(provider.list_items()) == ["number", "record_key"]


def test_a_single_pass_reads_in_order(tmp_path):
    names = [_write(tmp_path / "one", [1, 2]), _write(tmp_path / "two", [3])]
    value = slim.parallel_reader.single_pass_read(names, tf.TFRecordReader)[1]
    number = tf.parse_single_example(value, {"number": tf.FixedLenFeature([], tf.int64)})["number"]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with slim.queues.QueueRunners(session):
            assert [session.run(number) for _ in range(3)] == [1, 2, 3]


def test_blocks_of_queue_runners_do_not_nest():
    nested = pytest.raises(slim.queues.NestedQueueRunnerError, match="QueueRunners cannot be nested")
    with tf.Session() as session, slim.queues.QueueRunners(session), nested, slim.queues.QueueRunners(session):
        pass
    with tf.Session() as session, slim.queues.QueueRunners(session):
        pass  # the first block gave the way free


@pytest.mark.parametrize(
    ("call", "kind", "line"),
    [
        (lambda: slim.data_provider.DataProvider({"a": 1}, 2).get("a"), ValueError, "items must be a list or tuple"),
        (
            lambda: slim.data_provider.DataProvider({"a": 1}, 2).get(["b"]),
            ValueError,
            "Item [b] is invalid. Valid entries include: dict_keys(['a'])",
        ),
        (lambda: slim.parallel_reader.get_data_files([]), ValueError, "No data files found in []"),
        (
            lambda: slim.parallel_reader.ParallelReader(tf.TextLineReader, tf.FIFOQueue(2, [tf.string])),
            TypeError,
            "common_queue.dtypes must be [tf.string, tf.string]",
        ),
        (
            lambda: slim.tfexample_decoder.BoundingBox(keys=["a"]),
            ValueError,
            "BoundingBox expects 4 keys but got 1",
        ),
        (
            lambda: slim.tfexample_decoder.Tensor("a", "b", [1]),
            ValueError,
            "Cannot specify both shape_keys and shape parameters.",
        ),
        (
            lambda: slim.tfexample_decoder.BackupHandler(1, 2),
            ValueError,
            "Primary handler is of type <class 'int'> instead of ItemHandler",
        ),
    ],
)
def test_mistakes(call, kind, line):
    with pytest.raises(kind) as told:
        call()
    assert str(told.value).splitlines()[0] == line


def test_the_record_key_is_no_item(tmp_path):
    data = _flowers([_write(tmp_path / "one", [1])], {"record_key": slim.tfexample_decoder.Tensor("number")})
    with pytest.raises(ValueError, match="cannot also be used for a dataset item: record_key"):
        slim.dataset_data_provider.DatasetDataProvider(data)


def test_old_scripts_import_them_from_where_tensorflow_has_them():
    from flowgraph.contrib.slim.python.slim.data import dataset_data_provider

    assert dataset_data_provider.DatasetDataProvider is slim.dataset_data_provider.DatasetDataProvider
