"""Functions around functions that remember what they are around, as TensorFlow's own decorators do."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["TFDecorator", "make_decorator", "rewrap", "unwrap"]

_MARK = "_tf_decorator"
"""The attribute by which a decorated function leads to its TFDecorator."""


class TFDecorator:
    """What one decorator did: its name, what it is around, and what it says of itself.

    It can be called, and read as a method, like the function that it is around.
    """

    def __init__(
        self, decorator_name: str, target: Any, decorator_doc: str = "", decorator_argspec: Any = None
    ) -> None:
        self.decorated_target = target
        self._told = decorator_name, decorator_doc, decorator_argspec
        for name in ("__name__", "__qualname__"):
            if hasattr(target, name):
                setattr(self, name, getattr(target, name))
        self.__doc__ = decorator_doc or getattr(target, "__doc__", None) or ""

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self.decorated_target.__get__(instance, owner)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what is decorated."""
        return self.decorated_target(*args, **kwargs)

    @property
    def decorator_name(self) -> str:
        """The name of the function that decorates."""
        return self._told[0]

    @property
    def decorator_doc(self) -> str:
        """What the decorator says in place of the function's own docstring."""
        return self._told[1]

    @property
    def decorator_argspec(self) -> Any:
        """The signature that the decorated function has from now on, if it is another."""
        return self._told[2]


def make_decorator(
    target: Any,
    decorator_func: Any,
    decorator_name: str | None = None,
    decorator_doc: str = "",
    decorator_argspec: Any = None,
) -> Any:
    """Give a function the name, docstring and attributes of the one that it is around, and let it remember that one.

    Args:
      target: what is decorated.
      decorator_func: the function around it.
      decorator_name: the decorator's name; that of the function that calls this one, if None.
      decorator_doc: a docstring in place of the target's.
      decorator_argspec: the signature of `decorator_func`, where it is not the target's.

    Returns:
      `decorator_func`.

    >>> def twice(function):
    ...     return make_decorator(function, lambda x: 2 * function(x))
    >>> @twice
    ... def successor(x):
    ...     return x + 1
    >>> successor(3), successor.__name__, unwrap(successor)[0][0].decorator_name
    (8, 'successor', 'twice')
    """
    if decorator_name is None:
        decorator_name = sys._getframe(1).f_code.co_name
    decorator = TFDecorator(decorator_name, target, decorator_doc, decorator_argspec)
    setattr(decorator_func, _MARK, decorator)
    for name in ("__name__", "__qualname__", "__module__"):
        if hasattr(target, name):
            setattr(decorator_func, name, getattr(target, name))
    for name, value in getattr(target, "__dict__", {}).items():
        decorator_func.__dict__.setdefault(name, value)
    decorator_func.__doc__ = decorator.__doc__
    decorator_func.__wrapped__ = decorator_func.__original_wrapped__ = target
    return decorator_func


def unwrap(maybe_tf_decorator: Any) -> tuple[list[TFDecorator], Any]:
    """The decorators around a function, the outermost first, and the function itself."""
    decorators: list[TFDecorator] = []
    found = maybe_tf_decorator
    while (decorator := _decorator_of(found)) is not None:
        decorators.append(decorator)
        found = decorator.decorated_target
    return decorators, found


def rewrap(decorator_func: Any, previous_target: Any, new_target: Callable[..., Any]) -> Any:
    """Put another function into the place of the one that is decorated.

    Args:
      decorator_func: what `make_decorator` gave; it must call its own `__wrapped__`.
      previous_target: the function to replace.
      new_target: the one to take its place.

    Returns:
      `decorator_func`; or `new_target`, if nothing is decorated.
    """
    around, found = None, decorator_func
    while found is not previous_target and (decorator := _decorator_of(found)) is not None:
        around, found = found, decorator.decorated_target
    if around is None:
        assert decorator_func is previous_target
        return new_target
    decorator = _decorator_of(around)
    assert decorator is not None
    decorator.decorated_target = new_target
    if around is not decorator:
        inner = around.__func__ if inspect.ismethod(around) else around
        inner.__wrapped__ = new_target  # type: ignore[union-attr]
    return decorator_func


def _decorator_of(item: Any) -> TFDecorator | None:
    found = item if isinstance(item, TFDecorator) else getattr(item, _MARK, None)
    return found if isinstance(found, TFDecorator) else None
