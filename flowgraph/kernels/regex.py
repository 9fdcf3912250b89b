"""Regular expressions in the syntax and with the meaning of RE2, by way of Python's `re`.

RE2 knows no lookaround, no back references and no possessive repetition: patterns with those are refused here, too.
What it has and Python lacks is translated: `\\z`, `\\Q...\\E`, `\\pL`, `[[:alpha:]]`, flags in the middle of a pattern,
ungreedy mode. Not translated: `\\C` (a single byte) and the names of scripts, as in `\\p{Greek}`.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Callable

_ASCII_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\\x00-\\x7f", "blank": "\\t ", "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ", "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_PERL_CLASSES = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
_INVALID = "\ud800-\udfff"
"""Bytes that are no UTF-8, as `surrogateescape` decodes them: RE2 matches them with nothing."""
_MOST_REPEATS = 1000
_ESCAPES = frozenset("aftnrv")


class PatternError(ValueError):
    """What is wrong with a pattern, in RE2's words."""


class _Translator:
    """Reads a pattern from left to right and writes Python's."""

    def __init__(self, pattern: str) -> None:
        self.text, self.at = pattern, 0
        self.out: list[str] = []
        self.flags: frozenset[str] = frozenset()
        self.groups: list[tuple[frozenset[str], int]] = []  # around the open groups: flags, wrappers
        self.wrappers = 0  # open "(?i:" in this group

    def translate(self) -> str:
        while self.at < len(self.text):
            self._item(self.text[self.at])
        if self.groups:
            raise PatternError(f"missing ): {self.text}")
        return "".join(self.out) + ")" * self.wrappers

    def _item(self, char: str) -> None:
        if char == "\\":
            self._escape()
        elif char == "[":
            self.out.append(self._bracket())
        elif char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char == "|":
            self.at += 1
            self.out.append(")" * self.wrappers + "|")
            self.out.extend([self._wrapper()] * self.wrappers)
        elif char in "*+?" or re.compile(r"\{\d+(,\d*)?\}").match(self.text, self.at):
            self._repetition()
        else:
            self.at += 1
            self.out.append(self._plain(char))

    def _plain(self, char: str) -> str:
        if char == "^":
            return "(?m:^)" if "m" in self.flags else "\\A"
        if char == "$":
            return "(?m:$)" if "m" in self.flags else "\\Z"
        if char == ".":
            return f"[^{_INVALID}]" if "s" in self.flags else f"[^\\n{_INVALID}]"
        return re.escape(char)

    def _repetition(self) -> None:
        match = re.compile(r"([*+?]|\{(\d+)(,(\d*))?\})(\??)").match(self.text, self.at)
        assert match is not None
        nothing = not self.out or self.out[-1] in {"|", "(?:", "("} or self.out[-1].endswith("(?i:")
        if nothing:
            raise PatternError(f"no argument for repetition operator: {match[1]}")
        if any(int(count) > _MOST_REPEATS for count in (match[2], match[4]) if count):
            raise PatternError(f"invalid repetition size: {match[1]}")
        lazy = (match[5] == "?") != ("U" in self.flags)
        self.out.append(match[1] + ("?" if lazy else ""))
        self.at = match.end()
        again = re.compile(r"[*+?]|\{\d+(,\d*)?\}").match(self.text, self.at)
        if again:
            raise PatternError(f"bad repetition operator: {match[0]}{again[0]}")

    # -- groups --------------------------------------------------------------------------------------------

    def _wrapper(self) -> str:
        return "(?i:" if "i" in self.flags else "(?-i:"

    def _open(self) -> None:
        match = re.compile(r"\((\?(P<(\w+)>|([imsU]*(-[imsU]+)?)([:)])))?").match(self.text, self.at)
        assert match is not None
        if match[1] is None and self.text.startswith("(?", self.at):
            shown = re.compile(r"\(\?(P?.?)[^:)]*?").match(self.text, self.at)
            raise PatternError(f"invalid perl operator: {shown[0] if shown else '(?'}")
        self.at = match.end()
        outer = self.flags
        if match[6]:
            self._set_flags(match[4])
        if match[6] == ")":
            if ("i" in outer) != ("i" in self.flags):
                self.out.append(self._wrapper())
                self.wrappers += 1
            return
        self.groups.append((outer, self.wrappers))
        self.wrappers = 0
        if match[6] == ":":
            changed = ("i" in outer) != ("i" in self.flags)
            self.out.append(self._wrapper() if changed else "(?:")
        else:
            self.out.append(match[0])

    def _set_flags(self, text: str) -> None:
        on, _, off = text.partition("-")
        self.flags = (self.flags | frozenset(on)) - frozenset(off)

    def _close(self) -> None:
        if not self.groups:
            raise PatternError(f"missing ): {self.text}")
        self.at += 1
        self.out.append(")" * (self.wrappers + 1))
        self.flags, self.wrappers = self.groups.pop()

    # -- escapes and classes -------------------------------------------------------------------------------

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "Q":
            end = self.text.find("\\E", self.at)
            end = len(self.text) if end < 0 else end
            self.out.extend(map(re.escape, self.text[self.at + 2 : end]))
            self.at = end + 2
        elif following in {"A", "z"}:
            self.at += 2
            self.out.append("\\A" if following == "A" else "\\Z")
        elif following in {"b", "B"}:
            self.at += 2
            # Python's \B is not found in an empty text
            self.out.append(r"(?a:\b)" if following == "b" else r"(?a:(?<=\w)(?=\w)|(?<!\w)(?!\w))")
        else:
            inner, negated = self._class_escape()
            self.out.append(f"[^{inner}{_INVALID}]" if negated else f"[{inner}]")

    def _class_escape(self) -> tuple[str, bool]:
        """An escape that stands for one character of some: what is in the class, and whether it is meant to be out."""
        rest = self.text[self.at :]
        if len(rest) < 2:
            raise PatternError("trailing \\")
        char = rest[1]
        if char.lower() in _PERL_CLASSES:
            self.at += 2
            return _PERL_CLASSES[char.lower()], char.isupper()
        if char in "pP":
            match = re.match(r"\\[pP](\{\^?\w+\}|.)", rest)
            if match is None:
                raise PatternError(f"invalid character class range: {rest}")
            self.at += match.end()
            name = match[1].strip("{}")
            return _category(name.lstrip("^"), match[0]), (char == "P") != name.startswith("^")
        return self._character(rest), False

    def _character(self, rest: str) -> str:
        """An escaped character, as it stands in a class of Python's."""
        code = re.match(r"\\x([0-9a-fA-F]{2}|\{[0-9a-fA-F]{1,8}\})|\\([1-7][0-7]{1,2}|0[0-7]{0,2})", rest)
        if code:
            self.at += code.end()
            number = int(code[1].strip("{}"), 16) if code[1] else int(code[2], 8)
            return re.escape(chr(number))
        char = rest[1]
        if char in _ESCAPES or (ord(char) < 128 and not char.isalnum() and char != "_"):
            self.at += 2
            return f"\\{char}" if char in _ESCAPES else re.escape(char)
        raise PatternError(f"invalid escape sequence: \\{char}")

    def _bracket(self) -> str:
        start = self.at
        self.at += 1
        negated = self.text.startswith("^", self.at)
        self.at += negated
        parts: list[str] = []
        outside: list[str] = []  # negated classes inside: each is an alternative
        while not self.text.startswith("]", self.at) or not (parts or outside):
            if self.at >= len(self.text):
                raise PatternError(f"missing ]: {self.text[start:]}")
            inner, out = self._member()
            (outside if out else parts).append(inner)
        self.at += 1
        if not outside:
            return f"[^{''.join(parts)}{_INVALID}]" if negated else f"[{''.join(parts)}]"
        choices = ([f"[{''.join(parts)}]"] if parts else []) + [f"[^{inner}{_INVALID}]" for inner in outside]
        any_of = f"(?:{'|'.join(choices)})"
        return f"(?:(?!{any_of})[^{_INVALID}])" if negated else any_of

    def _member(self) -> tuple[str, bool]:
        """One character, range or class inside brackets."""
        named = re.compile(r"\[:(\^?)(\w+):\]").match(self.text, self.at)
        if named:
            if named[2] not in _ASCII_CLASSES:
                raise PatternError(f"invalid character class range: {named[0]}")
            self.at = named.end()
            return _ASCII_CLASSES[named[2]], bool(named[1])
        start = self.at
        low, out = self._one_character()
        if out or not re.compile(r"-[^\]]").match(self.text, self.at) or len(low) > 2:
            return low, out
        self.at += 1
        high, out = self._one_character()
        if _plain(high) < _plain(low):
            raise PatternError(f"invalid character class range: {self.text[start : self.at]}")
        return f"{low}-{high}", out

    def _one_character(self) -> tuple[str, bool]:
        if self.text.startswith("\\", self.at):
            return self._class_escape()
        self.at += 1
        return re.escape(self.text[self.at - 1]), False


