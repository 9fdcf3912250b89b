"""`tf.compat`: text and bytes, types of numbers, and `tf.compat.v1`, which is flowgraph itself:
`import flowgraph.compat.v1 as tf` and `tf.disable_v2_behavior()`, as scripts for both TensorFlows begin, work.

Beside TF's names there are two of flowgraph's own: `install()`, after which `import tensorflow as tf` means flowgraph,
and `uninstall()`.
"""

import sys as _sys

import flowgraph as v1
from flowgraph import absent as _absent
from flowgraph import aliases as _aliases
from flowgraph.aliases.stand_in import install as install
from flowgraph.aliases.stand_in import uninstall as uninstall
from flowgraph.platform.compat import (
    as_bytes,
    as_str_any,
    as_text,
    bytes_or_text_types,
    complex_types,
    forward_compatibility_horizon,
    forward_compatible,
    integral_types,
    path_to_str,
    real_types,
)
from flowgraph.platform.compat import as_text as as_str
from flowgraph.shapes import dimension_at_index, dimension_value

__all__ = [
    "as_bytes", "as_str", "as_str_any", "as_text", "bytes_or_text_types", "complex_types", "dimension_at_index",
    "dimension_value", "forward_compatibility_horizon", "forward_compatible", "integral_types", "path_to_str",
    "real_types", "v1",
]  # fmt: skip

_sys.modules[f"{__name__}.v1"] = v1  # so that `import flowgraph.compat.v1 as tf` finds it
_aliases.add(f"{__name__}.v1", "flowgraph")  # and `import flowgraph.compat.v1.nn` no second copy

_absent.watch(__name__)
