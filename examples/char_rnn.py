"""A recurrent network learns a sonnet, letter by letter, and writes on from its first words.

    python examples/char_rnn.py [--steps 400] [--size 64] [--letters 200]

The text is cut into rows that are read side by side; the LSTM's state goes from one run to the next through the feed,
so that a row is one long story, and the gradient goes back SEQ_LENGTH letters.
"""

import argparse

import numpy as np

import flowgraph as tf

TEXT = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou owest;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou growest:
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.
"""

LETTERS = sorted(set(TEXT))
NUMBER = {letter: number for number, letter in enumerate(LETTERS)}
BATCH_SIZE, SEQ_LENGTH = 4, 30


class Model:
    """Reads [batch_size, length] letters and says for each what may come next."""

    def __init__(self, batch_size, length, size):
        self.letters = tf.placeholder(tf.int32, [batch_size, length], name="letters")
        self.following = tf.placeholder(tf.int32, [batch_size, length], name="following")
        embedding = tf.get_variable("embedding", [len(LETTERS), size])
        cell = tf.nn.rnn_cell.LSTMCell(size)
        self.before = cell.zero_state(batch_size, tf.float32)
        inputs = tf.nn.embedding_lookup(embedding, self.letters)
        outputs, self.after = tf.nn.dynamic_rnn(cell, inputs, initial_state=self.before)
        logits = tf.layers.dense(outputs, len(LETTERS), name="logits")
        self.chances = tf.nn.softmax(logits)
        self.loss = tf.losses.sparse_softmax_cross_entropy(self.following, logits)

    def trainer(self, rate, clip_norm=5.0):
        """Adam, after the gradients have been clipped by their common norm."""
        optimizer = tf.train.AdamOptimizer(rate)
        gradients, variables = zip(*optimizer.compute_gradients(self.loss))
        gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)
        return optimizer.apply_gradients(zip(gradients, variables))


def batches():
    """The text as rows side by side, cut into pieces: (letters, those that follow), [BATCH_SIZE, SEQ_LENGTH] each."""
    numbers = np.array([NUMBER[letter] for letter in TEXT])
    count = (len(numbers) - 1) // (BATCH_SIZE * SEQ_LENGTH)
    used = count * BATCH_SIZE * SEQ_LENGTH
    xs, ys = numbers[:used].reshape(BATCH_SIZE, -1), numbers[1 : used + 1].reshape(BATCH_SIZE, -1)
    return list(zip(np.split(xs, count, axis=1), np.split(ys, count, axis=1)))


def train(sess, model, train_step, steps):
    """Train, and return the loss of every step."""
    pieces, losses = batches(), []
    for step in range(steps):
        if step % len(pieces) == 0:
            state = sess.run(model.before)
        xs, ys = pieces[step % len(pieces)]
        feed = {model.letters: xs, model.following: ys, model.before: state}
        _, loss, state = sess.run([train_step, model.loss, model.after], feed)
        losses.append(float(loss))
        if (step + 1) % max(1, steps // 8) == 0:
            print(f"step {step + 1:4d}: loss {loss:.3f}")
    return losses


def write(sess, model, start, count):
    """Go on from `start` with the likeliest letter each time."""
    state, text = sess.run(model.before), start
    for number in range(len(start) + count - 1):
        feed = {model.letters: [[NUMBER[text[number]]]], model.before: state}
        chances, state = sess.run([model.chances, model.after], feed)
        if number + 1 >= len(start):
            text += LETTERS[int(np.argmax(chances[0, 0]))]
    return text


def main(argv):
    parser = argparse.ArgumentParser(description="Learn a sonnet by heart, letter by letter.")
    parser.add_argument("--steps", type=int, default=400, help="how many batches to train on")
    parser.add_argument("--size", type=int, default=64, help="how many units the LSTM has")
    parser.add_argument("--letters", type=int, default=200, help="how many letters to write")
    options = parser.parse_args(argv[1:])

    tf.set_random_seed(1)
    with tf.variable_scope("rnn"):
        reader = Model(BATCH_SIZE, SEQ_LENGTH, options.size)
        train_step = reader.trainer(0.01)
    with tf.variable_scope("rnn", reuse=True):
        writer = Model(1, 1, options.size)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = train(sess, reader, train_step, options.steps)
        text = write(sess, writer, "Shall I ", options.letters)
    print(f"\n{text}")
    return {"losses": losses, "text": text}


if __name__ == "__main__":
    tf.app.run()
