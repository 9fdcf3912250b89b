"""Variables that take their values from a checkpoint (tf.contrib.framework.assign_from_checkpoint)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.constant import placeholder
from flowgraph.ops.control_flow import group
from flowgraph.platform import logs
from flowgraph.saving.reader import NewCheckpointReader
from flowgraph.saving.saver import Saver
from flowgraph.variables.framework import get_variable_full_name


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An op that gives variables their values from a checkpoint, and the feeds for it.

    Args:
      model_path: the checkpoint.
      var_list: a list of variables, or a dictionary from names in the checkpoint to variables or lists of their pieces.
      ignore_missing_vars: whether to leave out variables that the checkpoint does not have.

    Raises:
      ValueError: the checkpoint lacks a variable, or has it in another shape.
    """
    grouped: dict[str, list[Any]] = {}
    if isinstance(var_list, tuple | list):
        for var in var_list:
            grouped.setdefault(get_variable_full_name(var), []).append(var)
    else:
        grouped = {name: list(v) if isinstance(v, tuple | list) else [v] for name, v in var_list.items()}
    reader = NewCheckpointReader(model_path)
    feeds: dict[Tensor, np.ndarray] = {}
    changes = []
    for name, variables in grouped.items():
        if not reader.has_tensor(name):
            line = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise refusal(line)
            logs.warning(line)
            continue
        value = reader.get_tensor(name)
        for var in variables:
            fed = placeholder(var.dtype.base_dtype, shape=var.get_shape(), name=f"placeholder/{var.op.name}")
            changes.append(var.assign(fed))
            feeds[fed] = _part_for(var, name, value)
    return group(*changes), feeds


def _part_for(var: Any, name: str, value: np.ndarray) -> np.ndarray:
    """What a variable takes of a value: all of it, or its own slice."""
    whole = var._get_save_slice_info()
    if whole is not None:
        pairs = zip(whole.var_offset, whole.var_shape, strict=True)
        return value[tuple(slice(start, start + size) for start, size in pairs)]
    if var.get_shape() != value.shape:
        shapes = f"lh_shape: [{value.shape}], rh_shape: [{var.get_shape()}]"
        raise refusal(f"Total size of new array must be unchanged for {name} {shapes}")
    return value


def assign_from_checkpoint_fn(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False, reshape_variables: bool = False
) -> Callable[[Any], None] | None:
    """A function of a session that gives variables their values from a checkpoint; None if there is none to restore.

    Args:
      model_path: the checkpoint.
      var_list: a list of variables, or a dictionary from names in the checkpoint to variables.
      ignore_missing_vars: whether to leave out variables that the checkpoint does not have.
      reshape_variables: whether a value of another shape is taken if it has as many entries.

    Raises:
      ValueError: there are no variables.
    """
    if not var_list:
        raise refusal("var_list cannot be empty")
    if ignore_missing_vars:
        reader = NewCheckpointReader(model_path)
        named = var_list if isinstance(var_list, dict) else {var.op.name: var for var in var_list}
        for name in named:
            if not reader.has_tensor(name):
                logs.warning("Variable %s missing in checkpoint %s", name, model_path)
        var_list = {name: var for name, var in named.items() if reader.has_tensor(name)}
    if not var_list:
        logs.warning("No Variables to restore")
        return None
    saver = Saver(var_list, reshape=reshape_variables, write_version=1)  # (as TF makes it, though it never writes)
    return lambda session: saver.restore(session, model_path)
