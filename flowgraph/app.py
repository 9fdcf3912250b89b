"""`tf.app`: a script's command line: its flags, and `run` for its `main`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from flowgraph import absent as _absent

__all__ = ["flags", "run"]  # noqa: F822  # `flags` comes by __getattr__


def run(main: Callable[..., Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Parse the command line's flags, call `main(argv)`, and leave the program with its result as the exit status.

    Args:
      main: the function; by default the `main` of the script that is running. It is given the program's name and
        what is no flag of `tf.app.flags`.
      argv: the command line; by default sys.argv.

    A dictionary or another value that is no exit status ends the program successfully.
    """
    from flowgraph.platform.flags import run_main

    run_main(main or sys.modules["__main__"].main, argv)


def __getattr__(name: str) -> object:
    """`tf.app.flags` is imported when it is first used: it needs the package absl-py."""
    if name == "flags":
        return importlib.import_module("flowgraph.flags")
    raise AttributeError(f"module 'flowgraph.app' has no attribute '{name}'")


_absent.watch(__name__)
