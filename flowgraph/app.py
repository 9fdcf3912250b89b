"""tf.app: run a script's `main` with the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

__all__ = ["run"]


def run(main: Callable[..., Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Call `main(argv)` and leave the program with what it returns as the exit status.

    Args:
      main: the function; by default the `main` of the script that is running.
      argv: the command line; by default sys.argv.

    A dictionary or another value that is no exit status ends the program successfully.
    """
    main = main or sys.modules["__main__"].main
    result = main(list(sys.argv if argv is None else argv))
    sys.exit(result if isinstance(result, int | str) or result is None else 0)
