"""One training step of LeNet-5: 5x5x32, pool, 5x5x64, pool, 512, 10, batch 100, NHWC."""

import numpy as np
from workload import load, median_us, report

tf = load()
random = np.random.RandomState(0)
images = random.rand(100, 28, 28, 1).astype(np.float32)
labels = random.randint(0, 10, 100).astype(np.int64)


def weights(shape, seed):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1, seed=seed))


def conv(net, shape, seed):
    net = tf.nn.conv2d(net, weights(shape, seed), strides=[1, 1, 1, 1], padding="SAME")
    net = tf.nn.relu(tf.nn.bias_add(net, tf.Variable(tf.zeros(shape[-1:]))))
    return tf.nn.max_pool(net, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 28, 28, 1])
y_ = tf.placeholder(tf.int64, [None])
net = conv(conv(x, [5, 5, 1, 32], 1), [5, 5, 32, 64], 2)
net = tf.reshape(net, [-1, 7 * 7 * 64])
net = tf.nn.relu(tf.matmul(net, weights([7 * 7 * 64, 512], 3)) + tf.Variable(tf.zeros([512])))
logits = tf.matmul(net, weights([512, 10], 4)) + tf.Variable(tf.zeros([10]))
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y_))
train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    feed = {x: images, y_: labels}
    first = float(sess.run(loss, feed))
    report(step_us=median_us(lambda: sess.run(train, feed), 5), first_loss=first)
