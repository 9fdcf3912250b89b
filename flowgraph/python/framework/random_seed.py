"""tensorflow.python.framework.random_seed."""

from flowgraph import absent as _absent
from flowgraph import get_seed, set_random_seed

__all__ = ["get_seed", "set_random_seed"]

_absent.watch(__name__)
