"""tensorflow.python.ops.control_flow_ops: branches, loops, and what orders ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.assertion import Assert
from flowgraph.ops.case import case, switch_case
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import group, merge, no_op, switch, tuple, with_dependencies
from flowgraph.ops.loop_ops import exit
from flowgraph.ops.while_loop import while_loop

__all__ = [
    "Assert", "case", "cond", "exit", "group", "merge", "no_op", "switch", "switch_case", "tuple", "while_loop",
    "with_dependencies",
]

_absent.watch(__name__)
