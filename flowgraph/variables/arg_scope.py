"""Arguments that are given once for many calls (tf.contrib.framework.arg_scope)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Arguments = dict[str, dict[str, Any]]
"""For each function, under its key, the arguments that calls of it get."""

_scopes: list[Arguments] = [{}]
_names: dict[str, tuple[str, ...]] = {}
"""The arguments with defaults of each function that takes part, under its key."""


def arg_scope_func_key(op: Any) -> str:
    """The key under which the arguments of a function are kept."""
    key: str = getattr(op, "_key_op", str(op))
    return key


def current_arg_scope() -> Arguments:
    """The arguments that calls get here: a dictionary for each function, under its key."""
    return _scopes[-1]


def has_arg_scope(func: Any) -> bool:
    """Whether a function takes arguments from `arg_scope`.

    >>> has_arg_scope(tf.contrib.layers.conv2d), has_arg_scope(tf.layers.conv2d)
    (True, False)
    """
    return arg_scope_func_key(func) in _names


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The names of the arguments that `arg_scope` can give to a function that takes part.

    >>> arg_scoped_arguments(tf.contrib.layers.softmax)
    ('scope',)
    """
    assert has_arg_scope(func)
    return _names[arg_scope_func_key(func)]


def add_arg_scope(func: Function) -> Function:
    """Have a function take arguments from `arg_scope`; to be used as a decorator.

    >>> @add_arg_scope
    ... def greet(name, greeting="Hello"):
    ...     return f"{greeting}, {name}"
    >>> with arg_scope([greet], greeting="Bye"):
    ...     print(greet("you"), greet("you", greeting="Hi"), sep="; ")
    Bye, you; Hi, you
    """
    key = arg_scope_func_key(func)
    code, defaults = func.__code__, func.__defaults__ or ()
    _names[key] = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]

    @functools.wraps(func)
    def with_shared_arguments(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **(current_arg_scope().get(key, {}) | kwargs))

    with_shared_arguments._key_op = key  # type: ignore[attr-defined]
    return with_shared_arguments  # type: ignore[return-value]


@contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[Arguments]:
    """A block in which calls of some functions have other defaults.

    Args:
      list_ops_or_scope: a list of functions that take part (see `add_arg_scope`); or what an `arg_scope` gave, to have
        its defaults once more.
      **kwargs: the defaults. What a block inside says of the same argument counts there; what a call says itself
        always does.

    Raises:
      TypeError: `list_ops_or_scope` is neither a list nor a dictionary.
      ValueError: a function takes no part, or there are both a dictionary and arguments.

    >>> layers = tf.contrib.layers
    >>> with arg_scope([layers.conv2d], padding="VALID", activation_fn=None) as shared:
    ...     layers.conv2d(tf.zeros([1, 5, 5, 1]), 2, 3)
    <tf.Tensor 'Conv/BiasAdd:0' shape=(1, 3, 3, 2) dtype=float32>
    >>> with arg_scope(shared):
    ...     layers.conv2d(tf.zeros([1, 5, 5, 1]), 2, 3, activation_fn=tf.nn.relu)
    <tf.Tensor 'Conv_1/Relu:0' shape=(1, 3, 3, 2) dtype=float32>
    """
    scope = _reentered(list_ops_or_scope, kwargs) if isinstance(list_ops_or_scope, dict) else None
    if scope is None:
        scope = _extended(list_ops_or_scope, kwargs)
    _scopes.append(scope)
    try:
        yield scope
    finally:
        _scopes.pop()


def _reentered(scope: Arguments, kwargs: dict[str, Any]) -> Arguments:
    if kwargs:
        raise ValueError("When attempting to re-use a scope by suppling adictionary, kwargs must be empty.")
    return scope.copy()


def _extended(functions: Any, kwargs: dict[str, Any]) -> Arguments:
    """The current arguments, and further ones for some functions."""
    if not isinstance(functions, list | tuple):
        raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
    scope = current_arg_scope().copy()
    for function in functions:
        if not has_arg_scope(function):
            name = (getattr(function, "__module__", None), getattr(function, "__name__", None))
            raise ValueError("%s is not decorated with @add_arg_scope", name)
        key = arg_scope_func_key(function)
        scope[key] = scope.get(key, {}) | kwargs
    return scope
