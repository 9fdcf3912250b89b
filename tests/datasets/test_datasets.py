"""tf.data when it runs: the end, errors, beginning anew, files, threads."""

from __future__ import annotations

import gzip
import threading
import time

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES

D = tf.data.Dataset


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def session_of(engine="NUMPY"):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    return tf.Session(config=config)


def elements(dataset, engine="NUMPY"):
    """All elements, as lists."""
    iterator = dataset.make_initializable_iterator()
    element, found = iterator.get_next(), []
    with session_of(engine) as session:
        session.run(iterator.initializer)
        while True:
            try:
                found.append(session.run(element))
            except tf.errors.OutOfRangeError:
                return [one.tolist() if isinstance(one, np.ndarray | np.generic) else one for one in found]


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine):
    dataset = D.range(1, 7).map(lambda n: n * n, 2).flat_map(lambda n: D.from_tensors(n).repeat(2)).window(3, 2)
    dataset = dataset.flat_map(lambda w: w.batch(3)).shuffle(3, seed=4).prefetch(2)
    assert elements(dataset, engine) == [[4, 4, 9], [1, 1, 4], [25, 25, 36], [9, 9, 16], [16, 16, 25], [36, 36]]


def test_the_end_stays_the_end():
    number = D.range(1).make_one_shot_iterator().get_next()
    with session_of() as session:
        assert session.run(number) == 0
        for _ in range(3):
            with pytest.raises(tf.errors.OutOfRangeError, match=r"^End of sequence") as caught:
                session.run(number)
        assert caught.value.op is number.op


def test_sessions_do_not_share_iterators():
    number = D.range(5).make_one_shot_iterator().get_next()
    with session_of() as one, session_of() as other:
        assert [one.run(number), one.run(number), other.run(number)] == [0, 1, 0]


def test_an_iterator_must_be_initialized():
    number = D.range(5).make_initializable_iterator().get_next()
    with (
        session_of() as session,
        pytest.raises(
            tf.errors.FailedPreconditionError,
            match=r"^GetNext\(\) failed because the iterator has not been initialized\.",
        ),
    ):
        session.run(number)


def test_beginning_anew_draws_the_same_random_numbers():
    tf.set_random_seed(3)
    iterator = D.range(3).map(lambda _: tf.random_uniform([])).repeat(2).make_initializable_iterator()
    number, runs = iterator.get_next(), []
    with session_of() as session:
        for _ in range(2):
            session.run(iterator.initializer)
            runs.append([float(session.run(number)) for _ in range(6)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 6


def test_without_seeds_each_time_is_different():
    assert elements(D.range(40).shuffle(40)) != elements(D.range(40).shuffle(40))


def test_handles_choose_iterators():
    handle = tf.placeholder(tf.string, [])
    number = tf.data.Iterator.from_string_handle(handle, tf.int64, []).get_next()
    small, large = (D.range(*ends).make_one_shot_iterator() for ends in ((3,), (10, 13)))
    with session_of() as session:
        handles = session.run([small.string_handle(), large.string_handle()])
        found = [session.run(number, {handle: handles[which]}) for which in (0, 1, 1, 0)]
        assert found == [0, 10, 11, 1]
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Could not parse string_handle as a valid Resource"):
            session.run(number, {handle: "nonsense"})


def test_a_handle_must_stand_for_elements_of_the_kind():
    handle = tf.placeholder(tf.string, [])
    number = tf.data.Iterator.from_string_handle(handle, tf.float32, []).get_next()
    other = D.range(3).make_one_shot_iterator()
    with session_of() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"^Data type mismatch at"):
        session.run(number, {handle: session.run(other.string_handle())})


def test_after_an_error_the_next_element_follows():
    numbers = D.from_tensor_slices([1.0, 0.0, 4.0]).map(lambda x: tf.check_numerics(1.0 / x, "bad"))
    for dataset in (numbers, numbers.prefetch(1), numbers.repeat(1).take(3)):
        number = dataset.make_one_shot_iterator().get_next()
        with session_of() as session:
            assert session.run(number) == 1.0
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"^bad : Tensor had Inf values"):
                session.run(number)
            assert session.run(number) == 0.25
    assert elements(numbers.apply(tf.data.experimental.ignore_errors())) == [1.0, 0.25]


def scalar(value):
    return tf.placeholder_with_default(np.int64(value), [])


