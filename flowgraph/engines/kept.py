"""Values that stay in a session between runs, by their handles."""

from __future__ import annotations

import itertools

import numpy as np

from flowgraph import errors


class KeptValues:
    """The values of `tf.get_session_handle`.

    >>> values = KeptValues()
    >>> handle = values.keep("GetSessionHandle", "/device:CPU:0", np.zeros(2))
    >>> handle, values.get(handle)
    ('GetSessionHandle;0;/device:CPU:0', array([0., 0.]))
    """

    def __init__(self) -> None:
        self._values: dict[str, np.ndarray] = {}
        self._numbers = itertools.count()

    def keep(self, name: str, device: str, value: np.ndarray) -> str:
        """Keep a value that the op `name` made; returns its handle."""
        handle = f"{name};{next(self._numbers)};{device}"
        self._values[handle] = value
        return handle

    def get(self, handle: str) -> np.ndarray:
        """The value of a handle.

        Raises:
          InvalidArgumentError: there is none.
        """
        found = self._values.get(handle)
        if found is None:
            raise _unknown(handle)
        return found

    def let_go(self, handle: str) -> None:
        """Forget the value of a handle.

        Raises:
          InvalidArgumentError: there is none.
        """
        if self._values.pop(handle, None) is None:
            raise _unknown(handle)

    def discard(self, handle: str) -> None:
        """Forget the value of a handle, if there is one."""
        self._values.pop(handle, None)


def _unknown(handle: str) -> errors.InvalidArgumentError:
    line = f"The tensor with handle '{handle}' is not in the session store."
    return errors.InvalidArgumentError(None, None, line)
