"""Grayscale morphology: dilation and erosion of images, with their gradients."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.cases import FLOAT, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import dilation as kernel
from flowgraph.kernels.window import infer_output_size
from flowgraph.ops.activation import REAL_TYPES
from flowgraph.ops.attributes import choice, ints
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.conv import four_axes
from flowgraph.ops.reduction import one_of
from flowgraph.ops.unary import negative
from flowgraph.sizes import Size, Sizes

_ATTRS = {"T": TypeAttr(REAL_TYPES), "strides": REQUIRED, "rates": REQUIRED, "padding": REQUIRED}


def _three(w: Any) -> tuple[Size, ...]:
    if w.sizes is None:
        return (None, None, None)
    if len(w.sizes) != 3:
        raise ValueError(f"Shape must be rank 3 but is rank {len(w.sizes)}")
    return tuple(w.sizes)


def _dilated_sizes(x: Any, w: Any, *, strides: Any, rates: Any, padding: str) -> Sizes:
    for what, numbers in (("stride", strides), ("rates", rates)):
        if len(numbers) != 4:
            line = f"Dilation2D requires the {what} attribute to contain 4 values, but got: {len(numbers)}"
            raise ValueError(line)
    out: list[Size] = list(four_axes(x))
    window = _three(w)
    if None not in (out[3], window[2]) and out[3] != window[2]:
        raise ValueError(f"Dimensions must be equal, but are {out[3]} and {window[2]}")
    out[3] = window[2] if out[3] is None else out[3]
    for axis in (1, 2):
        out[axis] = infer_output_size(out[axis], window[axis - 1], strides[axis], padding, rates[axis])
    return tuple(out)


def _gradient(op: Any, dy: Tensor) -> list[Any]:
    return [emit(opdef, *op.inputs, dy, **op.attrs) for opdef in (DILATION_BACKPROP_INPUT, DILATION_BACKPROP_FILTER)]


_ONE: dict[str, Any] = {"strides": (1, 1, 1, 1), "rates": (1, 1, 1, 1)}
_SPARSE: dict[str, Any] = {"strides": (1, 2, 1, 1), "rates": (1, 1, 2, 1)}

DILATION_BACKPROP_INPUT: OpDef = OpDef(
    "Dilation2DBackpropInput(input: T, filter: T, out_backprop: T) -> in_backprop: T",
    attrs=_ATTRS,
    infer=lambda x, w, dy, **_: x.sizes,
    forward=lambda xp, x, w, dy, **attrs: kernel.dilation2d_backprop_input(x, w, dy, **attrs),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(1, 3, 4, 2), FLOAT(2, 2, 2), FLOAT(1, 3, 4, 2), padding="SAME", gradient=False, **_ONE),
        case(FLOAT(1, 3, 4, 1), FLOAT(2, 2, 1), FLOAT(1, 1, 2, 1), padding="VALID", gradient=False, **_SPARSE),
    ],
)

DILATION_BACKPROP_FILTER: OpDef = OpDef(
    "Dilation2DBackpropFilter(input: T, filter: T, out_backprop: T) -> filter_backprop: T",
    attrs=_ATTRS,
    infer=lambda x, w, dy, **_: w.sizes,
    forward=lambda xp, x, w, dy, **attrs: kernel.dilation2d_backprop_filter(x, w, dy, **attrs),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(1, 3, 4, 2), FLOAT(2, 2, 2), FLOAT(1, 3, 4, 2), padding="SAME", gradient=False, **_ONE),
        case(FLOAT(1, 3, 4, 1), FLOAT(2, 2, 1), FLOAT(1, 1, 2, 1), padding="VALID", gradient=False, **_SPARSE),
    ],
)

DILATION = OpDef(
    "Dilation2D(input: T, filter: T) -> output: T",
    attrs=_ATTRS,
    infer=_dilated_sizes,
    forward=lambda xp, x, w, **attrs: kernel.dilation2d(x, w, **attrs),
    gradient=_gradient,
    cases=[
        case(FLOAT(2, 3, 4, 2), FLOAT(2, 2, 2), padding="SAME", second=False, **_ONE),
        case(FLOAT(1, 5, 4, 1), FLOAT(2, 2, 1), padding="VALID", second=False, **_SPARSE),
        case(RANDOM_INT(1, 3, 3, 1), RANDOM_INT(2, 2, 1), padding="SAME", gradient=False, **_ONE),
        case(FLOAT(0, 3, 3, 1), FLOAT(2, 2, 1), padding="SAME", second=False, **_ONE),
    ],
)


def _attributes(strides: Any, rates: Any, padding: Any) -> dict[str, Any]:
    function, op_type = "dilation2d", "Dilation2D"
    return {
        "strides": ints("strides", strides, function, 4, op_type),
        "rates": ints("rates", rates, function, 4, op_type),
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
    }


def dilation2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The largest sum of an image's cells and a filter's in each window: bright spots grow (grayscale dilation).

    Args:
      input: images [batch, rows, columns, channels], of a real number type.
      filter: [rows, columns, channels], of the same dtype.
      strides: the steps between windows, one number for each axis of the images.
      rates: the distances between the filter's cells, written likewise.
      padding: "SAME": windows may reach over the edge, where they find nothing; "VALID": they may not.
      name: the op's name.
      filters, dilations: other names of `filter` and `rates`.

    Raises:
      ValueError: the shapes do not fit, or an argument is none of those that TF knows.

    >>> image = tf.reshape([1.0, 5.0, 2.0], [1, 1, 3, 1])
    >>> run(dilation2d(image, tf.zeros([1, 3, 1]), [1, 1, 1, 1], [1, 1, 1, 1], "SAME")).ravel()
    array([5., 5., 5.], dtype=float32)
    """
    filter = one_of("filters", filters, "filter", filter)
    rates = one_of("dilations", dilations, "rates", rates)
    return emit(DILATION, input, filter, name=name, **_attributes(strides, rates, padding))


def erosion2d(value: Any, kernel: Any, strides: Any, rates: Any, padding: Any, name: str | None = None) -> Tensor:
    """The smallest difference of an image's cells and a filter's in each window: dark spots grow (grayscale erosion).

    Args:
      value: images [batch, rows, columns, channels], of a real number type.
      kernel: [rows, columns, channels], of the same dtype.
      strides, rates, padding: as for `dilation2d`.
      name: the name of the op and the scope of those around it.

    >>> image = tf.reshape([1.0, 5.0, 2.0], [1, 1, 3, 1])
    >>> run(erosion2d(image, tf.zeros([1, 3, 1]), [1, 1, 1, 1], [1, 1, 1, 1], "SAME")).ravel()
    array([1., 1., 2.], dtype=float32)
    """
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        upside_down = negative(value)
        mirrored = reverse(kernel, [0, 1])
        return negative(emit(DILATION, upside_down, mirrored, name=scope, **_attributes(strides, rates, padding)))
