"""Convolutions of one and three axes, depthwise ones, those with holes, and the transposes of all."""

from __future__ import annotations

from .data import uniform


def _with_gradients(tf, outputs, inputs):
    """The outputs, and the gradients of the sum of their squares."""
    losses = [tf.reduce_sum(tf.square(y)) for y in outputs]
    return [*outputs, *tf.gradients(losses, inputs)]


def volumes(tf):
    x = tf.placeholder(tf.float32, [2, 4, 5, 3, 2], name="x")
    w = tf.constant(uniform(2, 3, 2, 2, 3, seed=1), name="w")
    outputs = [tf.nn.conv3d(x, w, [1, n, 1, n, 1], padding) for n in (1, 2) for padding in ("SAME", "VALID")]
    outputs.append(tf.nn.conv3d(x, filters=w, strides=[1, 1, 2, 1, 1], padding="SAME", name="named"))
    return [(_with_gradients(tf, outputs, [x, w]), {x: uniform(2, 4, 5, 3, 2)})]


def volumes_transposed(tf):
    x = tf.placeholder(tf.float32, [1, 2, 2, 3, 2], name="x")
    w = tf.constant(uniform(2, 2, 2, 3, 2, seed=1), name="w")
    y = tf.nn.conv3d_transpose(x, w, [1, 4, 4, 6, 3], [1, 2, 2, 2, 1])
    z = tf.nn.conv3d_transpose(x, w, tf.stack([tf.shape(x)[0], 3, 3, 4, 3]), 1, "VALID", name="valid")
    back = tf.nn.conv3d_backprop_filter_v2(y, tf.shape(w), x, [1, 2, 2, 2, 1], "SAME")
    outputs = _with_gradients(tf, [y, z, back], [x, w])
    tf.nn.conv3d(tf.placeholder(tf.float32), tf.placeholder(tf.float32), [1, 1, 1, 1, 1], "SAME")
    return [(outputs, {x: uniform(1, 2, 2, 3, 2)})]


def depthwise(tf):
    x = tf.placeholder(tf.float32, [2, 6, 5, 3], name="x")
    w = tf.constant(uniform(3, 2, 3, 2, seed=1), name="w")
    outputs = [tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], padding) for padding in ("SAME", "VALID")]
    outputs.append(tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME", name="strided"))
    outputs.append(tf.nn.depthwise_conv2d_native(x, w, [1, 2, 2, 1], "VALID"))
    outputs += [tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], p, rate=[2, 3]) for p in ("SAME", "VALID")]
    return [(_with_gradients(tf, outputs, [x, w]), {x: uniform(2, 6, 5, 3)})]


def depthwise_backwards(tf):
    x = tf.placeholder(tf.float32, [2, 6, 5, 3], name="x")
    w = tf.constant(uniform(3, 2, 3, 2, seed=1), name="w")
    y = tf.nn.depthwise_conv2d_native(x, w, [1, 1, 1, 1], "SAME")
    first = tf.gradients(tf.reduce_sum(tf.square(y)), [x, w])
    second = tf.gradients([tf.reduce_sum(tf.square(g)) for g in first], [x, w])
    direct = tf.nn.depthwise_conv2d_backprop_input([2, 6, 5, 3], w, y, [1, 1, 1, 1], "SAME")
    filters = tf.nn.depthwise_conv2d_backprop_filter(x, [3, 2, 3, 2], y, [1, 1, 1, 1], "SAME", name="filters")
    return [([*second, direct, filters], {x: uniform(2, 6, 5, 3)})]


