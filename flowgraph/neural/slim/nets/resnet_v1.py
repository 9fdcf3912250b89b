"""Residual networks of the first kind (He et al., "Deep residual learning for image recognition", 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.nets.ends import Ends
from flowgraph.neural.slim.nets.resnet_utils import (
    Block,
    blocks_of,
    bottleneck_block,
    conv2d_same,
    residual_net,
    resnet_arg_scope,
    subsample,
)
from flowgraph.neural.slim.options import collect_named_outputs, last_dimension
from flowgraph.ops.activation import relu
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope

__all__ = [
    "bottleneck", "resnet_arg_scope", "resnet_v1", "resnet_v1_50", "resnet_v1_101", "resnet_v1_152",
    "resnet_v1_200", "resnet_v1_block",
]  # fmt: skip


@add_arg_scope
def bottleneck(
    inputs: Any,
    depth: int,
    depth_bottleneck: int,
    stride: int,
    rate: int = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """Three convolutions, the middle one narrow, beside a shortcut; activated in the end.

    Args:
      inputs: [batch, height, width, channels].
      depth: how many channels come out.
      depth_bottleneck: how many there are between.
      stride: of the middle convolution.
      rate: of the middle convolution.
      outputs_collections: collections for the output.
      scope: the variable scope.
    """
    with variable_scope(scope, "bottleneck_v1", [inputs]) as inside:
        channels = last_dimension(inputs.shape, min_rank=4)
        if depth == channels:
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut")
        residual = conv2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3")
        output = relu(shortcut + residual)
        named: Tensor = collect_named_outputs(outputs_collections, inside.name, output)
        return named


def resnet_v1(
    inputs: Any,
    blocks: Sequence[Block],
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse: Any = None,
    scope: Any = None,
) -> tuple[Tensor, Ends]:
    """A residual network of any blocks.

    Args:
      inputs: images, [batch, height, width, channels].
      blocks: the blocks, as `resnet_v1_block` makes them.
      num_classes: how many classes there are; None: the features before come out.
      is_training: whether batch normalization uses the moments of the batch: a bool, or a scalar tensor.
      global_pool: whether to take the mean over height and width.
      output_stride: how much smaller the images may become; None: any.
      include_root_block: whether to begin with a convolution and a pooling.
      reuse: whether to use the variables of another network in the same `scope` again.
      scope: the variable scope.

    Returns:
      The logits or features, and a dictionary of what all the layers give.

    Raises:
      ValueError: `output_stride` cannot be reached.
    """
    return residual_net(
        "resnet_v1", bottleneck, _root, _last, inputs, blocks, num_classes, is_training, global_pool, output_stride,
        include_root_block, reuse, scope,
    )  # fmt: skip


def _root(net: Any) -> Tensor:
    return conv2d_same(net, 64, 7, stride=2, scope="conv1")


def _last(net: Any) -> Any:
    return net


def resnet_v1_block(scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of units; the last one has the stride."""
    return bottleneck_block(bottleneck, scope, base_depth, num_units, stride)


def resnet_v1_50(
    inputs: Any,
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    reuse: Any = None,
    scope: Any = "resnet_v1_50",
) -> tuple[Tensor, Ends]:
    """The network of 50 layers; see `resnet_v1`."""
    blocks = blocks_of(bottleneck, 50)
    return resnet_v1(
        inputs, blocks, num_classes, is_training, global_pool, output_stride, reuse=reuse, scope=scope
    )  # fmt: skip


def resnet_v1_101(
    inputs: Any,
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    reuse: Any = None,
    scope: Any = "resnet_v1_101",
) -> tuple[Tensor, Ends]:
    """The network of 101 layers; see `resnet_v1`."""
    blocks = blocks_of(bottleneck, 101)
    return resnet_v1(
        inputs, blocks, num_classes, is_training, global_pool, output_stride, reuse=reuse, scope=scope
    )  # fmt: skip


def resnet_v1_152(
    inputs: Any,
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    reuse: Any = None,
    scope: Any = "resnet_v1_152",
) -> tuple[Tensor, Ends]:
    """The network of 152 layers; see `resnet_v1`."""
    blocks = blocks_of(bottleneck, 152)
    return resnet_v1(
        inputs, blocks, num_classes, is_training, global_pool, output_stride, reuse=reuse, scope=scope
    )  # fmt: skip


def resnet_v1_200(
    inputs: Any,
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    reuse: Any = None,
    scope: Any = "resnet_v1_200",
) -> tuple[Tensor, Ends]:
    """The network of 200 layers; see `resnet_v1`."""
    blocks = blocks_of(bottleneck, 200)
    return resnet_v1(
        inputs, blocks, num_classes, is_training, global_pool, output_stride, reuse=reuse, scope=scope
    )  # fmt: skip


resnet_v1.default_image_size = 224  # type: ignore[attr-defined]
