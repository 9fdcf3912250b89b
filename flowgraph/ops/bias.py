"""Adding a bias to the channels of a tensor, and the layers made of a product and a bias."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.cases import FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.channels import PIECE, add_to_channels, channel_sums
from flowgraph.ops.activation import relu
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.sizes import Sizes, to_text

_ATTRS = {"T": TypeAttr(NUMBER_TYPES), "data_format": "NHWC"}


def _check_rank(value: Any, data_format: str) -> None:
    least = 3 if data_format == "NCHW" else 2
    if value.sizes is not None and len(value.sizes) < least:
        raise ValueError(f"Shape must be at least rank {least} but is rank {len(value.sizes)}")


def _biased_sizes(value: Any, bias: Any, *, data_format: str) -> Sizes:
    _check_rank(value, data_format)
    if bias.sizes is not None and len(bias.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(bias.sizes)}")
    if value.sizes is None or bias.sizes is None:
        return value.sizes
    axis = 1 if data_format == "NCHW" else len(value.sizes) - 1
    channels, count = value.sizes[axis], bias.sizes[0]
    if channels is not None and count is not None and channels != count:
        raise ValueError(f"Dimensions must be equal, but are {channels} and {count}")
    return (*value.sizes[:axis], count if channels is None else channels, *value.sizes[axis + 1 :])


def _bias_add(_xp: Any, value: Any, bias: Any, *, data_format: str, out: Any = None) -> Any:
    """The sum; `out`, if given, is where it goes."""
    first = data_format == "NCHW"
    least, axis = (3, 1) if first else (2, value.ndim - 1)
    if value.ndim < least or bias.shape != value.shape[axis : axis + 1]:
        raise ValueError("shapes do not fit")  # which numpy might broadcast
    if value.dtype in (np.float32, np.float64) and value.size > PIECE:
        return add_to_channels(value, bias, first, out)
    return np.add(value, bias.reshape(-1, *(1,) * (value.ndim - 1 - axis)), out)


def _bias_failure(value: Any, bias: Any, *, data_format: str) -> str:
    """TF's words for a bias that does not fit."""
    if value.ndim < 2:
        return f"Input tensor must be at least 2D: {to_text(value.shape)}"
    if bias.ndim != 1:
        return f"Biases must be 1D: {to_text(bias.shape)}"
    if data_format == "NCHW" and value.ndim < 3:
        return f"Only ranks up to 5 supported: {to_text(value.shape)}"
    return (
        "Must provide as many biases as the last dimension of the input tensor: "
        f"{to_text(bias.shape)} vs. {to_text(value.shape)}"
    )


BIAS_ADD = OpDef(
    "BiasAdd(value: T, bias: T) -> output: T",
    attrs=_ATTRS,
    infer=_biased_sizes,
    forward=_bias_add,
    failure=_bias_failure,
    gradient=lambda op, dy: [dy, bias_add_grad(dy, op.attrs["data_format"])],
    cases=[
        case(FLOAT(2, 3), FLOAT(3)),
        case(FLOAT(2, 2, 2, 3), FLOAT(3)),
        case(FLOAT(2, 3, 2), FLOAT(3), data_format="NCHW"),
        case(FLOAT(0, 3), FLOAT(3)),
        case(HALF(2, 3), HALF(3), gradient=False),
        case(RANDOM_INT(2, 3), RANDOM_INT(3), gradient=False),
    ],
)


def _channel_sums(xp: Any, dy: Any, *, data_format: str) -> Any:
    first = data_format == "NCHW"
    if dy.dtype in (np.float32, np.float64) and dy.ndim > 1 + first:
        return channel_sums(dy, first)
    channels = 1 if first else dy.ndim - 1
    return xp.sum(dy, axis=tuple(axis for axis in range(dy.ndim) if axis != channels), dtype=dy.dtype)


def _channel_sizes(dy: Any, *, data_format: str) -> Sizes:
    _check_rank(dy, data_format)
    if dy.sizes is None:
        return (None,)
    return (dy.sizes[1 if data_format == "NCHW" else -1],)


def _bias_add_grad_grad(op: Any, d: Tensor) -> list[Any]:
    """Repeat the gradient of the bias along all other axes."""
    from flowgraph.ops.array import ones_like, reshape, shape
    from flowgraph.ops.joining import concat
    from flowgraph.ops.shaping import tile

    full, channels = shape(op.inputs[0]), shape(d)
    if op.attrs["data_format"] == "NCHW":
        expanded = concat([ones_like(full[:1]), channels, ones_like(full[2:])], 0)
        repeats = concat([full[:1], [1], full[2:]], 0)
    else:
        expanded = concat([ones_like(full[:-1]), channels], 0)
        repeats = concat([full[:-1], [1]], 0)
    return [tile(reshape(d, expanded), repeats)]


BIAS_ADD_GRAD = OpDef(
    "BiasAddGrad(out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=_channel_sizes,
    forward=_channel_sums,
    failure=lambda dy, *, data_format: f"Input tensor must be at least 2D: {to_text(dy.shape)}",
    gradient=_bias_add_grad_grad,
    cases=[
        case(FLOAT(2, 3)),
        case(FLOAT(2, 2, 2, 3)),
        case(FLOAT(2, 3, 2), data_format="NCHW"),
        case(FLOAT(0, 3)),
        case(HALF(2, 3), gradient=False),
    ],
)


def bias_add_grad(out_backprop: Any, data_format: str = "NHWC", name: str | None = None) -> Tensor:
    """The gradient of `bias_add` for the bias: the sum over all axes but the channels."""
    return emit(BIAS_ADD_GRAD, out_backprop, data_format=data_format, name=name)


def bias_add(value: Any, bias: Any, data_format: Any = None, name: str | None = None) -> Tensor:
    """Add a number to each channel: `value + bias`, in which nothing but the bias is ever broadcast.

    Args:
      value: a tensor of a number type, of rank 2 or more.
      bias: a vector of the same dtype, as long as `value` has channels.
      data_format: "N...C" (the default): channels are the last axis; "NC...": they are the second.
      name: the op's name.

    Raises:
      ValueError: the sizes differ, or `data_format` is neither.

    >>> run(bias_add([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0]))
    array([[11., 22.],
           [13., 24.]], dtype=float32)
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        if data_format is not None:
            if data_format.startswith("NC"):
                data_format = "NCHW"
            elif data_format.startswith("N") and data_format.endswith("C"):
                data_format = "NHWC"
            else:
                raise ValueError("data_format must be of the form `N...C` or `NC...`")
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return emit(BIAS_ADD, value, bias, data_format=data_format, name=scope)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """The linear layer x @ weights + biases.

    Args:
      x: a matrix, a row for each example.
      weights: a matrix.
      biases: a vector.
      name: the op's name.

    >>> run(xw_plus_b([[1.0, 2.0]], [[3.0], [4.0]], [100.0]))
    array([[111.]], dtype=float32)
    """
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return bias_add(matmul(x, weights), biases, name=scope)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """`relu` of x @ weights + biases.

    Args: see `xw_plus_b`.

    >>> run(relu_layer([[1.0, 2.0]], [[3.0, -3.0], [4.0, -4.0]], [0.0, 0.0]))
    array([[11.,  0.]], dtype=float32)
    """
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return relu(bias_add(matmul(x, weights), biases), name=scope)
