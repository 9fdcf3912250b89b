"""`flowgraph draw`: the graph of a script, as a picture or a page, without training it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph import viz
from flowgraph.commands.run import run
from flowgraph.commands.source import Unreadable, say
from flowgraph.fetches import FetchPlan
from flowgraph.ir.graph import Graph
from flowgraph.ir.opdef import Effect
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation
from flowgraph.ir.walk import needed_ops
from flowgraph.sessions.base import BaseSession

__all__ = ["SUFFIXES", "draw"]

SUFFIXES = ("svg", "png", "pdf", "dot", "html")
_ASSIGNS = ("Assign", "AssignVariableOp")


class _FirstStep(BaseException):
    """The script is about to train; no `except Exception` of its own shall keep it from ending."""


def draw(
    script: str,
    arguments: list[str],
    output: str,
    *,
    fetches: list[str] | None = None,
    options: dict[str, Any],
    **how: Any,
) -> str:
    """Run a script up to its first training step and draw the graph that it has built; returns the file's path.

    What comes before that step is run: initializers, restored checkpoints, the reading of data. A training step is a
    run that would change variables other than by giving them a value, as optimizers do. A script that never trains
    is run to its end; of one that fails, what it has built so far is drawn.

    Args:
      script: a .py or .ipynb file.
      arguments: what the script finds in `sys.argv`.
      output: the file to write; its suffix is one of `SUFFIXES`.
      fetches: names of tensors or ops: only what these need is drawn.
      options: those of `tf.viz.to_dot`.
      how: options of `run`.

    Raises:
      Unreadable: the script or a fetch is not there, it has built no graph, or the suffix says no kind of drawing.
    """
    kind = os.path.splitext(output)[1].lower().removeprefix(".")
    if kind not in SUFFIXES:
        raise Unreadable(f"draw writes {', '.join('.' + s for s in SUFFIXES)}; it cannot write {output!r}.")
    os.environ.setdefault("MPLBACKEND", "agg")  # a window would wait for somebody to close it
    target = os.path.abspath(output)  # a notebook is run in its own folder
    failure: Exception | None = None
    with _watched() as seen:
        try:
            run(script, arguments, **how)
        except (_FirstStep, SystemExit):
            pass
        except Unreadable:
            raise
        except Exception as error:  # noqa: BLE001  # a script may raise anything
            failure = error
    graph = _graph(seen)
    if graph is None:
        if failure is not None:
            raise failure
        raise Unreadable(f"{script!r} has built no graph: there is nothing to draw.")
    _write(graph, target, kind, fetches, options, os.path.basename(script))
    say(f"{output}: {len(graph.get_operations()):,} ops" + (", as far as the script came" if failure else ""))
    if failure is not None:
        raise failure
    return target


def _write(graph: Graph, target: str, kind: str, fetches: Any, options: dict[str, Any], title: str) -> None:
    try:
        if kind == "html":
            viz.explore(graph, fetches=fetches, title=title).save(target)
        else:
            viz.render(graph, target, fetches=fetches, **options)
    except (KeyError, ValueError) as error:  # a fetch that is not in the graph
        raise Unreadable(str(error.args[0] if error.args else error)) from None


@contextmanager
def _watched() -> Iterator[list[Graph]]:
    """Sessions stop before the first training step; gives the graphs that were run, the last one last."""
    seen: list[Graph] = []
    real = BaseSession.run

    def watching(session: BaseSession, fetches: Any, *arguments: Any, **named: Any) -> Any:
        seen.append(session.graph)
        if _trains(session, fetches):
            raise _FirstStep
        return real(session, fetches, *arguments, **named)

    _replace(watching)
    try:
        yield seen
    finally:
        _replace(real)


def _replace(method: Callable[..., Any]) -> None:
    BaseSession.run = method  # type: ignore[method-assign]  # for the time of a script


def _trains(session: BaseSession, fetches: Any) -> bool:
    try:
        plan = FetchPlan(session.graph, fetches, None)
    except (TypeError, ValueError, KeyError):
        return False  # the run itself says what is wrong
    return any(_changes(op) for op in needed_ops(plan.tensors, plan.targets, ()))


def _changes(op: Operation) -> bool:
    return op.opdef.effect is Effect.WRITE and op.type not in _ASSIGNS


def _graph(seen: list[Graph]) -> Graph | None:
    """The graph that was run last, or the default one where that is larger or none was run."""
    graphs = [*seen[-1:], get_default_graph()]
    largest = max(graphs, key=lambda graph: graph.version)
    return largest if largest.version else None
