"""W4: four 3x3 convolutions with batch normalisation (64, 64, pool, 128, 128, pool, 10) at 32x32; batch 64, Adam."""

from itertools import count

from inputs import CYCLE, convnet
from serving import load, serve

tf = load()
data = convnet()
updates = []


def conv(net, value):
    """A convolution, normalised over the batch, and relu. The moving averages are kept as training code keeps them."""
    net = tf.nn.conv2d(net, tf.Variable(value), strides=[1, 1, 1, 1], padding="SAME")
    size = [value.shape[-1]]
    scale, offset = tf.Variable(tf.ones(size)), tf.Variable(tf.zeros(size))
    net, mean, variance = tf.nn.fused_batch_norm(net, scale, offset, epsilon=data.epsilon, is_training=True)
    for start, now in [(tf.zeros(size), mean), (tf.ones(size), variance)]:
        average = tf.Variable(start, trainable=False)
        updates.append(tf.assign_sub(average, (average - now) * (1.0 - data.momentum)))
    return tf.nn.relu(net)


def pool(net):
    return tf.nn.max_pool(net, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, *data.images.shape[2:]])
labels = tf.placeholder(tf.int64, [None])
one, two, three, four = data.filters
net = pool(conv(conv(x, one), two))
net = pool(conv(conv(net, three), four))
net = tf.reshape(net, [-1, data.dense.shape[0]])
logits = tf.matmul(net, tf.Variable(data.dense)) + tf.Variable(data.bias)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
with tf.control_dependencies(updates):
    train = tf.train.AdamOptimizer(data.rate).minimize(loss)

session = tf.Session()
session.run(tf.global_variables_initializer())
feeds = [{x: images, labels: numbers} for images, numbers in zip(data.images, data.labels)]
batches = count()
serve(step=lambda: session.run(train, feeds[next(batches) % CYCLE]), loss=lambda: session.run(loss, feeds[0]))
