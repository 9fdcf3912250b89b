"""One training step of the textbook's network: 784-500-10, L2, exponential decay, moving averages, batch 100."""

import numpy as np
from workload import load, median_us, report

tf = load()
random = np.random.RandomState(0)
images = random.rand(100, 784).astype(np.float32)
labels = random.randint(0, 10, 100).astype(np.int64)

x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.int64, [None])
w1 = tf.Variable(tf.truncated_normal([784, 500], stddev=0.1, seed=1))
b1 = tf.Variable(tf.zeros([500]))
w2 = tf.Variable(tf.truncated_normal([500, 10], stddev=0.1, seed=2))
b2 = tf.Variable(tf.zeros([10]))
logits = tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2) + b2
step = tf.Variable(0, trainable=False)
averages = tf.train.ExponentialMovingAverage(0.99, step).apply(tf.trainable_variables())
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y_))
loss += 1e-4 * (tf.nn.l2_loss(w1) + tf.nn.l2_loss(w2))
rate = tf.train.exponential_decay(0.1, step, 40.0, 0.99)
train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=step)
with tf.control_dependencies([train, averages]):
    train = tf.no_op()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    feed = {x: images, y_: labels}
    first = float(sess.run(loss, feed))
    report(step_us=median_us(lambda: sess.run(train, feed), 100), first_loss=first)
