"""W5: the language model of the old tutorial: LSTM, 2 layers of 200, batch 20, 20 steps unrolled, 10,000 words.

The cell is written out, because TensorFlow 2.21 has lost `tf.nn.rnn_cell`; it is BasicLSTMCell's arithmetic.
The state is carried from step to step by feeding what the step before gave. With `loop` as second argument the steps
are a `dynamic_rnn`, a loop inside the graph.
"""

import sys
from itertools import count

import numpy as np
from inputs import CYCLE, lstm
from serving import load, serve

tf = load()
data = lstm()


class Cell:
    """All layers at once; the state is c, h, c, h. It is as much of an RNNCell as `dynamic_rnn` asks for."""

    output_size = data.units
    state_size = (data.units,) * (2 * data.layers)

    def __init__(self):
        self.weights = [(tf.Variable(kernel), tf.Variable(bias)) for kernel, bias in data.cells]

    def __call__(self, x, state, scope=None):  # noqa: ARG002  # dynamic_rnn's words
        """One step: the output, and the new state."""
        new = []
        for (kernel, bias), c, h in zip(self.weights, state[::2], state[1::2]):
            gates = tf.nn.bias_add(tf.matmul(tf.concat([x, h], 1), kernel), bias)
            i, j, f, o = tf.split(gates, 4, 1)
            c = c * tf.sigmoid(f + data.forget_bias) + tf.sigmoid(i) * tf.tanh(j)
            x = tf.tanh(c) * tf.sigmoid(o)
            new += [c, x]
        return x, tuple(new)

    def zero_state(self, batch_size, dtype):
        """What a sequence begins with."""
        return tuple(tf.zeros([batch_size, size], dtype) for size in self.state_size)


words = tf.placeholder(tf.int32, [data.batch, data.steps])
targets = tf.placeholder(tf.int32, [data.batch, data.steps])
start = [tf.placeholder(tf.float32, [data.batch, data.units]) for _ in range(2 * data.layers)]  # c, h, c, h

embedding = tf.Variable(data.embedding)
cell = Cell()
softmax_w, softmax_b = tf.Variable(data.softmax), tf.Variable(data.bias)

inputs = tf.nn.embedding_lookup(embedding, words)
state = tuple(start)
if sys.argv[2:] == ["loop"]:
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, initial_state=state)
else:
    steps = []
    for x in tf.unstack(inputs, data.steps, 1):
        output, state = cell(x, state)
        steps.append(output)
    outputs = tf.concat(steps, 1)
logits = tf.matmul(tf.reshape(outputs, [-1, data.units]), softmax_w) + softmax_b
entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
loss = tf.reduce_sum(entropy) / data.batch

variables = tf.trainable_variables()
gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), data.max_norm)
train = tf.train.GradientDescentOptimizer(data.rate).apply_gradients(zip(gradients, variables))

session = tf.Session()
session.run(tf.global_variables_initializer())
feeds = [{words: one, targets: two} for one, two in zip(data.words, data.targets)]
zeros = {value: np.zeros(value.shape.as_list(), np.float32) for value in start}
carried = dict(zeros)
batches = count()


def step():
    final, _ = session.run([state, train], {**feeds[next(batches) % CYCLE], **carried})
    carried.update(zip(start, final))


serve(step, loss=lambda: session.run(loss, {**feeds[0], **zeros}))
