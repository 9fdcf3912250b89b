"""Learn XOR, which no single layer can: two inputs, four hidden sigmoid neurons, one output.

    python examples/xor.py

One layer draws one straight line, and no line has (0, 1) and (1, 0) on one side, (0, 0) and (1, 1) on the
other. The hidden layer bends the plane first.
"""

import numpy as np

import flowgraph as tf

inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
targets = np.array([[0], [1], [1], [0]], np.float32)

x = tf.placeholder(tf.float32, [None, 2], name="x")
y_ = tf.placeholder(tf.float32, [None, 1], name="y")

with tf.name_scope("hidden"):
    w1 = tf.Variable(tf.random_normal([2, 4], stddev=1, seed=1))
    b1 = tf.Variable(tf.zeros([4]))
    hidden = tf.sigmoid(tf.matmul(x, w1) + b1)
with tf.name_scope("output"):
    w2 = tf.Variable(tf.random_normal([4, 1], stddev=1, seed=2))
    b2 = tf.Variable(tf.zeros([1]))
    y = tf.sigmoid(tf.matmul(hidden, w2) + b2)

# cross entropy, kept away from log(0) by hand as the books do
with tf.name_scope("loss"):
    cross_entropy = -tf.reduce_mean(
        y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)) + (1 - y_) * tf.log(tf.clip_by_value(1 - y, 1e-10, 1.0))
    )
train_step = tf.train.GradientDescentOptimizer(2.0).minimize(cross_entropy)


def main(steps=3000):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        feed = {x: inputs, y_: targets}
        first = sess.run(cross_entropy, feed)
        for step in range(1, steps + 1):
            sess.run(train_step, feed)
            if step % (steps // 5) == 0:
                print(f"step {step:4d}: cross entropy {sess.run(cross_entropy, feed):.4f}")
        answers, last = sess.run([y, cross_entropy], feed)
    for pair, answer in zip(inputs, answers):
        print(f"{pair[0]:.0f} xor {pair[1]:.0f} = {answer[0]:.3f}")
    return {"answers": answers.ravel(), "first_loss": float(first), "last_loss": float(last)}


if __name__ == "__main__":
    main()
