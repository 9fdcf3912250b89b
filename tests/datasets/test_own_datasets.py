"""Users' own classes of datasets, specs, and elements nested by attrs classes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.python.data.ops import dataset_ops


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _first(dataset):
    with tf.Session() as session:
        return session.run(tf.data.make_one_shot_iterator(dataset).get_next())


class Twice(tf.data.Dataset):
    """A dataset two times over."""

    def __init__(self, dataset):
        self._dataset = dataset
        super().__init__()

    def _inputs(self):
        return [self._dataset]

    def _as_variant_tensor(self):
        return self._dataset.repeat(2)._as_variant_tensor()

    @property
    def element_spec(self):
        return self._dataset.element_spec


class Older(tf.data.Dataset):
    """One that tells of its elements in the older way."""

    output_types, output_shapes, output_classes = tf.int64, tf.TensorShape([]), tf.Tensor

    def _inputs(self):
        return []

    def _as_variant_tensor(self):
        return tf.data.Dataset.range(2)._as_variant_tensor()


class First(dataset_ops.UnaryUnchangedStructureDataset):
    """The first element of another."""

    def __init__(self, dataset):
        super().__init__(dataset, dataset.take(1)._variant_tensor)


class Source(dataset_ops.DatasetSource):
    """Two numbers."""

    element_spec = tf.TensorSpec([], tf.int64)

    def __init__(self):
        super().__init__(tf.data.Dataset.range(5, 7)._variant_tensor)


def test_a_class_of_ones_own_is_a_dataset():
    dataset = Twice(tf.data.Dataset.range(3))
    assert str(dataset) == "<Twice shapes: (), types: tf.int64>"
    assert _first(dataset.map(lambda n: n + 1).batch(9)).tolist() == [1, 2, 3, 1, 2, 3]


def test_the_older_way():
    assert Older().element_spec == tf.TensorSpec([], tf.int64)
    assert str(Older()) == "<Older shapes: (), types: tf.int64>"
    assert _first(Older().batch(2)).tolist() == [0, 1]


def test_one_that_does_not_tell_of_its_elements():
    members = {"_inputs": lambda _self: [], "_as_variant_tensor": lambda _self: None}
    with pytest.raises(NotImplementedError, match=r"^Silent\.element_spec"):
        _ = type("Silent", (tf.data.Dataset,), members)().output_types


def test_classes_that_bring_their_tensor():
    assert _first(First(Source()).batch(2)).tolist() == [5]
    assert _first(tf.data.Dataset.zip((Source(), First(Source())))) == (5, 5)
    assert _first(tf.data.Dataset.range(4).apply(First)) == 0


def test_options_come_from_what_it_is_made_of():
    options = tf.data.Options()
    options.experimental_deterministic = False
    dataset = tf.data.Dataset.range(3).with_options(options)
    assert First(dataset).options().experimental_deterministic is False
    assert Twice(dataset).options().experimental_deterministic is False


def test_what_is_a_dataset_of_which_kind():
    plain = tf.data.Dataset.range(3)
    assert isinstance(plain, dataset_ops.DatasetV2)
    assert isinstance(First(plain), dataset_ops.DatasetV2)
    assert isinstance(First(plain), dataset_ops.UnaryDataset)
    assert not isinstance(plain, dataset_ops.UnaryDataset)
    assert not isinstance(3, dataset_ops.DatasetV2)
    with pytest.raises(TypeError, match="abstract class DatasetV2 with abstract methods _inputs, element_spec"):
        dataset_ops.DatasetV2(plain._variant_tensor)


def test_specs():
    spec = tf.TensorSpec([2, None], tf.int32, "x")
    assert repr(spec) == "TensorSpec(shape=(2, ?), dtype=tf.int32, name='x')"
    assert spec != tf.TensorSpec([2, None], tf.int32)
    assert hash(spec) == hash(tf.TensorSpec([2, None], tf.int32))
    assert repr(tf.TensorSpec.from_spec(spec, "y").name) == "'y'"
    assert tf.TensorSpec.from_tensor(tf.constant([1.0, 2.0])) == tf.TensorSpec([2], tf.float32, "Const")
    assert spec.is_compatible_with(tf.zeros([2, 5], tf.int32))
    assert spec.is_compatible_with(tf.TensorSpec([2, 3], tf.int32))
    assert not spec.is_compatible_with(tf.TensorSpec([3, 3], tf.int32))
    assert not spec.is_compatible_with(3)
    assert not spec.is_compatible_with(np.zeros([2, 3], np.float32))
    joint = spec.most_specific_compatible_type(tf.TensorSpec([3, None], tf.int32))
    assert joint == tf.TensorSpec([None, None], tf.int32)
    assert pickle.loads(pickle.dumps(tf.TensorSpec([2, 3]))) == tf.TensorSpec([2, 3])
    assert spec.value_type is tf.Tensor


def test_elements_nested_by_attrs_classes():
    attr = pytest.importorskip("attr")
    two = attr.make_class("Two", ["x", "y"])
    dataset = tf.data.Dataset.from_tensors(two(1, (2.0, two([3], 4))))
    assert dataset.output_types == two(tf.int32, (tf.float32, two(tf.int32, tf.int32)))
    found = _first(dataset.map(lambda one: two(one.y[1].x + one.x, one.x)).batch(1))
    assert type(found) is two
    assert (found.x.tolist(), found.y.tolist()) == ([[4]], [1])


def test_options_are_merged_as_in_tensorflow():
    one, other = tf.data.Options(), tf.data.Options()
    one.experimental_threading.private_threadpool_size = 4
    other.experimental_deterministic = False
    other.experimental_distribute.auto_shard = False
    for merged in (one.merge(other), other.merge(one)):
        assert merged.experimental_threading.private_threadpool_size == 4
        assert merged.experimental_deterministic is False
        assert merged.experimental_distribute.auto_shard is False
    assert one != other
    assert one.merge(tf.data.Options()) == one
    assert tf.data.experimental.StatsOptions().prefix == ""


def test_statistics_are_refused():
    with pytest.raises(NotImplementedError, match=r"StatsOptions\.aggregator is not offered"):
        tf.data.Options().experimental_stats.aggregator = 3


def test_a_window_of_other_shapes_is_passed_over():
    dataset = tf.data.Dataset.from_tensor_slices([1, 2, 2, 3, 3]).map(lambda n: tf.fill([n], n))
    windows = dataset.apply(tf.contrib.data.sliding_window_batch(2))
    element = tf.data.make_one_shot_iterator(windows).get_next()
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot batch tensors with different shapes"):
            session.run(element)
        assert session.run(element).tolist() == [[2, 2], [2, 2]]


def test_features_of_files(tmp_path):
    name = str(tmp_path / "examples")
    with tf.io.TFRecordWriter(name) as writer:
        for number in range(4):
            feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
            writer.write(tf.train.Example(features=tf.train.Features(feature={"n": feature})).SerializeToString())
    features = {"n": tf.io.FixedLenFeature([], tf.int64)}
    found = tf.contrib.data.read_batch_features(name, 3, features, randomize_input=False, num_epochs=1)
    with tf.Session() as session:
        assert session.run(found)["n"].tolist() == [0, 1, 2]


def test_a_pipeline_for_another_device_in_a_graph_def():
    dataset = tf.data.Dataset.range(3).apply(tf.data.experimental.copy_to_device("/cpu:0"))
    iterator = tf.data.make_initializable_iterator(dataset)
    names = [iterator.initializer.name, iterator.get_next().name]
    written = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as session:
        begin, element = tf.import_graph_def(written, return_elements=names)
        session.run(begin)
        assert [session.run(element) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(element)


def test_no_name_of_a_device():
    with pytest.raises(ValueError, match=r"^Unknown attribute: 'foo' in 'foo'"):
        tf.data.Dataset.range(3).apply(tf.data.experimental.copy_to_device("foo"))
