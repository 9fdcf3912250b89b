"""Random ops in graphs and sessions, against TensorFlow 1.15.5 (tests/golden/make_random_programs.py)."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from tests.golden.random_programs import PROGRAMS

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "random_programs.json").read_text())
ENGINES = ["REFERENCE", "NUMPY"]
NAMES = [program.__name__ for program in PROGRAMS]


def config(engine: str) -> tf.ConfigProto:
    made = tf.ConfigProto()
    made.experimental.executor_type = engine
    return made


@functools.cache
def built(name: str) -> tuple[tf.Graph, list[Any], list[Any]]:
    program = next(program for program in PROGRAMS if program.__name__ == name)
    with tf.Graph().as_default() as graph:
        return (graph, *program(tf))


def node(op: tf.Operation) -> list[Any]:
    attrs = op.node_attrs()
    seeds = [attrs["seed"], attrs["seed2"]] if "seed2" in attrs else None
    shape = op.outputs[0].shape if op.outputs else None
    return [op.type, op.name, seeds, None if shape is None or shape.ndims is None else shape.as_list()]


@pytest.mark.parametrize("name", NAMES)
def test_nodes_seeds_and_shapes(name: str) -> None:
    assert [node(op) for op in built(name)[0].get_operations()] == GOLDEN[name]["nodes"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in NAMES if GOLDEN[name]["runs"]])
def test_numbers_run_after_run(name: str, engine: str) -> None:
    graph, fetches, feeds = built(name)
    for _ in range(2):  # another session starts over
        with tf.Session(graph=graph, config=config(engine)) as session:
            for feed, expected in zip(feeds, GOLDEN[name]["runs"], strict=True):
                values = session.run(fetches, feed)
                for fetch, value, record in zip(fetches, values, expected, strict=True):
                    same_array(fetch, np.asarray(value), record)


def same_array(fetch: tf.Tensor, value: np.ndarray, record: list[Any]) -> None:
    """Bit for bit, but for float64, where the C library has its say, and for derivatives."""
    dtype, shape, entries = record
    assert (value.dtype.name, list(value.shape)) == (dtype, shape), fetch.name
    if dtype == "object":
        assert [entry.decode() for entry in value.ravel()] == entries, fetch.name
    elif fetch.name.startswith("gradients/") or dtype == "float64":
        tolerance = 1e-14 if dtype == "float64" else 1e-5
        np.testing.assert_allclose(value.ravel(), np.array(entries, dtype), tolerance, err_msg=fetch.name)
    else:
        np.testing.assert_array_equal(value.ravel(), np.array(entries, dtype), err_msg=fetch.name)


# -- sessions ----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def test_what_the_textbooks_print() -> None:
    fetches = [
        tf.random_normal([2, 3], stddev=1, seed=1),
        tf.truncated_normal([2, 3], seed=1),
        tf.random_uniform([2, 3], seed=1),
    ]
    with tf.Session() as session:
        printed = [np.array2string(value, separator=" ") for value in session.run(fetches)]
    assert printed == [
        "[[-0.8113182   1.4845988   0.06532937]\n [-2.4427042   0.0992484   0.5912243 ]]",
        "[[-0.8113182   1.4845988   0.06532937]\n [ 0.0992484   0.6396971   1.6108712 ]]",
        "[[0.2390374  0.92039955 0.05051243]\n [0.49574447 0.8355223  0.02647042]]",
    ]


EVERY_OP = {
    "uniform": lambda seed: tf.random_uniform([20], seed=seed),
    "integers": lambda seed: tf.random_uniform([20], 0, 10**9, tf.int32, seed=seed),
    "normal": lambda seed: tf.random_normal([20], seed=seed),
    "truncated": lambda seed: tf.truncated_normal([20], seed=seed),
    "shuffle": lambda seed: tf.random_shuffle(np.arange(30), seed=seed),
    "categorical": lambda seed: tf.random.categorical([[0.0] * 10], 20, seed=seed),
    "gamma": lambda seed: tf.random_gamma([20], 2.0, seed=seed),
    "poisson": lambda seed: tf.random_poisson(500.0, [20], seed=seed),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("make", EVERY_OP.values(), ids=EVERY_OP)
def test_without_seeds_nothing_repeats(make: Any, engine: str) -> None:
    """Not from run to run, not in another session, not in a second op."""
    a, b = make(None), make(None)
    values = []
    for _ in range(2):
        with tf.Session(config=config(engine)) as session:
            values += session.run([a, b]) + session.run([a, b])
    assert len({value.tobytes() for value in values}) == len(values)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("make", EVERY_OP.values(), ids=EVERY_OP)
def test_ops_with_equal_seeds_agree_and_keep_their_own_count(make: Any, engine: str) -> None:
    a, b = make(7), make(7)
    with tf.Session(config=config(engine)) as session:
        first_a, first_b = session.run([a, b])
        second_a = session.run(a)
        third_a, second_b = session.run([a, b])
    np.testing.assert_array_equal(first_a, first_b)
    np.testing.assert_array_equal(second_a, second_b)
    assert len({value.tobytes() for value in (first_a, second_a, third_a)}) == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_an_op_draws_once_in_a_run(engine: str) -> None:
    x = tf.random_normal([3])
    with tf.Session(config=config(engine)) as session:
        a, b, doubled = session.run([x, x, x + x])
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(doubled, a + a)


def test_the_stream_outlives_changes_of_the_graph_and_other_fetches() -> None:
    x = tf.random_normal([3], seed=5)
    with tf.Session() as session:
        expected = [session.run(x) for _ in range(3)]
    with tf.Session() as session:
        first = session.run(x)
        y = tf.identity(x)
        second = session.run(y)
        third = session.run([tf.random_normal([2]), x])[1]
    np.testing.assert_array_equal([first, second, third], expected)


def test_equal_ops_are_not_merged() -> None:
    with tf.Session() as session:
        a, b = session.run([tf.random_uniform([5]), tf.random_uniform([5])])
    assert not np.array_equal(a, b)


def test_a_callable_and_a_partial_feed_go_on_with_the_stream() -> None:
    x = tf.random_uniform([2], seed=1)
    y = x * 2.0
    with tf.Session() as session:
        first = session.run(x)
        session.run(y, {x: [0.0, 0.0]})  # x is fed, so it does not draw
        second = session.run(x)
    with tf.Session() as session:
        np.testing.assert_array_equal([session.run(x), session.run(x)], [first, second])


def test_stateless_numbers_fold_into_shapes_as_constants_do() -> None:
    size = tf.random.stateless_uniform([1], [1, 2], 3, 4, tf.int32)
    assert tf.zeros(size).shape.as_list() == [3]
    assert tf.zeros(tf.random_uniform([1], 3, 4, tf.int32, seed=1)).shape.as_list() == [None]


# -- seeds -------------------------------------------------------------------------------------------------


def test_get_seed() -> None:
    assert tf.get_seed(None) == (None, None)
    assert tf.random.get_seed(5) == (87654321, 5)
    tf.random.set_random_seed(42)
    assert tf.get_seed(None) == (42, 0)
    tf.constant(0)
    assert tf.get_seed(None) == (42, 1)
    assert tf.get_seed(7) == (42, 7)
    tf.set_random_seed(0)
    assert tf.get_seed(0) == (0, 2**31 - 1)
    with tf.Graph().as_default():
        assert tf.get_seed(None) == (None, None)


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("3", "not all arguments converted during string formatting"),
        ([1], "unsupported operand type(s) for %: 'list' and 'int'"),
    ],
)
def test_seeds_that_are_no_numbers(seed: Any, message: str) -> None:
    with pytest.raises(TypeError) as error:
        tf.random_normal([2], seed=seed)
    assert str(error.value) == message


# -- errors ------------------------------------------------------------------------------------------------

BUILDING = {
    "dtype": (lambda: tf.random_uniform([2], dtype=tf.uint8), ValueError, "Invalid dtype tf.uint8"),
    "no maxval": (
        lambda: tf.random_uniform([2], dtype=tf.int64),
        ValueError,
        "Must specify maxval for integer dtype tf.int64",
    ),
    "scalar shape": (
        lambda: tf.random_normal(2),
        ValueError,
        (
            "Shape must be rank 1 but is rank 0 for 'random_normal/RandomStandardNormal' (op: "
            "'RandomStandardNormal') with input shapes: []."
        ),
    ),
    "negative size": (
        lambda: tf.truncated_normal([-2, 3]),
        ValueError,
        "Invalid value in tensor used for shape: -2",
    ),
    "partial shape": (
        lambda: tf.random_normal(tf.TensorShape([2, None])),
        ValueError,
        "Cannot convert a partially known TensorShape to a Tensor: (2, ?)",
    ),
    "normal integers": (
        lambda: tf.random_normal([2], dtype=tf.int32),
        TypeError,
        "Expected int32, got 0.0 of type 'float' instead.",
    ),
    "vector bound": (
        lambda: tf.random_uniform(tf.placeholder(tf.int32), 0, [4, 5], tf.int32, name="u"),
        ValueError,
        "Shape must be rank 0 but is rank 1 for 'u' (op: 'RandomUniformInt') with input shapes: ?, [], [2].",
    ),
    "logits": (
        lambda: tf.multinomial([1.0, 2.0], 3),
        ValueError,
        (
            "Shape must be rank 2 but is rank 1 for 'multinomial/Multinomial' (op: 'Multinomial') with input "
            "shapes: [2], []."
        ),
    ),
    "samples": (
        lambda: tf.random.categorical([[1.0, 2.0]], -3),
        ValueError,
        (
            "Dimension size, given by scalar input 1, must be non-negative but is -3 for "
            "'categorical/Multinomial' (op: 'Multinomial') with input shapes: [1,2], [] and with computed "
            "input tensors: input[1] = <-3>."
        ),
    ),
    "gamma of integers": (
        lambda: tf.random_gamma([2], 1, dtype=tf.int32),
        ValueError,
        "data type <class 'numpy.int32'> not inexact",
    ),
    "poisson of bytes": (
        lambda: tf.random_poisson(tf.constant([1], tf.uint8), [2]),
        TypeError,
        (
            "Value passed to parameter 'rate' has DataType uint8 not in list of allowed values: float16, "
            "float32, float64, int32, int64"
        ),
    ),
    "stateless seed": (
        lambda: tf.random.stateless_normal([2], [1, 2, 3]),
        ValueError,
        (
            "Dimension must be 2 but is 3 for 'stateless_random_normal/StatelessRandomNormal' (op: "
            "'StatelessRandomNormal') with input shapes: [1], [3]."
        ),
    ),
}


@pytest.mark.parametrize(("make", "kind", "line"), BUILDING.values(), ids=BUILDING)
def test_errors_while_building(make: Any, kind: type[Exception], line: str) -> None:
    with pytest.raises(kind) as error:
        make()
    assert str(error.value).split("\n")[0] == line


def fed(dtype: tf.DType = tf.int32) -> tf.Tensor:
    return tf.placeholder(dtype, name="fed")


NEGATIVE = "Dimension -1 must be >= 0"
NO_VECTOR = "shape must be a vector of {int32,int64}, got shape []"
RUNNING = {
    "normal, negative size": (lambda: tf.random_normal(fed()), [-1, 3], NEGATIVE),
    "normal, scalar shape": (lambda: tf.random_normal(fed()), 3, NO_VECTOR),
    "uniform, matrix as shape": (lambda: tf.random_uniform(fed()), [[2, 3]], f"{NO_VECTOR[:-2]}[1,2]"),
    "uniform, too large": (
        lambda: tf.random_uniform(fed()),
        [2**20] * 4,
        "Shape [1048576,1048576,1048576,1048576] would have more than 2**63 - 1 elements",
    ),
    "integers, scalar shape": (lambda: tf.random_uniform(fed(), 0, 5, tf.int32), 3, NO_VECTOR),
    "integers, none": (
        lambda: tf.random_uniform([2], 4, fed(), tf.int32), 4, "Need minval < maxval, got 4 >= 4",
    ),
    "integers, vector": (
        lambda: tf.random_uniform([2], 4, fed(), tf.int32), [4, 5], "maxval must be 0-D, got shape [2]",
    ),
    "logits": (
        lambda: tf.multinomial(fed(tf.float32), 3), [1.0], "logits should be a matrix, got shape [1]",
    ),
    "classes": (
        lambda: tf.multinomial(fed(tf.float32), 3),
        np.zeros([2, 0]),
        "num_classes should be positive, got 0",
    ),
    "samples": (
        lambda: tf.multinomial([[1.0, 2.0]], fed()), -1, "num_samples should be nonnegative, got -1",
    ),
    "many samples": (
        lambda: tf.multinomial([[1.0, 2.0]], fed()), [3], "num_samples should be a scalar, got shape [1]",
    ),
    "gamma, scalar shape": (
        lambda: tf.random_gamma(fed(), 2.0),
        3,
        "shape must be a vector of {int32,int64}, got shape: Tensor<type: int32 shape: [] values: 3>",
    ),
    "gamma, negative size": (lambda: tf.random_gamma(fed(), 2.0), [-1], NEGATIVE),
    "poisson, scalar shape": (lambda: tf.random_poisson(2.0, fed()), 3, NO_VECTOR),
    "crop": (
        lambda: tf.random_crop([[1, 2, 3], [4, 5, 6]], fed()),
        [2, 4],
        "assertion failed: [Need value.shape >= size, got ] [2 3] [2 4]",
    ),
    "stateless seed": (
        lambda: tf.random.stateless_uniform([2], fed()), [1], "seed must have shape [2], not [1]",
    ),
    "stateless integers": (
        lambda: tf.random.stateless_uniform([2], [1, 2], 3, fed(), tf.int32),
        3,
        "Need minval < maxval, got 3 >= 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "value", "line"), RUNNING.values(), ids=RUNNING)
def test_errors_when_run(make: Any, value: Any, line: str) -> None:
    output = make()
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as error:
        session.run(output, {"fed:0": value})
    assert str(error.value).split("\n")[0] == line


# -- gradients ---------------------------------------------------------------------------------------------


def test_normal_numbers_have_gradients_by_mean_and_stddev_only() -> None:
    mean, stddev = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y = tf.random_normal([5, 2], mean, stddev, seed=1)
    standard = tf.random_normal([5, 2], seed=1)
    with tf.Session() as session:
        by_mean, by_stddev, numbers = session.run([*tf.gradients(y, [mean, stddev]), standard])
    np.testing.assert_array_equal(by_mean, [5.0, 5.0])
    np.testing.assert_allclose(by_stddev, numbers.sum(0), rtol=1e-6)


def test_gradients_that_tensorflow_does_not_know() -> None:
    x = tf.constant([1.0, 2.0])
    assert tf.gradients(tf.cast(tf.multinomial([x], 3), tf.float32), x) == [None]
    for y in (tf.random_shuffle(x), tf.random_poisson(x, [2])):
        with pytest.raises(LookupError, match="No gradient defined for operation"):
            tf.gradients(y, x)


def test_gamma_numbers_move_with_alpha_as_their_quantile_does() -> None:
    """Of many numbers, the mean is alpha and the mean square alpha^2 + alpha: so are the mean derivatives."""
    alpha = tf.constant([0.4, 1.0, 3.0, 25.0])
    numbers = tf.random_gamma([20_000], alpha, seed=1)
    with tf.Session() as session:
        first, second = session.run(
            [tf.gradients(numbers, alpha)[0] / 20_000, tf.gradients(numbers * numbers, alpha)[0] / 20_000]
        )
    np.testing.assert_allclose(first, [1, 1, 1, 1], rtol=0.05)
    np.testing.assert_allclose(second, [1.8, 3, 7, 51], rtol=0.05)


def test_a_narrow_integer_is_a_size() -> None:
    """`np.max(labels) + 1` of uint8 labels: an int64 before numpy 2."""
    count = np.max(np.array([1, 9], np.uint8)) + 1
    with tf.Graph().as_default():
        tensor = tf.random_normal([count])
        assert tensor.shape.as_list() == [10]
        shape = tensor.graph.get_tensor_by_name("random_normal/shape:0")
        assert shape.dtype is tf.int32  # (TensorFlow: whatever fits)
