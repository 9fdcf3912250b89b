"""Checks of op attributes that users hand over, in TF's words."""

from __future__ import annotations

import operator
from collections.abc import Sequence, Sized
from numbers import Real
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.emit import BareError
from flowgraph.ir.graph import user_site
from flowgraph.ir.refusal import refusal


def ints(name: str, value: Any, function: str, fewest: int = 0, op_type: str = "") -> tuple[int, ...]:
    """A list of integers, of at least `fewest` where the op type says so.

    Raises:
      TypeError: it is no list or tuple, or something in it is no number.
      ValueError: it is too short.
    """
    if not isinstance(value, list | tuple):
        raise refusal(f"Expected list for '{name}' argument to '{function}' Op, not {value!r}.", TypeError)
    found = []
    for item in value:
        try:
            # int("3") is 3, which TF refuses
            found.append(operator.index(item) if isinstance(item, str) else int(item))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise refusal(f"Expected int for argument '{name}' not {item!r}.", TypeError) from None
    if len(found) < fewest:
        line = f"Attr '{name}' of '{op_type}' Op passed list of length {len(found)} less than minimum {fewest}."
        raise refusal(line)
    return tuple(found)


def at_least(least: int, name: str, value: int, op_type: str) -> None:
    """A number that is not below the least that the op type admits.

    Raises:
      ValueError: it is below that; from within a shape rule, the message stays as it is.
    """
    if value < least:
        line = f"Attr '{name}' of '{op_type}' Op passed {value} less than minimum {least}."
        raise BareError(errors.explain(line, where=user_site()))


def text(name: str, value: Any) -> str:
    """A string; bytes are taken as UTF-8.

    Raises:
      TypeError: it is neither.
    """
    if isinstance(value, bytes):
        value = value.decode()
    if not isinstance(value, str):
        raise refusal(f"Expected string for argument '{name}' not {value!r}.", TypeError)
    return value


def whole(name: str, value: Any) -> int:
    """An integer; of a fraction, what stands before the point.

    Raises:
      TypeError: it is no number.
    """
    return ints(name, [value], "")[0]


def real(name: str, value: Any) -> float:
    """A number, whole or not.

    Raises:
      TypeError: it is none.
    """
    if not isinstance(value, Real | np.generic):
        raise refusal(f"Expected float for argument '{name}' not {value!r}.", TypeError)
    return float(value)


def reals(name: str, value: Any, function: str, fewest: int = 0, op_type: str = "") -> tuple[float, ...]:
    """A list of numbers, of at least `fewest` where the op type says so.

    Raises:
      TypeError: it is no list or tuple, or something in it is no number.
      ValueError: it is too short.
    """
    if not isinstance(value, list | tuple):
        raise refusal(f"Expected list for '{name}' argument to '{function}' Op, not {value!r}.", TypeError)
    if len(value) < fewest:
        line = f"Attr '{name}' of '{op_type}' Op passed list of length {len(value)} less than minimum {fewest}."
        raise refusal(line)
    return tuple(real(name, item) for item in value)


def choice(name: str, value: Any, allowed: Sequence[str], op_type: str) -> str:
    """One of a few strings.

    Raises:
      TypeError: it is no string.
      ValueError: it is none of them.
    """
    value = text(name, value)
    if value not in allowed:
        options = '", "'.join(allowed)
        line = f"Attr '{name}' of '{op_type}' Op passed string '{value}' not in: \"{options}\"."
        meant = value.upper()
        raise refusal(line, mend=f"{name}={meant!r}, in capitals." if meant in allowed else None)
    return value


def flag(name: str, value: Any, needed: bool = False) -> Any:
    """True or False, and nothing that merely counts as such; or None, for what the op's type has as its default.

    Args:
      name: what it is, for the message.
      value: the flag.
      needed: whether the op's type has no default.

    Raises:
      TypeError: it is something else.
    """
    if not isinstance(value, bool) and (needed or value is not None):
        raise refusal(f"Expected bool for argument '{name}' not {value!r}.", TypeError)
    return value


def per_axis(name: str, value: Any, channel_axis: int, spatial: int = 2) -> Any:
    """A number for each axis of images: from one for all rows and columns, one for each of these, or all.

    Args:
      name: what it is, for the message.
      value: a number, or a sequence of 1, `spatial` or `spatial + 2` of them; None: 1.
      channel_axis: 1 where channels come before rows, otherwise they come last.
      spatial: how many axes there are besides batch and channels.

    Raises:
      ValueError: the sequence has another length.
    """
    if value is None:
        value = [1]
    elif not isinstance(value, Sized):
        value = [value]
    count = len(value)
    if count == spatial + 2:
        return value
    if count not in (1, spatial):
        line = f"{name} should be of length 1, {spatial} or {spatial + 2} but was {count}"
        raise refusal(line)
    inner = [value[0]] * spatial if count == 1 else list(value)
    return [1, 1, *inner] if channel_axis == 1 else [1, *inner, 1]
