"""Unicode in bytes: code points out of any encoding, and back."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

LAST = 0x10FFFF
_REPLACED = 0xFFFD


class FormatError(ValueError):
    """Bytes that are no text of their encoding, or numbers that are no code points, where those must not be."""


def known(encoding: str) -> bool:
    """Whether an encoding is known."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def decode(data: bytes, encoding: str) -> Iterator[tuple[int | None, int]]:
    """The code points of a text with where each begins; None for bytes that are none.

    >>> list(decode(b"a\\xffb", "UTF-8"))
    [(97, 0), (None, 1), (98, 2)]
    """
    at = 0
    while at < len(data):
        rest = data[at:]
        try:
            yield from _placed(rest.decode(encoding), encoding, at)
            return
        except UnicodeDecodeError as error:
            yield from _placed(rest[: error.start].decode(encoding), encoding, at)
            yield None, at + error.start
            at += error.end


def _placed(text: str, encoding: str, at: int) -> Iterator[tuple[int, int]]:
    for char in text:
        yield ord(char), at
        at += len(char.encode(encoding))


class Policy:
    """What is done about what does not belong in a text.

    Args:
      errors: "strict", "replace" or "ignore".
      replacement: the code point that stands for it.
      control: whether control characters do not belong in a text, either.
    """

    def __init__(self, errors: str, replacement: int, control: bool = False) -> None:
        self.errors, self.replacement, self.control = errors, replacement, control

    def settle(self, points: Iterator[tuple[int | None, int]]) -> Iterator[tuple[int, int]]:
        """The code points that stay, or stand for others."""
        for point, at in points:
            if point is not None and not (self.control and point < 0x20):
                yield point, at
            elif self.errors == "strict":
                raise FormatError("Invalid formatting on input string")
            elif self.errors == "replace":
                yield self.replacement, at

    def encode(self, points: list[int], encoding: str) -> bytes:
        """A text of code points; surrogates are no characters, whatever the policy."""
        found = []
        for point in points:
            if 0 <= point <= LAST:
                found.append(point)
            elif self.errors == "strict":
                raise FormatError("Code point value out of valid Unicode range.")
            elif self.errors == "replace":
                found.append(self.replacement)
        return "".join(chr(_REPLACED if 0xD800 <= point < 0xE000 else point) for point in found).encode(encoding)