def _plain(escaped: str) -> str:
    return {f"\\{c}": s for c, s in zip("aftnrv", "\a\f\t\n\r\v", strict=True)}.get(escaped, escaped[-1:])


@functools.cache
def _category(name: str, shown: str) -> str:
    """The characters of a general category such as L or Lu, as ranges."""
    if name == "Any":
        return "\\x00-\U0010ffff"
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(name):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    if not ranges:
        raise PatternError(f"invalid character class range: {shown}")
    return "".join(re.escape(chr(low)) + "-" + re.escape(chr(high)) for low, high in ranges)


@functools.lru_cache(maxsize=256)
def compiled(pattern: bytes) -> re.Pattern[str]:
    """A pattern of RE2's as one of Python's, for texts decoded by `decoded`.

    Raises:
      PatternError: RE2 does not take it.
    """
    text = pattern.decode("utf-8", "surrogateescape")
    try:
        return re.compile(_Translator(text).translate())
    except re.error as error:
        raise PatternError(str(error)) from None


def decoded(text: bytes) -> str:
    """A string as patterns see it."""
    return text.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The opposite of `decoded`."""
    return text.encode("utf-8", "surrogateescape")


def full_match(pattern: bytes) -> Callable[[bytes], bool]:
    r"""Whether a pattern matches the whole of a text.

    >>> full_match(rb"a\d+")(b"a12"), full_match(b"a")(b"ab")
    (True, False)
    """
    machine = compiled(pattern)
    return lambda text: machine.fullmatch(decoded(text)) is not None


def replacer(pattern: bytes, rewrite: bytes, every: bool) -> Callable[[bytes], bytes]:
    r"""What replaces the matches of a pattern (or the first of them) in a text.

    >>> replacer(b"(a+)", rb"<\1>", True)(b"baac")
    b'b<aa>c'
    """
    machine, template = compiled(pattern), decoded(rewrite)

    def replace(data: bytes) -> bytes:
        text = decoded(data)
        parts: list[str] = []
        at, last = 0, -1
        while at <= len(text):
            match = machine.search(text, at)
            if match is None:
                break
            parts.append(text[at : match.start()])
            if match.end() == match.start() == last:  # nothing, right behind a match
                parts.append(text[match.end() : match.end() + 1])
                at = match.end() + 1
                continue
            written, is_whole = _rewritten(template, match)
            if not (is_whole or every):
                return data
            parts.append(written)
            at = last = match.end()
            if not every:
                break
        return encoded("".join(parts) + text[at:])

    return replace


def _rewritten(template: str, match: re.Match[str]) -> tuple[str, bool]:
    r"""What stands for a match: \0 to \9 are its groups; and whether it has no mistake, behind which nothing comes."""
    parts: list[str] = []
    for piece in re.findall(r"\\.|\\|[^\\]+", template, re.DOTALL):
        if piece[0] != "\\":
            parts.append(piece)
        elif piece == "\\\\":
            parts.append("\\")
        elif not "0" <= piece[1:] <= "9":
            return "".join(parts), False
        elif int(piece[1:]) <= len(match.groups()):
            parts.append(match[int(piece[1:])] or "")
    return "".join(parts), True
