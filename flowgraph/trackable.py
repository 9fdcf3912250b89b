"""What object-based checkpoints ask of an object: which objects belong to it, under which names, and what it saves.

Variables, optimizers, layers and tables are all `Trackable`. The class knows nothing of graphs or files: a restore that
comes before the object it is meant for waits in the `deferred` of the owner, as something with a method `restore`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

VALUE_KEY = "VARIABLE_VALUE"
"""The name of a variable's value among the attributes of its node in a checkpoint."""

next_uid: Callable[[], int] = itertools.count().__next__
"""A new number, greater than all before it: for restores, of which the later one counts."""


class TrackableReference(NamedTuple):
    """An object that belongs to another one, and its name there."""

    name: str
    ref: Any


class _Record:
    """What is noted of an object: what belongs to it, what waits for objects to come, the last restore it saw."""

    __slots__ = ("by_name", "children", "deferred", "uid")

    def __init__(self) -> None:
        self.children: list[TrackableReference] = []
        self.by_name: dict[str, Any] = {}
        self.deferred: dict[str, list[Any]] = {}
        self.uid = -1

    def __deepcopy__(self, memo: dict[int, Any]) -> _Record:
        """That of a copy of the object: what was copied with it belongs to it, the rest is shared."""
        twin = _Record()
        twin.by_name = {name: memo.get(id(ref), ref) for name, ref in self.by_name.items()}
        twin.children = [TrackableReference(name, memo.get(id(ref), ref)) for name, ref in self.children]
        return twin


class Trackable:
    """An object that checkpoints know by the names of the attributes that lead to it.

    A subclass that saves something overrides `_gather_saveables_for_checkpoint`.
    """

    @property
    def _record(self) -> _Record:
        found: _Record | None = self.__dict__.get("_self_record")
        if found is None:
            found = self.__dict__["_self_record"] = _Record()
        return found

    @property
    def _checkpoint_dependencies(self) -> list[TrackableReference]:
        """The objects that belong to this one, with their names."""
        return self._record.children

    def _lookup_dependency(self, name: str) -> Any:
        """The object of this name that belongs to this one, or None."""
        return self._record.by_name.get(name)

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Note that `trackable` belongs to this object under a name; gives it back.

        Raises:
          TypeError: it is nothing that checkpoints know.
          ValueError: another object has this name, and `overwrite` is False.
        """
        if not isinstance(trackable, Trackable):
            raise TypeError(f"Trackable._track_trackable() passed type {type(trackable)}, not a Trackable.")
        record, found = self._record, self._lookup_dependency(name)
        if found is None:
            record.children.append(TrackableReference(name, trackable))
            self._handle_deferred_dependencies(name, trackable)
        elif found is not trackable:
            if not overwrite:
                raise ValueError(
                    f"Called Trackable._track_trackable() with name='{name}', but a Trackable with this name is "
                    "already declared as a dependency. Names must be unique (or overwrite=True)."
                )
            record.children[:] = [
                TrackableReference(name, trackable) if child.name == name else child for child in record.children
            ]
        record.by_name[name] = trackable
        return trackable

    def _forget_trackable(self, name: str) -> None:
        """Note that the object of this name belongs to this one no longer."""
        record = self._record
        if record.by_name.pop(name, None) is not None:
            record.children[:] = [child for child in record.children if child.name != name]

    def _handle_deferred_dependencies(self, name: str, trackable: Any) -> None:
        """Restore an object that has just come, where a checkpoint was restored before; the newest first."""
        waiting = self._record.deferred.pop(name, [])
        for position in sorted(waiting, key=lambda position: position.restore_uid, reverse=True):
            position.restore(trackable)

    def _gather_saveables_for_checkpoint(self) -> Mapping[str, Any]:
        """What the object itself saves: name -> a variable, or a function from a `name` to something saveable."""
        return {}


class HoldsWeights:
    """Something with variables, under the names that layers give them; it says which are `trainable_weights`."""

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables that are trained."""
        raise NotImplementedError

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The variables that are not trained."""
        raise NotImplementedError

    @property
    def weights(self) -> list[Any]:
        """All its variables: those that are trained, then the others."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def variables(self) -> list[Any]:
        """The same as `weights`."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Any]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights


def in_name_scope(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method whose ops lie in its object's `name_scope`."""

    @functools.wraps(method)
    def scoped(self: Any, *args: Any, **kwargs: Any) -> Any:
        with self.name_scope:
            return method(self, *args, **kwargs)

    return scoped
