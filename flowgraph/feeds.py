"""Feeding: from what a user hands over to an array of the placeholder's dtype and shape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import graphs_apart
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.sessions.handles import TensorHandle, fed_by_handle
from flowgraph.sizes import compatible, to_tuple_text


def feed_key(graph: Graph, key: Any, of: str = "feed_dict") -> Tensor:
    """The tensor that a key of `feed_dict`, or of the list `of` that name, means."""
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except Exception as error:  # noqa: BLE001  # a key may be of any type, whose methods may raise anything
        said = error.args[0] if error.args else ""
        raise TypeError(
            errors.explain(
                f"Cannot interpret {of} key as Tensor: {said}",
                details=graphs_apart(key, graph),
                mend=_better_key(graph, key),
                where=user_site(),
            )
        ) from None
    if not graph.is_feedable(tensor):
        raise ValueError(errors.explain(f"Tensor {tensor} may not be fed.", where=user_site()))
    return tensor


def _better_key(graph: Graph, key: Any) -> str | None:
    """What a key that is no tensor may have been meant for."""
    if isinstance(key, str | bytes):
        name = key.decode() if isinstance(key, bytes) else key
        return f"A tensor's name has its output's number behind: {f'{name}:0'!r}." if name in graph._by_name else None
    if isinstance(key, Tensor | Operation):
        return None
    return "The keys of feed_dict are tensors: was the name of a placeholder given to something else?"


def to_array(tensor: Tensor, value: Any) -> np.ndarray:
    """The value as an array that fits `tensor`.

    Raises:
      TypeError: the value is a Tensor, or an int that the dtype cannot hold.
      ValueError: it has the wrong shape, or cannot be read as the dtype.
    """
    wanted = tensor.dtype.np
    kind = type(value)
    if kind is np.ndarray and value.dtype is wanted:
        array = value
    elif kind is float and tensor.dtype.is_floating:
        array = np.asarray(value, wanted)
    else:
        array = _convert(tensor, value, wanted)
    if array.shape != tensor.sizes and not compatible(tensor.sizes, array.shape):
        if isinstance(value, TensorHandle):
            return array  # as in TF, which does not look
        raise _wrong_shape(tensor, array, value)
    return array


def _convert(tensor: Tensor, value: Any, wanted: np.dtype[Any]) -> np.ndarray:
    if isinstance(value, TensorHandle):
        return fed_by_handle(tensor, value)
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        raise _a_tensor(tensor, value)
    if wanted.kind == "O":
        return _to_strings(value)
    try:
        array = np.asarray(value, dtype=wanted)
    except OverflowError:
        raise _too_large(tensor, value, wanted) from None
    except NotImplementedError:  # there is a tensor somewhere in a list
        raise _a_tensor(tensor, value) from None
    except (ValueError, TypeError) as error:
        raise _unreadable(tensor, value, error) from None
    if isinstance(value, int) and array != value:
        raise _too_large(tensor, value, wanted)
    return array


def _a_tensor(tensor: Tensor, value: Any) -> TypeError:
    return TypeError(
        errors.explain(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, "
            "strings, lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was "
            f"{value} which was passed to the feed with key {tensor}.",
            mend="Run it first, value = sess.run(tensor), and feed the value.",
            where=user_site(),
        )
    )


def _too_large(tensor: Tensor, value: Any, wanted: np.dtype[Any]) -> TypeError:
    return TypeError(
        errors.explain(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {wanted.type}. "
            "Try explicitly setting the type of the feed tensor to a larger type (e.g. int64).",
            details=[_wanted(tensor)],
            where=user_site(),
        )
    )


def _to_strings(value: Any) -> np.ndarray:
    array = np.asarray(value, dtype=object)
    if any(isinstance(item, str) for item in array.flat):
        flat = [item.encode() if isinstance(item, str) else item for item in array.flat]
        encoded = np.empty(len(flat), object)
        encoded[:] = flat
        return encoded.reshape(array.shape)
    return array


def _unreadable(tensor: Tensor, value: Any, error: Exception) -> Exception:
    """The error for what numpy cannot make an array of the dtype from; numpy's words as TF's users knew them."""
    line, details, mend = str(error), [_wanted(tensor)], None
    if line.startswith(_RAGGED):
        line = _RAGGED
        details.append(_unequal(value))
        mend = "Feed rows of one length: cut the longer ones, or fill the shorter ones up."
    return type(error)(errors.explain(line, details=details, mend=mend, where=user_site()))


_RAGGED = "setting an array element with a sequence."


def _unequal(value: Any) -> str:
    """Where nested lists are not as long as their neighbours."""
    rows, axis = [value], 0
    while all(isinstance(row, list | tuple | np.ndarray) for row in rows):
        lengths = sorted({len(row) for row in rows})
        if len(lengths) > 1:
            return f"axis {axis}: the rows have from {lengths[0]} to {lengths[-1]} entries"
        rows, axis = [entry for row in rows for entry in row], axis + 1
    return f"axis {axis}: some entries are numbers, some are lists"


def _wrong_shape(tensor: Tensor, array: np.ndarray, value: Any) -> ValueError:
    sizes = tensor.sizes or ()
    details = [_wanted(tensor)]
    if value is None:
        details.append("the value is None")
    elif len(sizes) != array.ndim:
        details.append(f"the value has {_count(array.ndim, 'axis', 'axes')}, the tensor {len(sizes)}")
    else:
        details += [
            f"axis {axis}: {got} was fed, {want} is wanted"
            for axis, (got, want) in enumerate(zip(array.shape, sizes, strict=True))
            if want is not None and got != want
        ]
    return ValueError(
        errors.explain(
            f"Cannot feed value of shape {array.shape!r} for Tensor {tensor.name!r}, which has shape "
            f"'{to_tuple_text(tensor.sizes)}'",
            details=details,
            mend=None if value is None else _other_shape(array.shape, sizes),
            where=user_site(),
        )
    )


def _other_shape(got: tuple[int, ...], sizes: tuple[int | None, ...]) -> str | None:
    """How the value would fit, where that keeps its first axis (the examples of a batch) or adds one."""
    known = [size for size in sizes[1:] if size is not None]
    if not sizes or len(known) < len(sizes) - 1:
        return None
    if got == tuple(known) and sizes[0] in (None, 1):
        return "One example is a batch of one: feed [value]."
    if got and sizes[0] in (None, got[0]) and prod(got[1:]) == prod(known):
        return f"np.reshape(value, {[-1, *known]}) has the wanted shape."
    return None


def _wanted(tensor: Tensor) -> str:
    """What a placeholder takes, and where it was made."""
    what = f"{tensor.dtype.base_dtype.name} of shape {to_tuple_text(tensor.sizes)}"
    return f"{tensor.name} takes {what}, {errors.made_at(tensor.op.site)}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
