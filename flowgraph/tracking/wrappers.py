"""What lists and dicts become as attributes of objects that checkpoints know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flowgraph.trackable import Trackable
from flowgraph.tracking.containers import NoDependency, TrackableDataStructure, tracked, wrapped

_NO_ORDER = (
    "If you don't need this {what} checkpointed, wrap it in a tf.contrib.checkpoint.NoDependency object; it will be "
    "automatically un-wrapped and subsequently ignored."
)


class ListWrapper(TrackableDataStructure, list[Any]):
    """What a list becomes as an attribute: still a list, whose entries belong to it as far as checkpoints know them.

    Entries have their index for a name, and so a list that changes otherwise than by growing cannot be saved.
    """

    def __init__(self, wrapped_list: list[Any]) -> None:
        super().__init__()
        self._original, self._moved = wrapped_list, False
        list.extend(self, [tracked(self, str(index), entry) for index, entry in enumerate(wrapped_list)])
        self._snapshot = list(wrapped_list)

    def _entries(self) -> list[Any]:
        return self

    @property
    def _checkpoint_dependencies(self) -> Any:
        if self._moved:
            raise ValueError(
                f"Unable to save the object {self!r} (a list wrapper constructed to track trackable TensorFlow "
                "objects). A list element was replaced (__setitem__, __setslice__), deleted (__delitem__, "
                "__delslice__), or moved (sort). In order to support restoration on object creation, tracking is "
                f"exclusively for append-only data structures.\n\n{_NO_ORDER.format(what='list')}"
            )
        if not _same(self._original, self._snapshot):
            raise ValueError(
                f"Unable to save the object {self!r} (a list wrapper constructed to track trackable TensorFlow "
                f"objects). The wrapped list was modified outside the wrapper (its final value was {self._original}, "
                f"its value when a checkpoint dependency was added was {self._snapshot}), which breaks restoration on "
                f"object creation.\n\n{_NO_ORDER.format(what='list')}"
            )
        return super()._checkpoint_dependencies

    def _write_back(self) -> None:
        """Let the list that was wrapped have the same entries."""
        if _same(self._original, self._snapshot):
            self._original[:] = self
            self._snapshot = list(self)

    def append(self, value: Any) -> None:
        """Add an entry at the end."""
        list.append(self, tracked(self, str(len(self)), value))
        self._write_back()

    def extend(self, values: Iterable[Any]) -> None:
        """Add entries at the end."""
        for value in list(values):
            self.append(value)

    def __iadd__(self, values: Iterable[Any]) -> ListWrapper:  # type: ignore[misc]
        self.extend(values)
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        before = list(self)
        list.__setitem__(self, key, value)
        for index, entry in enumerate(self):
            old = before[index] if index < len(before) else None
            if entry is not old:
                self._moved = self._moved or isinstance(old, Trackable)
                list.__setitem__(self, index, tracked(self, str(index), entry))
        self._moved = self._moved or any(isinstance(entry, Trackable) for entry in before[len(self) :])
        self._write_back()

    def _change(self, change: Any, *args: Any, **kwargs: Any) -> Any:
        self._moved = True
        found = change(self, *args, **kwargs)
        self._write_back()
        return found

    def __delitem__(self, key: Any) -> None:
        self._change(list.__delitem__, key)

    def insert(self, index: Any, value: Any) -> None:
        """Put an entry in between; the list can then not be saved."""
        self._change(list.insert, index, value)

    def pop(self, index: Any = -1) -> Any:
        """Take an entry out."""
        return self._change(list.pop, index)

    def remove(self, value: Any) -> None:
        """Take an entry out; the list can then not be saved."""
        self._change(list.remove, value)

    def clear(self) -> None:
        """Take all entries out."""
        self._change(list.clear)

    def reverse(self) -> None:
        """Turn the order round; the list can then not be saved."""
        self._change(list.reverse)

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Sort the entries; the list can then not be saved."""
        self._change(list.sort, key=key, reverse=reverse)

    def __imul__(self, times: Any) -> ListWrapper:  # type: ignore[misc]
        if times <= 0:
            self._change(list.clear)
        else:
            self.extend(list(self) * (times - 1))
        return self

    def __copy__(self) -> ListWrapper:
        return ListWrapper(list(self))

    def __repr__(self) -> str:
        return f"ListWrapper({list(self)!r})"

    __hash__ = None


class DictWrapper(TrackableDataStructure, dict[Any, Any]):
    """What a dict becomes as an attribute: still a dict, whose values belong to it as far as checkpoints know them."""

    def __init__(self, wrapped_dict: Any = ()) -> None:
        super().__init__()
        self._original = wrapped_dict if isinstance(wrapped_dict, dict) else dict(wrapped_dict)
        self._has_odd_key = False
        for key, value in self._original.items():
            dict.__setitem__(self, key, self._entry(key, value))
        self._snapshot = dict(self._original)

    def _entries(self) -> list[Any]:
        return [self[key] for key in sorted(self)]

    def _entry(self, key: Any, value: Any) -> Any:
        if isinstance(key, str):
            return tracked(self, key, value)
        found = value.value if isinstance(value, NoDependency) else wrapped(value)
        self._has_odd_key = self._has_odd_key or (isinstance(found, Trackable) and found is not value)
        self._has_odd_key = self._has_odd_key or isinstance(value, Trackable)
        return found

    @property
    def _checkpoint_dependencies(self) -> Any:
        how = "constructed automatically on attribute assignment"
        what = f"Unable to save the object {self} (a dictionary wrapper {how})"
        if self._has_odd_key:
            raise ValueError(
                f"{what}. The wrapped dictionary contains a non-string key which maps to a trackable object or mutable "
                f"data structure.\n\n{_NO_ORDER.format(what='dictionary')}"
            )
        if not _same(self._original, self._snapshot):
            raise ValueError(
                f"{what}. The wrapped dictionary was modified outside the wrapper (its final value was {self}, its "
                f"value when a checkpoint dependency was added was {self._snapshot}), which breaks restoration on "
                f"object creation.\n\n{_NO_ORDER.format(what='dictionary')}"
            )
        return super()._checkpoint_dependencies

    def _write_back(self) -> None:
        if _same(self._original, self._snapshot):
            self._original.clear()
            self._original.update(self)
            self._snapshot = dict(self)

    def __setitem__(self, key: Any, value: Any) -> None:
        dict.__setitem__(self, key, self._entry(key, value))
        self._write_back()

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add entries, as `dict.update`."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value of a key, which gets one if it has none."""
        if key not in self:
            self[key] = default
        return self[key]

    def _without(self, change: Any, *args: Any) -> Any:
        found = change(self, *args)
        self._write_back()
        return found

    def __delitem__(self, key: Any) -> None:
        self._without(dict.__delitem__, key)

    def pop(self, *args: Any) -> Any:
        """Take an entry out."""
        return self._without(dict.pop, *args)

    def popitem(self) -> Any:
        """Take the last entry out."""
        return self._without(dict.popitem)

    def clear(self) -> None:
        """Take all entries out."""
        self._without(dict.clear)

    def copy(self) -> DictWrapper:
        """One with the same entries."""
        return DictWrapper(dict(self))

    __copy__ = copy

    def __repr__(self) -> str:
        return f"DictWrapper({dict(self)!r})"

    def __str__(self) -> str:
        return str(dict(self))

    __hash__ = None


def _same(now: Any, before: Any) -> bool:
    """Whether a list or a dict has the very entries that it had: variables have no truth value to compare by."""
    if isinstance(now, dict):
        return list(now) == list(before) and all(now[key] is before[key] for key in now)
    return len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True))
