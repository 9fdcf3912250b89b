"""tensorflow.python.ops.distributions.normal."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.distributions import Normal

__all__ = ["Normal"]

_absent.watch(__name__)
