"""map_fn, scan and foldl over 1000 rows of 32 numbers, and the gradients of the first two."""

import numpy as np
from workload import load, median_us, report

tf = load()
random = np.random.RandomState(0)
rows = random.randn(1000, 32).astype(np.float32)
weights = (random.randn(32, 32) / 6).astype(np.float32)

x = tf.placeholder(tf.float32, [None, 32])
mapped = tf.map_fn(lambda row: row * row + 1.0, x)
scanned = tf.scan(lambda h, row: tf.tanh(tf.matmul(h, weights) + row), x, initializer=tf.zeros([1, 32]))
fetches = {
    "map_fn_us": mapped,
    "scan_us": scanned,
    "foldl_us": tf.foldl(lambda total, row: total + row, x),
    "map_fn_gradient_us": tf.gradients(mapped, x),
    "scan_gradient_us": tf.gradients(scanned, x),
}
with tf.Session() as sess:
    report(**{name: median_us(lambda fetch=fetch: sess.run(fetch, {x: rows}), 3, 5) for name, fetch in fetches.items()})
