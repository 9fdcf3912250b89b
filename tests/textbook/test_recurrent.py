"""A plain recurrent network, written down as in the lectures: s_t = f(U x_t + W s_(t-1)), o_t = softmax(V s_t)."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

STATES, SYMBOLS = 5, 3


class Network:
    """U, W and V, and the states and outputs of an unrolled sequence [time, batch, SYMBOLS]."""

    def __init__(self, xs, steps, seed=1):
        def normal(shape, seed):
            return tf.Variable(tf.random_normal(shape, stddev=0.5, seed=seed))

        self.U, self.W = normal([SYMBOLS, STATES], seed), normal([STATES, STATES], seed + 1)
        self.V = normal([STATES, SYMBOLS], seed + 2)
        state = tf.zeros([tf.shape(xs)[1], STATES])
        self.states = []
        for t in range(steps):
            state = tf.tanh(tf.matmul(xs[t], self.U) + tf.matmul(state, self.W))
            self.states.append(state)
        self.logits = tf.stack([tf.matmul(state, self.V) for state in self.states])
        self.outputs = tf.nn.softmax(self.logits)


def one_hot(symbols):
    return np.eye(SYMBOLS, dtype=np.float32)[symbols]


def by_hand(xs, u, w, v):
    """The same in numpy, for one sequence [time, SYMBOLS]."""
    state, states, outputs = np.zeros(STATES), [], []
    for x in xs:
        state = np.tanh(x @ u + state @ w)
        scores = np.exp(state @ v)
        states.append(state)
        outputs.append(scores / scores.sum())
    return np.array(states), np.array(outputs)


def test_states_and_outputs_are_those_of_the_formula():
    xs = one_hot(np.array([0, 2, 1, 1, 0, 2]))
    net = Network(tf.constant(xs[:, np.newaxis]), 6)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        states, outputs, *weights = sess.run([net.states, net.outputs, net.U, net.W, net.V])
    expected_states, expected_outputs = by_hand(xs, *weights)
    np.testing.assert_allclose(np.array(states)[:, 0], expected_states, atol=1e-6)
    np.testing.assert_allclose(outputs[:, 0], expected_outputs, atol=1e-6)
    np.testing.assert_allclose(outputs.sum(axis=2), 1, rtol=1e-6)


def test_backpropagation_through_time_by_hand():
    """dL/dW is the sum over all times of (what comes back to a state) x (the state before), times 1 - s^2."""
    symbols = np.array([0, 2, 1, 1, 0, 2])
    xs, answers = one_hot(symbols[:-1]), symbols[1:]
    net = Network(tf.constant(xs[:, np.newaxis]), 5)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=answers[:, np.newaxis], logits=net.logits)
    gradients = tf.gradients(tf.reduce_sum(losses), [net.U, net.W, net.V])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found, (u, w, v) = sess.run([gradients, [net.U, net.W, net.V]])
    states, outputs = by_hand(xs, u, w, v)
    du, dw, dv, back = np.zeros_like(u), np.zeros_like(w), np.zeros_like(v), np.zeros(STATES)
    for t in reversed(range(5)):
        wrong = outputs[t] - one_hot(answers[t])
        dv += np.outer(states[t], wrong)
        back = (v @ wrong + back) * (1 - states[t] ** 2)
        du += np.outer(xs[t], back)
        dw += np.outer(states[t - 1] if t else np.zeros(STATES), back)
        back = w @ back
    for theirs, ours in zip((du, dw, dv), found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("seed", range(2))
def test_it_remembers_what_it_saw_two_steps_ago(seed):
    """Repeat the symbol of two steps before: without W the network cannot know it, with W it can."""
    random = np.random.RandomState(seed)
    steps, batch = 12, 64
    symbols = random.randint(0, SYMBOLS, [steps, batch])
    xs, answers = tf.constant(one_hot(symbols)), symbols[:-2]
    accuracies = []
    tf.set_random_seed(seed)
    for remembers in (False, True):
        net = Network(xs, steps, seed=10 * seed + 1)
        late = net.logits[2:]
        loss = tf.losses.sparse_softmax_cross_entropy(answers, late)
        trained = [net.U, net.W, net.V] if remembers else [net.U, net.V]
        train = tf.train.AdamOptimizer(0.02).minimize(loss, var_list=trained)
        right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(late, 2), answers), tf.float32))
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            if not remembers:
                net.W.load(np.zeros([STATES, STATES], np.float32), sess)
            for _ in range(400):
                sess.run(train)
            accuracies.append(sess.run(right))
    assert accuracies[0] < 0.5  # one of three, by luck
    assert accuracies[1] > 0.9


def test_basic_rnn_cell_is_this_network_with_one_matrix():
    """[x, s] times a kernel: the rows of the kernel are those of U, then those of W."""
    xs = one_hot(np.array([[0, 1], [2, 2], [1, 0]]))
    net = Network(tf.constant(xs), 3)
    cell = tf.nn.rnn_cell.BasicRNNCell(STATES)
    state = cell.zero_state(2, tf.float32)
    with tf.variable_scope("cell") as scope:
        for t in range(3):
            if t:
                scope.reuse_variables()
            _, state = cell(tf.constant(xs[t]), state)
    kernel, bias = cell.variables
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        kernel.load(np.concatenate(sess.run([net.U, net.W])), sess)
        assert not sess.run(bias).any()
        ours, theirs = sess.run([net.states[-1], state])
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
