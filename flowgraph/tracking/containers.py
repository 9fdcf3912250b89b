"""Objects whose attributes belong to them, and the lists and dicts among these."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flowgraph.trackable import HoldsWeights, Trackable
from flowgraph.variables.variable import Variable


class NoDependency:
    """Wraps the value of an attribute that checkpoints are not to follow.

    >>> checkpoint = tf.contrib.checkpoint.Checkpointable()
    >>> checkpoint.others = tf.contrib.checkpoint.NoDependency([1, 2])
    >>> checkpoint.others
    [1, 2]
    """

    def __init__(self, value: Any) -> None:
        self.value = value


def tracked(owner: Any, name: str, value: Any) -> Any:
    """What an attribute becomes: lists and dicts are wrapped, and what checkpoints know belongs to the owner."""
    if isinstance(value, NoDependency):
        return value.value
    value = wrapped(value)
    if isinstance(value, Trackable):
        owner._track_trackable(value, name=name, overwrite=True)
    return value


def wrapped(value: Any) -> Any:
    """A list or a dict as one whose entries belong to it; other values as they are."""
    from flowgraph.tracking.wrappers import DictWrapper, ListWrapper

    if isinstance(value, Trackable):
        return value
    if type(value) in (dict, OrderedDict):
        return DictWrapper(value)
    return ListWrapper(value) if type(value) is list else value


class AutoTrackable(Trackable):
    """An object whose attributes belong to it: variables, layers, optimizers, and lists and dicts of these.

    >>> import os, tempfile
    >>> model = tf.contrib.checkpoint.Checkpointable()
    >>> model.scale = tf.Variable(2.0)
    >>> model.offsets = [tf.Variable(3.0)]
    >>> [name for name, _ in model._checkpoint_dependencies]
    ['scale', 'offsets']
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__dict__.get(name, self) is value:
            return
        super().__setattr__(name, tracked(self, name, value))

    def __delattr__(self, name: str) -> None:
        self._forget_trackable(name)
        super().__delattr__(name)

    def _no_dependency(self, value: Any) -> NoDependency:
        return NoDependency(value)


class TrackableDataStructure(HoldsWeights, Trackable):
    """A list or a dict whose entries belong to it."""

    trainable = True

    def _entries(self) -> Iterable[Any]:
        raise NotImplementedError

    def _with_weights(self) -> list[Any]:
        return [entry for entry in self._entries() if hasattr(entry, "trainable_weights")]

    @property
    def layers(self) -> list[Any]:
        """The layers in it, and in the lists and dicts in it."""
        found: list[Any] = []
        for entry in self._with_weights():
            found += entry.layers if isinstance(entry, TrackableDataStructure) else [entry]
        return found

    def _variables(self, are_trained: bool) -> list[Any]:
        own = [entry for entry in self._entries() if isinstance(entry, Variable)]
        trained = [entry for entry in own if entry.trainable and self.trainable]
        if are_trained:
            layers = [weight for entry in self._with_weights() for weight in entry.trainable_weights]
            return layers + trained if self.trainable else []
        kept = {id(entry) for entry in trained}
        layers = [weight for entry in self._with_weights() for weight in entry.non_trainable_weights]
        if not self.trainable:
            layers = [weight for entry in self._with_weights() for weight in entry.trainable_weights] + layers
        return layers + [entry for entry in own if id(entry) not in kept]

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables in it that are trained, those of layers too."""
        return self._variables(True)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The variables in it that are not trained, those of layers too."""
        return self._variables(False)

    @property
    def updates(self) -> list[Any]:
        """The updates of the layers in it."""
        return [update for layer in self.layers for update in getattr(layer, "updates", [])]

    @property
    def losses(self) -> list[Any]:
        """The losses of the layers in it."""
        return [loss for layer in self.layers for loss in getattr(layer, "losses", [])]

    def _tracked(self, value: Any, name: str) -> Any:
        """An entry under its name.

        Raises:
          ValueError: checkpoints do not know such a thing.
        """
        value = tracked(self, name, value)
        if not isinstance(value, Trackable):
            raise ValueError(
                "Only trackable objects (such as Layers or Optimizers) may be stored in a List object. Got "
                f"{value}, which does not inherit from Trackable."
            )
        return value


class List(TrackableDataStructure, Sequence[Any]):
    """A list that only grows, of objects that checkpoints know.

    Args:
      *args, **kwargs: as for `list`.

    Raises:
      ValueError: an entry is nothing that checkpoints know.

    >>> layers = tf.contrib.checkpoint.List([tf.layers.Dense(2)])
    >>> layers.append(tf.layers.Dense(3))
    >>> len(layers), [name for name, _ in layers._checkpoint_dependencies]
    (2, ['0', '1'])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._storage: list[Any] = []
        self.extend(list(*args, **kwargs))

    def _entries(self) -> list[Any]:
        return self._storage

    def append(self, value: Any) -> None:
        """Add an entry at the end."""
        self._storage.append(self._tracked(value, str(len(self._storage))))

    def extend(self, values: Iterable[Any]) -> None:
        """Add entries at the end."""
        for value in values:
            self.append(value)

    def copy(self) -> List:
        """A list of the same entries."""
        return List(self._storage)

    __copy__ = copy

    def __iadd__(self, values: Iterable[Any]) -> List:  # type: ignore[misc]
        self.extend(values)
        return self

    def __add__(self, other: Any) -> List:
        return List(self._storage + list(other))

    def __radd__(self, other: Any) -> List:
        return List(other) + self

    def __imul__(self, times: int) -> List:
        if times <= 0:
            raise ValueError(f"List only supports append, multiplying in place by {times} removes elements.")
        self.extend(self._storage * (times - 1))
        return self

    def __mul__(self, times: int) -> List:
        return List(self._storage * times)

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        return self._storage[index]

    def __len__(self) -> int:
        return len(self._storage)

    def __repr__(self) -> str:
        return f"List({self._storage!r})"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Mapping_(TrackableDataStructure, Mapping[str, Any]):  # noqa: N801 (its public name is `Mapping`)
    """A dict that only grows, from strings to objects that checkpoints know.

    Args:
      *args, **kwargs: as for `dict`.

    Raises:
      TypeError: a key is no string.
      ValueError: a value is nothing that checkpoints know, or a key has another value already.

    >>> layers = tf.contrib.checkpoint.Mapping(encoder=tf.layers.Dense(2))
    >>> layers["decoder"] = tf.layers.Dense(3)
    >>> sorted(layers)
    ['decoder', 'encoder']
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._storage: dict[str, Any] = {}
        self.update(*args, **kwargs)

    def _entries(self) -> list[Any]:
        return [self._storage[key] for key in sorted(self._storage)]

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(f"Mapping accepts only string keys, but got a key {key!r}.")
        value = self._tracked(value, key)
        found = self._storage.setdefault(key, value)
        if found is not value:
            raise ValueError(
                f"Mappings are an append-only data structure. Tried to overwrite the key '{key}' with value {value}, "
                f"but it already contains {found}"
            )

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add entries, as `dict.update`."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __getitem__(self, key: str) -> Any:
        return self._storage[key]

    def __len__(self) -> int:
        return len(self._storage)

    def __iter__(self) -> Iterator[str]:
        return iter(self._storage)

    def __repr__(self) -> str:
        return f"Mapping({self._storage!r})"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


Mapping_.__name__ = Mapping_.__qualname__ = "Mapping"
