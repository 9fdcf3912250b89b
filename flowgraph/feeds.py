"""Feeding: from what a user hands over to an array of the placeholder's dtype and shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import compatible, to_tuple_text


def feed_key(graph: Graph, key: Any) -> Tensor:
    """The tensor that a key of `feed_dict` means."""
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except Exception as error:  # noqa: BLE001  # a key may be of any type, whose methods may raise anything
        said = error.args[0] if error.args else ""
        raise TypeError(
            errors.explain(f"Cannot interpret feed_dict key as Tensor: {said}", where=user_site())
        ) from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def to_array(tensor: Tensor, value: Any) -> np.ndarray:
    """The value as an array that fits `tensor`.

    Raises:
      TypeError: the value is a Tensor, or an int that the dtype cannot hold.
      ValueError: it has the wrong shape, or cannot be read as the dtype.
    """
    wanted = tensor.dtype.np
    if type(value) is np.ndarray and value.dtype is wanted:
        array = value
    else:
        array = _convert(tensor, value, wanted)
    if array.shape != tensor.sizes and not compatible(tensor.sizes, array.shape):
        raise _wrong_shape(tensor, array)
    return array


def _convert(tensor: Tensor, value: Any, wanted: np.dtype[Any]) -> np.ndarray:
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
        raise type(error)(
            errors.explain(
                str(error),
                details=[
                    f"fed to {tensor.name} of dtype {tensor.dtype.name}, shape {to_tuple_text(tensor.sizes)}"
                ],
                where=tensor.op.site,
            )
        ) from None
    if isinstance(value, int) and array != value:
        raise _too_large(tensor, value, wanted)
    return array


def _a_tensor(tensor: Tensor, value: Any) -> TypeError:
    return TypeError(
        errors.explain(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, "
            "strings, lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was "
            f"{value} which was passed to the feed with key {tensor}.",
            mend="Run it first: value = sess.run(tensor).",
            where=user_site(),
        )
    )


def _too_large(tensor: Tensor, value: Any, wanted: np.dtype[Any]) -> TypeError:
    return TypeError(
        errors.explain(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {wanted.type}. "
            "Try explicitly setting the type of the feed tensor to a larger type (e.g. int64).",
            details=[f"fed to {tensor.name}"],
            where=tensor.op.site,
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


def _wrong_shape(tensor: Tensor, array: np.ndarray) -> ValueError:
    sizes = tensor.sizes or ()
    details = []
    if len(sizes) != array.ndim:
        details.append(f"the value has {array.ndim} axes, the tensor {len(sizes)}")
    else:
        details += [
            f"axis {axis}: {got} was fed, {want} is wanted"
            for axis, (got, want) in enumerate(zip(array.shape, sizes, strict=True))
            if want is not None and got != want
        ]
    if tensor.op.site:
        details.append(f"{tensor.name} was made at {errors.place(tensor.op.site)}")
    return ValueError(
        errors.explain(
            f"Cannot feed value of shape {array.shape!r} for Tensor {tensor.name!r}, which has shape "
            f"'{to_tuple_text(tensor.sizes)}'",
            details=details,
            where=user_site(),
        )
    )
