"""Fit a line to noisy points: the smallest complete TF1 program.

    python examples/linear_regression.py

First the graph is described, then a session runs it 200 times and the line is found.
"""

import numpy as np

import flowgraph as tf

# a hundred points around y = 2 x + 1
random = np.random.RandomState(0)
train_x = random.uniform(-1, 1, 100).astype(np.float32)
train_y = 2 * train_x + 1 + random.normal(0, 0.1, 100).astype(np.float32)

# the graph: placeholders for the data, variables for what is learned, a loss, and an op that makes it smaller
x = tf.placeholder(tf.float32, [None], name="x")
y = tf.placeholder(tf.float32, [None], name="y")
weight = tf.Variable(0.0, name="weight")
bias = tf.Variable(0.0, name="bias")
prediction = weight * x + bias
loss = tf.reduce_mean(tf.square(prediction - y), name="loss")
train_step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)


def main():
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        feed = {x: train_x, y: train_y}
        first = sess.run(loss, feed)
        for step in range(1, 201):
            sess.run(train_step, feed)
            if step % 50 == 0:
                print(f"step {step:3d}: loss {sess.run(loss, feed):.4f}")
        w, b, last = sess.run([weight, bias, loss], feed)
    print(f"y = {w:.2f} x + {b:.2f}")
    return {"weight": float(w), "bias": float(b), "first_loss": float(first), "last_loss": float(last)}


if __name__ == "__main__":
    main()
