"""Hostile inputs: what becomes of good bytes when somebody means harm, and what a reader may do about it.

A reader of anything untrusted ends with a value, or with an error of TensorFlow's classes or a ValueError, within
seconds and within a gigabyte.
"""

from __future__ import annotations

import contextlib
import random
import signal
import struct
from collections.abc import Callable, Iterator
from typing import Any

import flowgraph as tf

ROOM = 1 << 30
SECONDS = 5
_NUMBERS = (0, 1, 127, 128, 255, 2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63)
_TEXTS = (b"\0", b"../../../etc/passwd", b"/etc/passwd", b"\xff\xfe", b"%s%n", b"{" * 40, b"1e999", b"nan", b"-1", b"")

# -- what becomes of bytes -------------------------------------------------------------------------------------


def harmed(data: bytes, dice: random.Random) -> bytes:
    """The same bytes after one to three blows."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        dice.choice(_BLOWS)(out, dice)
    return bytes(out)


def _place(out: bytearray, dice: random.Random) -> int:
    return dice.randrange(len(out) + 1) if dice.random() < 0.6 else dice.randrange(min(len(out), 64) + 1)


def _flip(out: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 2, 8))):
        if out:
            out[min(_place(out, dice), len(out) - 1)] ^= 1 << dice.randrange(8)


def _cut(out: bytearray, dice: random.Random) -> None:
    del out[_place(out, dice) :]


def _drop(out: bytearray, dice: random.Random) -> None:
    at = _place(out, dice)
    del out[at : at + dice.choice((1, 2, 4, 8, 100))]


def _insert(out: bytearray, dice: random.Random) -> None:
    at = _place(out, dice)
    out[at:at] = dice.choice((dice.randbytes(dice.choice((1, 4, 30))), b"\xff" * 9 + b"\x01", dice.choice(_TEXTS)))


def _number(out: bytearray, dice: random.Random) -> None:
    """A number of absurd size, in some form, over what was there."""
    number, at = dice.choice(_NUMBERS), _place(out, dice)
    form = dice.choice(("<H", "<I", ">I", "<Q", ">H", "B"))
    packed = struct.pack(form, number % 2 ** (8 * struct.calcsize(form)))
    out[at : at + len(packed)] = packed


def _varint(out: bytearray, dice: random.Random) -> None:
    from flowgraph.formats.numbers import varint

    at = _place(out, dice)
    out[at : at + dice.choice((0, 1, 2))] = varint(dice.choice(_NUMBERS))


def _again(out: bytearray, dice: random.Random) -> None:
    start, at = _place(out, dice), _place(out, dice)
    piece = bytes(out[start : start + dice.choice((1, 8, 50))])
    out[at:at] = piece * dice.choice((1, 2, 100))


def _text_number(out: bytearray, dice: random.Random) -> None:
    """A digit becomes another number, as texts have them."""
    places = [i for i, octet in enumerate(out[:5000]) if 48 <= octet < 58]
    if places:
        at = dice.choice(places)
        out[at : at + 1] = str(dice.choice((-1, 1)) * dice.choice((*_NUMBERS, 10**30))).encode()


_BLOWS = (_flip, _cut, _drop, _insert, _number, _varint, _again, _text_number)

# -- what becomes of messages ----------------------------------------------------------------------------------


def harmed_message(message: Any, dice: random.Random) -> Any:
    """A message some of whose fields, at any depth, have other values: still a message."""
    copy = type(message)()
    copy.CopyFrom(message)
    for _ in range(dice.choice((1, 1, 2, 3))):
        fields = list(_fields(copy))
        if not fields:
            return copy
        owner, field = dice.choice(fields)
        with contextlib.suppress(ValueError, TypeError, AttributeError):  # (a number that the field does not take)
            _harm_field(owner, field, dice)
    return copy


def _fields(message: Any) -> Iterator[tuple[Any, Any]]:
    for field, value in message.ListFields():
        yield message, field
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            values = [value[key] for key in value] if field.message_type.fields_by_name["value"].message_type else []
        else:
            values = value if field.is_repeated else [value]
        for inner in values:
            yield from _fields(inner)


def _harm_field(owner: Any, field: Any, dice: random.Random) -> None:
    value = getattr(owner, field.name)
    if dice.random() < 0.2:
        owner.ClearField(field.name)
    elif field.message_type is not None and field.message_type.GetOptions().map_entry:
        keys = list(value)
        del value[dice.choice(keys)]
    elif field.is_repeated:
        how = dice.randrange(3)
        if how == 0:
            del value[dice.randrange(len(value))]
        elif how == 1:
            value.extend([value[dice.randrange(len(value))]] * dice.choice((1, 1, 300)))
        elif field.message_type is None:
            value[dice.randrange(len(value))] = _scalar(value[0], dice)
    elif field.message_type is None:
        setattr(owner, field.name, _scalar(value, dice))


def _scalar(value: Any, dice: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return dice.choice((-1, 1)) * dice.choice((*_NUMBERS, 2, 3, 5, 23, 101))
    if isinstance(value, float):
        return dice.choice((float("nan"), float("inf"), -1.0, 1e38, 0.0))
    if isinstance(value, bytes):
        return harmed(value, dice)
    return dice.choice(
        ("", "\0", "../x", "/abs", "^a", "a:99999999999999999999", "loc:@", "é", "x" * 300, value + ":1")
    )


# -- what a reader may do --------------------------------------------------------------------------------------


class TooSlow(BaseException):
    """A reader that has not come to an end."""


@contextlib.contextmanager
def bounds(seconds: int = SECONDS, room: int = ROOM) -> Iterator[None]:
    """No more memory than `room` beside what the process has, and no more time than `seconds`, if that can be set."""

    def late(*_: Any) -> None:
        raise TooSlow

    try:
        import resource
    except ImportError:  # (Windows)
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
        resource.setrlimit(resource.RLIMIT_AS, (int(file.read().split()[0]) * resource.getpagesize() + room, before[1]))
    handler = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        resource.setrlimit(resource.RLIMIT_AS, before)


def refused(read: Callable[[], Any], also: tuple[type[Exception], ...] = ()) -> Exception | None:
    """The error with which a reader refuses what it was given, or None; any other end is an error of the test."""
    with bounds():
        try:
            read()
        except tf.errors.ResourceExhaustedError:  # (which a lack of memory in an op becomes)
            raise
        except (tf.errors.OpError, *also) as error:
            return error
        except ValueError as error:
            if isinstance(error, UnicodeError):
                raise
            return error
    return None
