"""tensorflow.python.ops.distributions.bernoulli."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.distributions import Bernoulli

__all__ = ["Bernoulli"]

_absent.watch(__name__)