def separable(tf):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], name="x")
    deep = tf.get_variable("deep", initializer=uniform(3, 2, 3, 2, seed=1))
    flat = tf.get_variable("flat", initializer=uniform(1, 1, 6, 4, seed=2))
    outputs = [
        tf.nn.separable_conv2d(x, deep, flat, [1, 1, 1, 1], "SAME"),
        tf.nn.separable_conv2d(x, deep, flat, [1, 2, 2, 1], "VALID", name="strided"),
        tf.nn.separable_conv2d(x, deep, flat, [1, 1, 1, 1], "VALID", rate=[2, 2]),
    ]
    fetches = _with_gradients(tf, outputs, [x, deep, flat])
    return [(tf.global_variables_initializer(), None), (fetches, {x: uniform(2, 6, 5, 3)})]


def one_axis(tf):
    x = tf.placeholder(tf.float32, [2, 7, 3], name="x")
    w = tf.constant(uniform(3, 3, 4, seed=1), name="w")
    outputs = [tf.nn.conv1d(x, w, stride, padding) for stride in (1, 2) for padding in ("SAME", "VALID")]
    outputs.append(tf.nn.conv1d(value=x, filters=w, stride=1, padding="VALID", name="named"))
    outputs.append(tf.nn.conv1d(input=x, filters=w, stride=[1, 2, 1], padding="SAME", data_format="NWC"))
    back = tf.constant(uniform(3, 2, 3, seed=2), name="back")
    outputs.append(tf.nn.conv1d_transpose(x, back, [2, 14, 2], 2))
    outputs.append(tf.nn.conv1d_transpose(x, back, tf.stack([2, 9, 2]), 1, "VALID", name="valid"))
    return [(_with_gradients(tf, outputs, [x, w, back]), {x: uniform(2, 7, 3)})]


def any_number_of_axes(tf):
    x1 = tf.placeholder(tf.float32, [2, 7, 3], name="x1")
    x2 = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x2")
    x3 = tf.placeholder(tf.float32, [1, 4, 3, 5, 3], name="x3")
    w1, w2 = tf.constant(uniform(3, 3, 4, seed=1)), tf.constant(uniform(3, 2, 3, 4, seed=2))
    w3 = tf.constant(uniform(2, 2, 2, 3, 2, seed=3))
    outputs = []
    for x, w, rate in ((x1, w1, [2]), (x2, w2, [2, 3]), (x3, w3, [1, 2, 1])):
        for padding in ("SAME", "VALID"):
            outputs.append(tf.nn.convolution(x, w, padding))
            outputs.append(tf.nn.convolution(x, w, padding, dilation_rate=rate))
        outputs.append(tf.nn.convolution(x, w, "SAME", strides=2, name="strided"))
    fetches = _with_gradients(tf, outputs, [x1, x2, x3, w1, w2, w3])
    return [(fetches, {x1: uniform(2, 7, 3), x2: uniform(2, 7, 6, 3), x3: uniform(1, 4, 3, 5, 3)})]


def holes(tf):
    x = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x")
    w = tf.constant(uniform(3, 2, 3, 4, seed=1), name="w")
    outputs = [tf.nn.atrous_conv2d(x, w, rate, p) for rate in (1, 2, 3) for p in ("SAME", "VALID")]
    back = tf.constant(uniform(3, 2, 4, 3, seed=2), name="back")
    outputs.append(tf.nn.atrous_conv2d_transpose(x, back, [2, 7, 6, 4], 2, "SAME"))
    outputs.append(tf.nn.atrous_conv2d_transpose(x, back, (2, 11, 8, 4), 2, "VALID"))
    outputs.append(tf.nn.atrous_conv2d_transpose(x, back, [2, 7, 6, 4], 1, "SAME", name="plain"))
    outputs.append(tf.nn.atrous_conv2d_transpose(x, back, tf.constant([2, 7, 6, 4]), 2, "SAME", name="tensor"))
    return [(_with_gradients(tf, outputs, [x, w, back]), {x: uniform(2, 7, 6, 3)})]


