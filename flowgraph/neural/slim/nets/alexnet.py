"""AlexNet (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.regularizers import l2_regularizer
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.dense import fully_connected
from flowgraph.neural.slim.nets.ends import Ends, classified, with_ends
from flowgraph.neural.slim.pool import max_pool2d
from flowgraph.ops.activation import relu
from flowgraph.ops.initializers import Constant, TruncatedNormal, Zeros
from flowgraph.variables.arg_scope import Arguments, arg_scope
from flowgraph.variables.block import variable_scope


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    with (
        arg_scope(
            [conv2d, fully_connected],
            activation_fn=relu,
            biases_initializer=Constant(0.1),
            weights_regularizer=l2_regularizer(weight_decay),
        ),
        arg_scope([conv2d], padding="SAME"),
        arg_scope([max_pool2d], padding="VALID") as shared,
    ):
        return shared


def alexnet_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "alexnet_v2",
) -> tuple[Tensor, Ends]:
    """The network of 8 layers; see `vgg_16` for the arguments and what it returns."""
    with variable_scope(scope, "alexnet_v2", [inputs]) as inside:
        ends = f"{inside.original_name_scope}_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=[ends]):
            net = conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = max_pool2d(net, [3, 3], 2, scope="pool1")
            net = conv2d(net, 192, [5, 5], scope="conv2")
            net = max_pool2d(net, [3, 3], 2, scope="pool2")
            for number, channels in ((3, 384), (4, 384), (5, 256)):
                net = conv2d(net, channels, [3, 3], scope=f"conv{number}")
            net = max_pool2d(net, [3, 3], 2, scope="pool5")
            with arg_scope([conv2d], weights_initializer=TruncatedNormal(0.0, 0.005), biases_initializer=Constant(0.1)):
                net = classified(
                    net, (4096, 4096), 5, num_classes, dropout_keep_prob, is_training, biases_initializer=Zeros()
                )
            return with_ends(net, ends, inside.name, spatial_squeeze)


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]
