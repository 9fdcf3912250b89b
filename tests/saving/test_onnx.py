"""Graphs in ONNX give what a session gives, by ONNX's own reference evaluator."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from tests.golden import interchange

onnx = pytest.importorskip("onnx")
from onnx.reference import ReferenceEvaluator  # noqa: E402  # (only if it is installed)

IMAGES = interchange.numbers(1, 2, 6, 6, 4)
MATRIX = interchange.numbers(2, 3, 4)
WHOLE = np.array([[-7, 5, 3], [2, -3, 0]], np.int32)


def conv(x, **options):
    return tf.nn.conv2d(
        x, interchange.numbers(3, 3, 3, 4, 5), **{"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    )


def deconv(x, size, stride, padding):
    kernel = interchange.numbers(5, 3, 3, 5, 4)
    return tf.nn.conv2d_transpose(x, kernel, [2, size, size, 5], [1, stride, stride, 1], padding)


CASES = {
    # images
    "conv": (IMAGES, conv),
    "conv_strides": (IMAGES, lambda x: conv(x, strides=[1, 2, 2, 1], padding="VALID")),
    "conv_same_strides": (IMAGES, lambda x: conv(x, strides=[1, 2, 2, 1])),
    "conv_dilated": (IMAGES, lambda x: conv(x, dilations=[1, 2, 2, 1])),
    "conv_explicit": (IMAGES, lambda x: conv(x, padding=[[0, 0], [1, 2], [0, 1], [0, 0]])),
    "conv3d": (IMAGES[..., None], lambda x: tf.nn.conv3d(x, interchange.numbers(4, 2, 2, 2, 1, 3), [1] * 5, "SAME")),
    "conv1d": (IMAGES[0], lambda x: tf.nn.conv1d(x, interchange.numbers(4, 3, 4, 2), 2, "SAME")),
    "depthwise": (IMAGES, lambda x: tf.nn.depthwise_conv2d(x, interchange.numbers(5, 3, 3, 4, 2), [1] * 4, "SAME")),
    "separable": (IMAGES, lambda x: tf.nn.separable_conv2d(
        x, interchange.numbers(5, 3, 3, 4, 2), interchange.numbers(6, 1, 1, 8, 3), [1, 1, 1, 1], "VALID")),
    "deconv": (IMAGES, lambda x: deconv(x, 12, 2, "SAME")),
    "deconv_odd": (IMAGES, lambda x: deconv(x, 11, 2, "SAME")),
    "deconv_valid": (IMAGES, lambda x: deconv(x, 13, 2, "VALID")),
    "deconv_valid_longer": (IMAGES, lambda x: deconv(x, 14, 2, "VALID")),
    "max_pool": (IMAGES, lambda x: tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "VALID")),
    "max_pool_same": (IMAGES, lambda x: tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME")),
    "avg_pool_same": (IMAGES, lambda x: tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 1, 1, 1], "SAME")),
    "batch_norm": (IMAGES, tf.layers.batch_normalization),
    "bias": (IMAGES, lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0])),
    "lrn": (IMAGES, lambda x: tf.nn.lrn(tf.concat([x, x], 0), 1, 2.0, 0.5, 0.75)),
    "depth_to_space": (IMAGES, lambda x: tf.depth_to_space(x, 2)),
    "space_to_depth": (IMAGES, lambda x: tf.space_to_depth(x, 3)),
    "nearest": (IMAGES, lambda x: tf.image.resize_nearest_neighbor(x, [12, 9])),
    "bilinear": (IMAGES, lambda x: tf.image.resize_bilinear(x, [9, 12])),
    "bilinear_corners": (IMAGES, lambda x: tf.image.resize_bilinear(x, [9, 12], align_corners=True)),
    "pad": (IMAGES, lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=3.0)),
    "pad_reflect": (IMAGES, lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], "REFLECT")),
    "global_mean": (IMAGES, lambda x: tf.reduce_mean(x, [1, 2], keepdims=True)),
    # entries
    **{name: (MATRIX, getattr(tf, name)) for name in (
        "abs", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor", "negative", "ones_like",
        "reciprocal", "round", "sigmoid", "sign", "sin", "sinh", "square", "tan", "tanh", "zeros_like", "identity",
    )},
    **{name: (MATRIX * 5, getattr(tf.nn, name)) for name in (
        "elu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "softmax", "softplus", "softsign", "l2_loss",
    )},
    **{name: (np.abs(MATRIX) + 0.5, getattr(tf, name)) for name in ("log", "log1p", "rsqrt", "sqrt")},
    "floor_mod": (MATRIX, lambda x: tf.floormod(x, -0.3)),
    "floor_div": (MATRIX, lambda x: x // 0.3),
    "whole_mod": (WHOLE, lambda x: x % -4),
    "whole_div": (WHOLE, lambda x: x // 4),
    "truncating_div": (WHOLE, lambda x: tf.div(x, 4)),
    "whole_true_div": (WHOLE, lambda x: x / 4),
    "compare": (MATRIX, lambda x: tf.logical_or(tf.logical_and(x > 0.1, x <= 0.5), tf.not_equal(x, x[:, :1]))),
    "minimum": (MATRIX, lambda x: tf.minimum(tf.maximum(x, -0.2), x[0])),
    "power": (MATRIX, lambda x: x ** 2.0),
    "where": (MATRIX, lambda x: tf.where(x > 0, x, -x)),
    "where_rows": (MATRIX, lambda x: tf.where(x[:, 0] > 0, x, -x)),
    "where_indices": (MATRIX, lambda x: tf.where(x > 0)),
    "cast": (MATRIX * 9, lambda x: tf.cast(tf.cast(x, tf.int32), tf.float64)),
    "add_n": (MATRIX, lambda x: tf.add_n([x, x, -x])),
    "clip": (MATRIX, lambda x: tf.clip_by_value(x, -0.5, 0.5)),
    # along axes
    "sum": (IMAGES, lambda x: tf.reduce_sum(x, [1, -1])),
    "sum_all": (IMAGES, tf.reduce_sum),
    "sum_none": (MATRIX, lambda x: tf.reduce_sum(x, [])),
    "max": (IMAGES, lambda x: tf.reduce_max(x, 2)),
    "min": (IMAGES, lambda x: tf.reduce_min(x, 2, keepdims=True)),
    "prod": (MATRIX, lambda x: tf.reduce_prod(x, 0)),
    "all": (MATRIX, lambda x: tf.reduce_all(x > -0.5, 1)),
    "any": (MATRIX, lambda x: tf.reduce_any(x > 0.5, 0)),
    "argmax": (MATRIX, lambda x: tf.argmax(x, 1)),
    "argmin": (MATRIX, lambda x: tf.argmin(x, 0, output_type=tf.int32)),
    "top_k": (MATRIX, lambda x: tf.nn.top_k(x, 2).indices),
    "cumsum": (MATRIX, lambda x: tf.cumsum(x, 1, exclusive=True, reverse=True)),
    "moments": (MATRIX, lambda x: tf.nn.moments(x, [0])[1]),
    "l2_normalize": (MATRIX, lambda x: tf.nn.l2_normalize(x, 1)),
    # products
    "matmul": (MATRIX, lambda x: tf.matmul(x, x, transpose_b=True)),
    "matmul_first": (MATRIX, lambda x: tf.matmul(x, x, transpose_a=True)),
    "batch_matmul": (IMAGES, lambda x: tf.matmul(x, x, transpose_a=True)),
    "dense": (MATRIX, lambda x: tf.layers.dense(x, 3, tf.nn.tanh, bias_initializer=tf.ones_initializer())),
    # arrangement
    "reshape": (IMAGES, lambda x: tf.reshape(x, [-1, tf.shape(x)[1] * 2])),
    "flatten": (IMAGES, tf.layers.flatten),
    "expand": (MATRIX, lambda x: tf.expand_dims(x, -1)),
    "squeeze": (MATRIX[:1], tf.squeeze),
    "squeeze_axis": (MATRIX[:1], lambda x: tf.squeeze(x, [0])),
    "transpose": (IMAGES, lambda x: tf.transpose(x, [3, 1, 0, 2])),
    "fill": (MATRIX, lambda x: tf.fill(tf.shape(x)[:1], 7.0) + x[0, 0]),
    "broadcast": (MATRIX, lambda x: tf.broadcast_to(x, [2, 3, 4])),
    "tile": (MATRIX, lambda x: tf.tile(x, [2, 1])),
    "range": (MATRIX, lambda x: tf.range(tf.shape(x)[0])),
    "size": (MATRIX, lambda x: tf.size(x) + tf.rank(x)),
    "concat": (MATRIX, lambda x: tf.concat([x, -x], -1)),
    "stack": (MATRIX, lambda x: tf.stack([x, -x], 1)),
    "unstack": (MATRIX, lambda x: tf.unstack(x, axis=1)[2]),
    "split": (MATRIX, lambda x: tf.split(x, 2, 1)[1]),
    "split_sizes": (MATRIX, lambda x: tf.split(x, [1, -1, 1], 1)[1]),
    "slice": (MATRIX, lambda x: tf.slice(x, [1, 0], [-1, 3])),
    "slice_at_run_time": (MATRIX, lambda x: tf.slice(x, tf.stack([tf.rank(x) - 1, 0]), [2, 3])),
    "gather": (MATRIX, lambda x: tf.gather(x, [3, 0], axis=1)),
    "gather_nd": (MATRIX, lambda x: tf.gather_nd(x, [[2, 1], [0, 3]])),
    "lookup": (WHOLE % 3, lambda x: tf.nn.embedding_lookup(tf.constant(MATRIX), x)),
    "one_hot": (WHOLE, lambda x: tf.one_hot(x, 6, 2.0, -1.0)),
    "one_hot_in_front": (WHOLE, lambda x: tf.one_hot(x, 6, axis=0)),
    "reverse": (IMAGES, lambda x: tf.reverse(x, [1, -1])),
    "part": (IMAGES, lambda x: x[:, 1:-1, ::2, -1]),
    "part_backwards": (IMAGES, lambda x: x[1, ::-1, 4:1:-2]),
    "part_new_axes": (IMAGES, lambda x: x[tf.newaxis, 0, ..., tf.newaxis, 1:3]),
    "part_of_the_end": (IMAGES, lambda x: x[..., -2, tf.newaxis]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_ops_give_the_same(name):
    value, build = CASES[name]
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.as_dtype(value.dtype), value.shape, name="x")
        y = build(x)
        sess.run(tf.global_variables_initializer())
        expected = sess.run(y, {x: value})
        has_variables = bool(tf.global_variables())
        model = tf.interop.to_onnx(graph, [y], session=sess if has_variables else None)
    found = evaluate(model, {"x:0": value})
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, 2e-6, 2e-6)


def evaluate(model, feeds):
    """What a model gives, after ONNX's own checks."""
    onnx.checker.check_model(model, full_check=True)
    used = {item.name for item in model.graph.input}
    (found,) = ReferenceEvaluator(model).run(None, {name: value for name, value in feeds.items() if name in used})
    return found


