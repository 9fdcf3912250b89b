"""tf.math: elementwise arithmetic, comparisons and logic."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.activation import softplus, softsign
from flowgraph.ops.add_n import accumulate_n
from flowgraph.ops.confusion import confusion_matrix
from flowgraph.ops.cumulative import cumprod, cumsum, cumulative_logsumexp
from flowgraph.ops.division import mod, reciprocal_no_nan, xdivy
from flowgraph.ops.histogram import bincount
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.incomplete import (
    bessel_i0, bessel_i0e, bessel_i1, bessel_i1e, betainc, igamma, igammac, lbeta, nextafter,
)
from flowgraph.ops.math import multiply_no_nan, scalar_mul, xlogy
from flowgraph.ops.ragged_public import (
    abs, acos, acosh, add, add_n, angle, asin, asinh, atan, atan2, atanh, ceil, conj, cos, cosh, digamma, div_no_nan
    as divide_no_nan, divide, equal, erf, erfc, exp, expm1, floor, floordiv, floormod, greater, greater_equal, imag,
    is_finite, is_inf, is_nan, less, less_equal, lgamma, log, log1p, log_sigmoid, logical_and, logical_not,
    logical_or, logical_xor, maximum, minimum, multiply, negative, not_equal, pow, real, reciprocal, reduce_all,
    reduce_any, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum, rint, round, rsqrt, sign, sin, sinh,
    sqrt, square, squared_difference, subtract, tan, truediv, unsorted_segment_max, unsorted_segment_mean,
    unsorted_segment_min, unsorted_segment_prod, unsorted_segment_sqrt_n, unsorted_segment_sum,
)
from flowgraph.ops.rank_checks import is_non_decreasing, is_strictly_increasing
from flowgraph.ops.ranking import argmax, argmin, in_top_k, top_k
from flowgraph.ops.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from flowgraph.ops.shaping import invert_permutation
from flowgraph.ops.softmax import log_softmax, softmax
from flowgraph.ops.special import polygamma, zeta
from flowgraph.ops.statistics import (
    count_nonzero, l2_normalize, reduce_euclidean_norm, reduce_logsumexp, reduce_std, reduce_variance, zero_fraction,
)
from flowgraph.ops.vectors import polyval

__all__ = [
    "abs", "accumulate_n", "acos", "acosh", "add", "add_n", "angle", "argmax", "argmin", "asin", "asinh", "atan",
    "atan2", "atanh", "bessel_i0", "bessel_i0e", "bessel_i1", "bessel_i1e", "betainc", "bincount", "ceil",
    "confusion_matrix", "conj", "cos", "cosh", "count_nonzero", "cumprod", "cumsum", "cumulative_logsumexp", "digamma",
    "divide", "divide_no_nan", "equal", "erf", "erfc", "exp", "expm1", "floor", "floordiv", "floormod", "greater",
    "greater_equal", "igamma", "igammac", "imag", "in_top_k", "invert_permutation", "is_finite", "is_inf", "is_nan",
    "is_non_decreasing", "is_strictly_increasing", "l2_normalize", "lbeta", "less", "less_equal", "lgamma", "log",
    "log1p", "log_sigmoid", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor", "maximum",
    "minimum", "mod", "multiply", "multiply_no_nan", "negative", "nextafter", "not_equal", "polygamma", "polyval",
    "pow", "real", "reciprocal", "reciprocal_no_nan", "reduce_all", "reduce_any", "reduce_euclidean_norm",
    "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_std", "reduce_sum",
    "reduce_variance", "rint", "round", "rsqrt", "scalar_mul", "segment_max", "segment_mean", "segment_min",
    "segment_prod", "segment_sum", "sigmoid", "sign", "sin", "sinh", "softmax", "softplus", "softsign", "sqrt",
    "square", "squared_difference", "subtract", "tan", "tanh", "top_k", "truediv", "unsorted_segment_max",
    "unsorted_segment_mean", "unsorted_segment_min", "unsorted_segment_prod", "unsorted_segment_sqrt_n",
    "unsorted_segment_sum", "xdivy", "xlogy", "zero_fraction", "zeta",
]

_absent.watch(__name__)
