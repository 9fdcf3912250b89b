"""tf.TensorArray by itself: writes and reads, pieces and rows, gradients through them."""

from __future__ import annotations

import numpy as np


def write_and_stack(tf):
    array = tf.TensorArray(tf.float32, size=3)
    for i in range(3):
        array = array.write(i, tf.fill([2], float(i)))
    return [(array.stack(), None), ([array.size(), array.flow], None)]


def unstack_and_read(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    array = tf.TensorArray(tf.float32, tf.shape(x)[0], clear_after_read=False, name="rows").unstack(x, name="fill")
    i = tf.placeholder(tf.int32, [], name="i")
    row = array.read(i, name="row")
    feed = {x: [[1.0, 2.0], [3.0, 4.0]], i: 1}
    return [([row, array.stack()], feed), ([row, row + array.read(0)], feed)]


def scatter_and_gather(tf):
    array = tf.TensorArray(tf.int64, size=1, dynamic_size=True, clear_after_read=False, element_shape=[2])
    array = array.scatter([3, 1], np.array([[1, 2], [3, 4]]))
    return [([array.gather([1, 3, 1]), array.size(), array.read(0), array.stack()], None)]


def split_and_concat(tf):
    x = tf.placeholder(tf.float32, [6, 2], name="x")
    pieces = tf.TensorArray(tf.float32, size=3, infer_shape=False).split(x, [1, 0, 5])
    again = tf.TensorArray(tf.float32, size=2, infer_shape=False)
    again = again.write(0, tf.ones([1, 2])).write(1, pieces.read(2))
    even = tf.TensorArray(tf.float32, size=3).split(x, [2, 2, 2], name="even")
    feed = {x: np.arange(12.0).reshape(6, 2)}
    return [([again.concat(), even.concat()], feed), (pieces.concat(), feed)]


def strings_and_bools(tf):
    words = tf.TensorArray(tf.string, size=2).write(1, "b").write(0, tf.constant("a"))
    flags = tf.TensorArray(tf.bool, size=3, element_shape=[]).write(1, True)
    return [([words.stack(), flags.stack()], None)]


def shapes_and_names(tf):
    """What is known of the shapes; how ops are called and where they stand."""
    with tf.device("/cpu:0"):
        x = tf.placeholder(tf.float32, [None, 3], name="x")
    with tf.name_scope("outer"):
        array = tf.TensorArray(tf.float32, size=2, element_shape=[None, None], tensor_array_name="mine", name="array")
        array = array.write(0, x, name="first").write(1, x + 1.0)
        array.stack(name="stacked")
        array.concat(name="chained")
        array.gather([0], name="gathered")
    fixed = tf.TensorArray(tf.float16, size=2, colocate_with_first_write_call=False)
    with tf.control_dependencies([array.flow]):
        fixed = fixed.identity().unstack(tf.zeros([2, 4], tf.float16))
    fixed.read(1)
    fixed.close(name="closed")


def gradient(tf):
    x = tf.constant([1.0, 2.0, 3.0], name="x")
    array = tf.TensorArray(tf.float32, size=2).write(0, x * x).write(1, 2.0 * x)
    y = array.read(0) * array.read(1)
    return [([y, tf.gradients(y, x)[0]], None)]


def gradient_of_several_reads(tf):
    """The gradients of two reads of one entry add up."""
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    array = tf.TensorArray(tf.float32, size=2, clear_after_read=False).unstack(tf.square(x))
    y = array.read(0) + 3.0 * array.read(0) + tf.reduce_sum(array.stack(), 0) + array.gather([1])[0]
    return [(tf.gradients(y, x), {x: [[1.0, 2.0], [3.0, 4.0]]})]


def gradient_of_pieces(tf):
    x = tf.placeholder(tf.float32, [5], name="x")
    array = tf.TensorArray(tf.float32, size=3, infer_shape=False).split(x, [1, 2, 2])
    y = tf.square(array.concat())
    return [(tf.gradients(y, x, grad_ys=tf.range(5.0)), {x: [1.0, 2.0, 3.0, 4.0, 5.0]})]


def gradient_of_what_is_not_read(tf):
    x = tf.constant([1.0, 2.0], name="x")
    z = tf.constant([3.0, 4.0], name="z")
    array = tf.TensorArray(tf.float32, size=2).write(0, x).write(1, z)
    return [(tf.gradients(array.read(0), [x, z]), None)]


def two_gradients(tf):
    """Each call of tf.gradients has its own array of gradients."""
    x = tf.constant([1.0, 2.0], name="x")
    array = tf.TensorArray(tf.float32, size=2, clear_after_read=False).unstack(x)
    first = tf.gradients(array.read(0) * 2.0, x)
    second = tf.gradients([array.stack(), array.read(1)], x, name="gradients_of_more")
    return [([first, second], None)]


def gradient_array_by_hand(tf):
    array = tf.TensorArray(tf.float32, size=3, dynamic_size=True).write(0, [1.0, 2.0]).write(1, [3.0, 4.0])
    grads = array.grad("mine").write(0, [1.0, 1.0]).write(0, [2.0, 3.0])
    return [([grads.read(0), grads.read(1), grads.size(), array.size()], None)]


def in_branches(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.constant(3.0, name="x")
    array = tf.TensorArray(tf.float32, size=2, element_shape=[])
    array = tf.cond(pred, lambda: array.write(0, x * x), lambda: array.write(1, x))
    y = array.stack()
    inside = tf.cond(pred, lambda: tf.TensorArray(tf.float32, 1).write(0, x).read(0), lambda: -x)
    fetches = [y, inside, tf.gradients(y, x)]
    return [(fetches, {pred: True}), (fetches, {pred: False})]


def variable_rows(tf):
    """An array keeps what a variable was when it was written."""
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
    array = tf.TensorArray(tf.float32, size=2).unstack(v)
    with tf.control_dependencies([array.flow]):
        change = tf.assign(v, [[5.0, 6.0], [7.0, 8.0]])
    with tf.control_dependencies([change]):
        late = array.identity().stack()
    return [(tf.global_variables_initializer(), None), (late, None), (v, None)]


def training(tf):
    w = tf.Variable([1.0, 2.0], name="w")
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    array = tf.TensorArray(tf.float32, size=3)
    rows = tf.TensorArray(tf.float32, size=3).unstack(x)
    for i in range(3):
        array = array.write(i, tf.reduce_sum(rows.read(i) * w))
    loss = tf.reduce_mean(tf.square(array.stack() - 1.0))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    return [(tf.global_variables_initializer(), None), (train, None), ([loss, w], None), (train, None), (loss, None)]


def shapes_of_rows(tf):
    """What is known of gathered rows, by what is known of the elements and of the indices."""
    indices = [tf.placeholder(tf.int32, shape) for shape in ([2], [None], None)]
    for element_shape in (None, [3], [None, 3], []):
        for infer_shape in (True, False):
            array = tf.TensorArray(tf.float32, 4, element_shape=element_shape, infer_shape=infer_shape)
            wrapped = tf.TensorArray(tf.float32, handle=array.handle, flow=array.flow)
            for view in (array, wrapped, array.grad("mine"), wrapped.grad("other")):
                for where in indices:
                    view.gather(where)
                view.read(0)
                view.concat()
