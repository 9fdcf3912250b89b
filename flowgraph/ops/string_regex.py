"""Regular expressions: regex_full_match, regex_replace; the pattern is part of the graph or a tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, REQUIRED, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.regex import PatternError, full_match, replacer
from flowgraph.kernels.strings import each, entries
from flowgraph.ops.broadcast import same
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_WORDS = VALUE([b"abc", b"aab"], dt.string)


def _invalid(pattern: bytes, error: PatternError) -> errors.InvalidArgumentError:
    return invalid(f"Invalid pattern: {pattern.decode(errors='replace')}, error: {error}")


def _with_scalars(x: Any, *scalars: Any, **_attrs: Any) -> Sizes:
    for scalar in scalars:
        if scalar.sizes:
            raise ValueError(f"Shape must be rank 0 but is rank {len(scalar.sizes)}")
    return x.sizes


def _scalar(array: Any, what: str) -> bytes:
    if np.ndim(array):
        raise invalid(f"{what} must be scalar, but received {to_text(np.shape(array))}")
    return np.asarray(array).item()


# -- regex_full_match --------------------------------------------------------------------------------------


def _full_match(texts: Any, pattern: bytes) -> Any:
    try:
        matches = full_match(pattern)
    except PatternError as error:
        raise _invalid(pattern, error) from None
    return np.array([matches(text) for text in entries(texts)], bool).reshape(np.shape(texts))


REGEX_FULL_MATCH = OpDef(
    "RegexFullMatch(input: string, pattern: string) -> output: bool",
    infer=_with_scalars,
    forward=lambda xp, texts, pattern: _full_match(texts, _scalar(pattern, "Pattern")),
    gradient=MISSING_GRADIENT,
    cases=[case(_WORDS, VALUE(b"a+b", dt.string))],
)

STATIC_REGEX_FULL_MATCH = OpDef(
    "StaticRegexFullMatch(input: string) -> output: bool",
    attrs={"pattern": REQUIRED},
    infer=same,
    forward=lambda xp, texts, *, pattern: _full_match(texts, pattern.encode()),
    gradient=MISSING_GRADIENT,
    cases=[case(_WORDS, pattern="a+b")],
)


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:
    r"""Whether a regular expression matches the whole of each string.

    The syntax is RE2's (https://github.com/google/re2/wiki/Syntax): there is no lookaround and no back reference.
    Of that syntax `\C` and the names of scripts, as in `\p{Greek}`, are not known here.

    Args:
      input: the strings.
      pattern: the regular expression, a Python string or a scalar string tensor.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) the pattern cannot be read.

    >>> run(regex_full_match(["abc", "aab"], "a+b"))
    array([False,  True])
    """
    if isinstance(pattern, str | bytes):
        return emit(STATIC_REGEX_FULL_MATCH, input, pattern=_text(pattern), name=name)
    return emit(REGEX_FULL_MATCH, input, pattern, name=name)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


# -- regex_replace -----------------------------------------------------------------------------------------


def _replace(texts: Any, pattern: bytes, rewrite: bytes, replace_global: bool) -> Any:
    try:
        return each(replacer(pattern, rewrite, replace_global), texts)
    except PatternError as error:
        raise _invalid(pattern, error) from None


REGEX_REPLACE = OpDef(
    "RegexReplace(input: string, pattern: string, rewrite: string) -> output: string",
    attrs={"replace_global": True},
    infer=_with_scalars,
    forward=lambda xp, texts, pattern, rewrite, *, replace_global: _replace(
        texts, _scalar(pattern, "Pattern"), _scalar(rewrite, "Rewrite"), replace_global
    ),
    gradient=NO_GRADIENT,
    cases=[case(_WORDS, VALUE(b"a+", dt.string), VALUE(rb"<\0>", dt.string), replace_global=False)],
)

STATIC_REGEX_REPLACE = OpDef(
    "StaticRegexReplace(input: string) -> output: string",
    attrs={"pattern": REQUIRED, "rewrite": REQUIRED, "replace_global": True},
    infer=same,
    forward=lambda xp, texts, *, pattern, rewrite, replace_global: _replace(
        texts, pattern.encode(), rewrite.encode(), replace_global
    ),
    gradient=MISSING_GRADIENT,
    cases=[case(_WORDS, pattern="a", rewrite="-")],
)


def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Tensor:
    r"""Replace what a regular expression matches in each string; see `regex_full_match` for its syntax.

    Args:
      input: the strings.
      pattern: the regular expression, a Python string or a scalar string tensor.
      rewrite: what stands for a match, likewise; \1 to \9 are what the groups in parentheses matched, \0 all of it.
      replace_global: whether every match is replaced, or the first alone.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) the pattern cannot be read.

    >>> run(regex_replace(["2019-08-21"], r"(\d+)-(\d+)-(\d+)", r"\3.\2.\1"))
    array([b'21.08.2019'], dtype=object)
    """
    if isinstance(pattern, str | bytes) and isinstance(rewrite, str | bytes):
        return emit(
            STATIC_REGEX_REPLACE, input, pattern=_text(pattern), rewrite=_text(rewrite), replace_global=replace_global,
            name=name,
        )  # fmt: skip
    return emit(REGEX_REPLACE, input, pattern, rewrite, replace_global=replace_global, name=name)