WHEN_RUN = [
    (lambda: D.range(3).batch(scalar(0)), "Batch size must be greater than zero."),
    (lambda: D.range(3).shuffle(scalar(0)), "buffer_size must be greater than zero."),
    (lambda: D.range(1, 4, 0), "step must be a non-zero integer."),
    (lambda: D.range(7).shard(3, 3), "Index must be between 0 and 2 (currently index = 3)."),
    (lambda: D.range(5).shuffle(3).repeat(0), "count must be greater than zero or equal to -1."),
    (
        lambda: D.range(1, 4).map(lambda a: tf.fill([a], a)).batch(2),
        "Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: [2], [batch]: [1]",
    ),
    (
        lambda: D.range(1, 4).map(lambda a: tf.fill([a], a)).prefetch(1).batch(2),
        (
            "Cannot batch tensors with different shapes in component 0. First element had shape [1] and element 1 had "
            "shape [2]."
        ),
    ),
    (
        lambda: D.from_generator(lambda: iter([1, "a"]), tf.int32).skip(1),
        (
            "TypeError: `generator` yielded an element that could not be converted to the expected type. The "
            "expected type was int32, but the yielded element was a."
        ),
    ),
    (
        lambda: D.from_generator(lambda: iter([[1]]), tf.int32, [2]),
        "ValueError: `generator` yielded an element of shape (1,) where an element of shape (2,) was expected.",
    ),
]


@pytest.mark.parametrize(("build", "line"), WHEN_RUN)
def test_errors_when_run(build, line):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        elements(build())
    assert str(caught.value).splitlines()[0] == line


WHEN_BUILT = [
    (lambda: D.from_tensor_slices((np.arange(3), np.arange(4))), ValueError, "Dimensions 3 and 4 are not compatible"),
    (lambda: D.range(3).apply(lambda _: 3), TypeError, "`transformation_func` must return a Dataset. Got 3."),
    (
        lambda: D.range(3).filter(lambda n: n),
        ValueError,
        (
            "`predicate` return type must be convertible to a scalar boolean tensor. Was TensorSpec(shape=(), "
            "dtype=tf.int64, name=None)."
        ),
    ),
    (
        lambda: D.range(3).concatenate(D.from_tensors(1)),
        TypeError,
        "Two datasets to concatenate have different types <dtype: 'int64'> and <dtype: 'int32'>",
    ),
    (
        lambda: D.zip([D.range(3)]),
        TypeError,
        (
            "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects. Nested structures do not "
            "support Python lists; please use a tuple instead."
        ),
    ),
    (
        lambda: iter(D.range(3)),
        RuntimeError,
        "__iter__() is only supported inside of tf.function or when eager execution is enabled.",
    ),
    (
        lambda: D.range(tf.placeholder(tf.int64, [])).make_one_shot_iterator(),
        ValueError,
        "Cannot capture a placeholder (name:Placeholder, type:Placeholder) by value.",
    ),
    (
        lambda: _capturing(tf.Variable(np.int64(3))),
        ValueError,
        (
            "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not support "
            "datasets that capture stateful objects, such as a `Variable` or `LookupTable`. In these cases, use "
            "`Dataset.make_initializable_iterator()`. (Original error: Cannot capture a stateful node (name:Variable, "
            "type:VariableV2) by value.)"
        ),
    ),
]


def _capturing(variable):
    return D.range(3).map(lambda n: n + variable).make_one_shot_iterator()


@pytest.mark.filterwarnings("ignore:tf.data static optimizations")
@pytest.mark.parametrize(("build", "kind", "line"), WHEN_BUILT)
def test_errors_when_built(build, kind, line):
    with pytest.raises(kind) as caught:
        build()
    assert str(caught.value).splitlines()[0] == line


def test_it_tells_what_its_elements_are():
    dataset = D.from_tensors((1, {"a": [1.0]}))
    assert repr(dataset) == "<DatasetV1Adapter shapes: ((), {a: (1,)}), types: (tf.int32, {a: tf.float32})>"
    assert dataset.output_types == (tf.int32, {"a": tf.float32})
    assert tf.data.get_output_shapes(dataset)[1]["a"].as_list() == [1]
    assert tf.data.get_output_classes(dataset) == (tf.Tensor, {"a": tf.Tensor})


# -- files -------------------------------------------------------------------------------------------------


