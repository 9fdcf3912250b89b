"""Base64 in the alphabet for URLs: encode_base64, decode_base64."""

from __future__ import annotations

import base64
import re
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each
from flowgraph.ops.broadcast import same

_ALPHABET = re.compile(rb"[A-Za-z0-9_-]*")


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data)


def _decoded(text: bytes) -> bytes:
    if len(text) % 4 == 1 and _ALPHABET.fullmatch(text[:-1]):
        raise invalid("Base64 string length cannot be 1 modulo 4.")
    # padding fills up four characters, of which it may be the last one or two
    digits = re.sub(b"={1,2}$", b"", text) if len(text) % 4 == 0 else text
    if not _ALPHABET.fullmatch(digits):
        raise invalid("Invalid character found in base64.")
    return base64.urlsafe_b64decode(digits + b"=" * (-len(digits) % 4))


ENCODE_BASE64 = OpDef(
    "EncodeBase64(input: string) -> output: string",
    attrs={"pad": False},
    infer=same,
    forward=lambda xp, data, *, pad: each(_encoded if pad else lambda item: _encoded(item).rstrip(b"="), data),
    gradient=NO_GRADIENT,
    cases=[case(VALUE([b"a", b"\xff\xfe"], dt.string)), case(VALUE(b"a", dt.string), pad=True)],
)

DECODE_BASE64 = OpDef(
    "DecodeBase64(input: string) -> output: string",
    infer=same,
    forward=lambda xp, texts: each(_decoded, texts),
    gradient=NO_GRADIENT,
    cases=[case(VALUE([b"YQ", b"YQ==", b"__4"], dt.string))],
)


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Tensor:
    """Each string in base64, with - and _ in place of + and /.

    Args:
      input: the strings.
      pad: whether "=" fills up the last four characters.
      name: the op's name.

    >>> run(encode_base64(["a", "abc"])), run(encode_base64("a", pad=True))
    (array([b'YQ', b'YWJj'], dtype=object), b'YQ==')
    """
    return emit(ENCODE_BASE64, input, pad=pad, name=name)


def decode_base64(input: Any, name: str | None = None) -> Tensor:
    """The strings that `encode_base64` encoded, padded or not.

    Raises:
      InvalidArgumentError: (when run) a string is no base64.

    >>> run(decode_base64(["YQ", "YWJj"]))
    array([b'a', b'abc'], dtype=object)
    """
    return emit(DECODE_BASE64, input, name=name)
