"""A network that knows what it does not know: dropout stays on while it predicts.

    python examples/monte_carlo_dropout.py [--steps 1500] [--draws 200] [--out_dir out]

Trained on two stretches of a curve, it is asked about everything. Each answer is drawn with other neurons dropped:
where it has seen data the answers agree, elsewhere they spread (Gal and Ghahramani, 2016).
"""

import argparse
import os

import numpy as np
from matplotlib.figure import Figure

import flowgraph as tf

KEEP_PROB = 0.9


def curve(x):
    return np.sin(2 * x) + 0.3 * x


def training_points(count=150):
    """Noisy points of the curve between -3 and -1 and between 0.5 and 2: [count, 1] each."""
    random = np.random.RandomState(0)
    x = np.where(random.rand(count) < 0.5, random.uniform(-3, -1, count), random.uniform(0.5, 2, count))
    y = curve(x) + random.normal(0, 0.05, count)
    return x[:, np.newaxis].astype(np.float32), y[:, np.newaxis].astype(np.float32)


def build():
    """Add the network and its training to the default graph; returns what a script needs of it, by name."""
    x = tf.placeholder(tf.float32, [None, 1], name="x")
    y_ = tf.placeholder(tf.float32, [None, 1], name="y")
    keep_prob = tf.placeholder_with_default(KEEP_PROB, [], name="keep_prob")
    net = tf.layers.dense(x, 64, tf.nn.tanh, name="hidden1")
    net = tf.nn.dropout(net, keep_prob)
    net = tf.layers.dense(net, 64, tf.nn.relu, name="hidden2")
    net = tf.nn.dropout(net, keep_prob)
    y = tf.layers.dense(net, 1, name="output")
    loss = tf.losses.mean_squared_error(y_, y)
    train_step = tf.train.AdamOptimizer(0.005).minimize(loss)
    return {"x": x, "y_": y_, "keep_prob": keep_prob, "y": y, "loss": loss, "train": train_step}


def plot(x, y, asked, mean, spread, path):
    """Draw data, curve, mean and spread into the file `path` and return it."""
    figure = Figure(figsize=(9.6, 5.4), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(asked, mean - 2 * spread, mean + 2 * spread, color="tab:blue", alpha=0.25, label="two deviations")
    axes.plot(asked, mean, color="tab:blue", label="mean of the answers")
    axes.plot(asked, curve(asked), "--", color="0.5", linewidth=1, label="the curve")
    axes.plot(x, y, ".", color="tab:orange", markersize=5, label="what it was trained on")
    axes.set_ylim(-3, 3)
    axes.legend(loc="upper left")
    figure.savefig(path)
    return path


def main(argv):
    parser = argparse.ArgumentParser(description="Ask a network how sure it is.")
    parser.add_argument("--steps", type=int, default=1500, help="how many steps to train")
    parser.add_argument("--draws", type=int, default=200, help="how many answers to draw")
    parser.add_argument("--out_dir", default="out", help="where the picture goes")
    options = parser.parse_args(argv[1:])
    os.makedirs(options.out_dir, exist_ok=True)

    tf.set_random_seed(1)
    x, y = training_points()
    net = build()
    asked = np.linspace(-5, 4, 181, dtype=np.float32)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(1, options.steps + 1):
            _, loss = sess.run([net["train"], net["loss"]], {net["x"]: x, net["y_"]: y})
            if step % (options.steps // 5) == 0:
                print(f"step {step:4d}: loss {loss:.4f}")
        answers = [sess.run(net["y"], {net["x"]: asked[:, np.newaxis]})[:, 0] for _ in range(options.draws)]
    mean, spread = np.mean(answers, axis=0), np.std(answers, axis=0)

    for at in (-2.0, 1.0, -0.25, 4.0):
        nearest = np.argmin(np.abs(asked - at))
        print(f"f({at:5.2f}) is {mean[nearest]:5.2f} +- {2 * spread[nearest]:.2f}, in truth {curve(at):5.2f}")
    picture = plot(x, y, asked, mean, spread, os.path.join(options.out_dir, "monte_carlo_dropout.png"))
    print(f"the answers, drawn: {os.path.abspath(picture)}")
    return {"asked": asked, "mean": mean, "spread": spread, "picture": picture}


if __name__ == "__main__":
    tf.app.run()
