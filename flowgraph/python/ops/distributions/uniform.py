"""tensorflow.python.ops.distributions.uniform."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.distributions import Uniform

__all__ = ["Uniform"]

_absent.watch(__name__)
