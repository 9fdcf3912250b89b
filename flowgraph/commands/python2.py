"""Python 2 as Python 3: fissix rewrites the text (it is 2to3, which Python 3.13 dropped), and `/` keeps its meaning."""

from __future__ import annotations
import __future__

import ast
import functools
import importlib
import operator
import re
import sys
from collections import Counter
from typing import Any

import numpy as np

from flowgraph.commands import bygone
from flowgraph.commands.source import Unreadable, parses
from flowgraph.commands.syntax import call
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.division import div
from flowgraph.variables.variable import Variable

__all__ = ["FORGOTTEN", "compiled", "convert", "divide"]

CHANGES = {
    "apply": "apply()",
    "basestring": "basestring",
    "dict": "methods of dicts (.iteritems(), .keys(), ...)",
    "except": "except X, e",
    "exec": "exec statements",
    "execfile": "execfile()",
    "filter": "filter()",
    "getcwdu": "os.getcwdu()",
    "has_key": ".has_key()",
    "import": "imports from the same folder",
    "imports": "imports of modules with new names",
    "input": "input()",
    "itertools": "itertools.izip and its kin",
    "itertools_imports": "imports of itertools.izip and its kin",
    "long": "long",
    "map": "map()",
    "metaclass": "metaclasses",
    "methodattrs": "im_func and its kin",
    "ne": "<>",
    "next": ".next()",
    "nonzero": "__nonzero__",
    "numliterals": "numbers (0777, 3L)",
    "paren": "parentheses",
    "print": "print statements",
    "raise": "raise X, text",
    "raw_input": "raw_input()",
    "renames": "sys.maxint",
    "repr": "`backquotes`",
    "standarderror": "StandardError",
    "sys_exc": "sys.exc_type and its kin",
    "throw": "throw()",
    "tuple_params": "def f((a, b))",
    "types": "names of types",
    "unicode": "unicode",
    "urllib": "urllib",
    "xrange": "xrange() and range()",
    "zip": "zip()",
}
"""fissix's fixers that are asked for, and what the user is told of each. Those that would only add an import at the
top, and so move all lines, are not among them: see FORGOTTEN."""


def _cmp(x: Any, y: Any) -> int:
    return (x > y) - (x < y)


FORGOTTEN = {
    "cmp": _cmp,
    "file": open,
    "intern": sys.intern,
    "reduce": functools.reduce,
    "reload": importlib.reload,
}
"""What Python 2 had among its builtins, given to converted modules as their own."""


def convert(text: str, name: str, in_package: bool = False) -> tuple[str, Counter[str]]:
    """Python 2 source as Python 3, and what was changed, each with the number of places.

    Args:
      text: the source.
      name: the file's name.
      in_package: whether it is imported as part of a package: then `import x` may mean the package's own x.

    Raises:
      Unreadable: fissix is not installed, or this is not Python 2 either.
    """
    ends = text.replace("\r\n", "\n")
    tool, changes = _converter(in_package), Counter[str]()
    for fixer in {*tool.pre_order, *tool.post_order}:
        fixer.transform = _counting(fixer.transform, CHANGES[type(fixer).__module__.rpartition("fix_")[2]], changes)
    tool.driver.grammar = _grammar(prints=not parses(text) and "print_function" not in _futures(text))
    try:
        tree = tool.driver.parse_string(ends.rstrip("\n") + "\n")
        tree.future_features = _futures(text)
        found = tool.refactor_tree(tree, name)
    except Exception as error:  # of the parser's own kinds
        if not type(error).__module__.startswith("fissix"):
            raise
        raise Unreadable(f"{name!r} is not Python 2 either: {error}") from None
    new = str(tree) if found else ends
    if not parses(new):
        new = new.expandtabs(8)  # Python 2 mixes tabs and blanks
    return new[:-1] if not ends.endswith("\n") and new.endswith("\n") else new, changes


def compiled(text: str, name: str, flags: int = 0) -> Any:
    """The code of converted Python 2, in which `/` is Python 2's unless the future's division is asked for."""
    tree = bygone.tree_of(text, name, flags)
    if "division" not in _futures(text) and not flags & __future__.division.compiler_flag:
        tree = ast.fix_missing_locations(_OldDivision().visit(tree))
    return compile(tree, name, "exec", flags, dont_inherit=True)


def divide(x: Any, y: Any) -> Any:
    """`x / y` in Python 2: of whole numbers a whole number, rounded down.

    >>> divide(7, 2), divide(7.0, 2)
    (3, 3.5)
    """
    if isinstance(x, Tensor | Variable) or isinstance(y, Tensor | Variable):
        return div(x, y)
    return x // y if _whole(x) and _whole(y) else x / y


def divide_in_place(x: Any, y: Any) -> Any:
    """What `x /= y` gives in Python 2."""
    if isinstance(x, np.ndarray) and not isinstance(y, Tensor | Variable):
        return operator.ifloordiv(x, y) if _whole(x) and _whole(y) else operator.itruediv(x, y)
    return divide(x, y)


def _whole(x: Any) -> bool:
    return isinstance(x, int | np.integer) or (isinstance(x, np.ndarray) and x.dtype.kind in "iu")


class _OldDivision(ast.NodeTransformer):
    """Calls of `divide` in place of each `/`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """`a / b`."""
        self.generic_visit(node)
        return call(divide, node, node.left, node.right) if isinstance(node.op, ast.Div) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`a /= b`."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        old = ast.parse(ast.unparse(node.target), mode="eval").body
        new = ast.Assign([node.target], call(divide_in_place, node, old, node.value))
        return ast.copy_location(new, node)


def _futures(text: str) -> set[str]:
    return set(re.findall(r"\w+", " ".join(re.findall(r"^from __future__ import (.*)", text, re.MULTILINE))))


def _counting(transform: Any, what: str, changes: Counter[str]) -> Any:
    def count(node: Any, results: Any) -> Any:
        before = str(node)
        new = transform(node, results)
        if str(node if new is None else new) != before:
            changes[what] += 1
        return new

    return count


def _converter(in_package: bool) -> Any:
    try:
        from fissix.refactor import RefactoringTool
    except ImportError:
        raise Unreadable(
            "converting Python 2 needs the package fissix: pip install 'flowgraph-tf[py2]', or pip install fissix"
        ) from None
    return RefactoringTool([f"fissix.fixes.fix_{fixer}" for fixer in CHANGES if in_package or fixer != "import"])


def _grammar(prints: bool) -> Any:
    from fissix import pygram

    return pygram.python_grammar if prints else pygram.python_grammar_no_print_statement
