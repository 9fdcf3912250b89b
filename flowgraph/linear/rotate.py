"""Axes moved round."""

from __future__ import annotations

import numpy as np

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank
from flowgraph.ops.compare import less
from flowgraph.ops.division import floormod
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_op
from flowgraph.ops.rank_checks import assert_integer
from flowgraph.ops.select import where_v2
from flowgraph.ops.shaping import transpose


def rotate_transpose(x: Tensor, shift: int) -> Tensor:
    """A tensor whose axes are moved by `shift` places to the right; the last ones come first."""
    with name_scope("rotate_transpose", values=[x, shift]):
        x = convert_to_tensor(x, name="x")
        places = convert_to_tensor(shift, name="shift")
        assert_integer(places)
        axes = x.shape.ndims
        if axes is not None:
            if axes < 2 or shift % axes == 0:
                return x
            return transpose(x, perm=np.roll(np.arange(axes), shift))
        count = rank(x)
        at = where_v2(less(places, 0), floormod(-places, count), count - floormod(places, count))
        first = range_op(0, at)
        return transpose(x, concat([range_op(at, count), first], 0))
