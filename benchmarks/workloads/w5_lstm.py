"""W5: the language model of the old tutorial: LSTM, 2 layers of 200, batch 20, 20 steps unrolled, 10,000 words.

The cell is written out, because TensorFlow 2.21 has lost `tf.nn.rnn_cell`; it is BasicLSTMCell's arithmetic.
The state is carried from step to step by feeding what the step before gave.
"""

from itertools import count

import numpy as np
from inputs import CYCLE, lstm
from serving import load, serve

tf = load()
data = lstm()


def cell(x, c, h, kernel, bias):
    gates = tf.nn.bias_add(tf.matmul(tf.concat([x, h], 1), kernel), bias)
    i, j, f, o = tf.split(gates, 4, 1)
    c = c * tf.sigmoid(f + data.forget_bias) + tf.sigmoid(i) * tf.tanh(j)
    return c, tf.tanh(c) * tf.sigmoid(o)


words = tf.placeholder(tf.int32, [data.batch, data.steps])
targets = tf.placeholder(tf.int32, [data.batch, data.steps])
start = [tf.placeholder(tf.float32, [data.batch, data.units]) for _ in range(2 * data.layers)]  # c, h, c, h

embedding = tf.Variable(data.embedding)
cells = [(tf.Variable(kernel), tf.Variable(bias)) for kernel, bias in data.cells]
softmax_w, softmax_b = tf.Variable(data.softmax), tf.Variable(data.bias)

state = list(start)
outputs = []
for x in tf.unstack(tf.nn.embedding_lookup(embedding, words), data.steps, 1):
    for layer, (kernel, bias) in enumerate(cells):
        c, h = state[2 * layer : 2 * layer + 2]
        state[2 * layer : 2 * layer + 2] = cell(x, c, h, kernel, bias)
        x = state[2 * layer + 1]  # what goes up to the next layer
    outputs.append(x)
output = tf.reshape(tf.concat(outputs, 1), [-1, data.units])
logits = tf.matmul(output, softmax_w) + softmax_b
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
