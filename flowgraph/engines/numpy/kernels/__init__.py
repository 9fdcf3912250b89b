"""Kernels: steps that can write into a buffer instead of making a new array.

Each file of this room has the kernels of one family, in a table of its own; `calls.py` says what a kernel is.
"""

from flowgraph.engines.numpy.kernels import (
    choices,
    elementwise,
    gradients,
    images,
    losses,
    moving,
    products,
    rows,
    sums,
    updates,
)
from flowgraph.engines.numpy.kernels.calls import Forward, InPlace, Kernel, Update
from flowgraph.ir.opdef import OpDef

KERNELS: dict[OpDef, Kernel] = {
    **elementwise.KERNELS,
    **choices.KERNELS,
    **gradients.KERNELS,
    **images.KERNELS,
    **losses.KERNELS,
    **moving.KERNELS,
    **products.KERNELS,
    **sums.KERNELS,
}
"""By OpDef object; what is not here runs its own forward."""

UPDATES: dict[OpDef, Update] = {**updates.UPDATES, **rows.UPDATES}
"""The same for ops that change variables."""

IN_PLACE: dict[OpDef, InPlace] = {
    **elementwise.IN_PLACE,
    **choices.IN_PLACE,
    **gradients.IN_PLACE,
    **images.IN_PLACE,
    **sums.IN_PLACE,
}
"""The operands over which a kernel may write its result; none, for what is not here."""

PARTLY: frozenset[OpDef] = images.PARTLY
"""Ops of which an output after the first may be of a shape that nobody knows beforehand: it gets a slot."""

FORWARDS: dict[OpDef, Forward] = images.FORWARDS
"""What takes the place of an op's own forward in this engine; it computes the same, though not to the last bit."""
