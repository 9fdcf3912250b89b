"""The numpy engine: a flat list of prebound calls into preallocated buffers.

    Program ──► facts ──► passes ──► binder ──► Frame
              (passes/facts.py)      (binder.py)  for function, arguments in calls: function(*arguments)

For each set of feed shapes a Program is optimized (`flowgraph.passes`) and bound once: views are taken in advance, and
steps with a kernel (`kernels/`) write into buffers that are shared by values whose lives do not overlap. A bound frame
belongs to one run at a time; runs borrow frames from a pool, so any number of threads may run.
"""

from flowgraph.engines.numpy.executable import NumpyEngine as NumpyEngine
from flowgraph.engines.numpy.executable import NumpyExecutable as NumpyExecutable
