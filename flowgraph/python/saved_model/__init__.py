"""tensorflow.python.saved_model: the modules of `tf.saved_model`, under a second name."""

# fmt: off
# ruff: noqa: I001  # names in wrapped lists
import sys as _sys

from flowgraph import absent as _absent
from flowgraph.saved_model import (
    builder, constants, loader, main_op, signature_constants, signature_def_utils, tag_constants, utils,
)

__all__ = [
    "builder", "constants", "loader", "main_op", "signature_constants", "signature_def_utils", "tag_constants", "utils",
]

for _name in __all__:
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]

_absent.watch(__name__)
