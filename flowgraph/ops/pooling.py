"""Pooling along one axis, and along any number of them with holes in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import per_axis
from flowgraph.ops.pool import AVG_POOL, MAX_POOL, avg_pool, max_pool, window_attributes
from flowgraph.ops.pool3d import avg_pool3d, max_pool3d
from flowgraph.ops.reduction import one_of
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.space_windows import strides_and_rate, with_space_to_batch


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NWC", name: str | None = None
) -> Tensor:
    """The largest value in each window that slides along sequences: a `max_pool` over images of one row.

    Args:
      input: [batch, width, channels], of a real number type.
      ksize: the window's size.
      strides: the step between windows.
      padding: "SAME": windows may reach over the edge; "VALID": they may not.
      data_format: "NWC", or "NCW": channels before width.
      name: the name of the op and the scope of those around it.

    >>> run(max_pool1d(tf.reshape([1.0, 3.0, 2.0, 0.0], [1, 4, 1]), 2, 2, "VALID")).ravel()
    array([3., 2.], dtype=float32)
    """
    return _along_one_axis(MAX_POOL, "MaxPool1d", input, ksize, strides, padding, data_format, name)


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NWC", name: str | None = None
) -> Tensor:
    """The mean of each window that slides along sequences, over those of its cells that are inside.

    Args: see `max_pool1d`; the sequences are of floats.

    >>> run(avg_pool1d(tf.reshape([1.0, 3.0, 2.0, 0.0], [1, 4, 1]), 2, 2, "VALID")).ravel()
    array([2., 1.], dtype=float32)
    """
    return _along_one_axis(AVG_POOL, "AvgPool1D", input, ksize, strides, padding, data_format, name)


def _along_one_axis(
    opdef: OpDef, label: str, x: Any, ksize: Any, strides: Any, padding: Any, data_format: Any, name: str | None
) -> Tensor:
    with name_scope(name, label, [x]) as scope:
        data_format = "NWC" if data_format is None else data_format
        channels = 1 if data_format.startswith("NC") else 2
        ksize = [1, *per_axis("ksize", ksize, channels, 1)]
        strides = [1, *per_axis("strides", strides, channels, 1)]
        axis, image_format = (1, "NHWC") if data_format == "NWC" else (2, "NCHW")
        rows = expand_dims(x, axis)
        attrs = window_attributes(opdef.name, ksize, strides, padding, image_format)
        return squeeze(emit(opdef, rows, name=scope, **attrs), axis)


_POOLS: dict[tuple[str, int], Callable[..., Tensor]] = {
    ("MAX", 1): max_pool,
    ("MAX", 2): max_pool,
    ("MAX", 3): max_pool3d,
    ("AVG", 1): avg_pool,
    ("AVG", 2): avg_pool,
    ("AVG", 3): avg_pool3d,
}


def pool(
    input: Any,
    window_shape: Sequence[int],
    pooling_type: str,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Tensor:
    """Pooling along one, two or three axes.

    Args:
      input: [batch, an axis, ..., channels].
      window_shape: the window's size along each axis.
      pooling_type: "MAX" or "AVG".
      padding: "SAME" or "VALID".
      dilation_rate: the distances between the window's cells, ones by default.
      strides: the steps between windows, ones by default and where `dilation_rate` is not.
      name: the op's name.
      data_format: None, or where the channels are: "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW".
      dilations: another name of `dilation_rate`.

    Raises:
      ValueError: an argument is none of those that TF knows, or they do not fit each other.

    >>> run(pool(tf.reshape(tf.range(4.0), [1, 4, 1]), [2], "MAX", "VALID", dilation_rate=[2])).ravel()
    array([2., 3.], dtype=float32)
    """
    rate = one_of("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        x = convert_to_tensor(input, name="input")
        axes = len(window_shape)
        if not 1 <= axes <= 3:
            raise refusal("It is required that 1 <= num_spatial_dims <= 3.")
        x.shape.with_rank(axes + 2)
        steps, rate = strides_and_rate(axes, strides, rate)
        if padding == "SAME" and (rate > 1).any():
            raise refusal("pooling with SAME padding is not implemented for dilation_rate > 1")
        if np.any(steps > window_shape):
            raise refusal(
                "strides > window_shape not supported due to inconsistency between CPU and GPU implementations"
            )
        if (pooling_type, axes) not in _POOLS:
            raise refusal(f"{axes}-D {pooling_type} pooling is not supported.")
        function = _POOLS[pooling_type, axes]
        ksize, all_steps, inner_format, first = _as_images(window_shape, steps, data_format)

        def pooled(images: Tensor, axes: int, padding: str) -> Tensor:
            if axes == 1:
                images = expand_dims(images, first)
            y = function(images, ksize, all_steps, padding, inner_format, name=scope)
            return squeeze(y, [first]) if axes == 1 else y

        dims = range(first, first + axes)
        return with_space_to_batch(x, rate, padding, pooled, window_shape, dims)


def _as_images(
    window: Sequence[int], strides: Any, data_format: str | None
) -> tuple[list[int], list[int], str | None, int]:
    """Window and strides for all axes, the data format, and the first axis of the window; sequences become images."""
    channels_first = data_format is not None and data_format.startswith("NC")
    ksize, steps = ([1, 1, *sizes] if channels_first else [1, *sizes, 1] for sizes in (list(window), list(strides)))
    if len(window) == 1:
        if data_format not in (None, "NWC", "NCW"):
            raise refusal('data_format must be either "NWC" or "NCW".')
        ksize, steps = [1, *ksize], [1, *steps]
        data_format = "NCHW" if channels_first else "NHWC"
    return ksize, steps, data_format, 2 if channels_first else 1


def max_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
) -> Tensor:
    """The largest value in each window, along one, two or three axes.

    Args:
      input: a tensor [batch, an axis, ..., channels].
      ksize: the window's size: one number, one for each of the axes, or one for every axis there is.
      strides: the steps between windows, written likewise.
      padding: "SAME" or "VALID".
      data_format: None, or where the channels are: "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW".
      name: the op's name.

    Raises:
      ValueError: input has not three to five axes, or an argument is none of those that TF knows.

    >>> run(max_pool_v2(tf.reshape(tf.range(4.0), [1, 2, 2, 1]), 2, 2, "VALID")).ravel()
    array([3.], dtype=float32)
    """
    functions: dict[int, Callable[..., Tensor]] = {1: max_pool1d, 2: _max_pool2d, 3: max_pool3d}
    return _of_any_rank(functions, input, ksize, strides, padding, data_format, name)


def avg_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
) -> Tensor:
    """The mean of each window, along one, two or three axes.

    Args and errors: see `max_pool_v2`.

    >>> run(avg_pool_v2(tf.reshape(tf.range(4.0), [1, 2, 2, 1]), 2, 2, "VALID")).ravel()
    array([1.5], dtype=float32)
    """
    functions: dict[int, Callable[..., Tensor]] = {1: avg_pool1d, 2: _avg_pool2d, 3: avg_pool3d}
    return _of_any_rank(functions, input, ksize, strides, padding, data_format, name)


def _of_any_rank(
    functions: dict[int, Callable[..., Tensor]], x: Any, ksize: Any, strides: Any, padding: Any, data_format: Any,
    name: str | None,
) -> Tensor:  # fmt: skip
    axes = len(x.shape) - 2
    if not 1 <= axes <= 3:
        raise refusal(f"Input tensor must be of rank 3, 4 or 5 but was {axes + 2}.")
    channels = 1 if data_format is not None and data_format.startswith("NC") else axes + 1
    ksize = per_axis("ksize", ksize, channels, axes)
    strides = per_axis("strides", strides, channels, axes)
    if data_format is None:
        data_format = {1: None, 2: "NHWC", 3: "NDHWC"}[axes]
    return functions[axes](x, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)


def _max_pool2d(input: Any, name: str | None, **window: Any) -> Tensor:
    return emit(MAX_POOL, input, name=name, **window_attributes("MaxPool", **window))


def _avg_pool2d(input: Any, name: str | None, **window: Any) -> Tensor:
    return emit(AVG_POOL, input, name=name, **window_attributes("AvgPool", **window))
