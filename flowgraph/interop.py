"""`tf.interop`: other libraries' files. TensorFlow 1.15 has no such module; it is flowgraph's own.

- `save_safetensors`, `load_safetensors`: variables, beside `tf.train.Saver`; needs the library `safetensors`.
- `checkpoint_to_safetensors`, `safetensors_to_checkpoint`: the same without a graph.
- `to_onnx`: a graph for runtimes that read ONNX; needs the library `onnx`.
"""

from flowgraph import absent as _absent
from flowgraph.saving.safetensors import (
    checkpoint_to_safetensors,
    load_safetensors,
    read_safetensors,
    safetensors_to_checkpoint,
    save_safetensors,
)
from flowgraph.saving.to_onnx import to_onnx

__all__ = [
    "checkpoint_to_safetensors",
    "load_safetensors",
    "read_safetensors",
    "safetensors_to_checkpoint",
    "save_safetensors",
    "to_onnx",
]

_absent.watch(__name__)
