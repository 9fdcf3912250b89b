"""Gradient descent, momentum, RMSProp and Adam walk down one valley.

    python examples/optimizers.py [--steps 40] [--out_dir out]

The valley f = 0.1 x^2 + 2 y^2 is twenty times steeper across than along, as most losses are. Descent bounces between
the walls and creeps along the floor; the others find their own ways around that. Their paths are drawn on the valley.
"""

import argparse
import os

import numpy as np
from matplotlib.figure import Figure

import flowgraph as tf

START = -5.0, -2.0

OPTIMIZERS = {
    "descent": lambda: tf.train.GradientDescentOptimizer(0.4),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.8),
    "RMSProp": lambda: tf.train.RMSPropOptimizer(0.3),
    "Adam": lambda: tf.train.AdamOptimizer(0.5),
}


def valley(x, y):
    return 0.1 * x * x + 2 * y * y


def walk(optimizer, steps):
    """The points that an optimizer visits: [steps + 1, 2]."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x, y = tf.Variable(START[0], name="x"), tf.Variable(START[1], name="y")
        train_step = optimizer.minimize(valley(x, y))
        sess.run(tf.global_variables_initializer())
        points = [sess.run([x, y])]
        for _ in range(steps):
            sess.run(train_step)
            points.append(sess.run([x, y]))
        return np.array(points)


def plot(paths, path):
    """Draw the paths on the valley's contour lines into the file `path` and return it."""
    figure = Figure(figsize=(9.6, 5.4), layout="constrained")
    xs, ys = np.linspace(-6, 3, 181), np.linspace(-2.6, 2.6, 105)
    heights = valley(*np.meshgrid(xs, ys))
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, (name, points) in zip(panels.flat, paths.items()):
        axes.contour(xs, ys, heights, levels=np.geomspace(0.05, 15, 12), colors="0.75", linewidths=0.8)
        axes.plot(points[:, 0], points[:, 1], ".-", color="tab:orange", markersize=5, linewidth=1.2)
        axes.plot(0, 0, "+", color="tab:blue", markersize=12)
        axes.set_title(f"{name}: {valley(*points[-1]):.1e} after {len(points) - 1} steps")
    figure.savefig(path)
    return path


def main(argv):
    parser = argparse.ArgumentParser(description="Walk down one valley with four optimizers.")
    parser.add_argument("--steps", type=int, default=40, help="how many steps each of them takes")
    parser.add_argument("--out_dir", default="out", help="where the picture goes")
    options = parser.parse_args(argv[1:])
    os.makedirs(options.out_dir, exist_ok=True)

    paths = {name: walk(make(), options.steps) for name, make in OPTIMIZERS.items()}
    for name, points in paths.items():
        half = options.steps // 2
        heights = valley(points[:, 0], points[:, 1])
        print(f"{name:8s}  f = {heights[half]:.2e} after {half} steps, {heights[-1]:.2e} after {options.steps}")
    picture = plot(paths, os.path.join(options.out_dir, "optimizers.png"))
    print(f"the paths, drawn: {os.path.abspath(picture)}")
    return {"paths": paths, "picture": picture}


if __name__ == "__main__":
    tf.app.run()
