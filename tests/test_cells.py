"""Recurrent cells: what they say of themselves, copies, dropout's share, what wrappers hand on."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import flowgraph as tf

CELLS = tf.nn.rnn_cell


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def test_a_cell_tells_its_arguments_and_is_made_of_them_again():
    start = tf.random_uniform_initializer(-1, 1)
    cell = CELLS.LSTMCell(3, use_peepholes=True, initializer=start, num_proj=2, name="mine")
    config = cell.get_config()
    assert config == {
        "name": "mine", "trainable": True, "dtype": None, "num_units": 3, "use_peepholes": True, "cell_clip": None,
        "initializer": {
            "class_name": "RandomUniform", "config": {"minval": -1, "maxval": 1, "seed": None, "dtype": "float32"},
        },
        "num_proj": 2, "proj_clip": None, "num_unit_shards": None, "num_proj_shards": None, "forget_bias": 1.0,
        "state_is_tuple": True, "activation": "tanh", "reuse": None,
    }  # fmt: skip
    assert CELLS.LSTMCell.from_config(config).state_size == (3, 2)


def test_a_wrapper_tells_of_the_cell_inside():
    cell = CELLS.GRUCell(3, name="inner")
    wrapper = CELLS.DropoutWrapper(cell, 0.5, seed=3, name="outer")
    config = wrapper.get_config()
    assert config["cell"] == {"class_name": "GRUCell", "config": cell.get_config()}
    assert (config["input_keep_prob"], config["seed"], config["name"]) == (0.5, 3, "outer")
    made = CELLS.DropoutWrapper.from_config({**config, "cell": CELLS.BasicRNNCell(2)})
    assert (made.state_size, made.get_config()["input_keep_prob"]) == (2, 0.5)
    with pytest.raises(NotImplementedError, match="residual_fn"):
        CELLS.ResidualWrapper(cell, lambda x, y: x).get_config()


def test_a_copy_has_variables_of_its_own():
    keep_prob = tf.placeholder_with_default(1.0, [])
    cell = CELLS.MultiRNNCell([CELLS.DropoutWrapper(CELLS.GRUCell(3), keep_prob), CELLS.LSTMCell(2)])
    other = copy.deepcopy(cell)
    x = tf.zeros([1, 4])
    for name, one in (("first", cell), ("second", other)):
        with tf.variable_scope(name):
            one(x, one.zero_state(1, tf.float32))
    names = [v.op.name for v in tf.trainable_variables()]
    assert len(names) == 12
    assert {name.partition("/")[0] for name in names} == {"first", "second"}


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_drops_its_share_and_scales_the_rest(variational):
    class Ones(CELLS.RNNCell):
        state_size = output_size = 2000

        def call(self, inputs, state):
            return tf.ones_like(state), state

    tf.set_random_seed(1)
    cell = CELLS.DropoutWrapper(Ones(), output_keep_prob=0.25, variational_recurrent=variational, dtype=tf.float32)
    state = cell.zero_state(2, tf.float32)
    steps = [cell(tf.ones([2, 1]), state)[0] for _ in range(2)]
    with tf.Session() as session:
        first, second = session.run(steps)
        again = session.run(steps[0])
    assert set(np.unique(first)) == {0.0, 4.0}
    assert abs((first > 0).mean() - 0.25) < 0.05
    assert (first == second).all() == variational  # the same entries in all steps
    assert (first[0] == first[1]).all() == variational  # ... and in all rows
    assert not (first == again).all()  # but not in all runs


def test_the_memory_of_an_lstm_is_never_dropped():
    cell = CELLS.DropoutWrapper(CELLS.BasicLSTMCell(50), state_keep_prob=0.5)
    _, state = cell(tf.ones([1, 3]), cell.zero_state(1, tf.float32))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        c, h = session.run(state)
    assert (c != 0).all()
    assert (h == 0).any()


def test_trainable_and_other_variables_are_told_apart():
    frozen, trained = CELLS.GRUCell(3, trainable=False), CELLS.BasicRNNCell(2)
    cell = CELLS.MultiRNNCell([frozen, trained])
    cell(tf.zeros([1, 4]), cell.zero_state(1, tf.float32))
    assert [v.op.name.rpartition("/")[2] for v in cell.trainable_variables] == ["kernel", "bias"]
    assert len(cell.non_trainable_variables) == 4
    assert cell.variables == cell.trainable_variables + cell.non_trainable_variables
    cell.trainable = False
    assert cell.trainable_weights == []
    assert len(cell.non_trainable_weights) == 6


def test_gradients_of_cells_are_slopes():
    """All cells in one net: a projection of the outputs against central differences."""
    rnn = tf.contrib.rnn
    cells = [
        rnn.LSTMCell(3, use_peepholes=True, num_proj=2), rnn.GRUCell(3), rnn.BasicRNNCell(2), rnn.NASCell(2),
        rnn.UGRNNCell(3), rnn.SRUCell(2), rnn.IndyLSTMCell(3), rnn.IndyGRUCell(2),
        rnn.ResidualWrapper(rnn.IndRNNCell(2)),
    ]  # fmt: skip
    net = CELLS.MultiRNNCell(cells)
    x = tf.placeholder(tf.float64, [2, 3])
    with tf.variable_scope("net", initializer=tf.random_uniform_initializer(-1, 1, seed=2, dtype=tf.float64)):
        state = net.zero_state(2, tf.float64)
        for _ in range(2):
            output, state = net(x, state)
    rng = np.random.default_rng(3)
    total = tf.reduce_sum(output * rng.normal(size=(2, 2)))
    (gradient,) = tf.gradients(total, x)
    value, direction, step = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), 1e-6
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        slope = np.vdot(session.run(gradient, {x: value}), direction)
        above, below = (session.run(total, {x: value + sign * step * direction}) for sign in (1, -1))
    assert slope == pytest.approx((above - below) / (2 * step), rel=1e-5)


def test_a_cell_can_be_built_before_it_is_called():
    """As in TF: the first variable decides the dtype where none was given."""
    cell = CELLS.GRUCell(3, name="early")
    cell.build([None, 4])
    assert (cell.built, cell.dtype) == (True, "float32")
    names = [v.op.name for v in cell.variables]
    assert names == [f"early/{part}/{name}" for part in ("gates", "candidate") for name in ("kernel", "bias")]
    cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    assert [v.op.name for v in tf.global_variables()] == names