def holes_in_unknown_shapes(tf):
    x = tf.placeholder(tf.float32, [None, None, None, 3], name="x")
    w = tf.placeholder(tf.float32, [3, 3, 3, 2], name="w")
    deep = tf.placeholder(tf.float32, [3, 2, 3, 1], name="deep")
    outputs = [
        tf.nn.atrous_conv2d(x, w, 2, "SAME"),
        tf.nn.convolution(x, w, "VALID", dilation_rate=[1, 2]),
        tf.nn.depthwise_conv2d(x, deep, [1, 1, 1, 1], "SAME", rate=[2, 2]),
    ]
    feed = {x: uniform(1, 6, 7, 3), w: uniform(3, 3, 3, 2, seed=1), deep: uniform(3, 2, 3, 1, seed=2)}
    return [(outputs, feed)]


def transposes_of_any_number_of_axes(tf):
    x1, x2 = tf.constant(uniform(2, 3, 2)), tf.constant(uniform(2, 3, 3, 2))
    w1, w2 = tf.constant(uniform(2, 3, 2, seed=1)), tf.constant(uniform(2, 2, 3, 2, seed=2))
    outputs = [
        tf.nn.conv_transpose(x1, w1, [2, 6, 3], 2),
        tf.nn.conv_transpose(x2, w2, [2, 6, 6, 3], [2, 2], name="two"),
        tf.nn.conv_transpose(x2, w2, tf.constant([2, 4, 4, 3]), 1, padding="VALID"),
    ]
    return [(outputs, None)]


def volume_pooling(tf):
    x = tf.placeholder(tf.float32, [2, 4, 5, 3, 2], name="x")
    outputs = []
    for pool in (tf.nn.max_pool3d, tf.nn.avg_pool3d):
        for padding in ("SAME", "VALID"):
            outputs.append(pool(x, 2, 2, padding))
            outputs.append(pool(x, ksize=[1, 3, 2, 2, 1], strides=[1, 1, 2, 1, 1], padding=padding, name="named"))
    tf.nn.max_pool3d(tf.placeholder(tf.float32), 2, 1, "SAME")
    first = tf.gradients([tf.reduce_sum(tf.square(y)) for y in outputs], x)[0]
    return [([*outputs, first, tf.gradients(tf.reduce_sum(first), x)[0]], {x: uniform(2, 4, 5, 3, 2)})]


def places_of_maxima(tf):
    x = tf.placeholder(tf.float32, [2, 4, 5, 3], name="x")
    y, argmax = tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    z, places = tf.nn.max_pool_with_argmax(
        x, [1, 3, 2, 1], [1, 1, 2, 1], "SAME", output_dtype=tf.int64, include_batch_in_index=True, name="named"
    )
    fetches = [y, argmax, z, places, *tf.gradients([tf.square(y), z], x)]
    return [(fetches, {x: uniform(2, 4, 5, 3)})]


def pooling_of_any_number_of_axes(tf):
    x1 = tf.placeholder(tf.float32, [2, 7, 3], name="x1")
    x2 = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x2")
    x3 = tf.placeholder(tf.float32, [1, 4, 3, 5, 3], name="x3")
    outputs = [
        tf.nn.max_pool1d(x1, 2, 2, "SAME"),
        tf.nn.max_pool1d(x1, [3], [1], "VALID", name="named"),
        tf.nn.avg_pool1d(x1, 2, 2, "SAME"),
    ]
    for x, window in ((x1, [2]), (x2, [2, 3]), (x3, [2, 2, 2])):
        for kind in ("MAX", "AVG"):
            outputs.append(tf.nn.pool(x, window, kind, "SAME"))
            outputs.append(tf.nn.pool(x, window, kind, "VALID", strides=window, name="strided"))
            outputs.append(tf.nn.pool(x, window, kind, "VALID", dilation_rate=[2] * (len(window) - 1) + [1]))
    fetches = _with_gradients(tf, outputs, [x1, x2, x3])
    return [(fetches, {x1: uniform(2, 7, 3), x2: uniform(2, 7, 6, 3), x3: uniform(1, 4, 3, 5, 3)})]
