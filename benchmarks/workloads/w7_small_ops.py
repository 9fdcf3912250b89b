"""W7: two thousand small ops on vectors of 10, the gradient and an update: what an op costs by itself."""

from inputs import small_ops
from serving import load, serve

tf = load()
data = small_ops()

x = tf.Variable(data.x)
c = tf.constant(data.c)
y = x
for _ in range(data.repeats):  # five ops a time
    y = y + 0.01 * tf.tanh((y + c) * c)
loss = tf.reduce_sum(y)
train = tf.train.GradientDescentOptimizer(data.rate).minimize(loss)

session = tf.Session()
session.run(tf.global_variables_initializer())
serve(step=lambda: session.run(train), loss=lambda: session.run(loss))
