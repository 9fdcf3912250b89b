"""What the tests and the docstrings' examples find ready made."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import flowgraph as tf
from flowgraph import contrib
from flowgraph.ir.build import build_program
from flowgraph.ir.program import Program
from flowgraph.ir.scope import default_graphs, default_sessions
from flowgraph.ir.verify import verify
from tests.passes.laws import checked_stages

# Nothing here measures time, so no example is too slow; and a run in CI draws the same examples every time.
settings.register_profile("flowgraph", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("flowgraph")

# A run that a shell starts in the background is told to ignore Ctrl-C, and so is every process that it starts in turn:
# the tests of Ctrl-C are to find it as at a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The packages of contrib are imported when they are first used; the tests go through the ops of all.
for package in contrib.__all__:
    getattr(contrib, package)


def plain(value: Any) -> Any:
    """Scalars of numpy as Python's own, so that examples read well."""
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value


@pytest.fixture(autouse=True)
def every_program_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test runs, its Program satisfies what every Program must (`flowgraph/ir/verify.py`)."""

    def built_and_verified(*args: Any, **kwargs: Any) -> Program:
        program = build_program(*args, **kwargs)
        verify(program)
        return program

    monkeypatch.setattr("flowgraph.sessions.base.build_program", built_and_verified)


@pytest.fixture(autouse=True)
def every_pass_obeys_the_laws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test runs on the numpy engine, each pass makes of its Program what a pass may (`tests/passes`)."""
    monkeypatch.setattr("flowgraph.passes.pipeline.stages", checked_stages())


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    """A test that leaves a default session or graph behind fails, not those that come after it."""
    yield
    left = [*default_sessions.items, *default_graphs.items]
    default_sessions.items.clear()
    default_graphs.items.clear()
    assert not left, "this test leaves a default session or graph behind"


@pytest.fixture(autouse=True)
def doctest_names(
    nothing_stays_open: None,  # noqa: ARG001  # which is to end after this
    doctest_namespace: dict[str, Any],
    request: pytest.FixtureRequest,
) -> Iterator[None]:
    """Give docstrings `np`, `tf` and `run`, a graph of their own, and numpy's short printing.

    `run(tensor)` is the value of a tensor (or of a list of them) in a fresh session, scalars as plain numbers.
    """
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return

    def run(fetches: Any, feed_dict: dict[Any, Any] | None = None) -> Any:
        with tf.Session() as session:
            return plain(session.run(fetches, feed_dict))

    doctest_namespace.update(np=np, tf=tf, run=run)
    with tf.Graph().as_default(), np.printoptions(precision=6, suppress=True):
        yield
