"""The networks of tf.contrib.slim.nets, as lines of nodes (runs under Python 3.7 as well)."""

from __future__ import annotations

import hashlib

NETS = {
    "vgg_a": lambda nets, images: nets.vgg.vgg_a(images(224), 10),
    "vgg_19": lambda nets, images: nets.vgg.vgg_19(images(None), 10, is_training=False, spatial_squeeze=False),
    "alexnet_v2": lambda nets, images: nets.alexnet.alexnet_v2(images(224), 10),
    "overfeat": lambda nets, images: nets.overfeat.overfeat(images(231), 10),
    "resnet_v1_50": lambda nets, images: nets.resnet_v1.resnet_v1_50(images(224), 10),
    "resnet_v1_dense": lambda nets, images: nets.resnet_v1.resnet_v1_50(
        images(None), is_training=False, global_pool=False, output_stride=8
    ),
    "resnet_v2_50": lambda nets, images: nets.resnet_v2.resnet_v2_50(images(224), 10),
    "inception_v1": lambda nets, images: nets.inception.inception_v1(images(224), 10),
    "inception_v2": lambda nets, images: nets.inception.inception_v2(images(224), 10, depth_multiplier=0.5),
    "inception_v3": lambda nets, images: nets.inception.inception_v3(images(299), 10),
    "inception_v3_base": lambda nets, images: nets.inception.inception_v3_base(images(None), "Mixed_6a"),
}

SCOPES = {
    "vgg": lambda nets: nets.vgg.vgg_arg_scope(),
    "alexnet": lambda nets: nets.alexnet.alexnet_v2_arg_scope(),
    "overfeat": lambda nets: nets.overfeat.overfeat_arg_scope(),
    "resnet": lambda nets: nets.resnet_v1.resnet_arg_scope(weight_decay=0.001),
    "inception": lambda nets: nets.inception.inception_v3_arg_scope(),
}

CHUNK = 100
"""How many lines have a digest of their own."""


def lines_of(tf, nets, name):
    """A line for each node of a network, and one each for its ends, its variables and its updates."""

    def images(size):
        return tf.placeholder(tf.float32, [None, size, size, 3], name="images")

    with tf.Graph().as_default() as graph:
        with tf.contrib.slim.arg_scope(SCOPES[name.partition("_")[0]](nets)):
            net, ends = NETS[name](nets, images)
        lines = [_line(op) for op in graph.get_operations()]
        lines.append("%s of %s" % (net.name, sorted(ends)))
        for key in ("variables", "trainable_variables", "model_variables", "update_ops", "regularization_losses"):
            lines.append("%s: %s" % (key, [item.name for item in graph.get_collection(key)]))  # noqa: PERF401
    return lines


def _line(op):
    inputs = ",".join(tensor.name for tensor in op.inputs)
    shapes = ",".join(str(tensor.shape) for tensor in op.outputs)
    return "%s %s <- %s : %s" % (op.type, op.name, inputs, shapes)


def digests(lines):
    """A short digest of every hundred lines."""
    chunks = ["\n".join(lines[i : i + CHUNK]) for i in range(0, len(lines), CHUNK)]
    return [hashlib.sha256(chunk.encode()).hexdigest()[:12] for chunk in chunks]
