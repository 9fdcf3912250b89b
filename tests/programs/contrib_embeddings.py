"""tf.contrib.layers: embeddings, and layers of convolutions the other way round."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def sequences(tf):
    tf.set_random_seed(2)
    layers = tf.contrib.layers
    ids = tf.placeholder(tf.int64, [None, 3], name="ids")
    first = layers.embed_sequence(ids, 6, 4)
    values = [
        first,
        layers.embed_sequence(ids, 6, 4, unique=True, scope="unique", regularizer=layers.l2_regularizer(0.1)),
        layers.embed_sequence(ids, scope="unique", reuse=True),
        layers.embed_sequence(ids, 6, 2, initializer=tf.ones_initializer(), trainable=False),
        layers.embedding_lookup_unique(tf.ones([6, 2, 2]), ids),
        layers.embedding_lookup_unique([tf.ones([3, 2]), tf.zeros([3, 2])], [[1, 2]], name="lookup"),
    ]
    gradient = tf.gradients(tf.reduce_sum(values[1] ** 2), tf.trainable_variables()[1])[0]
    feed = {ids: [[1, 5, 1], [0, 0, 2]]}
    return [*_start(tf), ([*values, gradient], feed)]


def bags_of_words(tf):
    tf.set_random_seed(2)
    layers = tf.contrib.layers
    ids = tf.placeholder(tf.int32, [None, 3], name="ids")
    sparse = tf.SparseTensor([[0, 0], [2, 1]], tf.constant([3, 4], tf.int64), [3, 2])
    weights = tf.SparseTensor([[0, 0], [2, 1]], [0.5, 2.0], [3, 2])
    table = tf.get_variable("table", [6, 3])
    values = [
        layers.bow_encoder(ids, 6, 4),
        layers.bow_encoder(ids, 6, 4, sparse_lookup=False, scope="dense"),
        layers.bow_encoder(sparse, 6, 2, trainable=False),
        layers.safe_embedding_lookup_sparse(table, sparse),
        layers.safe_embedding_lookup_sparse([table], sparse, weights, combiner="sum", default_id=1, name="safe"),
    ]
    return [*_start(tf), (values, {ids: [[1, 5, 1], [0, 0, 2], [0, 0, 0]]})]


def transposed(tf):
    tf.set_random_seed(3)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [2, 3, 3, 2], name="images")
    unknown = tf.placeholder(tf.float32, [None, None, None, 2], name="unknown")
    volume = tf.placeholder(tf.float32, [1, 2, 2, 2, 2], name="volume")
    values = [
        layers.conv2d_transpose(images, 3, [3, 3], stride=2),
        layers.conv2d_transpose(unknown, 2, 2, 2, padding="VALID", activation_fn=None, scope="up"),
        layers.conv2d_transpose(images, 2, 3, normalizer_fn=layers.layer_norm, outputs_collections="ends"),
        layers.conv2d_transpose(
            images, 2, 3, weights_regularizer=layers.l2_regularizer(0.1), variables_collections=["all"]
        ),
        layers.conv3d_transpose(volume, 2, 2, stride=2, biases_initializer=None),
        layers.convolution3d_transpose(volume, 1, [3, 3, 3], padding="VALID", scope="deep"),
    ]
    feed = {images: uniform(2, 3, 3, 2), unknown: uniform(1, 2, 4, 2), volume: uniform(1, 2, 2, 2, 2)}
    return [*_start(tf), (values, feed)]


def separable(tf):
    tf.set_random_seed(3)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [2, 5, 5, 2], name="images")
    regularizer = layers.l2_regularizer(0.1)
    values = [
        layers.separable_conv2d(images, 3, [3, 3]),
        layers.separable_conv2d(
            images, 3, 3, 2, stride=2, padding="VALID", scope="sep", weights_regularizer=regularizer
        ),
        layers.separable_conv2d(images, None, 3, 2, variables_collections={"weights": ["w"]}),
        layers.separable_conv2d(images, None, 3, 1, rate=2, normalizer_fn=layers.batch_norm, activation_fn=None),
        layers.separable_convolution2d(
            images, 2, 2, pointwise_initializer=tf.ones_initializer(), normalizer_fn=layers.layer_norm, trainable=False
        ),
        layers.separable_conv2d(images, 3, 3, 2, stride=2, padding="VALID", scope="sep", reuse=True),
    ]
    feed = {images: uniform(2, 5, 5, 2)}
    return [*_start(tf), (values, feed), (tf.losses.get_regularization_losses(), feed)]


def divisive(tf):
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [2, 3, 3, 2], name="images")
    row = tf.placeholder(tf.float32, [2, 4, 2], name="row")
    layer = layers.GDN(name="shared")
    values = [layers.gdn(images), layers.gdn(row, inverse=True, name="inverse"), layer(images), layer(images * 2.0)]
    loss = tf.add_n([tf.reduce_sum(value) for value in values])
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    feed = {images: uniform(2, 3, 3, 2), row: uniform(2, 4, 2)}
    return [*_start(tf), (values, feed), (train, feed), (loss, feed), (tf.trainable_variables(), None)]


def renormalized(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    clipping = {"rmin": 0.5, "rmax": 2.0, "dmax": 0.5}
    values = [
        layers.batch_norm(x, renorm=True),
        layers.batch_norm(x, renorm=True, renorm_clipping=clipping, renorm_decay=0.9, scale=True, scope="clipped"),
    ]
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    feed = {x: uniform(4, 3)}
    return [*_start(tf), (values, feed), (updates, feed), (values, feed), (tf.global_variables(), None)]
