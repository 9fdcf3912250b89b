"""Nets and models that go from TensorFlow 1.15.5 to flowgraph and the other way; each function takes the module `tf`.

Under TensorFlow `make_interchange.py` writes what flowgraph is to read; `check_interchange.py` reads there what
flowgraph wrote.
"""

from __future__ import annotations

import os

import numpy as np


def numbers(seed, *shape):
    """Small numbers that are the same wherever they are asked for."""
    return np.random.RandomState(seed).uniform(-1.0, 1.0, shape).astype(np.float32)


def lenet(tf):
    """Convolutions with biases, pools and dense layers."""
    x = tf.placeholder(tf.float32, [None, 12, 12, 1], name="x")
    net = x
    for i, (inner, outer) in enumerate([(1, 4), (4, 6)]):
        kernel = tf.Variable(numbers(i, 3, 3, inner, outer), name="kernel%d" % i)
        bias = tf.Variable(numbers(10 + i, outer), name="bias%d" % i)
        net = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(net, kernel, [1, 1, 1, 1], "SAME"), bias))
        net = tf.nn.max_pool(net, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    flat = tf.reshape(net, [-1, 3 * 3 * 6])
    hidden = tf.nn.tanh(tf.matmul(flat, tf.Variable(numbers(20, 54, 16))) + tf.Variable(numbers(21, 16)))
    hidden = tf.nn.dropout(hidden, keep_prob=tf.placeholder_with_default(1.0, []), seed=1)
    logits = tf.nn.xw_plus_b(hidden, tf.Variable(numbers(22, 16, 5)), tf.Variable(numbers(23, 5)))
    tf.nn.softmax(logits, name="y")
    return {"x:0": numbers(30, 3, 12, 12, 1)}


def lstm(tf):
    """A recurrent net: a loop with Switch and Merge, TensorArrays and sequences of several lengths."""
    x = tf.placeholder(tf.float32, [None, 7, 3], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.LSTMCell(5, initializer=tf.constant_initializer(numbers(1, 8, 20)))
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
    tf.identity(tf.concat([outputs[:, -1], state.h, state.c], 1), name="y")
    return {"x:0": numbers(2, 4, 7, 3), "lengths:0": np.array([7, 2, 0, 5], np.int32)}


def inception(tf):
    """A block of parallel convolutions, each with a batch norm, and an average pool."""
    x = tf.placeholder(tf.float32, [2, 9, 9, 4], name="x")
    seeds = iter(range(100))

    def convolved(net, size, outer, stride=1):
        inner = int(net.shape[3])
        kernel = tf.Variable(numbers(next(seeds), size, size, inner, outer))
        net = tf.nn.conv2d(net, kernel, [1, stride, stride, 1], "SAME")
        scale, offset, mean = (tf.Variable(numbers(next(seeds), outer)) for _ in range(3))
        variance = tf.Variable(np.abs(numbers(next(seeds), outer)) + 0.5)
        net, _, _ = tf.nn.fused_batch_norm(net, scale, offset, mean, variance, is_training=False)
        return tf.nn.relu6(net)

    branches = [convolved(x, 1, 3), convolved(convolved(x, 1, 2), 3, 4), convolved(convolved(x, 1, 2), 5, 2)]
    branches.append(convolved(tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 1, 1, 1], "SAME"), 1, 3))
    net = convolved(tf.concat(branches, 3), 3, 6, stride=2)
    tf.reduce_mean(net, [1, 2], name="y")
    return {"x:0": numbers(40, 2, 9, 9, 4)}


def branches(tf):
    """Conds inside each other and inside a loop, and a loop inside a loop."""
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(1.5, name="w")
    big = tf.cond(x > 1.0, lambda: tf.cond(x > 2.0, lambda: w * x, lambda: w + x), lambda: x * x * w)

    def body(i, total):
        total = tf.cond(tf.equal(i % 2, 0), lambda: total * w, lambda: total + x)
        _, inner = tf.while_loop(lambda j, _: j < 2, lambda j, t: (j + 1, t * x), [0, total])
        return i + 1, inner

    _, total = tf.while_loop(lambda i, _: i < 3, body, [0, big])
    tf.identity(total, name="y")
    return {"x:0": np.float32(1.25)}


