"""W9: a chain of mixed ops on vectors of 10: build it, differentiate it, run the gradient once.

python w9_deep_graph.py flowgraph 10000
"""

import json
import sys
import time

import numpy as np
from serving import load, peak_mb

tf = load()
ops = int(sys.argv[2])

with tf.Graph().as_default():
    start = time.perf_counter()
    x = tf.constant(np.ones(10, np.float32))
    c = tf.constant(np.full(10, 0.5, np.float32))
    y = x
    for _ in range(ops // 5):
        y = tf.tanh((y + c) * c - x / 2.0)
    built = time.perf_counter()
    gradient = tf.gradients(y, x)[0]
    differentiated = time.perf_counter()
    with tf.Session() as session:
        value = session.run(gradient)
        ran = time.perf_counter()
        session.run(gradient)
        again = time.perf_counter()
times = {"build_s": built - start, "gradients_s": differentiated - built, "first_run_s": ran - differentiated}
print(json.dumps(dict(times, second_run_s=again - ran, value=float(value.sum()), peak_mb=peak_mb())))
