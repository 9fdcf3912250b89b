"""W3: LeNet-5 on 28x28 images: 5x5x32, pool, 5x5x64, pool, 512, 10; batch 100, NHWC."""

from itertools import count

from inputs import CYCLE, lenet
from serving import load, serve

tf = load()
data = lenet()


def bias(size):
    return tf.Variable(tf.zeros([size]))


def conv(net, value):
    net = tf.nn.conv2d(net, tf.Variable(value), strides=[1, 1, 1, 1], padding="SAME")
    net = tf.nn.relu(tf.nn.bias_add(net, bias(value.shape[-1])))
    return tf.nn.max_pool(net, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def dense(net, value):
    return tf.matmul(net, tf.Variable(value)) + bias(value.shape[-1])


x = tf.placeholder(tf.float32, [None, *data.images.shape[2:]])
labels = tf.placeholder(tf.int64, [None])
net = conv(conv(x, data.filters[0]), data.filters[1])
net = tf.reshape(net, [-1, data.weights[0].shape[0]])
logits = dense(tf.nn.relu(dense(net, data.weights[0])), data.weights[1])
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
train = tf.train.GradientDescentOptimizer(data.rate).minimize(loss)

session = tf.Session()
session.run(tf.global_variables_initializer())
feeds = [{x: images, labels: numbers} for images, numbers in zip(data.images, data.labels)]
batches = count()
serve(step=lambda: session.run(train, feeds[next(batches) % CYCLE]), loss=lambda: session.run(loss, feeds[0]))
