"""map_fn, scan and the folds where golden nodes and values do not reach; vectorized_map and switch_case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feed=None, engine="NUMPY"):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        return session.run(fetches, feed)


def test_runs_in_many_threads_do_not_meet():
    x = tf.placeholder(tf.float32, [None])
    doubled = tf.map_fn(lambda v: tf.cond(v > 2.0, lambda: v * 2.0, lambda: v), x)
    sums = tf.scan(lambda a, v: a + v, doubled)
    feeds = [np.arange(1 + n % 5, dtype=np.float32) + n % 3 for n in range(40)]
    with tf.Session() as session, ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda feed: session.run(sums, {x: feed}), feeds))
    for feed, result in zip(feeds, results):
        np.testing.assert_array_equal(result, np.cumsum(np.where(feed > 2.0, feed * 2.0, feed)))


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_are_unequal_in_number(engine):
    x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    z = tf.map_fn(lambda row: row[0] * row[1], (x, y), dtype=tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Max scatter index must be < array size \(2 vs. 2\)"):
        run(z, {x: [1.0, 2.0], y: [1.0, 2.0, 3.0]}, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_results_of_different_shapes(engine):
    x = tf.constant([1, 2, 3])
    y = tf.map_fn(tf.range, x)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"value shape is \[2\] which is incompatible"):
        run(y, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_first_row_of_nothing(engine):
    x = tf.placeholder(tf.float32, [None])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tried to read from index 0 but array size is: 0"):
        run(tf.foldl(lambda a, v: a + v, x), {x: []}, engine)


def test_functions_are_called_once():
    calls = []

    def note(*args):
        calls.append(args)
        return args[0]

    x = tf.placeholder(tf.float32, [7])
    for make in (tf.map_fn, tf.scan, tf.foldl, tf.foldr, tf.vectorized_map):
        make(note, x)
    assert len(calls) == 5


def test_variable_scope_is_as_before_after_a_mistake():
    def mistake(row):
        raise KeyError("mine")

    scope = tf.get_variable_scope()
    with pytest.raises(KeyError, match="mine"):
        tf.map_fn(mistake, tf.zeros([2]))
    assert scope.caching_device is None


def test_random_rows_differ():
    """The op in the loop draws anew in each iteration."""
    rows = run(tf.map_fn(lambda _: tf.random_uniform([3], seed=1), tf.zeros([4])))
    assert len(np.unique(rows)) == 12


def test_gradient_of_a_long_scan_is_the_slope():
    x = tf.placeholder(tf.float64, [None, 2])
    w = tf.placeholder(tf.float64, [2, 2])
    y = tf.reduce_sum(tf.scan(lambda a, row: tf.tanh(tf.matmul(a[None], w)[0] + row), x, reverse=True) ** 2)
    grads = tf.gradients(y, [x, w])
    rng = np.random.default_rng(0)
    at = {x: rng.normal(size=(30, 2)), w: rng.normal(size=(2, 2))}
    with tf.Session() as session:
        for tensor, grad in zip((x, w), session.run(grads, at)):
            direction = rng.normal(size=at[tensor].shape)
            moved = [session.run(y, {**at, tensor: at[tensor] + sign * 1e-6 * direction}) for sign in (1, -1)]
            assert np.sum(grad * direction) == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_vectorized_map(engine):
    x = tf.placeholder(tf.float32, [None, 2])
    i = tf.constant([3, 1, 2])
    outer, rest = tf.vectorized_map(
        lambda row: (tf.tensordot(row["x"], row["x"], 0), [row["i"] + 1, tf.constant(5)]), {"x": x, "i": i}
    )
    assert outer.shape.as_list() == [3, 2, 2]
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32)
    values = run([outer, rest, tf.gradients(outer, x)], {x: rows}, engine)
    np.testing.assert_array_equal(values[0], rows[:, :, None] * rows[:, None])
    np.testing.assert_array_equal(values[1], [[4, 2, 3], [5, 5, 5]])
    np.testing.assert_allclose(values[2][0], 2.0 * np.repeat(rows.sum(1, keepdims=True), 2, 1))


def test_vectorized_map_of_operations():
    count = tf.Variable(0.0)
    done = tf.vectorized_map(lambda v: tf.assign_add(count, v).op, tf.constant([1.0, 2.0, 3.0]))
    with tf.Session() as session:
        session.run(count.initializer)
        session.run(done)
        assert session.run(count) == 6.0


def test_vectorized_map_without_rows():
    x = tf.placeholder(tf.float32, [None, 2])
    assert run(tf.vectorized_map(lambda row: row[None] * 2.0, x), {x: np.zeros([0, 2])}).shape == (0, 1, 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_switch_case(engine):
    i = tf.placeholder(tf.int32, [])
    y = tf.constant(2.0)
    result = tf.switch_case(i, {1: lambda: (y * 3.0, {"a": y}), 0: lambda: (y * 2.0, {"a": -y})}, name="choice")
    other = tf.switch_case(i, [lambda: y, lambda: y + 1.0], default=lambda: y + 9.0)
    (slope,) = tf.gradients(result[0], y)
    for index, expected in {0: (4.0, -2.0, 2.0, 2.0), 1: (6.0, 2.0, 3.0, 3.0), 5: (6.0, 2.0, 11.0, 3.0)}.items():
        (first, rest), second, third = run([result, other, slope], {i: index}, engine)
        assert (first, rest["a"], second, third) == expected
    assert run(tf.switch_case(i, [lambda: [7]]), {i: 3}) == [7]


@pytest.mark.parametrize(
    ("functions", "error", "words"),
    [
        ([], ValueError, "Must provide at least one item in branch_fns"),
        (3, TypeError, "branch_fns must be a list, tuple, or dict"),
        ([(1, int), (3, int)], ValueError, r"contiguous range of \[0 to 2\) but found \{1,3\}"),
        ([(1, int), ("a", int)], TypeError, "key must be a Python `int`, got <class 'str'>"),
        ([(1, int), (0, 5)], TypeError, "fn for key 0 must be callable."),
        ([int, 5], TypeError, "Each entry in branch_fns must be a 2-tuple"),
    ],
)
def test_switch_case_of_no_functions(functions, error, words):
    with pytest.raises(error, match=words):
        tf.switch_case(tf.constant(1), functions)


def test_switch_case_of_no_number():
    with pytest.raises(TypeError, match="branch_index must a Tensor, got <class 'int'>"):
        tf.switch_case(3, [int])
    with pytest.raises(TypeError, match="branch_index must an integer Tensor, got <dtype: 'float32'>"):
        tf.switch_case(tf.constant(1.0), [int])


@pytest.mark.parametrize("engine", ENGINES)
def test_arrays_and_loops_in_a_run_in_parts(engine):
    """A later part goes on with the arrays of an earlier one, and back through the loop that ran there."""
    x, z = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [])
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False, element_shape=[2]).write(0, x)
    first, rows = array.read(0) * 2.0, array.write(1, x * z).stack()
    products = tf.scan(lambda a, v: a * v, x)
    total = tf.reduce_sum(products) * z
    (slope,) = tf.gradients(total, x)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        handle = session.partial_run_setup([first, rows, products, total, slope], [x, z])
        early = session.partial_run(handle, [first, products], {x: [1.0, 2.0]})
        late = session.partial_run(handle, [rows, total, slope], {z: 3.0})
    assert [value.tolist() for value in early] == [[2.0, 4.0], [1.0, 2.0]]
    assert [value.tolist() for value in late] == [[[1.0, 2.0], [3.0, 6.0], [0.0, 0.0]], 9.0, [9.0, 3.0]]
