"""Inception: blocks of branches with kernels of several sizes (tf.contrib.slim.nets.inception).

Szegedy et al.: "Going deeper with convolutions" (2014), and "Rethinking the Inception architecture" (2015); Ioffe and
Szegedy: "Batch normalization" (2015).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import variance_scaling_initializer
from flowgraph.neural.regularizers import l2_regularizer
from flowgraph.neural.slim.batch_norm import batch_norm
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.dense import fully_connected
from flowgraph.neural.slim.nets.inception_tables import V1, V2, V3, V3_STEM, Part
from flowgraph.neural.slim.pool import avg_pool2d, max_pool2d
from flowgraph.neural.slim.separable import separable_conv2d
from flowgraph.neural.slim.shaping import dropout, softmax
from flowgraph.ops.activation import relu
from flowgraph.ops.initializers import TruncatedNormal
from flowgraph.ops.joining import concat
from flowgraph.ops.shaping import squeeze
from flowgraph.variables.arg_scope import Arguments, arg_scope
from flowgraph.variables.block import variable_scope

__all__ = [
    "inception_v1", "inception_v1_arg_scope", "inception_v1_base", "inception_v2", "inception_v2_arg_scope",
    "inception_v2_base", "inception_v3", "inception_v3_arg_scope", "inception_v3_base",
]  # fmt: skip

Depth = Callable[[int], int]
"""How many channels a layer has where the table says so many."""


# -- from tables to layers -----------------------------------------------------------------------------------


def _kernel(words: Sequence[str]) -> list[int]:
    """The size of a kernel: the last word that tells one."""
    sizes = [found for word in words if (found := re.search(r"(\d+)x(\d+)$", word))]
    return [int(size) for size in sizes[-1].groups()]


def _step(net: Any, text: str, depth: Depth) -> Tensor:
    """One layer, or two side by side."""
    if text.startswith("{"):
        return concat([_step(net, one, depth) for one in text.strip("{}").split(" | ")], 3)
    name, *words = text.split()
    options: dict[str, Any] = {"scope": name}
    for word in words:
        if word.startswith("/"):
            options["stride"] = int(word[1:])
        elif word in ("SAME", "VALID"):
            options["padding"] = word
        elif word.startswith("sd="):
            options["weights_initializer"] = TruncatedNormal(0.0, float(word[3:]))
    kernel = _kernel([name, *words])
    if "Pool" in name:
        pool: Any = max_pool2d if name.startswith("Max") else avg_pool2d
        pooled: Tensor = pool(net, kernel, **options)
        return pooled
    channels = depth(int(words[0]))
    if "separable" in words:
        return separable_conv2d(net, channels, kernel, depth_multiplier=min(int(channels / 3), 8), **options)
    return conv2d(net, channels, kernel, **options)


def _block(net: Any, branches: Sequence[str], depth: Depth) -> Tensor:
    """Branches side by side."""
    outputs = []
    for number, branch in enumerate(branches):
        with variable_scope(f"Branch_{number}"):
            end = net
            for text in branch.split(" > "):
                end = _step(end, text, depth)
            outputs.append(end)
    return concat(outputs, 3)


def _stacked(net: Any, parts: Sequence[Part], depth: Depth, final_endpoint: str, ends: dict[str, Tensor]) -> Any:
    """Part after part, up to the final one; each goes to `ends`."""
    for part in parts:
        if final_endpoint in ends:
            break
        name = part.partition(" ")[0] if isinstance(part, str) else part[0]
        if isinstance(part, str):
            net = _step(net, part, depth)
        else:
            with variable_scope(name):
                net = _block(net, part[1:], depth)
        ends[name] = net
    return net


def _known(net: Any, ends: dict[str, Tensor], final_endpoint: str) -> tuple[Tensor, dict[str, Tensor]]:
    if final_endpoint not in ends:
        raise refusal(f"Unknown final endpoint {final_endpoint}")
    return net, ends


def _depth_of(depth_multiplier: float, min_depth: int) -> Depth:
    if depth_multiplier <= 0:
        raise refusal("depth_multiplier is not greater than zero.")
    return lambda channels: max(int(channels * depth_multiplier), min_depth)


# -- features ------------------------------------------------------------------------------------------------


def inception_v1_base(
    inputs: Any, final_endpoint: str = "Mixed_5c", scope: Any = "InceptionV1"
) -> tuple[Tensor, dict[str, Tensor]]:
    """The features of GoogLeNet, up to a layer; see `inception_v3_base`."""
    ends: dict[str, Tensor] = {}
    with (
        variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope([conv2d, fully_connected], weights_initializer=TruncatedNormal(0.0, 0.01)),
        arg_scope([conv2d, max_pool2d], stride=1, padding="SAME"),
    ):
        net = _stacked(inputs, V1, lambda channels: channels, final_endpoint, ends)
        return _known(net, ends, final_endpoint)


def inception_v2_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The features of the network with batch normalization, up to a layer; see `inception_v3_base`."""
    depth = _depth_of(depth_multiplier, min_depth)
    ends: dict[str, Tensor] = {}
    with (
        variable_scope(scope, "InceptionV2", [inputs]),
        arg_scope([conv2d, max_pool2d, avg_pool2d, separable_conv2d], stride=1, padding="SAME"),
    ):
        net = _stacked(inputs, V2, depth, final_endpoint, ends)
        return _known(net, ends, final_endpoint)


