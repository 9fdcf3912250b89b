"""tensorflow.python.ops.numerics."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import add_check_numerics_ops, verify_tensor_all_finite

__all__ = ["add_check_numerics_ops", "verify_tensor_all_finite"]

_absent.watch(__name__)
