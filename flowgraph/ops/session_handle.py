"""Values that stay in a session between runs: tf.get_session_handle and what reads and deletes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.scope import device
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.constant import placeholder

_DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


def _keep(ctx: Any, value: Any) -> Any:
    return ctx.xp.array(ctx.store.values.keep(ctx.op.name, _DEVICE, np.array(value)).encode(), object)


def _look_up(ctx: Any, handle: Any, *, dtype: DType) -> Any:
    name = handle[()].decode()
    value = ctx.store.values.get(name)
    found = dt.string if value.dtype == object else as_dtype(value.dtype)
    if found != dtype:
        names = [_C_NAMES.get(one.name, one.name) for one in (found, dtype)]
        line = f"Output 0 of type {names[0]} does not match declared output type {names[1]} for node {ctx.op.name}"
        raise errors.InternalError(None, None, line)
    return ctx.xp.array(value)


def _forget(ctx: Any, handle: Any) -> tuple[()]:
    ctx.store.values.let_go(handle[()].decode())
    return ()


GET_SESSION_HANDLE = OpDef(
    "GetSessionHandle(value: T) -> handle: string",
    attrs={"T": TypeAttr()},
    infer=lambda value: (),
    effect=Effect.WORLD,
    forward=_keep,
    gradient=MISSING_GRADIENT,
)

GET_SESSION_TENSOR = OpDef(
    "GetSessionTensor(handle: string) -> value: dtype",
    attrs={"dtype": TypeAttr()},
    infer=lambda handle, *, dtype: None,
    effect=Effect.WORLD,
    forward=_look_up,
    gradient=MISSING_GRADIENT,
)

DELETE_SESSION_TENSOR = OpDef(
    "DeleteSessionTensor(handle: string) -> ()",
    infer=lambda handle: [],
    effect=Effect.WORLD,
    forward=_forget,
    gradient=MISSING_GRADIENT,
)


def get_session_handle(data: Any, name: str | None = None) -> Tensor:
    """An op that leaves a value in the session, and gives a handle on it: `sess.run` returns a TensorHandle.

    Feed the handle in place of the value, to this session only: the value never leaves it.

    Args:
      data: the tensor whose value is to stay.
      name: the op's name.

    Raises:
      TypeError: `data` is no tensor.

    >>> kept = get_session_handle(tf.constant([1.0, 2.0]))
    >>> x = tf.placeholder(tf.float32)
    >>> with tf.Session() as sess:
    ...     handle = sess.run(kept)
    ...     sess.run(x * 10.0, {x: handle}), handle.eval()
    (array([10., 20.], dtype=float32), array([1., 2.], dtype=float32))
    """
    if not isinstance(data, Tensor):
        raise TypeError(errors.explain("`data` must be of type Tensor.", where=user_site()))
    return emit(GET_SESSION_HANDLE, data, name=name)


def get_session_tensor(handle: Any, dtype: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """A placeholder for handles, and the tensor of the value that a fed handle stands for.

    Args:
      handle: the string of a handle, of which only the device is used.
      dtype: the value's dtype.
      name: the name of the op that looks it up.

    Raises:
      ValueError: the string is no handle's.
    """
    with device(_device_of(handle)):
        holder = placeholder(dt.string)
        return holder, emit(GET_SESSION_TENSOR, holder, dtype=dtype, name=name)


def delete_session_tensor(handle: Any, name: str | None = None) -> tuple[Tensor, Operation]:
    """A placeholder for handles, and the op that deletes the value that a fed handle stands for.

    Args:
      handle: the string of a handle, of which only the device is used.
      name: the name of the op that deletes it.

    Raises:
      ValueError: the string is no handle's.
    """
    with device(_device_of(handle)):
        holder = placeholder(dt.string)
        return holder, emit(DELETE_SESSION_TENSOR, holder, name=name)


def _device_of(handle: Any) -> str:
    return (handle.decode() if isinstance(handle, bytes) else str(handle)).split(";")[-1]
