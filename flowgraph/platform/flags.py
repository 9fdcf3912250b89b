"""Command-line flags: `tf.app.flags`, which is absl's, with what TF 1.x adds to it; and `tf.app.run`.

TF 1.15 takes them from the package absl-py, and so does flowgraph: a script may define a flag by
`tf.app.flags.DEFINE_string` and read it by `absl.flags.FLAGS`, or the other way round; it is the same flag, with the
same messages. absl is imported only by scripts that ask for flags or for `tf.app.run`.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from absl import app as absl_app
from absl import flags as absl_flags
from absl import logging as absl_logging

from flowgraph.platform.logs import get_logger

_log = logging.getLogger("flowgraph")

absl_flags.disclaim_key_flags()  # a flag belongs to the script that defines it, not to this file

_OLD_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def with_old_names(define: Callable[..., Any]) -> Callable[..., Any]:
    """A `DEFINE_...` that knows its arguments also by the names which they had in TF before absl."""

    @functools.wraps(define)
    def define_flag(*args: Any, **kwargs: Any) -> Any:
        renamed = {_OLD_NAMES.get(name, name): value for name, value in kwargs.items()}
        if renamed.keys() != kwargs.keys():
            _log.warning(
                "Use of the keyword argument names (flag_name, default_value, docstring) is deprecated, please use "
                "(name, default, help) instead."
            )
        return define(*args, **renamed)

    return define_flag


class ScriptFlags:
    """The values of the flags: `FLAGS.batch_size`. Unlike absl's own, they are parsed when the first one is read.

    It is a thin cover over `absl.flags.FLAGS`, which has all flags and methods.
    """

    __slots__ = ("_absl",)

    _absl: absl_flags.FlagValues

    def __init__(self, values: absl_flags.FlagValues) -> None:
        object.__setattr__(self, "_absl", values)

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self._absl, name)  # a method, or absl's own table
        except AttributeError:
            if name.startswith("__"):  # Python asks such questions of everything, and no flag is called so
                raise
            if not self._absl.is_parsed():
                self._absl(sys.argv)
            return getattr(self._absl, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._absl, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._absl, name)

    def __dir__(self) -> list[str]:
        return list(self._absl.__dir__())

    def __getitem__(self, name: str) -> Any:
        return self._absl[name]

    def __setitem__(self, name: str, flag: Any) -> None:
        self._absl[name] = flag

    def __contains__(self, name: str) -> bool:
        return name in self._absl

    def __len__(self) -> int:
        return len(self._absl)

    def __iter__(self) -> Iterator[str]:
        return iter(self._absl)

    def __str__(self) -> str:
        return str(self._absl)

    def __call__(self, argv: Sequence[str], known_only: bool = False) -> list[str]:
        """Parse a command line; returns what is no flag."""
        return self._absl(argv, known_only)


def run_main(main: Callable[[list[str]], Any], argv: Sequence[str] | None) -> NoReturn:
    """Parse the flags, call `main` with what is left of the command line, and leave the program with its result."""

    def parse(given: Sequence[str] | None) -> list[str]:
        return absl_flags.FLAGS(list(sys.argv if given is None else given), known_only=True)

    def call(left: list[str]) -> Any:
        # absl writes what reaches Python's root logger: messages of `tf.logging` have their own way out, once is enough
        absl_logging.get_absl_handler().addFilter(_not_written_yet)
        result = main(left)
        return result if isinstance(result, int | str) or result is None else 0

    get_logger()  # before absl sets up Python's logging: messages keep TF's form
    _keep_our_words()
    absl_app.run(call, argv=None if argv is None else list(argv), flags_parser=parse)
    raise AssertionError("absl's run ends the program")


def _keep_our_words() -> None:
    """Let flowgraph's own messages look as they do where nobody set up logging: the words and nothing before them."""
    logger = logging.getLogger("flowgraph")
    if not logger.handlers and not logging.getLogger().handlers:
        logger.addHandler(logging.StreamHandler())


def _not_written_yet(record: logging.LogRecord) -> bool:
    name = record.name.partition(".")[0]  # (ours are those of their files: flowgraph.data.mnist)
    return not (name in ("tensorflow", "flowgraph") and logging.getLogger(name).handlers)