@pytest.mark.parametrize("opset", [18, 21])
@pytest.mark.parametrize("name", ["inception", "lenet"])
def test_whole_nets_give_the_same(name, opset):
    frozen, feeds, output = interchange.freeze(tf, interchange.FROZEN[name])
    model = tf.interop.to_onnx(frozen, ["y"], opset=opset)
    assert model.opset_import[0].version == opset
    np.testing.assert_allclose(evaluate(model, feeds), output, 2e-6, 2e-6)


def test_batches_of_any_size():
    frozen, feeds, _ = interchange.freeze(tf, interchange.lenet)
    model = tf.interop.to_onnx(frozen, ["y"])
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    few = {"x:0": feeds["x:0"][:1]}
    np.testing.assert_allclose(evaluate(model, few), interchange.run_frozen(tf, frozen, few), 2e-6, 2e-6)


def test_images_are_not_turned_back_and_forth():
    x = tf.placeholder(tf.float32, [2, 6, 6, 4])
    y = tf.nn.max_pool(conv(x), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    kinds = [node.op_type for node in tf.interop.to_onnx(y.graph, [y]).graph.node]
    assert kinds == ["Transpose", "Conv", "MaxPool", "Transpose", "Identity"]


def test_all_that_cannot_be_written_is_named():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [3, 3], name="x")
        y = tf.matrix_inverse(x, name="first") + tf.matrix_inverse(x, name="second") + tf.gather(x, [0], batch_dims=0)
        with pytest.raises(tf.errors.UnimplementedError, match="cannot be written in ONNX: MatrixInverse") as caught:
            tf.interop.to_onnx(graph, [y])
        assert "first, second" in str(caught.value)
        w = tf.get_variable("w", [2])
        with pytest.raises(tf.errors.UnimplementedError, match="Pass `session`"):
            tf.interop.to_onnx(graph, [w * 2.0])
        with pytest.raises(KeyError, match="nothing"):
            tf.interop.to_onnx(graph, ["nothing"])
        with pytest.raises(ValueError, match="opset must be between 18"):
            tf.interop.to_onnx(graph, [x], opset=9)


def test_training_and_symmetric_pads_are_refused():
    x = tf.placeholder(tf.float32, [2, 6, 6, 4])
    trained = tf.nn.fused_batch_norm(x, tf.ones([4]), tf.zeros([4]))[0]
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
    for tensor, why in ((trained, "for training"), (padded, "symmetric")):
        with pytest.raises(tf.errors.UnimplementedError, match=why):
            tf.interop.to_onnx(tensor.graph, [tensor])
