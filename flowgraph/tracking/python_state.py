"""What is no tensor, in object-based checkpoints: strings that Python functions give and take, and numpy arrays."""

from __future__ import annotations

import functools
import io
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from flowgraph.trackable import Trackable, TrackableReference
from flowgraph.tracking.containers import TrackableDataStructure
from flowgraph.tracking.saveables import PythonStringStateSaveable


class PythonState(Trackable, ABC):
    """An object whose state is a string in checkpoints; a subclass makes it and takes it back.

    The string is made when a checkpoint is saved, and taken back at once in `restore`, without a session.

    >>> class Count(tf.contrib.checkpoint.PythonStateWrapper):
    ...     value = 0
    ...     def serialize(self):
    ...         return str(self.value).encode()
    ...     def deserialize(self, string_value):
    ...         self.value = int(string_value)
    >>> import os, tempfile
    >>> count = Count()
    >>> count.value, checkpoint = 3, tf.train.Checkpoint(count=count)
    >>> with tf.Session():
    ...     path = checkpoint.save(os.path.join(tempfile.mkdtemp(), "ckpt"))
    >>> count.value = 0
    >>> status = checkpoint.restore(path)
    >>> count.value
    3
    """

    @abstractmethod
    def serialize(self) -> bytes:
        """The state as a string."""

    @abstractmethod
    def deserialize(self, string_value: bytes) -> None:
        """Take the state back."""

    def _gather_saveables_for_checkpoint(self) -> dict[str, Any]:
        make = functools.partial(
            PythonStringStateSaveable, state_callback=self.serialize, restore_callback=self.deserialize
        )
        return {"py_state": make}


class _Array(PythonState):
    """A numpy array as a string: a .npy file, without pickle."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def serialize(self) -> bytes:
        buffer = io.BytesIO()
        np.save(buffer, self.array, allow_pickle=False)
        return buffer.getvalue()

    def deserialize(self, string_value: bytes) -> None:
        self.array = np.load(io.BytesIO(string_value), allow_pickle=False)


class NumpyState(Trackable):
    """An object whose attributes are numpy arrays, which checkpoints save.

    Raises:
      NotImplementedError: something else is assigned to an attribute.

    >>> import os, tempfile
    >>> arrays = tf.contrib.checkpoint.NumpyState()
    >>> arrays.x = np.zeros(2)
    >>> checkpoint = tf.train.Checkpoint(arrays=arrays)
    >>> with tf.Session():
    ...     path = checkpoint.save(os.path.join(tempfile.mkdtemp(), "ckpt"))
    >>> arrays.x[1] = 4.0
    >>> status = checkpoint.restore(path)
    >>> arrays.x
    array([0., 0.])
    """

    def _lookup_dependency(self, name: str) -> Any:
        found = super()._lookup_dependency(name)
        if found is None:  # a checkpoint has it, and so it is one of ours
            found = _Array(np.array([]))
            self._record.children.append(TrackableReference(name, found))
            self._record.by_name[name] = self.__dict__[name] = found
        return found

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return value.array if isinstance(value, _Array) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if not isinstance(value, np.ndarray | np.generic):
            raise NotImplementedError(
                f"Assigned {value} to the {name} property of {self}, which is not a NumPy array. Currently mixing "
                "NumPy arrays and other trackable objects is not supported. File a feature request if this limitation "
                "bothers you."
            )
        found = self.__dict__.get(name)
        if isinstance(found, _Array):
            found.array = value
        else:
            self.__dict__[name] = self._track_trackable(_Array(value), name, overwrite=True)


class UniqueNameTracker(TrackableDataStructure):
    """Gives objects names that no other one of its objects has.

    >>> names = tf.contrib.checkpoint.UniqueNameTracker()
    >>> slots = [names.track(tf.Variable(0.0), "slot") for _ in range(2)]
    >>> [name for name, _ in names._checkpoint_dependencies]
    ['slot', 'slot_1']
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def _entries(self) -> list[Any]:
        return [child.ref for child in self._checkpoint_dependencies]

    def track(self, trackable: Any, base_name: str) -> Any:
        """Let an object belong to this one, as `base_name` or `base_name_1` ...; gives it back.

        Raises:
          ValueError: it is nothing that checkpoints know.
        """
        if not isinstance(trackable, Trackable):
            raise ValueError(
                f"Expected a trackable value, got {trackable} which does not inherit from tf.track.Trackable."
            )
        count = self._counts.get(base_name, 0)
        while self._lookup_dependency(_numbered(base_name, count)) is not None:
            count += 1
        self._counts[base_name] = count + 1
        return self._tracked(trackable, _numbered(base_name, count))


def _numbered(name: str, count: int) -> str:
    return f"{name}_{count}" if count else name
