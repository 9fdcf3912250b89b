"""Steps of LSTM and GRU as one op: slopes of what has a gradient, agreement with the cells of many ops, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels import block_cells as kernel
from flowgraph.ops.block_cells import block_lstm, gru_block_cell, lstm_block_cell


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


SIZES = {"x": (3, 2, 3), "cs_prev": (2, 4), "h_prev": (2, 4), "w": (7, 16), "p": (3, 4), "b": (16,)}


def arrays(seed=0, **sizes):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(-1, 1, size) for name, size in (SIZES | sizes).items()}


def slopes(function, given, projection, step=1e-6):
    """Differences of a projection of what a function returns, along each entry of each argument."""

    def value():
        return sum(np.vdot(weights, made) for weights, made in zip(projection, function(given), strict=True))

    found = {}
    for name, array in given.items():
        found[name] = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + step
            above = value()
            array[index] = before - step
            found[name][index] = (above - value()) / (2 * step)
            array[index] = before
    return found


def forward_lstm(given, steps, peephole, clip=-1.0):
    peepholes = tuple(given["p"]) if peephole else None
    return kernel.lstm(
        steps, given["x"], given["cs_prev"], given["h_prev"], given["w"], peepholes, given["b"], 0.5, clip
    )


@pytest.mark.parametrize("peephole", [False, True])
@pytest.mark.parametrize("steps", [0, 2, 3])
def test_the_gradients_of_an_lstm_are_its_slopes(steps, peephole):
    given = arrays()
    rng = np.random.default_rng(1)
    cs_grad, h_grad = rng.normal(size=(2, 3, 2, 4))
    expected = slopes(lambda given: [forward_lstm(given, steps, peephole)[k] for k in (1, 6)], given, [cs_grad, h_grad])
    if steps < 3:
        cs_grad[steps:] = h_grad[steps:] = 7.0  # of steps that were not taken: they must not count
    made = forward_lstm(given, steps, peephole)
    peepholes = tuple(given["p"]) if peephole else None
    found = kernel.lstm_back(
        steps, given["x"], given["cs_prev"], given["h_prev"], given["w"], peepholes, made, cs_grad, h_grad
    )
    x, cs_prev, h_prev, w, *of_peepholes, b = found
    named = {"x": x, "cs_prev": cs_prev, "h_prev": h_prev, "w": w, "p": np.stack(of_peepholes), "b": b}
    for name, slope in expected.items():
        np.testing.assert_allclose(named[name], slope, atol=1e-8, err_msg=name)


def test_the_gradients_of_a_gru_are_its_slopes():
    given = arrays(x=(2, 3), h_prev=(2, 4), w_ru=(7, 8), w_c=(7, 4), b_ru=(8,), b_c=(4,))
    for name in ("cs_prev", "w", "p", "b"):
        del given[name]
    order = "x", "h_prev", "w_ru", "w_c", "b_ru", "b_c"
    d_h = np.random.default_rng(1).normal(size=(2, 4))
    expected = slopes(lambda given: [kernel.gru_step(*(given[name] for name in order))[3]], given, [d_h])
    x, h_prev, w_ru, w_c, *_ = (given[name] for name in order)
    r, u, c, _ = kernel.gru_step(*(given[name] for name in order))
    d_x, d_h_prev, d_c, d_gates = kernel.gru_step_back(x, h_prev, w_ru, w_c, r, u, c, d_h)
    found = {
        "x": d_x,
        "h_prev": d_h_prev,
        "w_ru": np.concatenate([x, h_prev], 1).T @ d_gates,
        "w_c": np.concatenate([x, h_prev * r], 1).T @ d_c,
        "b_ru": d_gates.sum(0),
        "b_c": d_c.sum(0),
    }
    for name, slope in expected.items():
        np.testing.assert_allclose(found[name], slope, atol=1e-8, err_msg=name)


def test_the_memory_is_clipped():
    given = arrays()
    assert np.abs(forward_lstm(given, 3, False)[1]).max() > 0.2
    assert np.abs(forward_lstm(given, 3, False, clip=0.2)[1]).max() == 0.2


def test_blocks_agree_with_cells_of_many_ops():
    """One set of variables for the cell, the cell of one op, and the LSTM that is one op."""
    inputs = tf.constant(np.random.default_rng(2).normal(size=(4, 3, 5)), tf.float32)
    lengths = [4, 2, 0]
    with tf.variable_scope("net", initializer=tf.random_uniform_initializer(-1, 1, seed=1)):
        plain, _ = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.LSTMCell(6, use_peepholes=True, cell_clip=0.4, name="lstm"),
            inputs, lengths, dtype=tf.float32, time_major=True, scope="rnn",
        )  # fmt: skip
    with tf.variable_scope("net", reuse=True):
        block = tf.contrib.rnn.LSTMBlockCell(6, use_peephole=True, cell_clip=0.4, name="lstm")
        blocks, _ = tf.nn.dynamic_rnn(block, inputs, lengths, dtype=tf.float32, time_major=True, scope="rnn")
    with tf.variable_scope("net/rnn", reuse=True):
        fused = tf.contrib.rnn.LSTMBlockFusedCell(6, use_peephole=True, cell_clip=0.4, name="lstm", reuse=True)
        whole, _ = fused(inputs, dtype=tf.float32, sequence_length=lengths)
    assert len(tf.trainable_variables()) == 5
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected, *found = session.run([plain, blocks, whole])
    for outputs in found:
        np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


LSTM = (2, 3), (2, 4), (2, 4), (7, 16), (4,), (4,), (4,), (16,)
GRU = (2, 3), (2, 4), (7, 8), (7, 4), (8,), (4,)


@pytest.mark.parametrize(
    ("which", "size", "line"),
    [
        (0, (3, 3), "cs_prev.dims(0) != batch_size: 2 vs. 3"),
        (1, (2, 5), "h_prev.dims(1) != cell_size: 4 vs. 5"),
        (2, (3, 4), "h_prev.dims(0) != batch_size: 3 vs. 2"),
        (3, (6, 16), "w.dim_size(0) != input_size + cell_size: 6 vs. 7"),
        (3, (7, 12), "w.dim_size(1) != cell_size * 4: 12 vs. 16"),
        (5, (3,), "wcf.dim_size(0) != cell_size: 3 vs. 4"),
        (7, (12,), "b.dim_size(0) != cell_size * 4: 12 vs. 16"),
    ],
)
@pytest.mark.parametrize("over_time", [False, True])
def test_an_lstm_refuses_what_does_not_fit(which, size, line, over_time):
    sizes = list(LSTM)
    sizes[which] = size
    if over_time:
        sizes[0] = (3, *sizes[0])
    args = [tf.placeholder(tf.float32) for _ in sizes]
    made = block_lstm(3, *args) if over_time else lstm_block_cell(*args)
    feed = {arg: np.zeros(size) for arg, size in zip(args, sizes, strict=True)}
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(made[6], feed)
    assert str(caught.value).startswith(line)


@pytest.mark.parametrize("steps", [-1, 4])
def test_an_lstm_takes_no_more_steps_than_there_are(steps):
    x, *others = (tf.zeros(size) for size in LSTM)
    made = block_lstm(steps, tf.stack([x] * 3), *others)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="seq_len_max must lie"):
        session.run(made[6])


@pytest.mark.parametrize(
    ("which", "size", "line"),
    [
        (0, (3, 3), "h_prev.dims(0) != batch_size: 2 vs. 3"),
        (1, (2, 5), "w_ru.dim_size(0) != input_size + cell_size: 7 vs. 8"),
        (2, (7, 6), "w_ru.dim_size(1) != cell_size * 2: 6 vs. 8"),
        (3, (6, 4), "w_c.dim_size(0) != input_size + cell_size: 6 vs. 7"),
        (3, (7, 5), "w_c.dim_size(1) != cell_size: 5 vs. 4"),
        (4, (7,), "b_ru.dim_size(0) != cell_size * 2: 7 vs. 8"),
        (5, (5,), "b_c.dim_size(0) != cell_size: 5 vs. 4"),
        (5, (5, 1), "Shape must be rank 1 but is rank 2"),
    ],
)
def test_a_gru_refuses_what_does_not_fit(which, size, line):
    sizes = list(GRU)
    sizes[which] = size
    args = [tf.placeholder(tf.float32) for _ in sizes]
    feed = {arg: np.zeros(size) for arg, size in zip(args, sizes, strict=True)}
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(gru_block_cell(*args)[3], feed)
    assert str(caught.value).startswith(line)


def test_there_is_no_gradient_of_the_gradient():
    x = tf.zeros([2, 3])
    state = tf.zeros([2, 4])
    output, _ = tf.contrib.rnn.GRUBlockCell(4)(x, state)
    (gradient,) = tf.gradients(output, x)
    with pytest.raises(LookupError, match="No gradient defined for operation 'gradients/gru_cell/GRUBlockCell_grad"):
        tf.gradients(gradient, x)
