"""TensorHandle: what `Session.run` gives for `tf.get_session_handle`."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.session_handle import delete_session_tensor, get_session_tensor

_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}
_KEY = object()  # in a graph's memory: the ops that read and delete kept values, as (placeholder, op)


class TensorHandle:
    """A value that stays in a session; feed it in place of the value.

    The value is deleted some runs after its handle is gone, as in TF.
    """

    def __init__(self, handle: str, dtype: DType, session: Any) -> None:
        self._handle, self._dtype, self._session = handle, dtype, session
        self._deletes = True

    @property
    def handle(self) -> str:
        """The handle as text."""
        return self._handle

    def __str__(self) -> str:
        return self._handle

    def eval(self) -> Any:
        """The value.

        Raises:
          TypeError: it may be deleted already.
        """
        if not self._deletes:
            line = f"Persistent tensor {self._handle} may have already been deleted."
            raise TypeError(errors.explain(line, where=user_site()))
        holder, reader = self._ops("read", self._dtype)
        return self._session.run(reader, {holder: self._handle})

    def delete(self) -> None:
        """Delete the value.

        Raises:
          TypeError: it may be deleted already.
        """
        if not self._deletes:
            line = f"Persistent tensor {self._handle} may have already been deleted."
            raise TypeError(errors.explain(line, where=user_site()))
        self._deletes = False
        holder, deleter = self._ops("delete", None)
        self._session.run(deleter, {holder: self._handle})

    def get_raw_handle(self) -> str:
        """The handle as text; the value stays from now on until `tf.delete_session_tensor` deletes it."""
        self._deletes = False
        return self._handle

    def to_numpy_array(self) -> np.ndarray:
        """The handle as an array of a string, to feed to the placeholder of `tf.get_session_tensor`."""
        return np.array(self._handle.encode(), object)

    def _ops(self, what: str, dtype: DType | None) -> Any:
        """The ops that read or delete the value, made once in a graph for handles of one op."""
        graph = self._session.graph
        made = graph.memory.setdefault(_KEY, {})
        key = (what, self._handle.partition(";")[0], dtype)
        if key not in made:
            with graph.as_default():
                made[key] = (
                    get_session_tensor(self._handle, dtype) if what == "read" else delete_session_tensor(self._handle)
                )
        return made[key]

    def __del__(self) -> None:
        if self._deletes:
            self._session._let_go_later(self._handle)


def fed_by_handle(tensor: Tensor, handle: TensorHandle) -> np.ndarray:
    """The value of a handle that was fed for a tensor.

    Raises:
      InvalidArgumentError: it has another dtype, or is not in the session.
    """
    names = [_C_NAMES.get(one.name, one.name) for one in (tensor.dtype.base_dtype, handle._dtype)]
    if names[0] != names[1]:
        line = f"Expects arg[0] to be {names[0]} but {names[1]} is provided"
        raise errors.InvalidArgumentError(None, None, errors.explain(line, where=user_site()))
    return handle._session._kept(handle.handle)
