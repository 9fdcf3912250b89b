"""What old scripts import from inside TensorFlow (`from tensorflow.python.framework import ops`), as far as it is here.

Nothing of this is meant for new code: every name is one of `tf`.
"""

from flowgraph import absent as _absent
from flowgraph.python import pywrap_tensorflow

__all__ = ["pywrap_tensorflow"]

_absent.watch(__name__)
