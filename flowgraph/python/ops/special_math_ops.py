"""tensorflow.python.ops.special_math_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import einsum, lbeta
from flowgraph.math import bessel_i0, bessel_i1

__all__ = ["bessel_i0", "bessel_i1", "einsum", "lbeta"]

_absent.watch(__name__)