FROZEN = {"lenet": lenet, "lstm": lstm, "inception": inception}
ALL = {**FROZEN, "branches": branches}


def freeze(tf, build):
    """A net's frozen GraphDef, what it is fed, and what it gives."""
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        feeds = build(tf)
        sess.run(tf.global_variables_initializer())
        output = sess.run("y:0", feeds)
        frozen = tf.graph_util.convert_variables_to_constants(sess, graph.as_graph_def(), ["y"])
    return frozen, feeds, output


def run_frozen(tf, definition, feeds):
    """What a frozen GraphDef gives."""
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        tf.import_graph_def(definition, name="")
        return sess.run("y:0", feeds)


def write_checkpoint(tf, build, path):
    """Save a net as a checkpoint with its meta graph; gives the output and its gradients by the feeds of floats."""
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        feeds = build(tf)
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, path)
        return feeds, sess.run("y:0", feeds), gradients(tf, sess, feeds)


def read_checkpoint(tf, path, feeds):
    """The output and gradients of a net that comes from a meta graph."""
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        saver = tf.train.import_meta_graph(path + ".meta", clear_devices=True)
        saver.restore(sess, path)
        return sess.run("y:0", feeds), gradients(tf, sess, feeds)


def gradients(tf, sess, feeds):
    """The derivatives of the sum of `y` by `x` and by the first variable."""
    graph = sess.graph
    y, x = graph.get_tensor_by_name("y:0"), graph.get_tensor_by_name("x:0")
    found = tf.gradients(y, [x, tf.trainable_variables()[0]])
    return sess.run(found, feeds)


def write_saved_model(tf, folder, assets, as_text=False):
    """Two graphs in a saved model: one with a table that is read from an asset, and one that shares its variables."""
    words = os.path.join(assets, "words.txt")
    with open(words, "w") as file:
        file.write("zero\none\ntwo\n")
    builder = tf.saved_model.builder.SavedModelBuilder(folder)
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        path = tf.constant(words)
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, path)
        table = tf.contrib.lookup.index_table_from_file(path)
        word = tf.placeholder(tf.string, [None], name="word")
        with tf.device("/cpu:0"):
            weights = tf.Variable([[10.0, 1.0], [20.0, 2.0], [30.0, 3.0]], name="weights")
        y = tf.nn.embedding_lookup(weights, table.lookup(word), name="y")
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        predict = tf.saved_model.signature_def_utils.predict_signature_def({"word": word}, {"vector": y})
        key = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        builder.add_meta_graph_and_variables(
            sess, [tf.saved_model.tag_constants.SERVING], {key: predict},
            assets_collection=tf.get_collection(tf.GraphKeys.ASSET_FILEPATHS),
            main_op=tf.tables_initializer(), clear_devices=True,
        )  # fmt: skip
    with tf.Graph().as_default():
        weights = tf.Variable(tf.zeros([3, 2]), name="weights")
        tf.reduce_sum(weights, name="total")
        builder.add_meta_graph(["sum"])
    builder.save(as_text=as_text)
    os.unlink(words)


def read_saved_model(tf, folder):
    """What both graphs of the saved model give; the first through its signature, in a scope."""
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        meta = tf.saved_model.loader.load(sess, ["serve"], folder, import_scope="model")
        signature = meta.signature_def["serving_default"]
        found = tf.saved_model.utils.get_tensor_from_tensor_info
        y = found(signature.outputs["vector"], graph, "model")
        vectors = sess.run(y, {found(signature.inputs["word"], graph, "model"): ["two", "zero"]})
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
        tf.saved_model.loader.load(sess, ["sum"], folder)
        return vectors, sess.run("total:0")
