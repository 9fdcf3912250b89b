"""tensorflow.python.ops.math_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    abs, accumulate_n, acos, acosh, add, add_n, angle, arg_max, arg_min, argmax, argmin, asin, asinh, atan, atan2,
    atanh, betainc, bincount, cast, ceil, complex, conj, cos, cosh, count_nonzero, cross, cumprod, cumsum,
    digamma, div, div_no_nan, divide, equal, erf, erfc, exp, expm1, floor, floor_div, floordiv, floormod, greater,
    greater_equal, igamma, igammac, imag, is_finite, is_inf, is_nan, less, less_equal, lgamma, lin_space,
    linspace, log, log1p, log_sigmoid, logical_and, logical_not, logical_or, logical_xor, matmul, maximum,
    minimum, mod, multiply, negative, not_equal, polygamma, pow, range, real, realdiv, reciprocal, reduce_all,
    reduce_any, reduce_logsumexp, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum, rint, round,
    rsqrt, saturate_cast, scalar_mul, segment_max, segment_mean, segment_min, segment_prod, segment_sum, sigmoid,
    sign, sin, sinh, sparse_matmul, sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum, sqrt, square,
    squared_difference, subtract, tan, tanh, tensordot, to_bfloat16, to_complex128, to_complex64, to_double,
    to_float, to_int32, to_int64, trace, truediv, truncatediv, truncatemod, unsorted_segment_max,
    unsorted_segment_mean, unsorted_segment_min, unsorted_segment_prod, unsorted_segment_sqrt_n,
    unsorted_segment_sum, zeta,
)
from flowgraph.linalg import matvec
from flowgraph.math import (
    bessel_i0e, bessel_i1e, cumulative_logsumexp, multiply_no_nan, nextafter, polyval, reciprocal_no_nan,
    reduce_euclidean_norm, reduce_std, reduce_variance, xdivy, xlogy,
)

__all__ = [
    "abs", "accumulate_n", "acos", "acosh", "add", "add_n", "angle", "arg_max", "arg_min", "argmax", "argmin",
    "asin", "asinh", "atan", "atan2", "atanh", "bessel_i0e", "bessel_i1e", "betainc", "bincount", "cast", "ceil",
    "complex", "conj", "cos", "cosh", "count_nonzero", "cross", "cumprod", "cumsum", "cumulative_logsumexp",
    "digamma", "div", "div_no_nan", "divide", "equal", "erf", "erfc", "exp", "expm1", "floor", "floor_div",
    "floordiv", "floormod", "greater", "greater_equal", "igamma", "igammac", "imag", "is_finite", "is_inf",
    "is_nan", "less", "less_equal", "lgamma", "lin_space", "linspace", "log", "log1p", "log_sigmoid",
    "logical_and", "logical_not", "logical_or", "logical_xor", "matmul", "matvec", "maximum", "minimum", "mod",
    "multiply", "multiply_no_nan", "negative", "nextafter", "not_equal", "polygamma", "polyval", "pow", "range",
    "real", "realdiv", "reciprocal", "reciprocal_no_nan", "reduce_all", "reduce_any", "reduce_euclidean_norm",
    "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_std", "reduce_sum",
    "reduce_variance", "rint", "round", "rsqrt", "saturate_cast", "scalar_mul", "segment_max", "segment_mean",
    "segment_min", "segment_prod", "segment_sum", "sigmoid", "sign", "sin", "sinh", "sparse_matmul",
    "sparse_segment_mean", "sparse_segment_sqrt_n", "sparse_segment_sum", "sqrt", "square", "squared_difference",
    "subtract", "tan", "tanh", "tensordot", "to_bfloat16", "to_complex64", "to_complex128", "to_double",
    "to_float", "to_int32", "to_int64", "trace", "truediv", "truncatediv", "truncatemod", "unsorted_segment_max",
    "unsorted_segment_mean", "unsorted_segment_min", "unsorted_segment_prod", "unsorted_segment_sqrt_n",
    "unsorted_segment_sum", "xdivy", "xlogy", "zeta",
]

_absent.watch(__name__)
