"""Dataset.cache with a file name: TensorFlow's files, and what stands beside them meanwhile."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf

GOLDEN = Path(__file__).parent.parent / "golden" / "cached"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _begun(dataset, session):
    """What gives the next element."""
    iterator = dataset.make_initializable_iterator()
    element = iterator.get_next()
    session.run(iterator.initializer)
    return iterator, lambda: session.run(element)


def _rest(following):
    found = []
    while True:
        try:
            found.append(following())
        except tf.errors.OutOfRangeError:
            return found


def _elements():
    return tf.data.Dataset.range(12).map(lambda n: (n, tf.fill([2], tf.cast(n, tf.float32) / 2), tf.as_string(n)))


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_of_tensorflow_are_read(tmp_path):
    shutil.copytree(GOLDEN, tmp_path / "c")
    types, shapes = (tf.int64, tf.float32, tf.string), ([], [2], [])
    nothing = tf.data.Dataset.from_generator(lambda: iter(()), types, shapes).cache(str(tmp_path / "c" / "elements"))
    with tf.Session() as session:
        found = _rest(_begun(nothing, session)[1])
    assert [int(number) for number, _, _ in found] == list(range(12))
    assert [word for _, _, word in found] == [b"%d" % n for n in range(12)]
    np.testing.assert_array_equal(found[3][1], [1.5, 1.5])


def test_files_are_those_of_tensorflow(tmp_path):
    with tf.Session() as session:
        _rest(_begun(_elements().cache(str(tmp_path / "elements")), session)[1])
    assert _names(tmp_path) == _names(GOLDEN)
    for name in _names(GOLDEN):
        assert (tmp_path / name).stat().st_size > 0
    data = "elements.data-00000-of-00001"
    ours, theirs = (tf.train.load_checkpoint(str(folder / "elements")) for folder in (tmp_path, GOLDEN))
    assert (tmp_path / data).read_bytes() == (GOLDEN / data).read_bytes()
    assert ours.get_variable_to_dtype_map() == theirs.get_variable_to_dtype_map()


def test_the_second_time_comes_from_the_files(tmp_path):
    calls = []

    def noted(number):
        calls.append(number)
        return number

    numbers = tf.data.Dataset.range(3).map(lambda n: tf.py_func(noted, [n], tf.int64))
    with tf.Session() as session:
        assert _rest(_begun(numbers.cache(str(tmp_path / "n")).repeat(2), session)[1]) == [0, 1, 2, 0, 1, 2]
    assert len(calls) == 3


def test_two_do_not_write_at_a_time(tmp_path):
    numbers = tf.data.Dataset.range(3).cache(str(tmp_path / "n"))
    with tf.Session() as session:
        (iterator, one), (_, other) = _begun(numbers, session), _begun(numbers, session)
        assert one() == 0
        assert [name.split(".")[0] for name in _names(tmp_path)] == ["n_0", "n_0"]
        lock = tmp_path / "n_0.lockfile"
        line = "There appears to be a concurrent caching iterator running - cache lockfile already exists "
        with pytest.raises(tf.errors.AlreadyExistsError) as told:
            other()
        assert told.value.message.startswith(f"{line}('{lock}'). If you are sure")
        assert f"Lockfile contents: {lock.read_text()}" in told.value.message
        session.run(iterator.initializer)  # what was written is given up
        assert _rest(one) == [0, 1, 2]
        with pytest.raises(tf.errors.AlreadyExistsError, match="Existing cache files found"):
            other()
    assert _names(tmp_path) == ["n.data-00000-of-00001", "n.index"]


def test_part_of_a_dataset_is_not_kept(tmp_path):
    with tf.Session() as session:
        assert _rest(_begun(tf.data.Dataset.range(3).cache(str(tmp_path / "n")).take(2), session)[1]) == [0, 1]
    assert _names(tmp_path) == []


def test_files_of_other_elements(tmp_path):
    name = str(tmp_path / "n")
    with tf.Session() as session:
        _rest(_begun(tf.data.Dataset.from_tensors(1.5).cache(name), session)[1])
        following = _begun(tf.data.Dataset.range(3).cache(name), session)[1]
        with pytest.raises(tf.errors.InternalError, match="type float does not match declared output type int64"):
            following()


def test_damaged_files(tmp_path):
    name, data = str(tmp_path / "n"), tmp_path / "n.data-00000-of-00001"
    with tf.Session() as session:
        _rest(_begun(tf.data.Dataset.range(3).cache(name), session)[1])
        data.write_bytes(b"\xff" + data.read_bytes()[1:])
        following = _begun(tf.data.Dataset.range(3).cache(name), session)[1]
        with pytest.raises(tf.errors.DataLossError, match="Checksum does not match"):
            following()
        (tmp_path / "n.index").write_bytes(b"junk")
        iterator = tf.data.Dataset.range(3).cache(name).make_initializable_iterator()
        with pytest.raises(tf.errors.DataLossError):
            session.run(iterator.initializer)


def test_where_no_files_can_be(tmp_path):
    with tf.Session() as session:
        folder = str(tmp_path / "no" / "n")
        with pytest.raises(tf.errors.NotFoundError, match=r"n_0\.lockfile; No such file"):
            _begun(tf.data.Dataset.range(3).cache(folder), session)[1]()
        sparse = tf.data.Dataset.range(2).map(lambda n: tf.SparseTensor([[n]], [n], [4])).cache(str(tmp_path / "s"))
        with pytest.raises(tf.errors.UnimplementedError, match="cached in memory only"):
            _begun(sparse, session)[1]()


def test_a_session_that_is_closed_lets_go_of_what_it_was_writing(tmp_path):
    dataset = _elements().cache(str(tmp_path / "elements")).map(lambda *parts: parts).repeat(2)
    gc.disable()
    try:
        with tf.Session() as session:
            following = _begun(dataset, session)[1]
            following()
            assert "elements_0.lockfile" in _names(tmp_path)
        assert _names(tmp_path) == []
    finally:
        gc.enable()
    with tf.Session() as session:
        assert len(_rest(_begun(dataset, session)[1])) == 24
