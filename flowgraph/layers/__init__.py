"""`tf.layers`: functions of tensors that make their own variables."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.layers import experimental
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.conv import Conv1D, Conv2D, Conv3D, conv1d, conv2d, conv3d
from flowgraph.neural.layers.conv_transpose import (
    Conv2DTranspose, Conv3DTranspose, conv2d_transpose, conv3d_transpose,
)
from flowgraph.neural.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
from flowgraph.neural.layers.norm import BatchNormalization, batch_normalization
from flowgraph.neural.layers.options import InputSpec
from flowgraph.neural.layers.pool import (
    AveragePooling1D, AveragePooling2D, AveragePooling3D, MaxPooling1D, MaxPooling2D, MaxPooling3D, average_pooling1d,
    average_pooling2d, average_pooling3d, max_pooling1d, max_pooling2d, max_pooling3d,
)
from flowgraph.neural.layers.separable import SeparableConv1D, SeparableConv2D, separable_conv1d, separable_conv2d

__all__ = [
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Conv1D", "Conv2D",
    "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Dense", "Dropout", "Flatten", "InputSpec", "Layer",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "SeparableConv1D", "SeparableConv2D", "average_pooling1d",
    "average_pooling2d", "average_pooling3d", "batch_normalization", "conv1d", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "dense", "dropout", "experimental", "flatten", "max_pooling1d", "max_pooling2d",
    "max_pooling3d", "separable_conv1d", "separable_conv2d",
]

_absent.watch(__name__)
