"""tf.math: elementwise arithmetic, comparisons and logic."""

from flowgraph.ops.compare import (
    equal,
    greater,
    greater_equal,
    is_finite,
    is_inf,
    is_nan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from flowgraph.ops.complex import angle, conj, imag, real
from flowgraph.ops.division import div_no_nan as divide_no_nan
from flowgraph.ops.division import divide, floordiv, floormod, mod, reciprocal_no_nan, truediv, xdivy
from flowgraph.ops.hyperbolic import acosh, asinh, atanh, cosh, log_sigmoid, sigmoid, sinh, tanh
from flowgraph.ops.math import (
    add,
    maximum,
    minimum,
    multiply,
    multiply_no_nan,
    pow,
    scalar_mul,
    squared_difference,
    subtract,
    xlogy,
)
from flowgraph.ops.special import digamma, erf, erfc, lgamma, polygamma, zeta
from flowgraph.ops.trigonometry import acos, asin, atan, atan2, cos, sin, tan
from flowgraph.ops.unary import (
    abs,
    ceil,
    exp,
    expm1,
    floor,
    log,
    log1p,
    negative,
    reciprocal,
    rint,
    round,
    rsqrt,
    sign,
    sqrt,
    square,
)
from flowgraph.ops.activation import softplus, softsign
from flowgraph.ops.add_n import accumulate_n, add_n
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.ranking import argmax, argmin, in_top_k, top_k
from flowgraph.ops.reduction import (
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from flowgraph.ops.softmax import log_softmax, softmax
from flowgraph.ops.statistics import (
    count_nonzero,
    l2_normalize,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_std,
    reduce_variance,
    zero_fraction,
)
