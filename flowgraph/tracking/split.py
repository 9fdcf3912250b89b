"""Several entries of a checkpoint that are made, and taken back, together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.control_flow import no_op
from flowgraph.saving.saveables import SaveableObject
from flowgraph.trackable import VALUE_KEY, Trackable
from flowgraph.tracking.saveables import LateSpec


class _Component(SaveableObject):
    """One of the entries in a saver."""

    def __init__(self, name: str, part: _Part) -> None:
        super().__init__(part, [LateSpec(part.save, name, part.dtype, part.device)], name)

    def restore(self, restored_tensors: Sequence[Tensor], _restored_shapes: Sequence[Any] | None) -> Any:
        """An op that takes the entry back."""
        return self.op.restore(restored_tensors[0])


class _Part(Trackable):
    """One of the entries; the buffers are those of all."""

    def __init__(self, group: _Group, name: str, dtype: Any) -> None:
        self._group, self._name, self.dtype, self.device = group, name, dtype, group.device

    def save(self) -> Tensor:
        """The tensor to save; the first one that is asked for lets all be made."""
        buffer = self._group.save_buffer
        if self._name not in buffer:
            if buffer:
                raise AssertionError(
                    f"Split dependency {self._name} ({self}) unsynchronized. Split dependencies must be saved together."
                )
            self._group.fill(buffer)
        found: Tensor = buffer.pop(self._name)
        return found

    def restore(self, tensor: Tensor) -> Any:
        """An op that restores all, if this is the last tensor that was missing."""
        buffer = self._group.restore_buffer
        if self._name in buffer:
            raise AssertionError(
                f"Split dependency {self._name} ({self}) unsynchronized. Split dependencies must be restored together."
            )
        buffer[self._name] = tensor
        if len(buffer) < self._group.count:
            return no_op()
        op = self._group.consume(buffer)
        buffer.clear()
        return op

    def _gather_saveables_for_checkpoint(self) -> dict[str, Any]:
        return {VALUE_KEY: functools.partial(_Component, part=self)}


class _Group:
    """What the entries share."""

    def __init__(self, count: int, fill: Callable[..., Any], consume: Callable[..., Any], device: str) -> None:
        self.count, self.fill, self.consume, self.device = count, fill, consume, device
        self.save_buffer: dict[str, Tensor] = {}
        self.restore_buffer: dict[str, Tensor] = {}


def split_dependency(
    component_names: Sequence[str],
    component_dtypes: Sequence[Any],
    fill_save_buffer_fn: Callable[[dict[str, Any]], Any],
    consume_restore_buffer_fn: Callable[[dict[str, Any]], Any],
    device: str,
) -> dict[str, Any]:
    """Several entries of a checkpoint for one thing: objects to be tracked, by name.

    Args:
      component_names: the names of the entries.
      component_dtypes: their dtypes.
      fill_save_buffer_fn: is given an empty dict, and puts a tensor into it for each name.
      consume_restore_buffer_fn: is given a dict with a tensor for each name, and returns an op that restores the thing.
      device: where the tensors are.
    """
    group = _Group(len(component_names), fill_save_buffer_fn, consume_restore_buffer_fn, device)
    return {name: _Part(group, name, dtype) for name, dtype in zip(component_names, component_dtypes, strict=False)}
