"""W1: `session.run(a + b)` with two fed numbers: what a run costs by itself."""

from serving import load, serve

tf = load()

a = tf.placeholder(tf.float32, [])
b = tf.placeholder(tf.float32, [])
total = a + b

session = tf.Session()
feed = {a: 1.0, b: 2.0}
serve(step=lambda: session.run(total, feed), loss=lambda: session.run(total, feed))
