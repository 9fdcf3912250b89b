"""Max pooling that also says where each maximum is, and its gradients."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import argmax_pool as kernel
from flowgraph.kernels.window import infer_output_size
from flowgraph.ops.activation import REAL_TYPES
from flowgraph.ops.attributes import choice, flag, ints
from flowgraph.ops.conv import four_axes
from flowgraph.ops.reduction import one_of
from flowgraph.sizes import Size, Sizes

_WINDOW = {"ksize": REQUIRED, "strides": REQUIRED}
_WHICH = {"padding": REQUIRED, "include_batch_in_index": False}
_TWO: dict[str, Any] = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1)}
_THREE: dict[str, Any] = {"ksize": (1, 3, 2, 1), "strides": (1, 2, 1, 1)}


class MaxPoolWithArgmax(NamedTuple):
    """What `max_pool_with_argmax` returns: the maxima, and the flat position of each."""

    output: Tensor
    argmax: Tensor


def _pooled_sizes(x: Any, ksize: Any, strides: Any, padding: str, **_: Any) -> list[Sizes]:
    out: list[Size] = list(four_axes(x))
    for axis in (1, 2, 3):
        out[axis] = infer_output_size(out[axis], ksize[axis], strides[axis], padding)
    return [tuple(out), tuple(out)]


def _forward(_xp: Any, x: Any, Targmax: Any, **attrs: Any) -> tuple[Any, Any]:
    maxima, places = kernel.max_pool_with_argmax(x, **attrs)
    return maxima, places.astype(Targmax.np)


def _gradient(op: Any, dy: Tensor, _: Any) -> list[Any]:
    attrs = {name: value for name, value in op.attrs.items() if name != "Targmax"}
    return [emit(MAX_POOL_GRAD_WITH_ARGMAX, op.inputs[0], dy, op.outputs[1], **attrs)]


MAX_POOL_WITH_ARGMAX = OpDef(
    "MaxPoolWithArgmax(input: T) -> (output: T, argmax: Targmax)",
    attrs={**_WINDOW, "Targmax": TypeAttr(INDEX, dt.int64), **_WHICH, "T": TypeAttr(REAL_TYPES)},
    infer=lambda x, Targmax, **attrs: _pooled_sizes(x, **attrs),
    forward=_forward,
    gradient=_gradient,
    cases=[
        case(FLOAT(2, 4, 4, 2, gap=0.05), padding="VALID", second=False, **_TWO),
        case(FLOAT(1, 5, 4, 1, gap=0.05), padding="SAME", second=False, **_THREE),
        case(FLOAT(2, 4, 4, 2, gap=0.05), padding="SAME", include_batch_in_index=True, second=False, **_TWO),
        case(FLOAT(0, 4, 4, 2), padding="VALID", second=False, **_TWO),
        case(RANDOM_INT(1, 4, 4, 1), padding="VALID", gradient=False, **_TWO),
    ],
)

_PLACES = INT([[[[1], [2]], [[11], [8]]]], dt.int64)

MAX_POOL_GRAD_WITH_ARGMAX = OpDef(
    "MaxPoolGradWithArgmax(input: T, grad: T, argmax: Targmax) -> output: T",
    attrs={**_WINDOW, **_WHICH, "Targmax": TypeAttr(INDEX), "T": TypeAttr(REAL_TYPES)},
    infer=lambda x, dy, argmax, **_: four_axes(x),
    forward=lambda xp, x, dy, argmax, include_batch_in_index, **_: kernel.max_pool_grad_with_argmax(
        x, dy, argmax, include_batch_in_index
    ),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 4, 4, 1), FLOAT(1, 2, 2, 1), _PLACES, padding="SAME", gradient=False, **_TWO)],
)

MAX_POOL_GRAD_GRAD_WITH_ARGMAX = OpDef(
    "MaxPoolGradGradWithArgmax(input: T, grad: T, argmax: Targmax) -> output: T",
    attrs={**_WINDOW, **_WHICH, "Targmax": TypeAttr(INDEX), "T": TypeAttr(REAL_TYPES)},
    infer=lambda x, d, argmax, ksize, strides, padding, **_: _pooled_sizes(x, ksize, strides, padding)[0],
    forward=lambda xp, x, d, argmax, include_batch_in_index, **_: kernel.max_pool_grad_grad_with_argmax(
        x, d, argmax, include_batch_in_index
    ),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 4, 4, 1), FLOAT(1, 4, 4, 1), _PLACES, padding="SAME", gradient=False, **_TWO)],
)


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    Targmax: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> MaxPoolWithArgmax:
    """The largest value in each window that slides over images, and where it is.

    Args:
      input: images [batch, rows, columns, channels], of a real number type.
      ksize: the window's size, one number for each axis of the images.
      strides: the steps between windows, written likewise.
      padding: "SAME": windows may reach over the edge; "VALID": they may not.
      data_format: only "NHWC".
      Targmax: the positions' dtype, int64 or int32.
      name: the op's name.
      output_dtype: another name of `Targmax`.
      include_batch_in_index: whether positions count through the whole batch instead of through one image.

    Returns:
      (output, argmax): a position is (row * columns + column) * channels + channel.

    Raises:
      ValueError: an argument is none of those that TF knows.

    >>> maxima, places = max_pool_with_argmax(tf.reshape(tf.range(4.0), [1, 2, 2, 1]), [1, 2, 2, 1], [1] * 4, "VALID")
    >>> run([maxima, places])[1].ravel()
    array([3])
    """
    if data_format != "NHWC":
        line = "Data formats other than 'NHWC' are not yet supported"
        raise ValueError(errors.explain(line, where=user_site()))
    dtype = one_of("output_dtype", output_dtype, "Targmax", Targmax)
    function, op_type = "max_pool_with_argmax", "MaxPoolWithArgmax"
    attrs = {
        "ksize": ints("ksize", ksize, function, 4, op_type),
        "strides": ints("strides", strides, function, 4, op_type),
        "Targmax": dt.int64 if dtype is None else dtype,
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
        "include_batch_in_index": flag("include_batch_in_index", include_batch_in_index),
    }
    return MaxPoolWithArgmax(*emit(MAX_POOL_WITH_ARGMAX, input, name=name, **attrs))
