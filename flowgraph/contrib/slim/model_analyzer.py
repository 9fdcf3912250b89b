"""`tf.contrib.slim.model_analyzer`: how large variables and ops are."""

from flowgraph import absent as _absent
from flowgraph.neural.slim.model_analyzer import analyze_ops, analyze_vars, tensor_description

__all__ = ["analyze_ops", "analyze_vars", "tensor_description"]

_absent.watch(__name__)
