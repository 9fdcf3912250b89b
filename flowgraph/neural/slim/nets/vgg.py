"""VGG: many small convolutions (Simonyan and Zisserman, "Very deep convolutional networks", 2014)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.regularizers import l2_regularizer
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.dense import fully_connected
from flowgraph.neural.slim.nets.ends import Ends, classified, with_ends
from flowgraph.neural.slim.pool import max_pool2d
from flowgraph.neural.slim.repetition import repeat
from flowgraph.ops.activation import relu
from flowgraph.ops.initializers import Zeros
from flowgraph.variables.arg_scope import Arguments, arg_scope
from flowgraph.variables.block import variable_scope

_CHANNELS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay: float = 0.0005) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    with (
        arg_scope(
            [conv2d, fully_connected],
            activation_fn=relu,
            weights_regularizer=l2_regularizer(weight_decay),
            biases_initializer=Zeros(),
        ),
        arg_scope([conv2d], padding="SAME") as shared,
    ):
        return shared


def _vgg(
    inputs: Any,
    depths: tuple[int, ...],
    num_classes: int,
    is_training: Any,
    keep_prob: float,
    spatial_squeeze: bool,
    scope: Any,
    default_scope: str,
    by_name_scope: bool = True,
) -> tuple[Tensor, Ends]:
    """The network with so many convolutions before each of its five poolings."""
    with variable_scope(scope, default_scope, [inputs]) as inside:
        ends = f"{inside.original_name_scope if by_name_scope else inside.name}_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=ends):
            net = inputs
            for number, (depth, channels) in enumerate(zip(depths, _CHANNELS, strict=True), start=1):
                net = repeat(net, depth, conv2d, channels, [3, 3], scope=f"conv{number}")
                net = max_pool2d(net, [2, 2], scope=f"pool{number}")
            net = classified(net, (4096, 4096), 7, num_classes, keep_prob, is_training)
            return with_ends(net, ends, inside.name, spatial_squeeze)


def vgg_a(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "vgg_a",
) -> tuple[Tensor, Ends]:
    """The network of 11 layers; see `vgg_16`."""
    return _vgg(
        inputs, (1, 1, 2, 2, 2), num_classes, is_training, dropout_keep_prob, spatial_squeeze, scope, "vgg_a"
    )  # fmt: skip


def vgg_16(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "vgg_16",
) -> tuple[Tensor, Ends]:
    """The network of 16 layers.

    Args:
      inputs: images, [batch, height, width, channels], of 224 x 224 pixels or more.
      num_classes: how many classes there are.
      is_training: whether dropout is on: a bool, or a scalar tensor.
      dropout_keep_prob: the probability with which dropout keeps an entry.
      spatial_squeeze: whether the logits are a matrix; else they keep the axes of height and width.
      scope: the variable scope.

    Returns:
      The logits, and a dictionary of what all the layers give.
    """
    return _vgg(
        inputs, (2, 2, 3, 3, 3), num_classes, is_training, dropout_keep_prob, spatial_squeeze, scope, "vgg_16"
    )  # fmt: skip


def vgg_19(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "vgg_19",
) -> tuple[Tensor, Ends]:
    """The network of 19 layers; see `vgg_16`."""
    return _vgg(
        inputs, (2, 2, 4, 4, 4), num_classes, is_training, dropout_keep_prob, spatial_squeeze, scope, "vgg_19",
        by_name_scope=False,
    )  # fmt: skip


for _net in (vgg_a, vgg_16, vgg_19):
    _net.default_image_size = 224  # type: ignore[attr-defined]

vgg_d, vgg_e = vgg_16, vgg_19
