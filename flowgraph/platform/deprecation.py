"""Functions and arguments that are to go: a warning for whoever uses them (tf.contrib.framework.deprecated)."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from flowgraph.platform import logs

Function = TypeVar("Function", bound=Callable[..., Any])
_warned: set[Any] = set()
"""What has been warned of."""


def _check(date: str | None, instructions: str | None) -> None:
    if date is not None and not re.match(r"20\d\d-[01]\d-[0123]\d", date):
        raise ValueError("Date must be YYYY-MM-DD.")
    if not instructions:
        raise ValueError("Don't deprecate things without conversion instructions!")


def _when(date: str | None) -> str:
    return "in a future version" if date is None else f"after {date}"


def _warn(key: Any, once: bool, func: Any, what: str, date: str | None, instructions: str | None) -> None:
    """Say where a function is called, and what is wrong with that."""
    if key in _warned:
        return
    if once:
        _warned.add(key)
    caller = sys._getframe(2)
    logs.warning(
        "From %s: %s is deprecated and will be removed %s.\nInstructions for updating:\n%s",
        f"{caller.f_code.co_filename}:{caller.f_lineno}",
        what % f"{func.__qualname__} (from {func.__module__})",
        _when(date),
        instructions,
    )


def _noted(func: Any, short: str, lead: str, instructions: str | None) -> str:
    """The docstring of a function, with a note."""
    first, *others = (inspect.cleandoc(func.__doc__) if func.__doc__ else "DEPRECATED FUNCTION").splitlines()
    note = ["", f"Warning: {lead}", "Instructions for updating:", *(instructions or "").splitlines()]
    return "\n".join([f"{first} ({short})", *note, *others])


def _decorated(func: Any, replacement: Any, doc: str) -> Any:
    wrapped = functools.wraps(func)(replacement)
    wrapped.__doc__ = doc
    return wrapped


def deprecated(date: str | None, instructions: str | None, warn_once: bool = True) -> Callable[[Function], Function]:
    """A decorator of functions that are to go: calls log a warning.

    Args:
      date: when, as '2030-01-31'; None: some day.
      instructions: what to use instead.
      warn_once: whether only the first call warns.

    Raises:
      ValueError: the date is none, or there are no instructions.

    >>> @deprecated("2030-01-31", "Use g.")
    ... def f(x):
    ...     "Double x."
    ...     return 2 * x
    >>> f(1), f.__doc__.splitlines()[0]
    (2, 'Double x. (deprecated)')
    """
    _check(date, instructions)

    def decorate(func: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            _warn(func, warn_once, func, "%s", date, instructions)
            return func(*args, **kwargs)

        lead = f"THIS FUNCTION IS DEPRECATED. It will be removed {_when(date)}."
        return _decorated(func, call, _noted(func, "deprecated", lead, instructions))

    return decorate


def deprecated_args(
    date: str | None, instructions: str | None, *deprecated_arg_names_or_tuples: Any, **kwargs: Any
) -> Callable[[Function], Function]:
    """A decorator of functions some of whose arguments are to go: calls that give one log a warning.

    Args:
      date, instructions: see `deprecated`.
      *deprecated_arg_names_or_tuples: the names of arguments, or pairs of a name and the value that is no reason to
        warn.
      **kwargs: `warn_once`, see `deprecated`.

    Raises:
      ValueError: no argument is named, or the function has no such argument.
    """
    _check(date, instructions)
    if not deprecated_arg_names_or_tuples:
        raise ValueError("Specify which argument is deprecated.")
    if set(kwargs) - {"warn_once"}:
        others = {name: value for name, value in kwargs.items() if name != "warn_once"}
        raise ValueError(f"Illegal argument to deprecated_args: {others}")
    once = kwargs.get("warn_once", True)
    fine: dict[str, Any] = dict(
        item if isinstance(item, tuple) else (item, _NOTHING) for item in deprecated_arg_names_or_tuples
    )

    def decorate(func: Any) -> Any:
        signature = inspect.signature(func)
        missing = [name for name in fine if name not in signature.parameters]
        if missing:
            known = list(signature.parameters)
            raise ValueError(
                "The following deprecated arguments are not present in the function signature: "
                f"{missing}. Found next arguments: {known}."
            )

        def call(*args: Any, **given: Any) -> Any:
            bound = signature.bind(*args, **given).arguments
            for name, value in fine.items():
                if name in bound and not _same(bound[name], value):
                    _warn((func, name), once, func, f"calling %s with {name}", date, instructions)
            return func(*args, **given)

        names = ", ".join(sorted(fine))
        lead = f"SOME ARGUMENTS ARE DEPRECATED: `({names})`. They will be removed {_when(date)}."
        return _decorated(func, call, _noted(func, "deprecated arguments", lead, instructions))

    return decorate


_NOTHING = object()
"""The value of an argument that has no harmless value."""


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    try:
        equal = a == b
    except TypeError:
        return False
    return isinstance(equal, bool) and equal


def deprecated_arg_values(
    date: str | None, instructions: str | None, warn_once: bool = True, **deprecated_kwargs: Any
) -> Callable[[Function], Function]:
    """A decorator of functions some values of whose arguments are to go: calls with one log a warning.

    Args:
      date, instructions, warn_once: see `deprecated`.
      **deprecated_kwargs: the values, under the names of the arguments.

    Raises:
      ValueError: no value is given.
    """
    _check(date, instructions)
    if not deprecated_kwargs:
        raise ValueError("Specify which argument values are deprecated.")

    def decorate(func: Any) -> Any:
        signature = inspect.signature(func)

        def call(*args: Any, **given: Any) -> Any:
            bound = signature.bind(*args, **given)
            bound.apply_defaults()
            for name, value in deprecated_kwargs.items():
                if name in bound.arguments and _same(bound.arguments[name], value):
                    _warn((func, name), warn_once, func, f"calling %s with {name}={value}", date, instructions)
            return func(*args, **given)

        pairs = ", ".join(f"{name}={value!r}" for name, value in sorted(deprecated_kwargs.items()))
        lead = f"SOME ARGUMENT VALUES ARE DEPRECATED: `({pairs})`. They will be removed {_when(date)}."
        return _decorated(func, call, _noted(func, "deprecated argument values", lead, instructions))

    return decorate
