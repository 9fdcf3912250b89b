"""A chain of 10,000 mixed ops: build it, differentiate it, run the gradient once."""

import time

import numpy as np
from workload import load, report

tf = load()
OPS = 10000

with tf.Graph().as_default():
    start = time.perf_counter()
    x = tf.constant(np.ones(10, np.float32))
    c = tf.constant(np.full(10, 0.5, np.float32))
    y = x
    for _ in range(OPS // 5):
        y = tf.tanh((y + c) * c - x / 2.0)
    built = time.perf_counter()
    gradient = tf.gradients(y, x)
    differentiated = time.perf_counter()
    with tf.Session() as sess:
        sess.run(gradient)
        ran = time.perf_counter()
report(build_ms=(built - start) * 1e3, gradients_ms=(differentiated - built) * 1e3,
       build_and_gradients_ms=(differentiated - start) * 1e3, first_run_ms=(ran - differentiated) * 1e3)  # fmt: skip
