"""Blocks of residual networks (tf.contrib.slim.nets.resnet_utils)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import variance_scaling_initializer
from flowgraph.neural.regularizers import l2_regularizer
from flowgraph.neural.slim.batch_norm import batch_norm
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.nets.ends import Ends
from flowgraph.neural.slim.options import collect_named_outputs, convert_collection_to_dict
from flowgraph.neural.slim.pool import max_pool2d
from flowgraph.neural.slim.shaping import softmax
from flowgraph.ops.activation import relu
from flowgraph.ops.padding import pad
from flowgraph.ops.reduction import reduce_mean
from flowgraph.variables.arg_scope import Arguments, add_arg_scope, arg_scope
from flowgraph.variables.block import variable_scope


class Block(NamedTuple):
    """A block of units.

    Attributes:
      scope: its name.
      unit_fn: what makes a unit.
      args: the arguments of each unit.
    """

    scope: str
    unit_fn: Callable[..., Any]
    args: Sequence[dict[str, Any]]


def subsample(inputs: Any, factor: int, scope: Any = None) -> Any:
    """Every so many pixels of images."""
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(
    inputs: Any, num_outputs: int, kernel_size: int, stride: int, rate: int = 1, scope: Any = None
) -> Tensor:
    """A convolution whose padding does not depend on the size of the images, as "SAME" padding's does for strides."""
    if stride == 1:
        return conv2d(inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope)
    total = kernel_size + (kernel_size - 1) * (rate - 1) - 1
    sides = [total // 2, total - total // 2]
    inputs = pad(inputs, [[0, 0], sides, sides, [0, 0]])
    return conv2d(inputs, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope)


@add_arg_scope
def stack_blocks_dense(
    net: Any, blocks: Sequence[Block], output_stride: Any = None, outputs_collections: Any = None
) -> Any:
    """Blocks of units one after another.

    Args:
      net: [batch, height, width, channels].
      blocks: the blocks.
      output_stride: how much smaller the images may become; once they are, strides become rates. None: any.
      outputs_collections: collections for the outputs of the blocks.

    Raises:
      ValueError: the blocks do not make the images smaller by just `output_stride`.
    """
    stride_so_far = rate = 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as scope:
            for number, unit in enumerate(block.args, start=1):
                if output_stride is not None and stride_so_far > output_stride:
                    raise refusal("The target output_stride cannot be reached.")
                with variable_scope(f"unit_{number}", values=[net]):
                    if output_stride is not None and stride_so_far == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride_so_far *= unit.get("stride", 1)
            net = collect_named_outputs(outputs_collections, scope.name, net)
    if output_stride is not None and stride_so_far != output_stride:
        raise refusal("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    norm = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": GraphKeys.UPDATE_OPS,
    }
    with (
        arg_scope(
            [conv2d],
            weights_regularizer=l2_regularizer(weight_decay),
            weights_initializer=variance_scaling_initializer(),
            activation_fn=relu,
            normalizer_fn=batch_norm,
            normalizer_params=norm,
        ),
        arg_scope([batch_norm], **norm),
        arg_scope([max_pool2d], padding="SAME") as shared,
    ):
        return shared


UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}
"""How many units the four blocks of the networks of so many layers have."""


def bottleneck_block(unit_fn: Callable[..., Any], scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of units whose middle is narrow; the last one has the stride."""
    unit = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    return Block(scope, unit_fn, [{**unit, "stride": 1}] * (num_units - 1) + [{**unit, "stride": stride}])


def blocks_of(unit_fn: Callable[..., Any], layers: int) -> list[Block]:
    """The four blocks of the network of so many layers."""
    return [
        bottleneck_block(unit_fn, f"block{number}", 32 * 2**number, units, 1 if number == 4 else 2)
        for number, units in enumerate(UNITS[layers], start=1)
    ]


def residual_net(
    default_scope: str,
    unit_fn: Callable[..., Any],
    root: Callable[[Any], Any],
    last: Callable[[Any], Any],
    inputs: Any,
    blocks: Sequence[Block],
    num_classes: int | None,
    is_training: Any,
    global_pool: bool,
    output_stride: int | None,
    include_root_block: bool,
    reuse: Any,
    scope: Any,
) -> tuple[Tensor, Ends]:
    """A residual network; `root` is its first convolution, and `last` what comes after its blocks."""
    with variable_scope(scope, default_scope, [inputs], reuse=reuse) as inside:
        collection = f"{inside.original_name_scope}_end_points"
        with (
            arg_scope([conv2d, unit_fn, stack_blocks_dense], outputs_collections=collection),
            arg_scope([batch_norm], is_training=is_training),
        ):
            net = inputs
            if include_root_block:
                output_stride = _stride_after_root(output_stride)
                net = max_pool2d(root(net), [3, 3], stride=2, scope="pool1")
            net = last(stack_blocks_dense(net, blocks, output_stride))
            if global_pool:
                net = reduce_mean(net, [1, 2], name="pool5", keepdims=True)
            if num_classes is not None:
                net = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="logits")
            ends = convert_collection_to_dict(collection)
            if num_classes is not None:
                ends["predictions"] = softmax(net, scope="predictions")
            return net, ends


def _stride_after_root(output_stride: Any) -> Any:
    """What is left of a stride behind the root block, which makes images four times smaller.

    Raises:
      ValueError: it is no multiple of 4.
    """
    if output_stride is None:
        return None
    if output_stride % 4:
        raise refusal("The output_stride needs to be a multiple of 4.")
    return output_stride / 4
