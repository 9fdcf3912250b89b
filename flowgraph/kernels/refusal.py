"""The error of a computation whose inputs do not fit."""

from __future__ import annotations

from flowgraph.errors import InvalidArgumentError


def invalid(line: str) -> InvalidArgumentError:
    """An error to raise when an op runs and its inputs do not fit; the engine adds the op, the shapes and the line."""
    return InvalidArgumentError(None, None, line)
