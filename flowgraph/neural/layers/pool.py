"""Layers that take the largest or the mean entry of each window (tf.layers)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import (
    InputSpec,
    is_channels_first,
    length_of,
    padding_of,
    per_axis,
    window_shape,
    window_sizes,
)
from flowgraph.ops.pool import avg_pool, max_pool
from flowgraph.ops.pool3d import avg_pool3d, max_pool3d
from flowgraph.ops.shaping import expand_dims, squeeze, transpose
from flowgraph.shapes import TensorShape


class _Pooling(Layer):
    """What the poolings have in common; `_axes` is how many axes the window slides along."""

    _axes: int
    _pool: Callable[..., Tensor]
    _arguments = ("pool_size", "padding", "strides", "data_format")

    def __init__(
        self, pool_size: Any, strides: Any, padding: str, data_format: str, name: str | None, **kwargs: Any
    ) -> None:
        if strides is None:
            raise ValueError("Argument `strides` must not be None.")
        super().__init__(name=name, **kwargs)
        self.pool_size = per_axis(pool_size, self._axes, "pool_size")
        self.strides = per_axis(strides, self._axes, "strides")
        self.padding = padding_of(padding)
        self._is_channels_first = is_channels_first(data_format)
        self.data_format = "channels_first" if self._is_channels_first else "channels_last"
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def call(self, inputs: Any) -> Tensor:
        """The inputs, pooled."""
        if self._axes == 1:
            return self._of_sequences(inputs)
        return self._of_volumes(inputs) if self._axes == 3 else self._of_images(inputs)

    def _of_images(self, inputs: Any) -> Tensor:
        pool, padding = type(self)._pool, self.padding.upper()
        size, strides = self.pool_size, self.strides
        if self._is_channels_first:
            return pool(inputs, (1, 1, *size), (1, 1, *strides), padding=padding, data_format="NCHW")
        return pool(inputs, (1, *size, 1), (1, *strides, 1), padding=padding, data_format="NHWC")

    def _of_sequences(self, inputs: Any) -> Tensor:
        """Sequences are images of one column; channels in front are moved behind, as TF does on a CPU."""
        pool, padding = type(self)._pool, self.padding.upper()
        size, strides = (1, *self.pool_size, 1, 1), (1, *self.strides, 1, 1)
        if not self._is_channels_first:
            return squeeze(pool(expand_dims(inputs, 2), size, strides, padding=padding, data_format="NHWC"), 2)
        columns = transpose(expand_dims(inputs, 3), (0, 2, 3, 1))
        outputs = pool(columns, size, strides, padding=padding, data_format="NHWC")
        return squeeze(transpose(outputs, (0, 3, 1, 2)), 3)

    def _of_volumes(self, inputs: Any) -> Tensor:
        if self._is_channels_first:
            inputs = transpose(inputs, (0, 2, 3, 4, 1))
        outputs = type(self)._pool(inputs, (1, *self.pool_size, 1), (1, *self.strides, 1), padding=self.padding.upper())
        return transpose(outputs, (0, 4, 1, 2, 3)) if self._is_channels_first else outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output, given the input's."""
        lengths = [
            length_of(length, window, self.padding, stride)
            for length, window, stride in zip(
                window_sizes(input_shape, self._is_channels_first), self.pool_size, self.strides, strict=True
            )
        ]
        channels = TensorShape(input_shape)[1 if self._is_channels_first else -1].value
        return window_shape(input_shape, self._is_channels_first, lengths, channels)


class MaxPooling1D(_Pooling):
    """The largest entry of each window along width; see `MaxPooling2D`."""

    _axes = 1
    _pool = max_pool

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def max_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `MaxPooling1D` layer, called once; see `max_pooling2d`.

    >>> max_pooling1d(tf.zeros([1, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 3]
    """
    return MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)


class MaxPooling2D(_Pooling):
    """The largest entry of each window along height and width.

    Args:
      pool_size: the window's size: one number, or one for each axis.
      strides: the steps between windows, written likewise.
      padding: 'valid', or 'same': the windows may hang over the edges.
      data_format: 'channels_last', or 'channels_first'.
      name: its name.
      **kwargs: `trainable` and `dtype`, see `Layer`.

    Raises:
      ValueError: an argument is none of these; when called, if the rank is not 4.

    >>> x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> run(MaxPooling2D(2, 2)(x)).ravel()
    array([ 5.,  7., 13., 15.], dtype=float32)
    """

    _axes = 2
    _pool = max_pool

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def max_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `MaxPooling2D` layer, called once.

    Args:
      inputs: [batch, height, width, channels].
      pool_size, strides, padding, data_format, name: see `MaxPooling2D`.

    >>> max_pooling2d(tf.zeros([1, 4, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 2, 3]
    """
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


class MaxPooling3D(_Pooling):
    """The largest entry of each window along depth, height and width; see `MaxPooling2D`."""

    _axes = 3
    _pool = max_pool3d

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def max_pooling3d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `MaxPooling3D` layer, called once; see `max_pooling2d`.

    >>> max_pooling3d(tf.zeros([1, 4, 4, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 2, 2, 3]
    """
    return MaxPooling3D(pool_size, strides, padding, data_format, name)(inputs)


class AveragePooling1D(_Pooling):
    """The mean of each window along width; see `MaxPooling2D`."""

    _axes = 1
    _pool = avg_pool

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def average_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `AveragePooling1D` layer, called once; see `max_pooling2d`.

    >>> average_pooling1d(tf.zeros([1, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 3]
    """
    return AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)


class AveragePooling2D(_Pooling):
    """The mean of each window along height and width; see `MaxPooling2D`."""

    _axes = 2
    _pool = avg_pool

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def average_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `AveragePooling2D` layer, called once; see `max_pooling2d`.

    >>> average_pooling2d(tf.zeros([1, 4, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 2, 3]
    """
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)


class AveragePooling3D(_Pooling):
    """The mean of each window along depth, height and width; see `MaxPooling2D`."""

    _axes = 3
    _pool = avg_pool3d

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


def average_pooling3d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """A `AveragePooling3D` layer, called once; see `max_pooling2d`.

    >>> average_pooling3d(tf.zeros([1, 4, 4, 4, 3]), 2, 2).shape.as_list()
    [1, 2, 2, 2, 3]
    """
    return AveragePooling3D(pool_size, strides, padding, data_format, name)(inputs)
