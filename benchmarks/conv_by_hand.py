"""conv2d and both its gradients at the layers of LeNet-5 and of a small VGG, beside im2col and BLAS by hand.

    python benchmarks/conv_by_hand.py [--rounds 7] [--threads]

By hand is what numpy's users write: all windows copied to one matrix, one product, for the images' gradient the sums
over the filter's taps. Both take turns; above 1, flowgraph is slower. Measured is processor time, with one thread for
each, which says the same on a busy machine; with --threads it is time on the clock, with all threads for each.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from threadpoolctl import threadpool_limits

import flowgraph as tf

LAYERS = {
    "LeNet 1: 100 x 28x28x1, 5x5x32": ((100, 28, 28, 1), (5, 5, 1, 32)),
    "LeNet 2: 100 x 14x14x32, 5x5x64": ((100, 14, 14, 32), (5, 5, 32, 64)),
    "VGG 1: 64 x 32x32x3, 3x3x64": ((64, 32, 32, 3), (3, 3, 3, 64)),
    "VGG 2: 64 x 32x32x64, 3x3x64": ((64, 32, 32, 64), (3, 3, 64, 64)),
    "VGG 3: 64 x 16x16x64, 3x3x128": ((64, 16, 16, 64), (3, 3, 64, 128)),
    "VGG 4: 64 x 16x16x128, 3x3x128": ((64, 16, 16, 128), (3, 3, 128, 128)),
}


def _matrix(x: np.ndarray, kernel: int) -> np.ndarray:
    before = (kernel - 1) // 2
    padded = np.pad(x, [(0, 0), (before, before), (before, before), (0, 0)])
    windows = sliding_window_view(padded, (kernel, kernel), axis=(1, 2))  # [n, h, w, channels, kernel, kernel]
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kernel * kernel * x.shape[3])


def forward(x: np.ndarray, w: np.ndarray, dy: np.ndarray) -> np.ndarray:
    return (_matrix(x, w.shape[0]) @ w.reshape(-1, w.shape[3])).reshape(dy.shape)


def to_filter(x: np.ndarray, w: np.ndarray, dy: np.ndarray) -> np.ndarray:
    return (_matrix(x, w.shape[0]).T @ dy.reshape(-1, w.shape[3])).reshape(w.shape)


def to_images(x: np.ndarray, w: np.ndarray, dy: np.ndarray) -> np.ndarray:
    n, height, width, depth = x.shape
    kernel, before = w.shape[0], (w.shape[0] - 1) // 2
    pieces = (dy.reshape(-1, w.shape[3]) @ w.reshape(-1, w.shape[3]).T).reshape(n, height, width, kernel, kernel, depth)
    padded = np.zeros((n, height + kernel - 1, width + kernel - 1, depth), x.dtype)
    for row in range(kernel):
        for col in range(kernel):
            padded[:, row : row + height, col : col + width] += pieces[:, :, :, row, col]
    return padded[:, before : before + height, before : before + width]


def milliseconds(call, clock):
    start = clock()
    call()
    return (clock() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", action="store_true")
    options = parser.parse_args()
    clock = time.perf_counter if options.threads else time.process_time
    threads = None if options.threads else 1
    config = tf.ConfigProto(intra_op_parallelism_threads=threads or 0)
    random = np.random.RandomState(0)
    print(f"{'':45s}flowgraph  by hand   ratio (medians, ms); the same of the quickest runs")
    for name, (shape, kernel) in LAYERS.items():
        arrays = [random.randn(*sizes).astype(np.float32) for sizes in (shape, kernel, (*shape[:3], kernel[3]))]
        with tf.Graph().as_default(), tf.Session(config=config) as session, threadpool_limits(threads):
            x, w, dy = (tf.Variable(array) for array in arrays)
            options_of_op = {"strides": [1, 1, 1, 1], "padding": "SAME"}
            ours = {
                forward: tf.nn.conv2d(x, w, **options_of_op),
                to_filter: tf.nn.conv2d_backprop_filter(x, kernel, dy, **options_of_op),
                to_images: tf.nn.conv2d_backprop_input(shape, w, dy, **options_of_op),
            }
            session.run(tf.global_variables_initializer())
            for by_hand, tensor in ours.items():
                theirs = by_hand(*arrays)
                np.testing.assert_allclose(session.run(tensor), theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max())
                calls = (lambda: session.run(tensor.op)), (lambda: by_hand(*arrays))  # noqa: B023  (called here)
                turns = zip(*[[milliseconds(call, clock) for call in calls] for _ in range(options.rounds)])
                mine, hand = turns
                line = f"{name:34s} {by_hand.__name__:10s}"
                for figure in (statistics.median, min):
                    line += f"{figure(mine):9.1f} {figure(hand):9.1f} {figure(mine) / figure(hand):7.2f}  "
                print(line, flush=True)


if __name__ == "__main__":
    main()
