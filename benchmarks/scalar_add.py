"""`sess.run(a + b)` with fed scalars: what a run costs when there is nothing to compute."""

from workload import load, median_us, report

tf = load()
a = tf.placeholder(tf.float32, [])
b = tf.placeholder(tf.float32, [])
total = a + b
feed = {a: 1.0, b: 2.0}
with tf.Session() as sess:
    report(run_us=median_us(lambda: sess.run(total, feed), 3000))
