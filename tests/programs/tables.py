"""Programs with strings, sparse tensors and lookup tables, as text models have them."""

from __future__ import annotations

from .data import uniform


def bag_of_words(tf):
    """Sentences to ids by a vocabulary with buckets, to embeddings, to a classifier that is trained."""
    sentences = tf.placeholder(tf.string, [None], name="sentences")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    words = tf.string_split(tf.strings.lower(sentences), " .")
    vocabulary = tf.constant(["the", "cat", "dog", "sat"], name="vocabulary")
    table = tf.contrib.lookup.HashTable(
        tf.contrib.lookup.KeyValueTensorInitializer(vocabulary, tf.range(4, dtype=tf.int64)), -1
    )
    ids = tf.contrib.lookup.IdTableWithHashBuckets(table, 2).lookup(words)
    embeddings = tf.Variable(uniform(6, 3, low=-0.5, high=0.5), name="embeddings")
    bags = tf.nn.embedding_lookup_sparse(embeddings, ids, None, combiner="mean", name="bags")
    weights = tf.Variable(uniform(3, 2, seed=1), name="weights")
    logits = tf.matmul(bags, weights)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feeds = {sentences: ["The cat sat.", "The dog ran", "dog dog bird"], labels: [0, 1, 1]}
    return [
        (tf.global_variables_initializer(), None),
        (tf.tables_initializer(), None),
        ([words, ids, bags], feeds),
        (loss, feeds),
        (train, feeds),
        (train, feeds),
        ([loss, embeddings], feeds),
    ]


def labels_and_back(tf):
    """Class names to numbers and back by the tables of tf.contrib.lookup."""
    names = tf.placeholder(tf.string, [None], name="names")
    numbers = tf.placeholder(tf.int64, [None], name="numbers")
    mapping = tf.constant(["cat", "dog", "bird"])
    table = tf.contrib.lookup.HashTable(
        tf.contrib.lookup.KeyValueTensorInitializer(mapping, [0, 1, 2], value_dtype=tf.int64, name="to_numbers"), -1
    )
    reverse = tf.contrib.lookup.HashTable(
        tf.contrib.lookup.KeyValueTensorInitializer([0, 1, 2], mapping, key_dtype=tf.int64, name="to_names"), "?"
    )
    one_hot = tf.one_hot(table.lookup(names), 3)
    return [
        (tf.tables_initializer(), None),
        ([one_hot, table.size(), reverse.lookup(numbers)], {names: ["dog", "cow"], numbers: [2, 7, 0]}),
    ]


def counting_words(tf):
    """A table that changes from run to run."""
    words = tf.placeholder(tf.string, [None], name="words")
    counts = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, 0, name="counts", checkpoint=False)
    unique, _, occurrences = tf.unique_with_counts(words, tf.int64)
    before = counts.lookup(unique)
    count = counts.insert(unique, before + occurrences)
    return [
        (count, {words: ["a", "b", "a"]}),
        (count, {words: ["b", "c"]}),
        ([counts.lookup(["a", "b", "c", "d"]), counts.size()], None),
    ]


def csv_lines(tf):
    """Lines of a table of numbers, read, standardized and reported."""
    lines = tf.placeholder(tf.string, [None], name="lines")
    sepal, petal, species = tf.decode_csv(lines, [[0.0], [0.0], [""]])
    features = tf.stack([sepal, petal], axis=1)
    mean, variance = tf.nn.moments(features, [0])
    scaled = (features - mean) / tf.sqrt(variance)
    is_setosa = tf.equal(tf.regex_replace(species, "^Iris-", ""), "setosa")
    report = tf.string_join([species, tf.as_string(scaled[:, 0], precision=2)], separator=": ")
    feeds = {lines: ["5.1,1.4,Iris-setosa", "7.0,4.7,Iris-versicolor", "6.3,,Iris-virginica"]}
    return [([scaled, is_setosa, report, tf.reduce_join(report, 0, separator="; ")], feeds)]


def sparse_regression(tf):
    """A linear model on sparse features, trained; the features are also multiplied, added up and transposed."""
    features = tf.sparse_placeholder(tf.float32, [None, 4], name="features")
    targets = tf.constant([[1.0], [2.0], [3.0]])
    weights = tf.Variable(uniform(4, 1), name="weights")
    scaled = features * tf.constant([1.0, 2.0, 0.5, 1.0])
    predictions = tf.sparse_tensor_dense_matmul(scaled, weights)
    loss = tf.reduce_sum(tf.square(predictions - targets))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feeds = {features: ([[0, 0], [0, 2], [1, 1], [2, 3]], [1.0, 2.0, 3.0, 4.0], [3, 4])}
    doubled = tf.sparse_add(features, features)
    return [
        (tf.global_variables_initializer(), None),
        (train, feeds),
        ([loss, weights, tf.sparse_reduce_sum(doubled, 1)], feeds),
        ([tf.sparse_tensor_to_dense(tf.sparse_transpose(features)), tf.gradients(loss, scaled.values)], feeds),
    ]


def label_error_rate(tf):
    """How far decoded sequences are from the truth, as models of speech report it."""
    decoded = tf.sparse_placeholder(tf.int64, name="decoded")
    truth = tf.sparse_placeholder(tf.int64, name="truth")
    distances = tf.edit_distance(decoded, truth)
    feeds = {
        decoded: ([[0, 0], [0, 1], [1, 0]], [3, 4, 5], [2, 2]),
        truth: ([[0, 0], [0, 1], [0, 2], [1, 0]], [3, 4, 4, 5], [2, 3]),
    }
    return [([distances, tf.reduce_mean(distances)], feeds)]
