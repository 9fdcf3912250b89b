"""TensorFlow's tools on graphs and checkpoints: run by TensorFlow 1.15.5 for golden data, by flowgraph in tests."""

from __future__ import annotations

import contextlib
import io
import os

import numpy as np


def network(tf, kind):
    """A frozen net: convolution, batch normalization, padding, resizing."""
    x = tf.placeholder(tf.float32, [1, 6, 6, 2], name="x")
    numbers = np.random.RandomState(0)

    def constant(shape, name, low=-1.0):
        return tf.constant(numbers.uniform(low, 1.0, shape).astype(np.float32), name=name)

    y = tf.identity(x, name="same")
    if kind == "deep":
        y = tf.nn.depthwise_conv2d_native(y, constant([3, 3, 2, 2], "w"), [1, 1, 1, 1], "SAME", name="conv")
    else:
        if kind == "resized":
            y = tf.image.resize_bilinear(y, [8, 8], name="resize")
        if kind == "padded":
            y = tf.pad(y, [[0, 0], [2, 2], [1, 1], [0, 0]], mode="REFLECT", name="pad")
        y = tf.nn.conv2d(y, constant([3, 3, 2, 4], "w"), [1, 1, 1, 1], "VALID", name="conv")
    parts = [constant([4], name, 0.1) for name in ("gamma", "beta", "mean", "variance")]
    y = tf.nn.fused_batch_norm(y, *parts, epsilon=0.01, is_training=False, name="norm")[0]
    if kind == "deep":
        y = tf.nn.conv2d(tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="SYMMETRIC", name="pad"),
                         constant([3, 3, 4, 2], "w2"), [1, 2, 2, 1], "VALID", name="conv2")  # fmt: skip
    tf.nn.relu(y, name="out")
    tf.identity(x, name="unused")
    return tf.get_default_graph().as_graph_def()


KINDS = ["plain", "padded", "resized", "deep"]


def told(graph_def, array_of):
    """A GraphDef as lists, constants as numbers."""
    found = []
    for node in graph_def.node:
        attrs = {
            name: str(value)
            for name, value in node.attr.items()
            if name
            not in (
                "value",
                "_output_shapes",
                "explicit_paddings",
                "dilations",
                "data_format",
                "half_pixel_centers",
                "use_cudnn_on_gpu",
                "U",
                "is_training",
                "epsilon",
            )
        }
        value = array_of(node.attr["value"].tensor).tolist() if node.op == "Const" else None
        found.append([node.op, node.name, list(node.input), attrs, value])
    return found


def printed(action):
    """What a call prints."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        action()
    return stream.getvalue()


def inspected(tf, inspect, path):
    """What print_tensors_in_checkpoint_file prints of a checkpoint, asked in all ways."""
    show = inspect.print_tensors_in_checkpoint_file
    calls = [
        lambda: show(path, None, True),
        lambda: show(path, "", False),
        lambda: show(file_name=path, tensor_name="dense/bias", all_tensors=False),
        lambda: show(path, None, False, all_tensor_names=True),
        lambda: show(path, None, False, True, count_exclude_pattern="bias"),
        lambda: show(path, "nothing", False),
        lambda: show(path + "-no", "", True),
        lambda: show(path + ".index", "", True),
    ]
    return [printed(call).replace(os.path.dirname(path), "FOLDER") for call in calls]


def complaints(tf, strip, inference):
    """What the tools refuse, and how."""
    lines = []

    def tell(action):
        try:
            action()
        except Exception as error:  # noqa: BLE001
            lines.append([type(error).__name__, [str(word) for word in error.args]])

    graph = network(tf, "plain")
    tell(lambda: strip.strip_unused(graph, ["x:0"], ["out"], 1))
    tell(lambda: strip.strip_unused(graph, ["nobody"], ["out"], 1))
    graph.node.add().CopyFrom(graph.node[0])
    tell(lambda: inference.optimize_for_inference(graph, ["x"], ["out"], 1))
    del graph.node[-1]
    del graph.node[0]
    tell(lambda: inference.optimize_for_inference(graph, ["x"], ["out"], 1))
    return lines
