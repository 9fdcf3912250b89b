"""W6: thirty elementwise ops on a million floats, their sum, its gradient and an update."""

from inputs import elementwise
from serving import load, serve

tf = load()
data = elementwise()

x = tf.Variable(data.x)
c = tf.constant(data.c)
y = x
for _ in range(3):  # eleven ops a time
    gate = tf.sigmoid(y * c + 0.5)
    y = gate * tf.tanh(y) + (1.0 - gate) * c
    y = tf.nn.relu(y) - 0.1 * y
loss = tf.reduce_sum(y)
train = tf.train.GradientDescentOptimizer(data.rate).minimize(loss)

session = tf.Session()
session.run(tf.global_variables_initializer())
serve(step=lambda: session.run(train), loss=lambda: session.run(loss))
