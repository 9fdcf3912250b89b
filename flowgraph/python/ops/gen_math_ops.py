"""tensorflow.python.ops.gen_math_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    acos, acosh, add, add_n, arg_max, arg_min, asin, asinh, atan, atan2, atanh, betainc, ceil, cos, cosh,
    cross, digamma, div, div_no_nan, erf, erfc, exp, expm1, floor, floor_div, greater, greater_equal,
    igamma, igammac, is_finite, is_inf, is_nan, less, less_equal, lgamma, lin_space, log, log1p,
    logical_and, logical_not, logical_or, maximum, minimum, mod, polygamma, reciprocal, rint, round,
    rsqrt, segment_max, segment_mean, segment_min, segment_prod, segment_sum, sigmoid, sign, sin, sinh,
    sqrt, square, squared_difference, tan, tanh, unsorted_segment_max, unsorted_segment_min,
    unsorted_segment_prod, unsorted_segment_sum, zeta,
)
from flowgraph.math import bessel_i0e, bessel_i1e, xdivy, xlogy

__all__ = [
    "acos", "acosh", "add", "add_n", "arg_max", "arg_min", "asin", "asinh", "atan", "atan2", "atanh",
    "bessel_i0e", "bessel_i1e", "betainc", "ceil", "cos", "cosh", "cross", "digamma", "div", "div_no_nan",
    "erf", "erfc", "exp", "expm1", "floor", "floor_div", "greater", "greater_equal", "igamma", "igammac",
    "is_finite", "is_inf", "is_nan", "less", "less_equal", "lgamma", "lin_space", "log", "log1p",
    "logical_and", "logical_not", "logical_or", "maximum", "minimum", "mod", "polygamma", "reciprocal",
    "rint", "round", "rsqrt", "segment_max", "segment_mean", "segment_min", "segment_prod", "segment_sum",
    "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "squared_difference", "tan", "tanh",
    "unsorted_segment_max", "unsorted_segment_min", "unsorted_segment_prod", "unsorted_segment_sum",
    "xdivy", "xlogy", "zeta",
]

_absent.watch(__name__)
