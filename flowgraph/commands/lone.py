"""Arrays of one element where a number is wanted: NumPy 2.4 began to refuse them, and `sess.run` gives many."""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

import numpy as np

from flowgraph.commands.syntax import call

__all__ = ["LoneElements", "apply", "change", "fill", "put"]


class LoneElements(ast.NodeTransformer):
    """Calls of functions of ours where NumPy has become strict; they do what Python does, and help where it fails."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`float(array)`, `int(array)`, `complex(array)` and `math.exp(array)`."""
        self.generic_visit(node)
        if node.args and not node.keywords and _wants_numbers(node.func):
            return call(apply, node, node.func, *node.args)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """`"%.3f" % array`."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and not (_is_number(node.left) or _is_number(node.right)):
            return call(fill, node, node.left, node.right)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`numbers[i] = array`."""
        self.generic_visit(node)
        place = node.targets[0]
        if len(node.targets) > 1 or not _is_one_element(place):
            return node
        return ast.copy_location(ast.Expr(call(put, node, node.value, place.value, place.slice)), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`numbers[i] += array`. What the value's own calls do must not come before the element is read."""
        self.generic_visit(node)
        name = _IN_PLACE.get(type(node.op))
        calls = any(isinstance(part, ast.Call | ast.Await | ast.Yield | ast.YieldFrom) for part in ast.walk(node.value))
        if name is None or calls or not _is_one_element(node.target):
            return node
        how = ast.copy_location(ast.Constant(name), node)
        made = call(change, node, how, node.target.value, node.target.slice, node.value)
        return ast.copy_location(ast.Expr(made), node)


_IN_PLACE = {ast.Add: "iadd", ast.Sub: "isub", ast.Mult: "imul"}


def _wants_numbers(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in ("complex", "float", "int")
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "math"


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _is_one_element(place: ast.expr) -> TypeGuard[ast.Subscript]:
    if not isinstance(place, ast.Subscript):
        return False
    parts = place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]
    return not any(isinstance(part, ast.Slice | ast.Starred) for part in parts)


def apply(function: Callable[..., Any], *arguments: Any) -> Any:
    """`function(*arguments)`, of arrays' only elements where it takes no arrays.

    >>> apply(float, np.array([[3.0]]))
    3.0
    """
    if not any(map(_is_lone, arguments)):
        return function(*arguments)
    try:
        with _unwarned():
            return function(*arguments)
    except TypeError:
        return function(*(item.item() if _is_lone(item) else item for item in arguments))


def fill(text: Any, values: Any) -> Any:
    """`text % values`; an array of one element is a number wherever `text` asks for one.

    >>> fill("%.1f of %s", (np.array([0.5]), np.array([1])))
    '0.5 of [1]'
    """
    several = values if isinstance(values, tuple) else (values,)
    if not isinstance(text, str) or not any(map(_is_lone, several)):
        return text % values
    try:
        with _unwarned():
            return text % values
    except TypeError:
        return text % tuple(_Lone(value) if _is_lone(value) else value for value in several)


def put(value: Any, items: Any, place: Any) -> None:
    """`items[place] = value`, where one element of an array takes an array's only one.

    >>> numbers = np.zeros(2)
    >>> put(np.array([3.0]), numbers, 0)
    >>> numbers
    array([3., 0.])
    """
    if not (isinstance(items, np.ndarray) and _is_lone(value)):
        items[place] = value
        return
    try:
        with _unwarned():
            items[place] = value
    except ValueError:
        items[place] = value.item()


def change(how: str, items: Any, place: Any, value: Any) -> None:
    """`items[place] += value`, or what else `how` says.

    >>> numbers = np.ones(2)
    >>> change("iadd", numbers, 0, np.array([3.0]))
    >>> numbers
    array([4., 1.])
    """
    put(getattr(operator, how)(items[place], value), items, place)


@contextmanager
def _unwarned() -> Iterator[None]:
    """Without the warnings by which NumPy announced, from 1.25 to 2.3, that it was going to be strict."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _is_lone(item: Any) -> bool:
    return isinstance(item, np.ndarray) and item.ndim > 0 and item.size == 1


class _Lone:
    """An array of one element, which is its number for `%d` and `%f`, and itself for `%s` and `%r`."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __float__(self) -> float:
        return float(self._array.item())

    def __int__(self) -> int:
        return int(self._array.item())

    def __str__(self) -> str:
        return str(self._array)

    def __repr__(self) -> str:
        return repr(self._array)
