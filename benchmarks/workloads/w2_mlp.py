"""W2: the textbook's 784-500-10 network: L2, exponential decay, moving averages of all variables; batch 100."""

from itertools import count

from inputs import CYCLE, mlp
from serving import load, serve

tf = load()
data = mlp()

x = tf.placeholder(tf.float32, [None, data.images.shape[-1]])
labels = tf.placeholder(tf.int64, [None])
w1, b1, w2, b2 = [tf.Variable(value) for value in data.weights]
logits = tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2) + b2
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
loss = tf.reduce_mean(cross_entropy) + data.l2 * (tf.nn.l2_loss(w1) + tf.nn.l2_loss(w2))

global_step = tf.Variable(0, trainable=False)
rate = tf.train.exponential_decay(data.rate, global_step, data.decay_steps, data.decay_rate)
minimize = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=global_step)
averages = tf.train.ExponentialMovingAverage(data.average_decay, global_step)
with tf.control_dependencies([minimize]):
    train = averages.apply(tf.trainable_variables())

session = tf.Session()
session.run(tf.global_variables_initializer())
feeds = [{x: images, labels: numbers} for images, numbers in zip(data.images, data.labels)]
batches = count()
serve(step=lambda: session.run(train, feeds[next(batches) % CYCLE]), loss=lambda: session.run(loss, feeds[0]))
