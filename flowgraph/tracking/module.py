"""tf.Module: an object with variables, and with modules inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from flowgraph import nest_paths
from flowgraph.ir.scope import name_scope
from flowgraph.trackable import in_name_scope
from flowgraph.tracking.containers import AutoTrackable
from flowgraph.variables.variable import Variable


class Module(AutoTrackable):
    """An object that holds variables and other modules as attributes, or in lists, tuples and dicts.

    Args:
      name: its name, a Python identifier; by default that of its class, in snake_case.

    Raises:
      ValueError: the name is no identifier.

    >>> class Linear(tf.Module):
    ...     def __init__(self, rows, columns, name=None):
    ...         super().__init__(name=name)
    ...         with self.name_scope:
    ...             self.w = tf.Variable(tf.ones([rows, columns]), name="w")
    ...     @tf.Module.with_name_scope
    ...     def __call__(self, x):
    ...         return tf.matmul(x, self.w)
    >>> linear = Linear(3, 2)
    >>> y = linear(tf.ones([1, 3]))
    >>> y.op.name, linear.variables
    ('linear/MatMul', (<tf.Variable 'linear/w:0' shape=(3, 2) dtype=float32_ref>,))
    """

    _TF_MODULE_IGNORED_PROPERTIES: frozenset[str] = frozenset({"_self_record"})

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = _snake_case(type(self).__name__)
        elif not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python identifiers (e.g. a valid "
                "class name)."
            )
        self._name = name
        with name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self) -> str:
        """The module's name, which need not be that of its scope."""
        return self._name

    @property
    def name_scope(self) -> Any:
        """The name scope of its ops, to be entered."""
        return name_scope(self._scope_name)

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables of the module and of those inside."""
        return tuple(self._flatten(predicate=_is_variable))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """All trainable variables of the module and of those inside."""
        return tuple(self._flatten(predicate=_is_trainable))

    @property
    def submodules(self) -> tuple[Any, ...]:
        """All modules inside, and inside these."""
        return tuple(self._flatten(predicate=_is_module))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: Any = None,
        with_path: bool = False,
    ) -> Iterator[Any]:
        """What the attributes hold, by the attributes' names, then what modules among them hold.

        Args:
          recursive: whether to look into modules.
          predicate: which things are given; by default all.
          attribute_traversal_key: a key to sort the attributes' names by.
          with_path: whether each comes in a pair, after the tuple of names that lead to it, as often as it is there.
        """
        wanted = predicate or (lambda _: True)
        seen = {id(self)}
        to_visit: list[tuple[tuple[Any, ...], Any]] = [((), self)]
        while to_visit:
            path, module = to_visit.pop()
            inside = []
            for key in sorted(vars(module), key=attribute_traversal_key):
                if key in module._TF_MODULE_IGNORED_PROPERTIES:
                    continue
                for below, leaf in nest_paths.flatten_with_tuple_paths(vars(module)[key]):
                    if not with_path:
                        if id(leaf) in seen:
                            continue
                        seen.add(id(leaf))
                    if wanted(leaf):
                        yield ((*path, key, *below), leaf) if with_path else leaf
                    if recursive and isinstance(leaf, Module):
                        inside.append(((*path, key, *below), leaf))
            to_visit += reversed(inside)

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """Decorates a method: its ops lie in the module's name scope."""
        return in_name_scope(method)


def _is_variable(thing: Any) -> bool:
    return isinstance(thing, Variable)


def _is_trainable(thing: Any) -> bool:
    return _is_variable(thing) and bool(getattr(thing, "trainable", False))


def _is_module(thing: Any) -> bool:
    return isinstance(thing, Module)


def _snake_case(name: str) -> str:
    return re.sub("((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name).lower()
