"""The ops that save and restore objects: a file for each device, which become one checkpoint."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flowgraph.ir.scope import control_dependencies, device
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.save import merge_v2_checkpoints, restore_v2, save_v2, sharded_filename
from flowgraph.ops.string_join import string_join
from flowgraph.saving.saver_ops import cpu_of
from flowgraph.tracking.saveables import device_of, dtype_of


def save_op(prefix: Tensor, saveables: Sequence[Any]) -> Operation:
    """An op that writes a checkpoint of some saveables."""
    with device("cpu:0"):
        temporary = string_join([prefix, f"_temp_{uuid.uuid4().hex}/part"])
    shards = _by_device(saveables)
    count = constant(len(shards), name="num_shards")
    prefixes, saved = [], []
    for shard, (place, part) in enumerate(shards):
        with device(cpu_of(place)):
            prefixes.append(sharded_filename(temporary, shard, count))
        with device(place):
            saved.append(_save(prefixes[-1], part))
    with control_dependencies(saved), device(cpu_of(shards[-1][0])):
        return merge_v2_checkpoints(prefixes, prefix, delete_old_dirs=True)


def _save(prefix: Tensor, saveables: Sequence[Any]) -> Operation:
    specs = [(spec.name, spec.slice_spec, spec.tensor) for saveable in saveables for spec in saveable.specs]
    names, slices, tensors = zip(*specs, strict=True)
    with device("cpu:0"):
        return save_v2(prefix, list(names), list(slices), list(tensors))


def restore_ops(prefix: Tensor, saveables: Sequence[Any]) -> dict[str, Operation | Tensor]:
    """By name of a saveable, an op that restores it.

    Raises:
      ValueError: two of them restore the same variable.
    """
    targets: set[int] = set()
    for saveable in saveables:
        if id(saveable.op) in targets:
            raise ValueError(f"The same saveable will be restored with two names: {saveable.name}")
        targets.add(id(saveable.op))
    found = {}
    for place, part in _by_device(saveables):
        with device(place):
            found.update(_restore(prefix, part))
    return found


def _restore(prefix: Tensor, saveables: Sequence[Any]) -> dict[str, Operation | Tensor]:
    specs = [(spec.name, spec.slice_spec, dtype_of(spec)) for saveable in saveables for spec in saveable.specs]
    names, slices, dtypes = zip(*specs, strict=True)
    with device("cpu:0"):
        tensors = restore_v2(prefix, list(names), list(slices), list(dtypes))
    found, at = {}, 0
    for saveable in saveables:
        count = len(saveable.specs)
        found[saveable.name] = saveable.restore(tensors[at : at + count], None)
        at += count
    return found


def _by_device(saveables: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for saveable in saveables:
        found.setdefault(device_of(saveable), []).append(saveable)
    return sorted(found.items())
