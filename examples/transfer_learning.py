"""Transfer learning: a network that has learned to read digits learns another question from forty answers.

    python examples/transfer_learning.py [--examples 4] [--steps 400]

The new question is whether a digit is odd. One student starts from nothing; the other keeps the body that reads digits,
gets a new last layer, and trains that alone; then it trains all its layers a little further.
"""

import argparse

import numpy as np

import flowgraph as tf
from flowgraph.examples.tutorials.mnist import input_data

BATCH_SIZE = 50


def body(images):
    """Two convolutions and a full layer: what there is to see in a digit."""
    net = tf.reshape(images, [-1, 28, 28, 1])
    net = tf.layers.conv2d(net, 8, 5, 2, "same", activation=tf.nn.relu, name="conv1")
    net = tf.layers.conv2d(net, 16, 5, 2, "same", activation=tf.nn.relu, name="conv2")
    return tf.layers.dense(tf.layers.flatten(net), 64, tf.nn.relu, name="full")


class Student:
    """A body, and a head with an answer for each class; students that name the same body share it."""

    def __init__(self, body_scope, head_scope, classes):
        self.x = tf.placeholder(tf.float32, [None, 784])
        self.y_ = tf.placeholder(tf.int64, [None])
        with tf.variable_scope(body_scope, reuse=tf.AUTO_REUSE):
            seen = body(self.x)
        with tf.variable_scope(head_scope):
            logits = tf.layers.dense(seen, classes)
        self.body, self.head = tf.trainable_variables(body_scope), tf.trainable_variables(head_scope)
        self.loss = tf.losses.sparse_softmax_cross_entropy(self.y_, logits)
        self.accuracy = tf.reduce_mean(tf.to_float(tf.equal(tf.argmax(logits, 1), self.y_)))

    def trainer(self, rate, variables):
        """An op that trains these variables; all others stay as they are."""
        return tf.train.AdamOptimizer(rate).minimize(self.loss, var_list=variables)

    def learn(self, sess, train_step, images, labels, steps):
        """Run an op of `trainer` on so many batches."""
        random = np.random.RandomState(0)
        for _ in range(steps):
            batch = random.choice(len(images), min(BATCH_SIZE, len(images)), replace=False)
            sess.run(train_step, {self.x: images[batch], self.y_: labels[batch]})

    def test(self, sess, images, labels):
        """How many of the labels it finds, from 0 to 1."""
        return float(sess.run(self.accuracy, {self.x: images, self.y_: labels}))


def few(images, labels, count):
    """The first `count` examples of each digit, and whether they are odd."""
    chosen = np.concatenate([np.flatnonzero(labels == digit)[:count] for digit in range(10)])
    return images[chosen], labels[chosen] % 2


def main(argv):
    parser = argparse.ArgumentParser(description="Learn a new question with what is known from an old one.")
    parser.add_argument("--examples", type=int, default=4, help="how many examples of each digit for the new question")
    parser.add_argument("--steps", type=int, default=400, help="how many batches for the old one")
    parser.add_argument("--data_dir", default="MNIST_data", help="where MNIST's four files are looked for")
    options = parser.parse_args(argv[1:])

    tf.set_random_seed(1)
    mnist = input_data.read_data_sets(options.data_dir, seed=1)
    images, labels = mnist.train.images, mnist.train.labels.astype(np.int64)
    new, asked = few(images, labels, options.examples), (mnist.test.images, mnist.test.labels % 2)

    reader = Student("reader", "digit", 10)
    beginner = Student("beginner", "odd_to_beginner", 2)
    heir = Student("reader", "odd", 2)
    read = reader.trainer(0.002, None)
    learn_all = beginner.trainer(0.002, beginner.body + beginner.head)
    learn_head = heir.trainer(0.01, heir.head)
    fine_tune = heir.trainer(0.0003, heir.body + heir.head)

    accuracies = {}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        reader.learn(sess, read, images, labels, options.steps)
        accuracies["reads digits"] = reader.test(sess, mnist.test.images, mnist.test.labels)
        beginner.learn(sess, learn_all, *new, 200)
        accuracies["odd, from nothing"] = beginner.test(sess, *asked)
        heir.learn(sess, learn_head, *new, 100)
        accuracies["odd, with a new head"] = heir.test(sess, *asked)
        heir.learn(sess, fine_tune, *new, 100)
        accuracies["odd, fine-tuned"] = heir.test(sess, *asked)

    print(f"{len(images)} examples to read, {len(new[0])} to tell odd from even:")
    for name, accuracy in accuracies.items():
        print(f"  {name:20s}  {accuracy:.1%}")
    return accuracies


if __name__ == "__main__":
    tf.app.run()
