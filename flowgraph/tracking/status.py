"""What a restore gives: it says what matched, and runs the ops."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from flowgraph.ir.scope import device
from flowgraph.platform import logs
from flowgraph.saving.saveables import variables_by_name
from flowgraph.saving.saver import Saver
from flowgraph.trackable import next_uid
from flowgraph.tracking.containers import TrackableDataStructure
from flowgraph.tracking.object_graph import ObjectGraph, paths_in
from flowgraph.tracking.positions import Restore


class LoadStatus(ABC):
    """What `restore` gives, whatever it found."""

    @abstractmethod
    def assert_consumed(self) -> LoadStatus:
        """Check that every object of the checkpoint and of the program has found its counterpart."""

    @abstractmethod
    def assert_existing_objects_matched(self) -> LoadStatus:
        """Check that every object of the program has found its counterpart."""

    @abstractmethod
    def assert_nontrivial_match(self) -> LoadStatus:
        """Check that more than the root has found its counterpart."""

    @abstractmethod
    def run_restore_ops(self, session: Any = None) -> None:
        """Give the variables in a session, by default the default one, the values of the checkpoint."""

    @abstractmethod
    def initialize_or_restore(self, session: Any = None) -> None:
        """Restore what the checkpoint has, and initialize what it lacks."""

    def expect_partial(self) -> LoadStatus:
        """Say that parts of the checkpoint may stay unused: no warnings of that."""
        return self


class CheckpointLoadStatus(LoadStatus):
    """That of an object-based checkpoint."""

    def __init__(self, checkpoint: Restore, feed_dict: dict[Any, Any]) -> None:
        self._checkpoint, self._feed_dict = checkpoint, feed_dict
        self._root = checkpoint.graph.root  # which the graph itself does not keep alive

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Check that every object of the checkpoint and of the program has found its counterpart.

        Raises:
          AssertionError: one has not.
        """
        checkpoint = self._checkpoint
        paths = paths_in(checkpoint.proto)
        self.assert_existing_objects_matched()
        for number, node in enumerate(checkpoint.proto.nodes):
            if number not in checkpoint.bound:
                raise AssertionError(f"Unresolved object in checkpoint {paths.get(number)}: {node}")
        if checkpoint.slots:
            raise AssertionError(f"Unresolved slot restorations: {checkpoint.slots}")
        if checkpoint.unused_attributes:
            lines = [
                f"{paths.get(number)} ({checkpoint.bound[number]}): {found}"
                for number, found in checkpoint.unused_attributes.items()
            ]
            raise AssertionError(
                "Unused attributes in these objects (the attributes exist in the checkpoint but were not restored):\n"
                + "\n".join(lines)
            )
        return self

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Check that every object of the program has found its counterpart.

        Raises:
          AssertionError: one has not.
        """
        checkpoint = self._checkpoint
        for number, node in enumerate(checkpoint.proto.nodes):
            item = checkpoint.bound.get(number)
            if item is not None and item._record.uid < checkpoint.restore_uid:
                raise AssertionError(f"Object not assigned a value from checkpoint: {node}")
        for item in checkpoint.graph.objects():
            if isinstance(item, TrackableDataStructure) and not item._checkpoint_dependencies:
                continue
            checkpoint.see(item)
        unbound = checkpoint.unbound()
        if unbound:
            raise AssertionError(
                "Some Python objects were not bound to checkpointed values, likely due to changes in the Python "
                f"program: {unbound}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Check that more than the root has found its counterpart.

        Raises:
          AssertionError: nothing has, or there is nothing.
        """
        checkpoint = self._checkpoint
        for item in checkpoint.graph.objects():
            checkpoint.see(item)
        if len(checkpoint.bound) <= 1:
            unbound = checkpoint.unbound()
            if unbound:
                raise AssertionError(
                    "Nothing except the root object matched a checkpointed value. Typically this means that the "
                    "checkpoint does not match the Python program. The following objects have no matching checkpointed "
                    f"value: {unbound}"
                )
            raise AssertionError(f"Nothing to load. No dependencies have been added to {checkpoint.graph.root} yet.")
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Give the variables in a session, by default the default one, the values of the checkpoint."""
        _session(session).run(self._checkpoint.restore_ops, feed_dict=self._feed_dict)

    def initialize_or_restore(self, session: Any = None) -> None:
        """Restore what the checkpoint has, and initialize what it lacks."""
        checkpoint, session = self._checkpoint, _session(session)
        bound = {id(item) for item in checkpoint.bound.values()}
        left = [
            item.initializer
            for item in checkpoint.graph.objects()
            if hasattr(item, "initializer") and id(item) not in bound and item._record.uid < checkpoint.restore_uid
        ]
        self.run_restore_ops(session)
        session.run(left)

    def expect_partial(self) -> CheckpointLoadStatus:
        """Say that parts of the checkpoint may stay unused: no warnings of that."""
        self._checkpoint.complaint.is_expected = True
        return self


class InitializationOnlyStatus(LoadStatus):
    """That of no checkpoint: there is nothing to restore, and all is to be initialized."""

    def __init__(self, graph: ObjectGraph, restore_uid: int) -> None:
        self._graph, self._restore_uid, self._root = graph, restore_uid, graph.root

    def assert_consumed(self) -> LoadStatus:
        """Refused: nothing is restored."""
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def run_restore_ops(self, session: Any = None) -> None:
        """Refused: nothing is restored."""
        del session
        raise AssertionError(
            "No checkpoint specified, so no restore ops are available (save_path=None to Saver.restore)."
        )

    def initialize_or_restore(self, session: Any = None) -> None:
        """Initialize all variables in a session, by default the default one."""
        items = self._graph.objects()
        _session(session).run(
            [
                item.initializer
                for item in items
                if getattr(item, "initializer", None) is not None and item._record.uid < self._restore_uid
            ]
        )


class NameBasedSaverStatus(LoadStatus):
    """That of a checkpoint of a tf.train.Saver: variables are found by their names."""

    def __init__(self, graph: ObjectGraph, path: str) -> None:
        logs.warning(
            "Restoring a name-based tf.train.Saver checkpoint using the object-based restore API. This mode uses "
            "global names to match variables, and so is somewhat fragile. It also adds new restore ops to the graph "
            "each time it is called when graph building. Prefer re-encoding training checkpoints in the object-based "
            "format: run save() on the object-based saver (the same one this message is coming from) and use that "
            "checkpoint in the future."
        )
        self._graph, self._path, self._root = graph, path, graph.root
        self._restore_uid = next_uid()
        self._unused: dict[int, tuple[Any, list[str]]] = {}

    def assert_consumed(self) -> LoadStatus:
        """Check that all objects of the program were restored: after `run_restore_ops`.

        Raises:
          AssertionError: one was not.
        """
        if self._unused:
            lines = "".join(f"\n    {item}: {names}" for item, names in self._unused.values())
            raise AssertionError(f"Some objects had attributes which were not restored:{lines}")
        for item in self._graph.objects():
            if item._record.uid < self._restore_uid:
                raise AssertionError(f"Object not restored: {item}")
        return self

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def run_restore_ops(self, session: Any = None) -> None:
        """Give the variables in a session, by default the default one, the values of the checkpoint."""
        session = _session(session)
        with device("/cpu:0"):
            Saver(self._saveables()).restore(session, self._path)

    def initialize_or_restore(self, session: Any = None) -> None:
        """As `run_restore_ops`."""
        self.run_restore_ops(session)

    def _saveables(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in self._graph.objects():
            if item._record.uid >= self._restore_uid:
                continue
            item._record.uid = self._restore_uid
            for attribute, factory in item._gather_saveables_for_checkpoint().items():
                try:
                    saveable = factory() if callable(factory) else factory
                except TypeError:  # it has no name of its own, only one in an object graph
                    if not factory(name="").optional_restore:
                        self._unused.setdefault(id(item), (item, []))[1].append(attribute)
                    continue
                found.update(variables_by_name([saveable]))
        return found


def _session(session: Any) -> Any:
    from flowgraph.tracking.saver import session_or_default

    return session_or_default(session)
