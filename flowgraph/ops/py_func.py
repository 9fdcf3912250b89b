"""Python functions as ops: tf.py_func and tf.numpy_function."""

from __future__ import annotations

import itertools
import linecache
import traceback
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype, string
from flowgraph.ir.emit import emit, graph_of
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef

_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}

_KINDS: tuple[tuple[type[Exception], type[errors.OpError]], ...] = (
    (NotImplementedError, errors.UnimplementedError),
    (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
)
"""Which of TF's errors an exception in a function becomes; any other is an UnknownError."""


class Function:
    """A user's function, kept by the graph that has the op.

    Attributes:
      call: what the op runs: `call(*arrays)` gives what the user's function does.
      token: the name of the function in the op's attrs and in messages.
    """

    __slots__ = ("__weakref__", "call", "token")

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call, self.token = call, f"pyfunc_{next(_numbers)}"


_numbers = itertools.count()
_functions: weakref.WeakValueDictionary[str, Function] = weakref.WeakValueDictionary()
_KEY = object()  # of a graph's functions, in its memory


def remember(func: Any, inp: Any, call: Callable[..., Any] | None = None) -> Function:
    """Take up a function: it lives as long as the graph of the inputs.

    Args:
      func: what the user gave.
      inp: the op's inputs.
      call: what to run instead of it.

    Raises:
      ValueError: it cannot be called.
    """
    if not callable(func):
        line = f"Expected func to be callable, got func of type {type(func)}"
        raise ValueError(errors.explain(line, where=user_site()))
    function = Function(call or func)
    _functions[function.token] = function
    graph_of([inp]).memory.setdefault(_KEY, []).append(function)
    return function


def function_of(token: str) -> Function:
    """The function that a token stands for.

    Raises:
      InvalidArgumentError: it went away with its graph, or never was in this process.
    """
    found = _functions.get(token)
    if found is None:
        raise errors.InvalidArgumentError(None, None, f"ValueError: callback {token} is not found")
    return found


def output_types(tout: Any) -> tuple[DType, ...]:
    """`Tout` as dtypes: one, or a list of them.

    Raises:
      TypeError: it is something else.
    """
    types = []
    for one in tout if isinstance(tout, list | tuple) else [tout]:
        try:
            types.append(as_dtype(one).base_dtype)
        except TypeError:
            line = f"Expected DataType for argument 'Tout' not {one!r}."
            raise TypeError(errors.explain(line, where=user_site())) from None
    return tuple(types)


def guarded(call: Callable[..., Any], values: Sequence[Any]) -> Any:
    """What a user's function gives; what it raises becomes TF's error, with the way through the user's code."""
    try:
        return call(*values)
    except Exception as error:  # noqa: BLE001  # a user's function may raise anything
        kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), errors.UnknownError)
        if isinstance(error, errors.OpError):
            kind = errors.UnknownError
        words = f"{type(error).__name__}: {error}"
        raise kind(None, None, words + "\n" + "".join(_way(error))) from None


def _way(error: BaseException) -> list[str]:
    """The traceback as text, from the user's function on."""
    frames = error.__traceback__
    ours = __file__.removesuffix(".py")  # so begins py_function.py, too
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(ours):
        frames = frames.tb_next
    if frames is None:
        return []
    linecache.checkcache()
    return ["Traceback (most recent call last):\n", *traceback.format_tb(frames)]


def argument(value: Any) -> Any:
    """What the function is given for a value: an array of its own, to change if it likes; a scalar as numpy has it."""
    return np.array(value)[()]


def _returned(value: Any) -> np.ndarray:
    """A returned value as an array; strings as bytes objects, whose zeros at the end numpy would drop."""
    array = np.asarray(value)
    if array.dtype.kind not in "SUO":
        return np.array(array, order="C")
    # of an array of strings numpy has dropped them already
    source = array if isinstance(value, np.ndarray) else np.asarray(value, dtype=object)
    result = np.empty(source.shape, object)
    for at, entry in np.ndenumerate(source):
        if not isinstance(entry, str | bytes):
            raise errors.InternalError(None, None, f"Unsupported object type {type(entry).__name__}")
        result[at] = entry.encode() if isinstance(entry, str) else bytes(entry)
    return result