def inception_v3_base(
    inputs: Any,
    final_endpoint: str = "Mixed_7c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The features of Inception v3, up to a layer.

    Args:
      inputs: images, [batch, height, width, channels], of 299 x 299 pixels, say.
      final_endpoint: the name of the last layer or block.
      min_depth: the least number of channels of a layer.
      depth_multiplier: what the numbers of channels are multiplied by.
      scope: the variable scope.

    Returns:
      What the last layer gives, and a dictionary of what all of them give.

    Raises:
      ValueError: there is no such layer, or the multiplier is not positive.
    """
    depth = _depth_of(depth_multiplier, min_depth)
    ends: dict[str, Tensor] = {}
    layers = [conv2d, max_pool2d, avg_pool2d]
    with variable_scope(scope, "InceptionV3", [inputs]):
        with arg_scope(layers, stride=1, padding="VALID"):
            net = _stacked(inputs, V3_STEM, depth, final_endpoint, ends)
        with arg_scope(layers, stride=1, padding="SAME"):
            net = _stacked(net, V3, depth, final_endpoint, ends)
        return _known(net, ends, final_endpoint)


# -- classifiers ---------------------------------------------------------------------------------------------


def _fitting(net: Tensor, kernel_size: list[int]) -> list[int]:
    """A kernel no larger than the images, if their size is known."""
    height, width = net.shape[1].value, net.shape[2].value
    if height is None or width is None:
        return kernel_size
    return [min(height, kernel_size[0]), min(width, kernel_size[1])]


def _named(name: str, kernel_size: list[int]) -> str:
    return f"{name}_{kernel_size[0]}x{kernel_size[1]}"


def _logits(net: Tensor, num_classes: int, spatial_squeeze: bool, scope: str, **options: Any) -> Tensor:
    """The last convolution, as a matrix if wanted."""
    logits = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope=scope, **options)
    return squeeze(logits, [1, 2], name="SpatialSqueeze") if spatial_squeeze else logits


def _pooled_logits(
    net: Tensor, kernel_size: list[int], num_classes: int, keep_prob: float, spatial_squeeze: bool
) -> tuple[Tensor, Tensor]:
    """The mean over the images, and the logits."""
    with variable_scope("Logits"):
        kernel_size = _fitting(net, kernel_size)
        net = avg_pool2d(net, kernel_size, padding="VALID", scope=_named("AvgPool_1a", kernel_size))
        net = dropout(net, keep_prob=keep_prob, scope="Dropout_1b")
        return net, _logits(net, num_classes, spatial_squeeze, "Conv2d_1c_1x1")


def inception_v1(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV1",
) -> tuple[Tensor, dict[str, Tensor]]:
    """GoogLeNet, for 224 x 224 pixels; see `inception_v3`."""
    with (
        variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as inside,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v1_base(inputs, scope=inside)
        with variable_scope("Logits"):
            net = avg_pool2d(net, [7, 7], stride=1, scope="MaxPool_0a_7x7")
            net = dropout(net, dropout_keep_prob, scope="Dropout_0b")
            logits = _logits(net, num_classes, spatial_squeeze, "Conv2d_0c_1x1")
            ends["Logits"] = logits
            ends["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, ends


def inception_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV2",
) -> tuple[Tensor, dict[str, Tensor]]:
    """The network with batch normalization, for 224 x 224 pixels; see `inception_v3`."""
    _depth_of(depth_multiplier, min_depth)
    with (
        variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as inside,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v2_base(
            inputs, scope=inside, min_depth=min_depth, depth_multiplier=depth_multiplier
        )  # fmt: skip
        _, logits = _pooled_logits(net, [7, 7], num_classes, dropout_keep_prob, spatial_squeeze)
        ends["Logits"] = logits
        ends["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, ends


def inception_v3(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV3",
) -> tuple[Tensor, dict[str, Tensor]]:
    """Inception v3, for 299 x 299 pixels, with a second classifier beside the last but one kind of blocks.

    Args:
      inputs: images, [batch, height, width, channels].
      num_classes: how many classes there are.
      is_training: whether dropout is on, and batch normalization uses the batch: a bool, or a scalar tensor.
      dropout_keep_prob: the probability with which dropout keeps an entry.
      min_depth, depth_multiplier: see `inception_v3_base`.
      prediction_fn: a function from logits to predictions.
      spatial_squeeze: whether the logits are a matrix; else they keep the axes of height and width.
      reuse: whether to use the variables of another network in the same `scope` again.
      scope: the variable scope.

    Returns:
      The logits, and a dictionary of what all the layers give, with "AuxLogits", "PreLogits", "Logits" and
      "Predictions".

    Raises:
      ValueError: the multiplier is not positive.
    """
    depth = _depth_of(depth_multiplier, min_depth)
    with (
        variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as inside,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, ends = inception_v3_base(
            inputs, scope=inside, min_depth=min_depth, depth_multiplier=depth_multiplier
        )  # fmt: skip
        with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"):
            ends["AuxLogits"] = _second_classifier(ends["Mixed_6e"], depth, num_classes, spatial_squeeze)
        ends["PreLogits"], logits = _pooled_logits(net, [8, 8], num_classes, dropout_keep_prob, spatial_squeeze)
        ends["Logits"] = logits
        ends["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, ends


def _second_classifier(net: Tensor, depth: Depth, num_classes: int, spatial_squeeze: bool) -> Tensor:
    """Logits from the middle of the network, which help to train it."""
    with variable_scope("AuxLogits"):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = conv2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        kernel_size = _fitting(net, [5, 5])
        net = conv2d(
            net, depth(768), kernel_size, weights_initializer=TruncatedNormal(0.0, 0.01), padding="VALID",
            scope=_named("Conv2d_2a", kernel_size),
        )  # fmt: skip
        return _logits(
            net, num_classes, spatial_squeeze, "Conv2d_2b_1x1", weights_initializer=TruncatedNormal(0.0, 0.001)
        )


inception_v1.default_image_size = 224  # type: ignore[attr-defined]
inception_v2.default_image_size = 224  # type: ignore[attr-defined]
inception_v3.default_image_size = 299  # type: ignore[attr-defined]


# -- shared arguments ----------------------------------------------------------------------------------------


def _shared(weight_decay: float, normalizer_fn: Any, normalizer_params: dict[str, Any]) -> Arguments:
    with (
        arg_scope([conv2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)),
        arg_scope(
            [conv2d],
            weights_initializer=variance_scaling_initializer(),
            activation_fn=relu,
            normalizer_fn=normalizer_fn,
            normalizer_params=normalizer_params,
        ) as shared,
    ):
        return shared


def _norm(collection: str, **changes: Any) -> dict[str, Any]:
    """The arguments of batch normalization, with the moving averages in a collection."""
    collections = {"beta": None, "gamma": None, "moving_mean": [collection], "moving_variance": [collection]}
    return {
        "decay": 0.9997,
        "epsilon": 0.001,
        "updates_collections": GraphKeys.UPDATE_OPS,
        "variables_collections": collections,
        **changes,
    }


def inception_v1_arg_scope(
    weight_decay: float = 0.00004, use_batch_norm: bool = True, batch_norm_var_collection: str = "moving_vars"
) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    if not use_batch_norm:
        return _shared(weight_decay, None, {})
    return _shared(weight_decay, batch_norm, _norm(batch_norm_var_collection))


def inception_v2_arg_scope(weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars") -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    return _shared(weight_decay, batch_norm, _norm(batch_norm_var_collection))


def inception_v3_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_var_collection: str = "moving_vars",
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    use_fused_batchnorm: bool = True,
) -> Arguments:
    """The shared arguments of the layers, for `arg_scope`."""
    norm = _norm(
        batch_norm_var_collection,
        decay=batch_norm_decay,
        epsilon=batch_norm_epsilon,
        updates_collections=updates_collections,
        fused=use_fused_batchnorm,
    )
    return _shared(weight_decay, batch_norm, norm)
