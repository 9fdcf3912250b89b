"""LeNet-5 on handwritten digits, as the books build it: two convolutions, each pooled, and two full layers.

    python examples/lenet5.py [--steps 400] [--data_dir MNIST_data] [--out_dir out]

With the bundled digits it takes about a minute; where the four files of MNIST lie in --data_dir it trains on
those.
"""

import argparse
import os

from tqdm import tqdm

import flowgraph as tf
from flowgraph.examples.tutorials.mnist import input_data

IMAGE_SIZE = 28
NUM_CHANNELS = 1
NUM_LABELS = 10
CONV1_DEEP, CONV1_SIZE = 32, 5
CONV2_DEEP, CONV2_SIZE = 64, 5
FC_SIZE = 512

BATCH_SIZE = 100
LEARNING_RATE_BASE = 0.05
LEARNING_RATE_DECAY = 0.99
REGULARIZATION_RATE = 0.0001
TRAINING_STEPS = 400


def conv_layer(name, input_tensor, size, depth):
    """A convolution with bias and ReLU, then 2x2 max pooling."""
    channels = input_tensor.get_shape().as_list()[-1]
    with tf.variable_scope(name):
        weights = tf.get_variable(
            "weight", [size, size, channels, depth], initializer=tf.truncated_normal_initializer(stddev=0.1)
        )
        biases = tf.get_variable("bias", [depth], initializer=tf.constant_initializer(0.0))
        conv = tf.nn.conv2d(input_tensor, weights, strides=[1, 1, 1, 1], padding="SAME")
        relu = tf.nn.relu(tf.nn.bias_add(conv, biases))
        return tf.nn.max_pool(relu, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def full_layer(name, input_tensor, size, regularizer, bias):
    nodes = input_tensor.get_shape().as_list()[1]
    with tf.variable_scope(name):
        weights = tf.get_variable("weight", [nodes, size], initializer=tf.truncated_normal_initializer(stddev=0.1))
        if regularizer is not None:
            tf.add_to_collection("losses", regularizer(weights))
        biases = tf.get_variable("bias", [size], initializer=tf.constant_initializer(bias))
        return tf.matmul(input_tensor, weights) + biases


def inference(images, keep_prob, regularizer):
    net = conv_layer("layer1-conv1", images, CONV1_SIZE, CONV1_DEEP)
    net = conv_layer("layer2-conv2", net, CONV2_SIZE, CONV2_DEEP)
    _, height, width, depth = net.get_shape().as_list()
    net = tf.reshape(net, [-1, height * width * depth])
    net = tf.nn.relu(full_layer("layer3-fc1", net, FC_SIZE, regularizer, 0.1))
    net = tf.nn.dropout(net, keep_prob)
    return full_layer("layer4-fc2", net, NUM_LABELS, regularizer, 0.1)


def build(num_examples):
    """Add the network and its training to the default graph; returns what a script needs of it, by name."""
    x = tf.placeholder(tf.float32, [None, IMAGE_SIZE, IMAGE_SIZE, NUM_CHANNELS], name="x-input")
    y_ = tf.placeholder(tf.int64, [None], name="y-input")
    keep_prob = tf.placeholder_with_default(1.0, [], name="keep_prob")
    logits = inference(x, keep_prob, tf.contrib.layers.l2_regularizer(REGULARIZATION_RATE))
    global_step = tf.Variable(0, trainable=False, name="global_step")

    with tf.name_scope("loss"):
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y_)
        loss = tf.reduce_mean(cross_entropy) + tf.add_n(tf.get_collection("losses"))

    with tf.name_scope("train_step"):
        learning_rate = tf.train.exponential_decay(
            LEARNING_RATE_BASE, global_step, num_examples / BATCH_SIZE, LEARNING_RATE_DECAY, staircase=True
        )
        train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)

    with tf.name_scope("accuracy"):
        correct = tf.equal(tf.argmax(logits, 1), y_)
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    return {"x": x, "y_": y_, "keep_prob": keep_prob, "loss": loss, "train": train_step, "accuracy": accuracy}


def train(mnist, net, steps):
    """Run the training steps; returns the test accuracy and the losses, one a step."""
    validate_feed = {net["x"]: mnist.validation.images, net["y_"]: mnist.validation.labels}
    test_feed = {net["x"]: mnist.test.images, net["y_"]: mnist.test.labels}
    losses = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with tqdm(total=steps, unit="step", disable=None) as bar:  # silent where the output is not a terminal
            for step in range(1, steps + 1):
                images, labels = mnist.train.next_batch(BATCH_SIZE)
                feed = {net["x"]: images, net["y_"]: labels, net["keep_prob"]: 0.5}
                _, loss_value = sess.run([net["train"], net["loss"]], feed)
                losses.append(float(loss_value))
                if step % 50 == 0:
                    validation = sess.run(net["accuracy"], validate_feed)
                    bar.write(f"step {step:3d}: loss {loss_value:.3f}, validation accuracy {validation:.1%}")
                bar.update()
        return float(sess.run(net["accuracy"], test_feed)), losses


def main(argv):
    parser = argparse.ArgumentParser(description="Train LeNet-5 on digits and draw it.")
    parser.add_argument("--steps", type=int, default=TRAINING_STEPS, help="how many batches to train on")
    parser.add_argument("--data_dir", default="MNIST_data", help="where MNIST's four files are looked for")
    parser.add_argument("--out_dir", default="out", help="where the picture goes")
    options = parser.parse_args(argv[1:])
    os.makedirs(options.out_dir, exist_ok=True)

    tf.set_random_seed(1)
    mnist = input_data.read_data_sets(options.data_dir, reshape=False, seed=1)
    net = build(mnist.train.num_examples)
    # depth=1 leaves closed what lies deeper than one name scope; without it every op is drawn
    picture = tf.viz.render(tf.get_default_graph(), os.path.join(options.out_dir, "lenet5_graph.svg"), depth=1)
    accuracy, losses = train(mnist, net, options.steps)

    print(f"test accuracy after {options.steps} steps: {accuracy:.2%}")
    print(f"the graph, drawn: {os.path.abspath(picture)}")
    return {"accuracy": accuracy, "losses": losses, "picture": picture}


if __name__ == "__main__":
    tf.app.run()
