"""Python's `inspect`, which looks through the decorators that `decorators.py` knows."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from flowgraph.platform.decorators import unwrap

__all__ = [
    "ArgSpec", "currentframe", "getargspec", "getcallargs", "getdoc", "getfile", "getfullargspec", "getmembers",
    "getmodule", "getmro", "getsource", "getsourcefile", "getsourcelines", "isbuiltin", "isclass", "isframe",
    "isfunction", "isgenerator", "isgeneratorfunction", "ismethod", "ismodule", "isroutine", "stack",
]  # fmt: skip


class ArgSpec(NamedTuple):
    """A signature as Python 2 wrote it down."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getfullargspec(obj: Any) -> inspect.FullArgSpec:
    """The signature of a function, or that which its outermost decorator says it has."""
    decorators, target = unwrap(obj)
    spec = next((each.decorator_argspec for each in decorators if each.decorator_argspec is not None), None)
    if spec is None:
        return inspect.getfullargspec(target)
    if isinstance(spec, inspect.FullArgSpec):
        return spec
    args, varargs, keywords, defaults = spec
    return inspect.FullArgSpec(args, varargs, keywords, defaults, [], None, {})


def getargspec(obj: Any) -> ArgSpec:
    """The signature of a function, a class or a partial, without what can only be given by keyword.

    Raises:
      ValueError: a partial has arguments without a default behind some that have one.

    >>> getargspec(lambda a, b=2: a)
    ArgSpec(args=['a', 'b'], varargs=None, keywords=None, defaults=(2,))
    """
    if isinstance(obj, functools.partial):
        return _of_partial(obj)
    decorators, target = unwrap(obj)
    spec = next((each.decorator_argspec for each in decorators if each.decorator_argspec is not None), None)
    if spec is not None:
        return spec
    if not isinstance(target, type) and not inspect.isroutine(target):
        target = type(target).__call__
    return ArgSpec(*inspect.getfullargspec(target)[:4])


def _of_partial(obj: functools.partial[Any]) -> ArgSpec:
    args, varargs, keywords, given = getargspec(obj.func)
    missing = object()
    defaults: dict[str, Any] = dict.fromkeys(args, missing)
    defaults.update(zip(args[len(args) - len(given or ()) :], given or (), strict=True))
    if not keywords and not set(obj.keywords) <= set(args):
        raise ValueError("Function does not have **kwargs parameter, but contains an unknown partial keyword.")
    defaults.update({name: value for name, value in obj.keywords.items() if name in defaults})
    left = args[len(obj.args) :]
    first = next((i for i, name in enumerate(left) if defaults[name] is not missing), len(left))
    bare = [name for name in left[first:] if defaults[name] is missing]
    if bare:
        raise ValueError(
            f"Some arguments {bare} do not have default value, but they are positioned after those with default "
            "values. This can not be expressed with ArgSpec."
        )
    return ArgSpec(left, varargs, keywords, tuple(defaults[name] for name in left[first:]) or None)


def getcallargs(*func_and_positional: Any, **named: Any) -> dict[str, Any]:
    """What a function's arguments would be, by name, in a call with these."""
    func, *positional = func_and_positional
    spec = getfullargspec(func)
    if ismethod(func):
        positional.insert(0, func.__self__)
    found = dict(named)
    found.update(zip([name for name in spec.args if name not in named], positional))
    defaults = spec.defaults or ()
    for name, value in [*zip(spec.args[len(spec.args) - len(defaults) :], defaults, strict=True)]:
        found.setdefault(name, value)
    return {**(spec.kwonlydefaults or {}), **found}


def _through(look: Callable[..., Any]) -> Callable[[Any], Any]:
    """`look` at what is inside all decorators."""

    @functools.wraps(look)
    def looked(object: Any) -> Any:
        return look(unwrap(object)[1])

    return looked


getdoc, getmembers, getmodule, getmro = inspect.getdoc, inspect.getmembers, inspect.getmodule, inspect.getmro
getfile, getsource = _through(inspect.getfile), _through(inspect.getsource)
getsourcefile, getsourcelines = _through(inspect.getsourcefile), _through(inspect.getsourcelines)
isbuiltin, isclass, isframe = _through(inspect.isbuiltin), _through(inspect.isclass), _through(inspect.isframe)
isfunction, isgenerator = _through(inspect.isfunction), _through(inspect.isgenerator)
isgeneratorfunction, ismethod = _through(inspect.isgeneratorfunction), _through(inspect.ismethod)
ismodule, isroutine = _through(inspect.ismodule), _through(inspect.isroutine)


def currentframe() -> FrameType:
    """The frame of the function that calls this one."""
    return stack()[1].frame


def stack(context: int = 1) -> list[inspect.FrameInfo]:
    """The frames from the function that calls this one outwards."""
    return inspect.stack(context)[1:]
