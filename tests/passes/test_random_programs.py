"""Random programs: with any passes left out, the numpy engine gives what the reference engine gives.

A program is a list of instructions, each of which takes values made before; hypothesis draws it, and makes it small
when it fails. All values are matrices of one shape (any: empty, of one row, of one entry), so that every instruction
fits every value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.passes.pipeline import PASSES

NAMES = list(dict.fromkeys(change.__name__ for change in PASSES))
EXAMPLES = settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

pytestmark = pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")  # of gather, as in TensorFlow

Matrix = tf.Tensor


def _spread(x: Matrix, axis: int) -> Matrix:
    return tf.reduce_mean(x, axis, keepdims=True) + tf.zeros_like(x)


UNARY: dict[str, Callable[[Matrix], Matrix]] = {
    "neg": tf.negative,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "relu": tf.nn.relu,
    "square": lambda x: tf.square(tf.tanh(x)),
    "identity": tf.identity,
    "stop": tf.stop_gradient,
    "times one": lambda x: x * 1.0,
    "times ones": lambda x: tf.ones_like(x) * x,
    "minus zero": lambda x: x - 0.0,
    "plus zero": lambda x: x + 0.0,
    "to the first": lambda x: tf.pow(x, 1.0),
    "to the second": lambda x: tf.pow(tf.tanh(x), 2.0),
    "half": lambda x: x / 2.0,
    "there and back": lambda x: tf.reshape(tf.reshape(x, [-1]), tf.shape(x)),
    "transposed twice": lambda x: tf.transpose(tf.transpose(x)),
    "wide and narrow": lambda x: tf.squeeze(tf.expand_dims(x, 1), [1]),
    "sum over nothing": lambda x: tf.reduce_sum(x, []),
    "sum over one": lambda x: tf.reduce_sum(tf.expand_dims(x, 0), 0),
    "rows": lambda x: _spread(x, 1),
    "columns": lambda x: _spread(x, 0),
    "reversed": lambda x: x[::-1],
    "gathered": lambda x: tf.gather(x, tf.range(tf.shape(x)[0])),
    "sliced": lambda x: tf.concat([x[:1], x[1:]], 0),
    "tiled": lambda x: tf.tile(x, [2, 1])[: tf.shape(x)[0]],
    "padded": lambda x: tf.pad(x, [[1, 0], [0, 0]])[1:],
    "product": lambda x: tf.matmul(tf.matmul(tf.tanh(x), x, transpose_b=True), tf.tanh(x)),
    "cast": lambda x: tf.cast(tf.cast(x, tf.float64), tf.float32),
    "stacked": lambda x: tf.unstack(tf.stack([x, x * 2.0]), num=2)[1],
}
BINARY: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "add": tf.add,
    "sub": tf.subtract,
    "mul": lambda x, y: tf.tanh(x) * y,
    "minus minus": lambda x, y: x - (-y),
    "maximum": tf.maximum,
    "add_n": lambda x, y: tf.add_n([x, y]),
    "where": lambda x, y: tf.where(x > y, x, y),
    "row": lambda x, y: x + tf.reduce_sum(tf.tanh(y), 0),
    "scalar": lambda x, y: x * tf.reduce_mean(tf.tanh(y)),
    "one or the other": lambda x, y: tf.cond(tf.reduce_sum(x) > 0.5, lambda: tf.tanh(x) * 1.0, lambda: y - x),
    "the known one": lambda x, y: tf.cond(tf.size(x) > 3, lambda: x + y, lambda: tf.identity(y)),
    "loop": lambda x, y: tf.while_loop(lambda i, _: i < 3, lambda i, z: (i + 1, tf.tanh(z) + y * 1.0), [0, x])[1],
    "loop of any length": lambda x, y: tf.while_loop(
        lambda i, _: i < tf.size(y), lambda i, z: (i + 2, tf.identity(z) * 0.5 + tf.sin(y)), [0, x]
    )[1],
}

unary = st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 99))
binary = st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 99), st.integers(0, 99))
writes = st.tuples(st.sampled_from(["assign", "assign_add"]), st.integers(0, 99))
shapes = st.tuples(st.sampled_from([0, 1, 2, 3]), st.sampled_from([0, 1, 2, 5]))
skips = st.sets(st.sampled_from(NAMES))


def built(instructions: list[Any], values: list[Matrix]) -> list[Matrix]:
    """The values that there are after some instructions, each a name and the places of its operands."""
    values = list(values)
    for name, *places in instructions:
        operands = [values[place % len(values)] for place in places]
        values.append((UNARY if name in UNARY else BINARY)[name](*operands))
        values[-1].set_shape([None, None])
    return values


def of_any_shape(x: Matrix) -> Matrix:
    """A value of which the graph does not know the shape, so that a loop may start with it."""
    return tf.placeholder_with_default(x, [None, None])


def session_on(engine: str) -> tf.Session:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    return tf.Session(config=config)


def demand_same(ours: Any, reference: Any) -> None:
    """Check that the numbers are the same; of sums in pieces the last bits may differ."""
    for a, b in zip(tf.nest.flatten(ours), tf.nest.flatten(reference), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def feed_of(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.choice([0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 0.3], shape).astype(np.float32)


@EXAMPLES
@given(
    st.lists(st.one_of(unary, binary), min_size=1, max_size=12),
    st.lists(shapes, min_size=1, max_size=2),
    st.lists(st.integers(0, 99), min_size=1, max_size=3),
    skips,
)
def test_functions_and_their_gradients(
    instructions: list[Any], sizes: list[tuple[int, int]], fetched: list[int], skipped: set[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch, tf.Graph().as_default():
        patch.setenv("FLOWGRAPH_SKIP_PASSES", ",".join(sorted(skipped)))
        x, y = (tf.placeholder(tf.float32, [None, None]) for _ in range(2))
        values = built(instructions, [x, y])
        chosen = [values[-1 - place % len(values)] for place in fetched]
        gradients = [g for g in tf.gradients(chosen[:1], [x, y]) if g is not None]
        with session_on("NUMPY") as ours, session_on("REFERENCE") as reference:
            for shape in sizes:
                rng = np.random.default_rng(7)
                feed = {x: feed_of(rng, shape), y: feed_of(rng, shape)}
                with np.errstate(all="ignore"):
                    demand_same(ours.run([chosen, gradients], feed), reference.run([chosen, gradients], feed))


@EXAMPLES
@given(
    st.lists(st.one_of(unary, binary, writes), min_size=1, max_size=10),
    shapes,
    st.booleans(),
    st.sampled_from(["none", "descent", "momentum", "adam"]),
    skips,
)
def test_variables_that_are_written(
    instructions: list[Any], shape: tuple[int, int], use_resource: bool, how: str, skipped: set[str]
) -> None:
    """Each write comes after all that was made before it, so that both engines do the same."""
    with pytest.MonkeyPatch.context() as patch, tf.Graph().as_default():
        patch.setenv("FLOWGRAPH_SKIP_PASSES", ",".join(sorted(skipped)))
        rng = np.random.default_rng(3)
        x = tf.placeholder(tf.float32, [None, None])
        v = tf.get_variable("v", initializer=feed_of(rng, shape), use_resource=use_resource)
        values, last = [x, of_any_shape(v * 1.0)], []
        for name, *places in instructions:
            with tf.control_dependencies([*last, *values[-2:]]):
                if name in ("assign", "assign_add"):
                    value = tf.ensure_shape(tf.tanh(values[places[0] % len(values)]), shape)
                    write = getattr(v, name)(value)
                    last = [write if isinstance(write, tf.Operation) else write.op]
                    with tf.control_dependencies(last):
                        values.append(of_any_shape(v.read_value() * 1.0))
                else:
                    values += built([(name, *places)], values)[len(values) :]
        fetches: list[Any] = [values[-1], tf.reduce_sum(values[-1])]
        if how != "none":
            rate = 0.1
            optimizer = {
                "descent": tf.train.GradientDescentOptimizer(rate),
                "momentum": tf.train.MomentumOptimizer(rate, 0.9),
                "adam": tf.train.AdamOptimizer(rate),
            }[how]
            with tf.control_dependencies(values):
                fetches.append(optimizer.minimize(tf.reduce_sum(tf.tanh(v * 1.0 - x * x))))
        init = tf.global_variables_initializer()
        with session_on("NUMPY") as ours, session_on("REFERENCE") as reference:
            for session in (ours, reference):
                session.run(init)
            for _ in range(3):
                feed = {x: feed_of(rng, shape)}
                with np.errstate(all="ignore"):
                    results = [
                        [r for r in session.run(fetches, feed) if r is not None] for session in (ours, reference)
                    ]
                demand_same(*results)
                demand_same(ours.run(v), reference.run(v))