def test_lines(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\n\nlast")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"packed\n"))
    assert elements(tf.data.TextLineDataset([str(tmp_path / "a.txt")] * 2)) == [b"one", b"two", b"", b"last"] * 2
    assert elements(tf.data.TextLineDataset(str(tmp_path / "b.txt.gz"), "GZIP")) == [b"packed"]
    with pytest.raises(tf.errors.NotFoundError, match=r"nowhere; No such file or directory"):
        elements(tf.data.TextLineDataset(str(tmp_path / "nowhere")))
    with pytest.raises(tf.errors.DataLossError, match=r"does not unpack as ZLIB"):
        elements(tf.data.TextLineDataset(str(tmp_path / "b.txt.gz"), "ZLIB"))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Unsupported compression_type"):
        elements(tf.data.TextLineDataset("x", "BZIP"))


@pytest.mark.parametrize("kind", ["", "GZIP", "ZLIB"])
def test_records(tmp_path, kind):
    names = [str(tmp_path / name) for name in "ab"]
    for name in names:
        options = tf.io.TFRecordOptions(kind)
        with tf.io.TFRecordWriter(name, options) as writer:
            for text in (b"1", b"", b"\0" * 300):
                writer.write(name[-1:].encode() + text)
    in_turn = tf.data.TFRecordDataset(names, kind, num_parallel_reads=2)
    assert [text[:2] for text in elements(tf.data.TFRecordDataset(names, kind))] == [
        b"a1", b"a", b"a\0", b"b1", b"b", b"b\0",
    ]  # fmt: skip
    assert [text[:1] for text in elements(in_turn)] == [b"a", b"b"] * 3


def test_a_damaged_record(tmp_path):
    name = tmp_path / "damaged"
    with tf.io.TFRecordWriter(str(name)) as writer:
        writer.write(b"abc")
    name.write_bytes(name.read_bytes()[:-5] + b"xxxxx")
    with pytest.raises(tf.errors.DataLossError, match=r"^corrupted record at 12"):
        elements(tf.data.TFRecordDataset(str(name)))


def test_pieces_of_one_length(tmp_path):
    name = tmp_path / "pieces"
    name.write_bytes(b"HHaabbccF")
    dataset = tf.data.FixedLengthRecordDataset(str(name), 2, header_bytes=2, footer_bytes=1)
    assert elements(dataset) == [b"aa", b"bb", b"cc"]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Excess bytes of 1 bytes in input file"):
        elements(tf.data.FixedLengthRecordDataset(str(name), 2))


def test_names_of_files(tmp_path):
    for name in ("b.x", "a.x", "c.y"):
        (tmp_path / name).write_text("")
    found = elements(D.list_files(str(tmp_path / "*.x"), shuffle=False))
    assert found == [str(tmp_path / name).encode() for name in ("a.x", "b.x")]
    assert sorted(elements(D.list_files(str(tmp_path / "*.x"), seed=1))) == found
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"assertion failed"):
        elements(D.list_files(str(tmp_path / "*.z")))
    with pytest.raises(tf.errors.NotFoundError, match=r"No such file or directory"):
        elements(D.list_files(str(tmp_path / "no" / "*.z")))


# -- threads -----------------------------------------------------------------------------------------------


def test_elements_are_mapped_in_several_threads_and_stay_in_order():
    seen, all_there = set(), threading.Barrier(3, timeout=20)

    def slow(number):
        seen.add(threading.get_ident())
        if number < 3:
            all_there.wait()
        time.sleep(0.002 * (number % 3))
        return number

    dataset = D.range(12).map(lambda n: tf.py_func(slow, [n], tf.int64), num_parallel_calls=3)
    assert elements(dataset) == list(range(12))
    assert len(seen) >= 3


def test_prefetching_goes_ahead():
    made = []
    dataset = D.range(6).map(lambda n: tf.py_func(lambda n: made.append(n) or n, [n], tf.int64)).prefetch(2)
    number = dataset.make_one_shot_iterator().get_next()
    with session_of() as session:
        assert session.run(number) == 0
        for _ in range(200):
            if len(made) == 3:
                break
            time.sleep(0.01)
        assert made == [0, 1, 2]


def test_runs_of_several_threads_share_an_iterator():
    number = D.range(200).make_one_shot_iterator().get_next()
    found = []
    with session_of() as session:

        def take():
            while True:
                try:
                    found.append(int(session.run(number)))
                except tf.errors.OutOfRangeError:
                    return

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert sorted(found) == list(range(200))


def test_state_of_the_session_inside_functions():
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    iterator = D.from_tensor_slices(["b", "a", "z"]).map(table.lookup).batch(3).make_initializable_iterator()
    with session_of() as session:
        session.run([tf.tables_initializer(), iterator.initializer])
        assert session.run(iterator.get_next()).tolist() == [1, 0, -1]


def test_sparse_components():
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1, 2], [3, 4])
    dataset = D.from_tensor_slices(sparse)
    assert dataset.output_classes is tf.SparseTensor
    assert dataset.output_shapes.as_list() == [4]
    kind = tf.data.Iterator.from_structure(dataset.output_types, dataset.output_shapes, None, dataset.output_classes)
    begin, row = kind.make_initializer(dataset.skip(2)), kind.get_next()
    with session_of() as session:
        session.run(begin)
        found = session.run(row)
    assert (found.indices.tolist(), found.values.tolist(), found.dense_shape.tolist()) == ([[0]], [2], [4])
    with pytest.raises(TypeError, match=r"^Batching of padded sparse tensors is not currently supported"):
        dataset.padded_batch(2, [None])
