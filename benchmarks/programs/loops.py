"""While loops: on vectors, with a branch, and a small recurrent network; scalars are a workload of `run.py`."""

from workload import load, median_us, report

tf = load()
VECTORS, BRANCHES, STEPS = 5_000, 20_000, 500

vectors = tf.while_loop(lambda i, x: i < VECTORS, lambda i, x: (i + 1, tf.tanh(x * 1.01 + 0.5)), [0, tf.ones([1000])])
branches = tf.while_loop(
    lambda i, x: i < BRANCHES,
    lambda i, x: (i + 1, tf.cond(x > 10.0, lambda: x * 0.5, lambda: x + 1.0)),
    [0, 1.0],
)
w = tf.random_normal([64, 64], stddev=0.1, seed=1)
recurrent = tf.while_loop(
    lambda i, h: i < STEPS, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w) + 0.1)), [0, tf.ones([32, 64])]
)
with tf.Session() as sess:
    report(
        vectors_ms=median_us(lambda: sess.run(vectors), 5) / 1e3,
        branches_ms=median_us(lambda: sess.run(branches), 5) / 1e3,
        recurrent_ms=median_us(lambda: sess.run(recurrent), 5) / 1e3,
    )
