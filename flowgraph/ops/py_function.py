"""tf.py_function: Python functions of values that have a `.numpy()`.

In TensorFlow the function computes eagerly, with TF's own ops. flowgraph has no eager ops: here it computes with Python
and numpy. Its arguments look like TF's eager tensors (`x.numpy()`, `x.shape`, `x.dtype`, `if x > 0:`, `x * 2`), and a
`tf` function that is given one says what to do instead. Gradients come from `tf.custom_gradient`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype, string, to_numpy
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REQUIRED, Effect, OpDef
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.py_func import argument, checked, function_of, guarded, output_types, remember
from flowgraph.shapes import TensorShape


class Value:
    """A tensor's value inside `tf.py_function`: a numpy array that answers as TF's eager tensors do.

    >>> x = Value(np.float32([1.0, 2.0]))
    >>> (x * 2 + 1).numpy(), x.shape, x.dtype
    (array([3., 5.], dtype=float32), TensorShape([Dimension(2)]), tf.float32)
    """

    __slots__ = ("_array",)
    __array_priority__ = 100  # array + value is a value too

    def __init__(self, array: Any) -> None:
        self._array = array

    def numpy(self) -> Any:
        """The array itself; a scalar as numpy has it."""
        return self._array

    @property
    def dtype(self) -> DType:
        """The tensor's dtype."""
        return string if isinstance(self._array, bytes) or self._array.dtype == object else as_dtype(self._array.dtype)

    @property
    def shape(self) -> TensorShape:
        """The tensor's shape."""
        return TensorShape(np.shape(self._array))

    def get_shape(self) -> TensorShape:
        """The tensor's shape."""
        return self.shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._array, dtype, copy=copy)

    def __bool__(self) -> bool:
        return bool(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __index__(self) -> int:
        return operator.index(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, key: Any) -> Value:
        return Value(self._array[key])

    def __iter__(self) -> Iterator[Value]:
        return (Value(entry) for entry in self._array)

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={self._array!r}>"


def _plain(value: Any) -> Any:
    return value.numpy() if isinstance(value, Value) else value


def _binary(compute: Callable[[Any, Any], Any], swapped: bool = False) -> Callable[[Value, Any], Value]:
    """A method of two values, of which the other one takes this one's dtype if it is a Python number."""

    def method(self: Value, other: Any) -> Value:
        first, second = (_plain(other), self.numpy()) if swapped else (self.numpy(), _plain(other))
        return Value(compute(first, second))

    return method


def _unary(compute: Callable[[Any], Any]) -> Callable[[Value], Value]:
    return lambda self: Value(compute(self.numpy()))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    _compute = getattr(operator, f"__{_name}__")
    setattr(Value, f"__{_name}__", _binary(_compute))
    setattr(Value, f"__r{_name}__", _binary(_compute, swapped=True))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Value, f"__{_name}__", _binary(getattr(operator, f"__{_name}__")))
for _name in ("neg", "abs", "invert"):
    setattr(Value, f"__{_name}__", _unary(getattr(operator, f"__{_name}__")))


def _refuse(what: str) -> NoReturn:
    raise TypeError(
        errors.explain(
            f"{what} inside tf.py_function: flowgraph has no eager ops.",
            mend="Compute with numpy, np.sum(x.numpy()) for tf.reduce_sum(x), or put the op into the graph outside.",
            where=user_site(),
        )
    )


def _convert(_value: Value, dtype: Any = None, name: Any = None, as_ref: bool = False) -> NoReturn:  # noqa: ARG001
    _refuse("A tf function was called on a value")


register_tensor_conversion_function(Value, _convert, 0)


def _result(value: Any, dtype: DType) -> Any:
    """A returned value as an array of the op's dtype; None stays, and is refused as the number of values."""
    if isinstance(value, Tensor | Operation) or hasattr(value, "_as_graph_element"):
        _refuse(f"{value!r} was returned")
    value = _plain(value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fiub" and dtype.np.kind in "fiub":
        return np.asarray(value).astype(dtype.np)
    return to_numpy(value, dtype)


def _eagerly(func: Callable[..., Any], wanted: Sequence[DType]) -> Callable[..., list[Any]]:
    """The user's function as one of arrays, which returns as many of the dtypes as it should if it can."""

    def call(*arrays: Any) -> list[Any]:
        given = func(*[Value(array) for array in arrays])
        if given is None:
            return []
        if not isinstance(given, tuple | list):
            given = [given]
        # further values than `Tout` has are dropped, as in TF
        return [_result(value, dtype) for value, dtype in zip(given, wanted)]

    return call


def _run(
    _ctx: Any,
    values: Sequence[Any],
    *,
    token: str,
    is_async: bool,  # noqa: ARG001  # TF's attr; nothing is asynchronous here
    Tout: Sequence[DType],
) -> tuple[np.ndarray, ...]:
    return checked(token, guarded(function_of(token).call, [argument(value) for value in values]), Tout)


def _no_gradient(op: Any, *_dys: Any) -> NoReturn:
    raise NotImplementedError(
        errors.explain(
            f"No gradient of tf.py_function: '{op.name}' (flowgraph has no eager ops whose gradients it could record).",
            mend="Give one by tf.custom_gradient around it, or by Graph.gradient_override_map({'EagerPyFunc': ...}).",
            where=op.site,
        )
    )


EAGER_PY_FUNC = OpDef(
    "EagerPyFunc(input: Tin[]) -> output: Tout[]",
    attrs={"token": REQUIRED, "is_async": False, "Tin": REQUIRED, "Tout": REQUIRED},
    infer=lambda values, *, token, is_async, Tout: [None] * len(Tout),
    effect=Effect.WORLD,
    forward=_run,
    gradient=_no_gradient,
)


def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """A Python function as an op, called at every run with values that have a `.numpy()`.

    Args:
      func: `func(*values)`; a value has `.numpy()`, `.shape`, `.dtype`, and Python's operators. Functions of `tf` do
        not take it: nothing here computes eagerly. What it returns is cast to `Tout`.
      inp: a list of tensors, its arguments.
      Tout: the dtypes of what it returns, a list of them or one; [] for none.
      name: the op's name.

    Returns:
      A list of tensors of unknown shapes, or one if `Tout` is one; the operation where it returns nothing.

    Raises:
      ValueError: `func` cannot be called.
      NotImplementedError: a gradient through it is asked for.

    >>> def huber(x, m):
    ...     return x ** 2 if abs(x) <= m else m ** 2 * (1 - 2 * np.log(m) + np.log(x ** 2))
    >>> run(py_function(huber, [3.0, 4.0], tf.float32))
    9.0
    """
    types = output_types(Tout)
    function = remember(func, inp, _eagerly(func, types))
    result = emit(EAGER_PY_FUNC, inp, token=function.token, Tout=types, name=name)
    return result if isinstance(Tout, list | tuple) else result[0]
