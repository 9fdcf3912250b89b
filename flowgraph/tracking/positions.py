"""Restoring: a checkpoint's object graph is laid over the program's, node by node, from the root.

Objects that the program has not made yet wait in their owner's `deferred`, slots of optimizers that do not have them
yet with the optimizer. Whoever makes them later gets the ops that restore them.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from flowgraph import errors
from flowgraph.ir.scope import init_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.platform import logs
from flowgraph.saving.reader import CheckpointReader
from flowgraph.trackable import next_uid
from flowgraph.tracking.object_graph import ObjectGraph, paths_in
from flowgraph.tracking.ops import restore_ops
from flowgraph.tracking.saveables import PythonStringStateSaveable, saveable_of


class _SlotToCome(NamedTuple):
    """A slot in a checkpoint: of which optimizer, and where its value is; `variable` where that is known."""

    optimizer_id: int
    slot_variable_id: int
    slot_name: str
    variable: Any = None


class Restore:
    """One restore: how far the objects of a checkpoint have found their counterparts.

    Args:
      proto: the checkpoint's TrackableObjectGraph.
      path: the checkpoint.
      path_tensor: what is fed with the path.
      made: the ops that restore, by key, which further restores use again.
      graph: the program's objects.
    """

    def __init__(
        self, proto: Any, path: str, path_tensor: Tensor, made: dict[str, Operation | Tensor], graph: ObjectGraph
    ) -> None:
        self.proto, self.path, self.graph, self.made = proto, path, graph, made
        self._path_tensor = path_tensor
        self.restore_uid = next_uid()
        self.bound: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self.seen: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self.restore_ops: list[Any] = []
        self.on_new_ops: Callable[[list[Any]], Any] | None = None
        self.slots: dict[int, list[_SlotToCome]] = {}
        self.slots_without_optimizer: dict[int, list[_SlotToCome]] = {}
        self.complaint = _Complaint(proto)
        self.unused_attributes = self.complaint.unused_attributes
        for number, node in enumerate(proto.nodes):
            for slot in node.slot_variables:
                to_come = _SlotToCome(number, slot.slot_variable_node_id, slot.slot_name)
                self.slots.setdefault(slot.original_variable_node_id, []).append(to_come)

    def at(self, number: int) -> Position:
        """A node of the checkpoint."""
        return Position(self, number)

    def see(self, item: Any) -> None:
        """Note an object of the program."""
        self.seen[id(item)] = item

    def unbound(self) -> list[Any]:
        """The objects of the program for which the checkpoint has nothing."""
        found = {id(item) for item in self.bound.values()}
        return [item for key, item in self.seen.items() if key not in found]

    def add_ops(self, ops: list[Any]) -> None:
        """Note ops that restore something."""
        self.restore_ops.extend(ops)
        if self.on_new_ops is not None:
            self.on_new_ops(ops)

    def build(self, named: dict[str, Any], strings: list[Any]) -> list[Any]:
        """The ops that restore what saveables stand for; strings go to Python at once."""
        if strings:
            reader = CheckpointReader(self.path)
            for saveable in strings:
                saveable.python_restore([_string(reader.get_tensor(spec.name)) for spec in saveable.specs])
        if not named:
            return []
        made = restore_ops(self._path_tensor, [named[key] for key in sorted(named)])
        self.made.update(made)
        return [made[key] for key in sorted(made)]


class _Complaint:
    """What is said when a restore is forgotten before all of its checkpoint was used."""

    def __init__(self, proto: Any) -> None:
        self._proto = proto
        self.is_expected = False
        self.matched: set[int] = set()
        self.unused_attributes: dict[int, list[str]] = {}

    def __del__(self) -> None:
        if self.is_expected:
            return
        paths = paths_in(self._proto)
        numbers = range(len(self._proto.nodes))
        lines = [f"Unresolved object in checkpoint: {paths.get(n)}" for n in numbers if n not in self.matched]
        lines += [f"Unused attribute in object {paths.get(n)}: {found}" for n, found in self.unused_attributes.items()]
        for line in lines:
            logs.warning("%s", line)
        if lines:
            logs.warning(
                "A checkpoint was restored (e.g. tf.train.Checkpoint.restore or tf.keras.Model.load_weights) but not "
                "all checkpointed values were used. See above for specific issues. Use expect_partial() on the load "
                "status object, e.g. tf.train.Checkpoint.restore(...).expect_partial(), to silence these warnings, or "
                "use assert_consumed() to make the check explicit."
            )


class Position:
    """A node of a checkpoint that is being restored."""

    def __init__(self, checkpoint: Restore, number: int) -> None:
        self.checkpoint, self.number = checkpoint, number

    @property
    def restore_uid(self) -> int:
        """The number of the restore."""
        return self.checkpoint.restore_uid

    def restore(self, trackable: Any) -> None:
        """Give an object, and all that belongs to it, what the checkpoint has of it."""
        with init_scope():
            if self.bind(trackable):
                ops = self._restore_all()
                if ops:
                    self.checkpoint.add_ops(ops)

    def bind(self, trackable: Any) -> bool:
        """Note that this is the object; False if the node has one already."""
        checkpoint = self.checkpoint
        checkpoint.see(trackable)
        checkpoint.complaint.matched.add(self.number)
        bound = checkpoint.bound.get(self.number)
        if bound is not None:
            if bound is not trackable:
                logs.warning(
                    "Inconsistent references when loading the checkpoint into this object graph. Either the Trackable "
                    "object references in the Python program have changed in an incompatible way, or the checkpoint "
                    "was generated in an incompatible program.\n\nTwo checkpoint references resolved to different "
                    "objects (%s and %s).", bound, trackable,
                )  # fmt: skip
            return False
        checkpoint.bound[self.number] = trackable
        for slot in checkpoint.slots_without_optimizer.pop(self.number, []):
            _restore_slot(checkpoint, trackable, slot, slot.variable)
        for slot in checkpoint.slots.pop(self.number, []):
            optimizer = checkpoint.bound.get(slot.optimizer_id)
            if optimizer is None:
                waiting = checkpoint.slots_without_optimizer.setdefault(slot.optimizer_id, [])
                waiting.append(slot._replace(variable=trackable))
            else:
                _restore_slot(checkpoint, optimizer, slot, trackable)
        return True

    def _restore_all(self) -> list[Any]:
        ops: list[Any] = []
        named: dict[str, Any] = {}
        strings: list[Any] = []
        queue = deque([self])
        while queue:
            position = queue.popleft()
            trackable = position.checkpoint.bound[position.number]
            if position.restore_uid > trackable._record.uid:
                position._gather(trackable, ops, named, strings)
                trackable._record.uid = position.restore_uid
            for child in position.checkpoint.proto.nodes[position.number].children:
                below = position.checkpoint.at(child.node_id)
                item = trackable._lookup_dependency(child.local_name)
                if item is None:
                    trackable._record.deferred.setdefault(child.local_name, []).append(below)
                elif below.bind(item):
                    queue.append(below)
        return ops + self.checkpoint.build(named, strings)

    def _gather(self, trackable: Any, ops: list[Any], named: dict[str, Any], strings: list[Any]) -> None:
        """Sort what an object saves: into ops that are there already, saveables that need some, and strings."""
        checkpoint = self.checkpoint
        factories, kept = trackable._gather_saveables_for_checkpoint(), checkpoint.graph.kept_for(trackable)
        for attribute in checkpoint.proto.nodes[self.number].attributes:
            key, name = attribute.checkpoint_key, attribute.name
            if key in checkpoint.made:
                ops.append(checkpoint.made[key])
                continue
            saveable = kept.get(name)
            if saveable is None or key not in saveable.name:
                if name not in factories:
                    if not attribute.optional_restore:
                        checkpoint.unused_attributes.setdefault(self.number, []).append(name)
                    continue
                saveable = saveable_of(factories[name], key)
                if callable(factories[name]):
                    kept[name] = saveable
            if isinstance(saveable, PythonStringStateSaveable):
                strings.append(saveable)
            else:
                named[key] = saveable

    def __repr__(self) -> str:
        return repr(self.checkpoint.proto.nodes[self.number])


def _string(value: Any) -> bytes:
    """A scalar of a checkpoint that must be a string."""
    found = value.item() if getattr(value, "size", 0) == 1 else value
    if not isinstance(found, bytes):
        raise errors.DataLossError(None, None, "The state of a Python object in a checkpoint is no string")
    return found


def _restore_slot(checkpoint: Restore, optimizer: Any, slot: _SlotToCome, variable: Any) -> None:
    optimizer._create_or_restore_slot_variable(
        slot_variable_position=checkpoint.at(slot.slot_variable_id), slot_name=slot.slot_name, variable=variable
    )
