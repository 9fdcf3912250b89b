"""tensorflow.contrib.framework.python.ops: shared arguments and variables of `tf.contrib.framework`."""

import sys as _sys

from flowgraph.contrib import framework as _framework
from flowgraph.variables import arg_scope as _arg_scope
from flowgraph.variables import framework as variables

__all__ = ["variables"]

_sys.modules[f"{__name__}.variables"] = variables
_sys.modules[f"{__name__}.arg_scope"] = _arg_scope  # the name itself, as in TF, is the function


def __getattr__(name: str) -> object:
    return getattr(_framework, name)