def checked(token: str, results: Sequence[Any], wanted: Sequence[DType]) -> tuple[np.ndarray, ...]:
    """The results as arrays.

    Raises:
      InvalidArgumentError: there are more or fewer of them than the op has outputs, or one has another dtype.
      InternalError: one is nothing that a tensor can hold.
    """
    if len(results) != len(wanted):
        line = f"{token} returns {len(results)} values, but expects to see {len(wanted)} values."
        raise errors.InvalidArgumentError(None, None, line)
    arrays = []
    for at, (result, dtype) in enumerate(zip(results, wanted, strict=True)):
        array = _returned(result)
        found = string if array.dtype == object else as_dtype(array.dtype)
        if found != dtype:
            names = [_C_NAMES.get(one.name, one.name) for one in (found, dtype)]
            line = f"{at}-th value returned by {token} is {names[0]}, but expects {names[1]}"
            raise errors.InvalidArgumentError(None, None, line)
        arrays.append(array)
    return tuple(arrays)


def _run(_world: Any, values: Sequence[Any], *, token: str, Tout: Sequence[DType]) -> tuple[np.ndarray, ...]:
    result = guarded(function_of(token).call, [argument(value) for value in values])
    if isinstance(result, tuple | list):
        return checked(token, result, Tout)
    return checked(token, [] if result is None else [result], Tout)


PY_FUNC = OpDef(
    "PyFunc(input: Tin[]) -> output: Tout[]",
    attrs={"token": REQUIRED, "Tin": REQUIRED, "Tout": REQUIRED},
    infer=lambda values, *, token, Tout: [None] * len(Tout),
    effect=Effect.WORLD,
    forward=_run,
    gradient=NO_GRADIENT,
)

PY_FUNC_STATELESS = OpDef(
    "PyFuncStateless(input: Tin[]) -> output: Tout[]",
    attrs={"token": REQUIRED, "Tin": REQUIRED, "Tout": REQUIRED},
    infer=lambda values, *, token, Tout: [None] * len(Tout),
    forward=_run,
    gradient=NO_GRADIENT,
)


def py_func(func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """A Python function as an op: called at every run, with arrays.

    Args:
      func: `func(*arrays)`, which returns arrays or what numpy makes arrays of: a list or tuple of as many as there
        are in `Tout`, or one alone. Scalars come as numpy scalars, strings as bytes.
      inp: a list of tensors, its arguments.
      Tout: the dtypes of what it returns, a list of them or one; [] for none.
      stateful: whether two calls may differ, or do something besides. If not, calls may be saved.
      name: the op's name.

    Returns:
      A list of tensors of unknown shapes, or one if `Tout` is one; the operation where it returns nothing.

    No gradient flows through it, but for one that `tf.RegisterGradient` and `Graph.gradient_override_map` give
    ("PyFunc"), or `tf.custom_gradient`.

    Raises:
      ValueError: `func` cannot be called.
      InvalidArgumentError: when run, if it returns another number of values or other dtypes than `Tout`, or raises
        ValueError or TypeError; other exceptions become UnknownError and its like, with their traceback.

    >>> x = tf.placeholder(tf.float32)
    >>> median = py_func(np.median, [x], tf.float32)
    >>> run(median, {x: [3, 9, 4]})
    4.0
    """
    function = remember(func, inp)
    opdef = PY_FUNC if stateful else PY_FUNC_STATELESS
    types = output_types(Tout)
    result = emit(opdef, inp, token=function.token, Tout=types, name=name)
    return result if isinstance(Tout, list | tuple) else result[0]


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """`py_func` under a newer name.

    >>> run(numpy_function(np.sort, [[3, 1, 2]], tf.int32))
    array([1, 2, 3], dtype=int32)
    """
    return py_func(func, inp, Tout, stateful=True, name=name)
