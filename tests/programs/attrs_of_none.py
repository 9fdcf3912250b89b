"""None for an attribute of an op: what the op's type has as its default."""

from __future__ import annotations


def convolutions(tf):
    x, f = tf.ones([1, 4, 4, 1], name="x"), tf.ones([2, 2, 1, 1], name="f")
    by, side = [1, 1, 1, 1], "SAME"
    none = {"use_cudnn_on_gpu": None, "data_format": None, "dilations": None}
    ops = [
        tf.nn.conv2d(x, f, by, side, **none),
        tf.nn.conv2d_backprop_input([1, 4, 4, 1], f, x, by, side, **none),
        tf.nn.conv2d_backprop_filter(x, [2, 2, 1, 1], x, by, side, **none),
        tf.nn.conv1d(tf.ones([1, 4, 1]), tf.ones([2, 1, 1]), 1, side, use_cudnn_on_gpu=None, data_format=None),
        tf.nn.depthwise_conv2d(x, f, by, side, rate=None, data_format=None),
    ]
    cube, filters = tf.ones([1, 2, 2, 2, 1]), tf.ones([2, 2, 2, 1, 1])
    ops.append(tf.nn.conv3d(cube, filters, [1] * 5, side, data_format=None, dilations=None))
    return [(ops, None)]


def of_other_ops(tf):
    x = tf.ones([1, 4, 4, 1], name="x")
    ops = [
        tf.nn.lrn(x, None, None, None, None),
        tf.nn.fused_batch_norm(x, [1.0], [0.0], data_format=None, is_training=None)[0],
        tf.image.resize_bilinear(x, [2, 2], align_corners=None),
        tf.space_to_depth(x, 2, data_format=None),
        tf.depth_to_space(tf.ones([1, 2, 2, 4]), 2, data_format=None),
        tf.nn.ctc_greedy_decoder(tf.ones([2, 1, 3]), [2], merge_repeated=None)[1],
        tf.fake_quant_with_min_max_args(x, narrow_range=None),
    ]
    return [(ops, None)]
