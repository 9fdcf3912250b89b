"""Where in the user's program a call comes from."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

from flowgraph.ir.tensor import Site

_PACKAGES = (
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep,
    os.path.dirname(os.path.abspath(np.__file__)) + os.sep,  # which may stand between us and the user
)
_is_ours: dict[str, bool] = {}


def user_site() -> Site | None:
    """File and line of the innermost caller outside flowgraph: the line that a message should name."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        ours = _is_ours.get(filename)
        if ours is None:
            ours = _is_ours[filename] = filename.startswith(_PACKAGES)
        if not ours:
            return filename, frame.f_lineno
        frame = frame.f_back
    return None
