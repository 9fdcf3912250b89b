"""The command `flowgraph`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import flowgraph
from flowgraph.commands.source import Unreadable

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; gives the exit code. What a script raises goes through."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "run":
            from flowgraph.commands.run import run

            run(asked.script, asked.arguments, asked.py2, asked.tf0, asked.hide_tensorflow)
            return 0
        if asked.command == "check":
            from flowgraph.commands.check import check

            return check(asked.scripts, asked.tf0, asked.json)
        if asked.command == "draw":
            from flowgraph.commands.draw import draw

            options = {name: getattr(asked, name) for name in ("depth", "gradients", "constants", "rankdir")}
            how = {"py2": asked.py2, "tf0": asked.tf0, "hide_tensorflow": asked.hide_tensorflow}
            output, arguments = _output(asked.output, asked.arguments)
            draw(asked.script, arguments, output, fetches=asked.fetch, options=options, **how)
            return 0
        if asked.command == "freeze":
            from flowgraph.commands.freeze import freeze

            freeze(asked)
            return 0
    except Unreadable as problem:
        sys.stderr.write(f"flowgraph: {problem}\n")
        return 2
    parser.print_help()
    return 2


def _output(given: str | None, arguments: list[str]) -> tuple[str, list[str]]:
    """What `draw` writes, and what is left for the script: the file may be named behind the script, too.

    Not where one was named before it, or behind `--`: then `-o` is the script's.

    >>> _output(None, ["--steps", "3", "-o", "g.svg"])
    ('g.svg', ['--steps', '3'])
    >>> _output("a.svg", ["-o", "log"]), _output(None, ["--", "-o", "log"])
    (('a.svg', ['-o', 'log']), ('graph.svg', ['-o', 'log']))
    """
    if given is not None:
        return given, arguments
    end = arguments.index("--") if "--" in arguments else len(arguments)
    behind = argparse.ArgumentParser("flowgraph draw", add_help=False, allow_abbrev=False)
    behind.add_argument("-o", "--output", default="graph.svg", metavar="FILE")
    found, rest = behind.parse_known_args(arguments[:end])
    return found.output, [*rest, *arguments[end + 1 :]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "flowgraph", description="TensorFlow 1's graphs and sessions: run scripts that were written for it."
    )
    parser.add_argument("--version", action="version", version=f"flowgraph {flowgraph.flowgraph_version}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="")
    run = commands.add_parser(
        "run",
        help="run a script or notebook as it is",
        usage="flowgraph run [options] script [arguments ...]",
        description="Run a script (.py) or notebook (.ipynb) with flowgraph in the place of TensorFlow, its imports "
        "unchanged. All that stands after the script is the script's own. Names that numpy and Python have dropped "
        "since (np.float, collections.Iterable, ...) are there again.",
    )
    _add_script(run)
    look = commands.add_parser(
        "check",
        help="say what a script needs, without running it",
        description="Say which of TensorFlow's names scripts use, which of them flowgraph lacks and what to use "
        "instead, and which files they want. The exit code is 0 where nothing is lacking, 1 where something is, 2 "
        "where a script cannot be read.",
    )
    _add_tf0(look)
    look.add_argument("--json", action="store_true", help="print all that was found, as JSON")
    look.add_argument("scripts", nargs="+", metavar="script", help="a .py or .ipynb file")
    _add_draw(commands)
    _add_freeze(commands)
    return parser


def _add_freeze(commands: Any) -> None:
    from flowgraph.commands.freeze import add_flags

    add_flags(
        commands.add_parser(
            "freeze",
            help="make the variables of a graph constants",
            description="Take a graph and a checkpoint, or a saved model, and write the graph with the variables' "
            "values in it, as TensorFlow's freeze_graph does, with the same flags.",
        )
    )


def _add_draw(commands: Any) -> None:
    draw = commands.add_parser(
        "draw",
        help="draw a script's graph without training it",
        usage="flowgraph draw [options] script [-o FILE] [arguments ...]",
        description="Run a script up to its first training step, and draw the graph that it has built: as a picture "
        "(.svg, .png, .pdf), as a page to walk through (.html), or as text for Graphviz (.dot).",
    )
    draw.add_argument("-o", "--output", metavar="FILE", help="what to write (default: graph.svg)")
    draw.add_argument("--fetch", action="append", metavar="NAME", help="draw only what this needs (can be repeated)")
    draw.add_argument("--depth", type=int, help="how many levels of name scopes to open")
    draw.add_argument("--gradients", choices=("fold", "show", "hide"), default="fold")
    draw.add_argument("--constants", choices=("fold", "show"), default="fold")
    draw.add_argument("--rankdir", choices=("TB", "LR", "BT", "RL"), default="TB", help="where the flow goes")
    _add_script(draw)


def _add_script(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--py2", action="store_true", help="convert Python 2, and say what was changed (needs fissix)")
    _add_tf0(parser)
    parser.add_argument("--hide-tensorflow", action="store_true", help="even where a real TensorFlow is installed")
    parser.add_argument("script", help="a .py or .ipynb file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")


def _add_tf0(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tf0", action="store_true", help="accept what TensorFlow was called before 1.0 (tf.mul, ...)")
