"""How often values occur: counts of whole numbers, and histograms of bins of one width."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.constant import constant
from flowgraph.sizes import Sizes

_COUNTABLE = (dt.int32, dt.int64, dt.float32, dt.float64)


def _refuse_axes(x: Any) -> None:
    if x.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(x.sizes)}")


# -- bincount ------------------------------------------------------------------------------------------------


def _bins_sizes(_arr: Any, size: Any, _weights: Any) -> Sizes:
    _refuse_axes(size)
    known = size.constant()
    if known is not None and known < 0:
        raise ValueError(f"size ({int(known)}) must be non-negative")
    return (None if known is None else int(known),)


def _bincount(xp: Any, arr: Any, size: Any, weights: Any) -> Any:
    if size < 0:
        raise errors.InvalidArgumentError(None, None, f"size ({int(size)}) must be non-negative")
    if arr.size and arr.min() < 0:
        raise errors.InvalidArgumentError(None, None, "Input arr must be non-negative!")
    counts = xp.zeros(int(size), weights.dtype)
    inside = arr < size
    xp.add.at(counts, arr[inside], weights[inside] if weights.size else weights.dtype.type(1))
    return counts


BINCOUNT = OpDef(
    "Bincount(arr: int32, size: int32, weights: T) -> bins: T",
    attrs={"T": TypeAttr(_COUNTABLE)},
    infer=_bins_sizes,
    forward=_bincount,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(1, 2, 7, 1), INT(3), VALUE([1.0, 2.0, 3.0, 5.0])),
        case(INT([[1, 2], [0, 2]]), INT(5), INTS(dtype=dt.int64)),
        case(INTS(), INT(0), FLOAT(0)),
    ],
)


def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = dt.int32
) -> Tensor:
    """How often each of the numbers 0, 1, 2 ... occurs; or, with weights, the sum of the weights at its places.

    Args:
      arr: int32, of any shape, none negative.
      weights: a tensor of the shape of `arr`; None: each place counts 1.
      minlength: the least length of the result, zeros at its end; it is as long as the largest number needs otherwise.
      maxlength: the greatest length of the result; numbers beyond it are not counted.
      dtype: that of the result without weights.

    Raises:
      InvalidArgumentError: when run, where a number is negative.

    >>> run(bincount([1, 1, 3]))
    array([0, 2, 0, 1], dtype=int32)
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.math import maximum, minimum
    from flowgraph.ops.reduction import reduce_max, reduce_prod
    from flowgraph.ops.segment import unsorted_segment_sum

    with name_scope("bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype=dt.int32)
        has_entries = reduce_prod(shape(arr)) > 0
        length = cast(has_entries, dt.int32) * (reduce_max(arr) + 1)
        if minlength is not None:
            length = maximum(convert_to_tensor(minlength, name="minlength", dtype=dt.int32), length)
        if maxlength is not None:
            length = minimum(convert_to_tensor(maxlength, name="maxlength", dtype=dt.int32), length)
        if weights is not None:
            return unsorted_segment_sum(convert_to_tensor(weights, name="weights"), arr, length)
        return emit(BINCOUNT, arr, length, constant([], dtype))


# -- histograms ----------------------------------------------------------------------------------------------


def _histogram_sizes(_values: Any, value_range: Any, nbins: Any, *, dtype: Any) -> Sizes:
    del dtype
    if value_range.sizes is not None:
        if len(value_range.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(value_range.sizes)}")
        if value_range.sizes[0] not in (None, 2):
            raise ValueError(f"Dimension must be 2 but is {value_range.sizes[0]}")
    _refuse_axes(nbins)
    count = nbins.constant()
    if count is not None and count <= 0:
        raise ValueError(f"Requires nbins > 0: {int(count)}")
    return (None if count is None else int(count),)


def _histogram_failure(_values: Any, value_range: Any, nbins: Any, *, dtype: Any) -> str | None:
    del dtype
    if value_range.ndim != 1:
        return "value_range should be a vector."
    if value_range.shape != (2,):
        return "value_range should be a vector of 2 elements."
    if nbins.ndim:
        return "nbins should be a scalar."
    if not value_range[0] < value_range[1]:
        low, high = value_range.tolist()
        return f"value_range should satisfy value_range[0] < value_range[1], but got '[{low:g}, {high:g}]'"
    return f"nbins should be a positive number, but got '{nbins}'" if nbins <= 0 else None


def _histogram(xp: Any, values: Any, value_range: Any, nbins: Any, *, dtype: Any) -> Any:
    if _histogram_failure(values, value_range, nbins, dtype=dtype):
        raise ValueError("a range or a number of bins that makes no histogram")
    low, high = value_range
    # the width of a bin and the division are float64 whatever the values are, as in TF
    width = float(high - low) / int(nbins)
    bins = (values.ravel() - low).astype(xp.float64) / width
    inside = xp.clip(bins, 0, int(nbins) - 1).astype(xp.int64)
    return xp.bincount(inside, minlength=int(nbins)).astype(dtype.np)


HISTOGRAM_FIXED_WIDTH = OpDef(
    "HistogramFixedWidth(values: T, value_range: T, nbins: int32) -> out: dtype",
    attrs={"T": TypeAttr(_COUNTABLE), "dtype": TypeAttr(INDEX, dt.int32)},
    infer=_histogram_sizes,
    forward=_histogram,
    failure=_histogram_failure,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(20), VALUE([-1.0, 1.5]), INT(5)),
        case(INT([[1, 2, 5], [9, -1, 4]]), INTS(0, 5), INT(3), dtype=dt.int64),
        case(FLOAT(0), VALUE([0.0, 1.0]), INT(2)),
    ],
)


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dt.int32, name: str | None = None
) -> Tensor:
    """How many values fall into each of `nbins` bins of one width; those outside the range go to the outermost bins.

    Args:
      values: a tensor of int32, int64, float32 or float64.
      value_range: [low, high], of the dtype of `values`.
      nbins: the number of bins.
      dtype: that of the result, int32 or int64.
      name: the op's name.

    Raises:
      InvalidArgumentError: when run, where low is not below high.

    >>> run(histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5))
    array([2, 1, 1, 0, 2], dtype=int32)
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return emit(HISTOGRAM_FIXED_WIDTH, values, value_range, nbins, dtype=dt.as_dtype(dtype), name=scope)


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dt.int32, name: str | None = None
) -> Tensor:
    """Into which of `nbins` bins of one width each value falls; see `histogram_fixed_width`.

    Args:
      values: a tensor of a real number type.
      value_range: [low, high], of the dtype of `values`.
      nbins: the number of bins.
      dtype: int32; TF 1.15 gives int32 whatever is asked for, so anything else is refused here.
      name: the name of the scope of its ops.

    Raises:
      ValueError: another `dtype` is asked for.

    >>> run(histogram_fixed_width_bins([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5))
    array([0, 0, 1, 2, 4, 4], dtype=int32)
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.clip import clip_by_value
    from flowgraph.ops.division import truediv
    from flowgraph.ops.unary import floor

    if dt.as_dtype(dtype) != dt.int32:
        raise ValueError("the bins are int32; cast them to have another dtype")
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        values_shape = shape(values)
        values = reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dt.int32, name="nbins")
        count = cast(nbins, values.dtype)
        scaled = truediv(values - value_range[0], value_range[1] - value_range[0], name="scaled_values")
        bins = floor(count * scaled, name="indices")
        return reshape(cast(clip_by_value(bins, 0, count - 1), dt.int32), values_shape)
