"""tensorflow.python.ops.gradients."""

from flowgraph import AggregationMethod, UnconnectedGradients, custom_gradient, gradients, hessians
from flowgraph import absent as _absent

__all__ = ["AggregationMethod", "UnconnectedGradients", "custom_gradient", "gradients", "hessians"]

_absent.watch(__name__)
