"""The errors of calls that cannot be built, and of ops that cannot run: TF's words, to which more is added."""

from __future__ import annotations

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.kernels.attempts import Trouble
from flowgraph.kernels.refusal import invalid as invalid

_ERRORS = {
    "Cancelled": errors.CancelledError,
    "InvalidArgument": errors.InvalidArgumentError,
    "OutOfRange": errors.OutOfRangeError,
}


def refusal(line: str, kind: type[Exception] = ValueError, mend: str | None = None) -> Exception:
    """An error to raise while the graph is built.

    Args:
      line: TF's words.
      kind: TF's exception type.
      mend: what to do, if that is not plain.
    """
    return kind(errors.explain(line, mend=mend, where=user_site()))


def error_of(trouble: Trouble) -> errors.OpError:
    """TF's exception for an attempt that failed."""
    return _ERRORS[trouble.kind](None, None, trouble.line)
