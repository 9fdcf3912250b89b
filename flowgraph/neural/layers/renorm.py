"""Batch renormalization: a batch's moments, corrected towards moving averages (Ioffe, 2017)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, zeros_like
from flowgraph.ops.case import smart_cond
from flowgraph.ops.identity import identity
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.unary import sqrt


def renormalized(layer: Any, mean: Any, variance: Any, training: Any) -> tuple[Any, Any, Tensor, Tensor]:
    """The correction of what a batch normalization layer has normalized, and the moments for its averages.

    What was normalized with the batch's own moments becomes `x * r + d`, about what the moving averages would have
    given. Returns r, d, and the moments, whose use makes sure that the averages are updated.
    """
    stddev = sqrt(variance + layer.epsilon)
    average = layer.renorm_mean
    average_stddev = maximum(layer.renorm_stddev, sqrt(layer.epsilon))
    r = stddev / average_stddev
    d = (mean - average) / average_stddev
    with control_dependencies([r, d]):  # the averages are read before they are updated
        mean, stddev = identity(mean), identity(stddev)
    r, d = _clipped(r, d, layer.renorm_clipping)
    r = smart_cond(training, lambda: r, lambda: ones_like(r))
    d = smart_cond(training, lambda: d, lambda: zeros_like(d))
    updates = [
        _updated(layer, layer.renorm_mean, mean, training),
        _updated(layer, layer.renorm_stddev, stddev, training),
    ]
    with control_dependencies(updates):
        return r, d, identity(mean), identity(variance)


def _clipped(r: Tensor, d: Tensor, bounds: dict[str, Any]) -> tuple[Tensor, Tensor]:
    low, high, far = (bounds.get(key) for key in ("rmin", "rmax", "dmax"))
    if low is not None:
        r = maximum(r, low)
    if high is not None:
        r = minimum(r, high)
    if far is not None:
        d = minimum(maximum(d, -far), far)
    return r, d


def _updated(layer: Any, average: Any, value: Any, training: Any) -> Any:
    """The average, moved towards the value while training."""
    value = identity(value)
    return smart_cond(training, lambda: layer.moved(average, value, layer.renorm_momentum), lambda: identity(average))
