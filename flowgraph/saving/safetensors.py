"""Variables to and from files of the safetensors kind, which most other libraries read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.formats.bundle import Item, write_bundle
from flowgraph.formats.checkpoint import open_checkpoint
from flowgraph.formats.whole import write_whole
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_session
from flowgraph.saving.saveables import all_saveable_objects, variables_by_name
from flowgraph.shapes import TensorShape
from flowgraph.variables.partitioned import PartitionedVariable

_DTYPES: dict[str, DType] = {
    "F64": dt.float64, "F32": dt.float32, "F16": dt.float16, "BF16": dt.bfloat16, "I64": dt.int64, "I32": dt.int32,
    "I16": dt.int16, "I8": dt.int8, "U64": dt.uint64, "U32": dt.uint32, "U16": dt.uint16, "U8": dt.uint8,
    "BOOL": dt.bool, "C64": dt.complex64,
}  # fmt: skip
"""What a file of this kind can hold, by its names."""


def save_safetensors(
    path: Any, var_list: Any = None, session: Any = None, metadata: Mapping[str, str] | None = None
) -> None:
    """Write the values that variables have in a session; the file is there whole or not at all.

    Args:
      path: the file, usually with the ending `.safetensors`.
      var_list: a list of variables, under their names, or a dict from names to variables; by default all global ones.
      session: the session, by default the current one.
      metadata: texts that stand in the file's head.

    Raises:
      ImportError: the library `safetensors` is not installed.
      ValueError: there is no session.
      TypeError: something in `var_list` is no variable, or of a dtype that such files do not know.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
    >>> w = tf.Variable([1.0, 2.0], name="w")
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     tf.interop.save_safetensors(path)
    >>> with tf.Session() as sess:
    ...     tf.interop.load_safetensors(path)
    ...     sess.run(w)
    ['w']
    array([1., 2.], dtype=float32)
    """
    session = _session(session)
    variables = _named(var_list)
    values = session.run(dict(variables))
    arrays = {name: _whole(variables[name], value) for name, value in values.items()}
    _write(path, arrays, metadata)


def load_safetensors(path: Any, var_list: Any = None, session: Any = None, strict: bool = True) -> list[str]:
    """Give variables the values in a file; all that is in it is looked at before the first variable changes.

    Args:
      path: the file.
      var_list: as for `save_safetensors`.
      session: the session, by default the current one.
      strict: whether the file must have all of the variables.

    Returns:
      The names of the variables that have got values, sorted.

    Raises:
      ImportError: the library `safetensors` is not installed.
      DataLossError: the file is damaged.
      NotFoundError: there is no such file, or a variable is not in it.
      InvalidArgumentError: a tensor has another shape or dtype than its variable.
      ValueError: there is no session.
    """
    session = _session(session)
    variables = _named(var_list)
    arrays = read_safetensors(path)
    missing = sorted(set(variables) - set(arrays))
    if missing and strict:
        raise errors.NotFoundError(
            None,
            None,
            errors.explain(
                f"Key {missing[0]} not found in {os.fspath(path)}",
                details=[f"missing: {', '.join(missing)}", f"there: {', '.join(sorted(arrays)[:20])}"],
                mend="Say which variables are meant with `var_list`, a dict from the file's names to variables, or "
                "pass strict=False.",
                where=user_site(),
            ),
        )
    found = sorted(set(variables) & set(arrays))
    for name in found:
        _check(name, variables[name], arrays[name])
    for name in found:
        _assign(variables[name], arrays[name], session)
    return found


def read_safetensors(path: Any) -> dict[str, np.ndarray]:
    """The tensors in a file, by name.

    Raises:
      ImportError: the library `safetensors` is not installed.
      DataLossError: the file is damaged, or holds numbers of a kind that flowgraph lacks.
      NotFoundError: there is no such file.
    """
    library = _library()
    try:
        entries = library.deserialize(Path(path).read_bytes())
    except FileNotFoundError:
        raise errors.NotFoundError(None, None, f"{os.fspath(path)}; No such file or directory") from None
    except library.SafetensorError as error:
        raise errors.DataLossError(None, None, f"{os.fspath(path)}: {error}") from None
    return {name: _array(path, name, entry) for name, entry in entries}


def checkpoint_to_safetensors(checkpoint: Any, path: Any, metadata: Mapping[str, str] | None = None) -> None:
    """Write all tensors of a checkpoint into a file, without a graph.

    Args:
      checkpoint: its path, as `Saver.save` returned it.
      path: the file.
      metadata: texts that stand in the file's head.

    Raises:
      ImportError: the library `safetensors` is not installed.
      NotFoundError: there is no such checkpoint.
      DataLossError: it is damaged.
      TypeError: it has tensors of a dtype that such files do not know.
    """
    found = open_checkpoint(os.fspath(checkpoint))
    _write(path, {name: found.read(name) for name in found.names()}, metadata)


def safetensors_to_checkpoint(path: Any, checkpoint: Any) -> None:
    """Write all tensors of a file as a checkpoint, which `tf.train.Saver` restores, TensorFlow's too.

    Args:
      path: the file.
      checkpoint: the path of the checkpoint, without ending.

    Raises:
      ImportError, DataLossError, NotFoundError: as `load_safetensors`.
    """
    arrays = read_safetensors(path)
    items = [Item(name, dt.as_dtype(arrays[name].dtype), arrays[name]) for name in sorted(arrays)]
    write_bundle(os.fspath(checkpoint), items)


def _library() -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ImportError as error:
        line = "Files of this kind are read and written by the library safetensors, which is not installed."
        raise ImportError(errors.explain(line, mend="pip install safetensors", where=user_site())) from error
    return safetensors


def _write(path: Any, arrays: Mapping[str, Any], metadata: Mapping[str, str] | None) -> None:
    library = _library()
    kinds = {dtype.np for dtype in _DTYPES.values()}
    for name, array in arrays.items():
        if array.dtype not in kinds:
            line = f"{name}: safetensors has no dtype {dt.as_dtype(array.dtype).name}"
            mend = "Leave it out of `var_list`, or save it with tf.train.Saver."
            raise TypeError(errors.explain(line, mend=mend, where=user_site()))
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    write_whole(path, library.numpy.save(contiguous, None if metadata is None else dict(metadata)))


def _array(path: Any, name: str, entry: Any) -> np.ndarray:
    dtype = _DTYPES.get(entry["dtype"])
    if dtype is None:
        line = f"{os.fspath(path)}: the tensor {name} has numbers of the kind {entry['dtype']}, which flowgraph lacks"
        raise errors.DataLossError(None, None, line)
    return np.frombuffer(entry["data"], dtype.np).reshape(entry["shape"])


def _session(session: Any) -> Any:
    session = session or get_default_session()
    if session is None:
        raise ValueError("Either session argument should be provided or default session should be established")
    return session


# -- variables, some of them in pieces ---------------------------------------------------------------------


def _named(var_list: Any) -> dict[str, Any]:
    """Variables by name; those in pieces as lists."""
    found = variables_by_name(all_saveable_objects() if var_list is None else var_list)
    for name, item in found.items():
        pieces = list(item) if isinstance(item, list | PartitionedVariable) else None
        if not all(hasattr(piece, "load") for piece in pieces or [item]):
            line = f"{name}: only variables can be saved as safetensors, not {item}"
            raise TypeError(errors.explain(line, mend="Leave it out of `var_list`.", where=user_site()))
        found[name] = pieces or item
    return found


def _place(piece: Any) -> tuple[slice, ...]:
    info = piece._get_save_slice_info()
    return tuple(slice(start, start + size) for start, size in zip(info.var_offset, info.var_shape, strict=True))


def _whole(variable: Any, value: Any) -> np.ndarray:
    if not isinstance(variable, list):
        return np.asarray(value)
    found = np.empty(variable[0]._get_save_slice_info().full_shape, value[0].dtype)
    for piece, part in zip(variable, value, strict=True):
        found[_place(piece)] = part
    return found


def _check(name: str, variable: Any, array: np.ndarray) -> None:
    pieces = variable if isinstance(variable, list) else [variable]
    shape = TensorShape(pieces[0]._get_save_slice_info().full_shape) if isinstance(variable, list) else pieces[0].shape
    dtype = pieces[0].dtype.base_dtype
    if not shape.is_compatible_with(array.shape) or dtype != dt.as_dtype(array.dtype):
        line = (
            f"{name} is {dt.as_dtype(array.dtype).name} of shape {list(array.shape)} in the file, the variable "
            f"{dtype.name} of shape {shape}"
        )
        raise errors.InvalidArgumentError(None, None, errors.explain(line, where=user_site()))


def _assign(variable: Any, array: np.ndarray, session: Any) -> None:
    if not isinstance(variable, list):
        variable.load(array, session)
        return
    for piece in variable:
        piece.load(array[_place(piece)], session)
