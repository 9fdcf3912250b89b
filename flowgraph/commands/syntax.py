"""Pieces of syntax trees that are put in place of a script's own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

__all__ = ["call"]


def call(function: Callable[..., Any], where: ast.AST, *arguments: ast.expr) -> ast.expr:
    """The syntax of a call of a function of ours, found by the module's name: a script may use any other name."""
    path = f"__import__('sys').modules[{function.__module__!r}].{function.__name__}"
    found = ast.parse(path, mode="eval").body
    made = ast.Call(found, list(arguments), [])
    for part in (made, *ast.walk(found)):
        ast.copy_location(part, where)
    return made
