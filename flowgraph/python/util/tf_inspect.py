"""tensorflow.python.util.tf_inspect."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.platform.inspecting import (
    ArgSpec, currentframe, getargspec, getcallargs, getdoc, getfile, getfullargspec, getmembers, getmodule,
    getmro, getsource, getsourcefile, getsourcelines, isbuiltin, isclass, isframe, isfunction, isgenerator,
    isgeneratorfunction, ismethod, ismodule, isroutine, stack,
)

__all__ = [
    "ArgSpec", "currentframe", "getargspec", "getcallargs", "getdoc", "getfile", "getfullargspec", "getmembers",
    "getmodule", "getmro", "getsource", "getsourcefile", "getsourcelines", "isbuiltin", "isclass", "isframe",
    "isfunction", "isgenerator", "isgeneratorfunction", "ismethod", "ismodule", "isroutine", "stack",
]

_absent.watch(__name__)
