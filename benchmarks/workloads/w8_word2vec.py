"""W8: word2vec: 50,000 words in 128 dimensions, noise-contrastive estimation with 64 samples, batch 128, sparse SGD.

The samples are fed, so that all contestants meet the same. With `own` as second argument the op draws its own, as in
the old tutorial (W8b): then losses cannot be compared.
"""

import sys
from itertools import count

from inputs import CYCLE, word2vec
from serving import load, serve

tf = load()
data = word2vec()
OWN_SAMPLER = sys.argv[2:] == ["own"]

words = tf.placeholder(tf.int32, [data.words.shape[1]])
labels = tf.placeholder(tf.int64, [data.words.shape[1], 1])
sampled = None
if not OWN_SAMPLER:
    ids = tf.placeholder(tf.int64, [data.number])
    true_expected = tf.placeholder(tf.float32, [data.words.shape[1], 1])
    sampled_expected = tf.placeholder(tf.float32, [data.number])
    sampled = (ids, true_expected, sampled_expected)

embedding = tf.Variable(data.embedding)
nce_weights, nce_biases = tf.Variable(data.nce_weights), tf.Variable(data.nce_biases)
entropy = tf.nn.nce_loss(
    nce_weights, nce_biases, labels, tf.nn.embedding_lookup(embedding, words), data.number, data.vocabulary,
    sampled_values=sampled,
)  # fmt: skip
loss = tf.reduce_mean(entropy)
train = tf.train.GradientDescentOptimizer(data.rate).minimize(loss)

session = tf.Session()
session.run(tf.global_variables_initializer())
feeds = [{words: one, labels: two} for one, two in zip(data.words, data.labels)]
if not OWN_SAMPLER:
    for feed, values in zip(feeds, data.sampled):
        feed.update(zip(sampled, values))
batches = count()
serve(step=lambda: session.run(train, feeds[next(batches) % CYCLE]), loss=lambda: session.run(loss, feeds[0]))
