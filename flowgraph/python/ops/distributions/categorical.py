"""tensorflow.python.ops.distributions.categorical."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.distributions import Categorical

__all__ = ["Categorical"]

_absent.watch(__name__)
