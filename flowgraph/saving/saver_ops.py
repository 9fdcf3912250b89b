"""The ops of a Saver: one that saves, one that restores, and between them the name of the file.

                                    ┌── a variable
filename ──► Const ──► SaveV2 ◄─────┴── another        Const ──► RestoreV2 ──► Assign ──► restore_all
               └────────┴──► control_dependency: the path, once it is saved
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flowgraph import protos
from flowgraph.ir import device as device_strings
from flowgraph.ir.scope import control_dependencies, device, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity, shape
from flowgraph.ops.constant import constant, placeholder_with_default
from flowgraph.ops.control_flow import group, with_dependencies
from flowgraph.ops.save import (
    merge_v2_checkpoints,
    restore_v2,
    save_slices,
    save_v2,
    sharded_filename,
    sharded_filespec,
)
from flowgraph.ops.string_join import string_join

OLD, NEW = 1, 2
"""The versions of checkpoints' files."""


class SaverOps:
    """Builds the ops of a Saver.

    Args:
      version: of the files that are written.
    """

    def __init__(self, version: int) -> None:
        self.version = version

    def build(self, saveables: Sequence[Any], reshape: bool, sharded: bool, name: str | None, filename: Any) -> Any:
        """Add the ops; gives a SaverDef with their names."""
        with name_scope(name, "save", [saveable.op for saveable in saveables]):
            path = placeholder_with_default(filename or "model", (), name="filename")
            path = placeholder_with_default(path, (), name="Const")
            if sharded:
                shards = _by_device(saveables)
                saved = self._save_new_shards(path, shards) if self.version == NEW else self._save_old(path, shards)
                restored = group(
                    *[self._restore(path, part, reshape, "restore_shard", place) for place, part in shards],
                    name="restore_all",
                )
            else:
                saved = self._save(path, saveables)
                restored = self._restore(path, saveables, reshape, "restore_all", None)
        return protos.message("SaverDef")(
            filename_tensor_name=path.name,
            save_tensor_name=saved.name,
            restore_op_name=restored.name,
            sharded=sharded,
            version=self.version,
        )

    # -- saving ----------------------------------------------------------------------------------------------

    def _save(self, path: Tensor, saveables: Sequence[Any]) -> Tensor:
        """Save, and give the path once that is done."""
        specs = [spec for saveable in saveables for spec in saveable.specs]
        names, slices = [spec.name for spec in specs], [spec.slice_spec for spec in specs]
        tensors = [spec.tensor for spec in specs]
        if self.version == NEW:
            saved = save_v2(path, names, slices, tensors)
        else:
            saved = save_slices(path, names, slices, tensors, name="save")
        return with_dependencies([saved], path)

    def _save_new_shards(self, path: Tensor, shards: Sequence[tuple[str, Sequence[Any]]]) -> Tensor:
        """Each device writes a checkpoint of its own in a folder beside; one op makes one of them."""
        temporary = string_join([path, f"_temp_{uuid.uuid4().hex}/part"])
        count = constant(len(shards), name="num_shards")
        prefixes, saved = [], []
        for shard, (place, saveables) in enumerate(shards):
            with device(cpu_of(place)):
                prefixes.append(sharded_filename(temporary, shard, count))
                saved.append(self._save(prefixes[-1], saveables))
        with control_dependencies([x.op for x in saved]), device(cpu_of(shards[-1][0])):
            merged = merge_v2_checkpoints(prefixes, path, delete_old_dirs=True)
            with control_dependencies([merged]):
                return identity(path)

    def _save_old(self, path: Tensor, shards: Sequence[tuple[str, Sequence[Any]]]) -> Tensor:
        count = constant(len(shards), name="num_shards")
        saved = []
        for shard, (place, saveables) in enumerate(shards):
            with device(place):
                saved.append(self._save(sharded_filename(path, shard, count), saveables))
        with control_dependencies([x.op for x in saved]):
            return sharded_filespec(path, count)

    # -- restoring -------------------------------------------------------------------------------------------

    def _restore(
        self, path: Tensor, saveables: Sequence[Any], reshape: bool, name: str, place: str | None
    ) -> Operation:
        """Read everything at once, and give each its part."""
        if place is not None:
            with device(place):
                return self._restore(path, saveables, reshape, name, None)
        specs = [spec for saveable in saveables for spec in saveable.specs]
        with device("cpu:0"):
            tensors = restore_v2(
                path,
                [spec.name for spec in specs],
                [spec.slice_spec for spec in specs],
                [spec.tensor.dtype.base_dtype for spec in specs],
            )
        at, restored = 0, []
        for saveable in saveables:
            shapes = [_shape(spec.tensor) for spec in saveable.specs] if reshape else None
            restored.append(saveable.restore(tensors[at : at + len(saveable.specs)], shapes))
            at += len(saveable.specs)
        return group(*restored, name=name)


def _shape(tensor: Tensor) -> Any:
    return tensor.shape if tensor.shape.is_fully_defined() else shape(tensor)


def _by_device(saveables: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Saveables by where they are."""
    found: dict[str, list[Any]] = {}
    for saveable in saveables:
        found.setdefault(saveable.specs[0].tensor.device, []).append(saveable)
    return sorted(found.items())


def cpu_of(place: str) -> str:
    """The CPU beside a device."""
    return device_strings.join((*device_strings.parse(place)[:3], "CPU:0"))
