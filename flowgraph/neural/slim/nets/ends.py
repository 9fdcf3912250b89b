"""What the networks have in common: the layers that make a classifier out of features, and the way to tell all ends."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.slim.conv import conv2d
from flowgraph.neural.slim.options import convert_collection_to_dict
from flowgraph.neural.slim.shaping import dropout
from flowgraph.ops.shaping import squeeze

Ends = OrderedDict[str, Tensor]
"""The outputs of layers, under the names of these."""


def classified(
    net: Tensor,
    sizes: tuple[int, int],
    kernel_size: int,
    num_classes: int,
    keep_prob: float,
    is_training: Any,
    **last: Any,
) -> Tensor:
    """Three layers that see all of the image, as convolutions, with dropout between them: `last` is for the last."""
    net = conv2d(net, sizes[0], [kernel_size, kernel_size], padding="VALID", scope="fc6")
    net = dropout(net, keep_prob, is_training=is_training, scope="dropout6")
    net = conv2d(net, sizes[1], [1, 1], scope="fc7")
    net = dropout(net, keep_prob, is_training=is_training, scope="dropout7")
    return conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8", **last)


def with_ends(net: Tensor, collection: str, scope: str, spatial_squeeze: bool) -> tuple[Tensor, Ends]:
    """The logits, as a matrix if wanted, and all that the layers before gave."""
    ends = convert_collection_to_dict(collection)
    if spatial_squeeze:
        net = squeeze(net, [1, 2], name="fc8/squeezed")
        ends[f"{scope}/fc8"] = net
    return net, ends
