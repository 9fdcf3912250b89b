"""OverFeat (Sermanet et al., "OverFeat: Integrated recognition, localization and detection", 2014)."""

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


def overfeat_arg_scope(weight_decay: float = 0.0005) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    with (
        arg_scope(
            [conv2d, fully_connected],
            activation_fn=relu,
            weights_regularizer=l2_regularizer(weight_decay),
            biases_initializer=Zeros(),
        ),
        arg_scope([conv2d], padding="SAME"),
        arg_scope([max_pool2d], padding="VALID") as shared,
    ):
        return shared


def overfeat(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "overfeat",
) -> tuple[Tensor, Ends]:
    """The network of 8 layers, for 231 x 231 pixels; see `vgg_16` for the arguments and what it returns."""
    with variable_scope(scope, "overfeat", [inputs]) as inside:
        ends = f"{inside.name}_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=ends):
            net = conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = max_pool2d(net, [2, 2], scope="pool1")
            net = conv2d(net, 256, [5, 5], padding="VALID", scope="conv2")
            net = max_pool2d(net, [2, 2], scope="pool2")
            for number, channels in ((3, 512), (4, 1024), (5, 1024)):
                net = conv2d(net, channels, [3, 3], scope=f"conv{number}")
            net = max_pool2d(net, [2, 2], scope="pool5")
            with arg_scope([conv2d], weights_initializer=TruncatedNormal(0.0, 0.005), biases_initializer=Constant(0.1)):
                net = classified(
                    net, (3072, 4096), 6, num_classes, dropout_keep_prob, is_training, biases_initializer=Zeros()
                )
            return with_ends(net, ends, inside.name, spatial_squeeze)


overfeat.default_image_size = 231  # type: ignore[attr-defined]
