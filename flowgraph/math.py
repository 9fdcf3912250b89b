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
from flowgraph.ops.hyperbolic import acosh, asinh, atanh, cosh, sigmoid, sinh, tanh
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
