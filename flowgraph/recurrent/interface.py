"""What counts as a recurrent cell: anything that has a cell's parts."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site


def demand_cell(argument: str, cell: Any) -> None:
    """Raises TypeError, which names the argument and what is missing, for what cannot be used as a cell.

    >>> demand_cell("cell", 3)
    Traceback (most recent call last):
    TypeError: The argument 'cell' (3) is not an RNNCell: 'output_size' property is missing, 'state_size' ...
    """
    parts = {
        "'output_size' property is missing": _has(cell, "output_size"),
        "'state_size' property is missing": _has(cell, "state_size"),
        "either 'zero_state' or 'get_initial_state' method is required": (
            _has(cell, "get_initial_state") or _has(cell, "zero_state")
        ),
        "is not callable": callable(cell),
    }
    missing = [complaint for complaint, is_there in parts.items() if not is_there]
    if missing:
        line = f"The argument {argument!r} ({cell}) is not an RNNCell: {', '.join(missing)}."
        raise TypeError(errors.explain(line, where=user_site()))


def _has(cell: Any, attribute: str) -> bool:
    """Whether an attribute can be read; a property of an abstract cell raises NotImplementedError, which goes on."""
    try:
        getattr(cell, attribute)
    except AttributeError:
        return False
    return True
