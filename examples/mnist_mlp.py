"""The textbook's network on handwritten digits: 784-500-10, trained, measured and drawn.

    python examples/mnist_mlp.py [--steps 3000] [--data_dir MNIST_data] [--out_dir out]

L2 regularization through a collection, a learning rate that decays exponentially, moving averages of the
weights, and `control_dependencies` to update both in one step: as a TF1 book writes it. With the bundled
digits it takes well under a minute; where the four files of MNIST lie in --data_dir it trains on those.
"""

import argparse
import os

from matplotlib.figure import Figure
from tqdm import tqdm

import flowgraph as tf
from flowgraph.examples.tutorials.mnist import input_data

INPUT_NODE = 784
LAYER1_NODE = 500
OUTPUT_NODE = 10

BATCH_SIZE = 100
LEARNING_RATE_BASE = 0.8
LEARNING_RATE_DECAY = 0.99
REGULARIZATION_RATE = 0.0001
TRAINING_STEPS = 3000
MOVING_AVERAGE_DECAY = 0.99


def get_weight_variable(shape, regularizer):
    weights = tf.get_variable("weights", shape, initializer=tf.truncated_normal_initializer(stddev=0.1))
    if regularizer is not None:
        tf.add_to_collection("losses", regularizer(weights))
    return weights


def inference(input_tensor, regularizer):
    with tf.variable_scope("layer1"):
        weights = get_weight_variable([INPUT_NODE, LAYER1_NODE], regularizer)
        biases = tf.get_variable("biases", [LAYER1_NODE], initializer=tf.constant_initializer(0.0))
        layer1 = tf.nn.relu(tf.matmul(input_tensor, weights) + biases)
    with tf.variable_scope("layer2"):
        weights = get_weight_variable([LAYER1_NODE, OUTPUT_NODE], regularizer)
        biases = tf.get_variable("biases", [OUTPUT_NODE], initializer=tf.constant_initializer(0.0))
        return tf.matmul(layer1, weights) + biases


def averaged_inference(input_tensor, averages):
    """The same network with the moving averages in place of the weights."""
    with tf.variable_scope("", reuse=True):
        w1, b1 = tf.get_variable("layer1/weights"), tf.get_variable("layer1/biases")
        w2, b2 = tf.get_variable("layer2/weights"), tf.get_variable("layer2/biases")
    with tf.name_scope("average"):
        layer1 = tf.nn.relu(tf.matmul(input_tensor, averages.average(w1)) + averages.average(b1))
        return tf.matmul(layer1, averages.average(w2)) + averages.average(b2)


def build(num_examples):
    """Add the whole network to the default graph; returns what training needs of it, by name."""
    with tf.name_scope("input"):
        x = tf.placeholder(tf.float32, [None, INPUT_NODE], name="x-input")
        y_ = tf.placeholder(tf.float32, [None, OUTPUT_NODE], name="y-input")
    regularizer = tf.contrib.layers.l2_regularizer(REGULARIZATION_RATE)
    y = inference(x, regularizer)
    global_step = tf.Variable(0, trainable=False, name="global_step")

    with tf.name_scope("moving_average"):
        variable_averages = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
        variables_averages_op = variable_averages.apply(tf.trainable_variables())
    average_y = averaged_inference(x, variable_averages)

    with tf.name_scope("loss"):
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
        loss = tf.reduce_mean(cross_entropy) + tf.add_n(tf.get_collection("losses"))

    with tf.name_scope("train_step"):
        learning_rate = tf.train.exponential_decay(
            LEARNING_RATE_BASE, global_step, num_examples / BATCH_SIZE, LEARNING_RATE_DECAY, staircase=True
        )
        train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
        with tf.control_dependencies([train_step, variables_averages_op]):
            train_op = tf.no_op(name="train")

    with tf.name_scope("accuracy"):
        correct = tf.equal(tf.argmax(average_y, 1), tf.argmax(y_, 1))
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    return {"x": x, "y_": y_, "loss": loss, "train": train_op, "accuracy": accuracy, "rate": learning_rate}


def train(mnist, net, steps):
    """Run the training steps; returns the test accuracy, the losses, and {step: validation accuracy}."""
    validate_feed = {net["x"]: mnist.validation.images, net["y_"]: mnist.validation.labels}
    test_feed = {net["x"]: mnist.test.images, net["y_"]: mnist.test.labels}
    losses, validations = [], {}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with tqdm(total=steps, unit="step", disable=None) as bar:  # silent where the output is not a terminal
            for step in range(1, steps + 1):
                xs, ys = mnist.train.next_batch(BATCH_SIZE)
                _, loss_value = sess.run([net["train"], net["loss"]], {net["x"]: xs, net["y_"]: ys})
                losses.append(float(loss_value))
                if step in (1, 3, 10, 30) or step % 100 == 0 or step == steps:
                    validations[step] = float(sess.run(net["accuracy"], validate_feed))
                    bar.set_postfix(loss=f"{loss_value:.3f}", validation=f"{validations[step]:.1%}")
                bar.update()
        return float(sess.run(net["accuracy"], test_feed)), losses, validations


def plot(losses, validations, path):
    """Draw both curves into the file `path` and return it; most happens early, so the steps are on a log scale."""
    figure = Figure(figsize=(8, 4.5), layout="tight")
    left = figure.subplots()
    left.semilogx(range(1, len(losses) + 1), losses, color="tab:blue", linewidth=1)
    left.set_xlabel("training step")
    left.set_ylabel("loss of each batch", color="tab:blue")
    left.set_ylim(bottom=0)
    right = left.twinx()
    right.plot(list(validations), list(validations.values()), color="tab:orange", marker="o", markersize=3)
    right.set_ylabel("validation accuracy (averaged weights)", color="tab:orange")
    right.set_ylim(0, 1)
    figure.savefig(path, dpi=120)
    return path


def main(argv):
    parser = argparse.ArgumentParser(description="Train the textbook's network on digits and draw it.")
    parser.add_argument("--steps", type=int, default=TRAINING_STEPS, help="how many batches to train on")
    parser.add_argument("--data_dir", default="MNIST_data", help="where MNIST's four files are looked for")
    parser.add_argument("--out_dir", default="out", help="where the pictures go")
    options = parser.parse_args(argv[1:])
    os.makedirs(options.out_dir, exist_ok=True)

    tf.set_random_seed(1)
    mnist = input_data.read_data_sets(options.data_dir, one_hot=True, seed=1)
    net = build(mnist.train.num_examples)
    # depth=1 leaves closed what lies deeper than one name scope; without it every op is drawn
    picture = tf.viz.render(tf.get_default_graph(), os.path.join(options.out_dir, "mnist_mlp_graph.svg"), depth=1)
    accuracy, losses, validations = train(mnist, net, options.steps)
    curve = plot(losses, validations, os.path.join(options.out_dir, "mnist_mlp_curve.png"))

    print(f"test accuracy after {options.steps} steps, with averaged weights: {accuracy:.2%}")
    print(f"the graph, drawn:   {os.path.abspath(picture)}")
    print(f"the learning curve: {os.path.abspath(curve)}")
    return {
        "accuracy": accuracy,
        "losses": losses,
        "validations": validations,
        "picture": picture,
        "curve": curve,
    }


if __name__ == "__main__":
    tf.app.run()
