"""What Python and numpy have dropped since TensorFlow 1's days, back for the scripts that use it."""

from __future__ import annotations

import ast
import builtins
import collections
import collections.abc
import inspect
import time
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bring_back", "bytes_of", "call", "compiled", "tree_of"]

_NUMPY = {
    **{name: getattr(builtins, name) for name in ("bool", "complex", "float", "int", "object", "str")},
    "Inf": np.inf,
    "Infinity": np.inf,
    "NINF": -np.inf,
    "NaN": np.nan,
    "PINF": np.inf,
    "alltrue": np.all,
    "asscalar": lambda array: np.asarray(array).item(),
    "complex_": np.complex128,
    "cumproduct": np.cumprod,
    "float_": np.float64,
    "infty": np.inf,
    "int0": np.intp,
    "long": int,
    "mat": np.asmatrix,
    "product": np.prod,
    "round_": np.round,
    "row_stack": np.vstack,
    "sometrue": np.any,
    "string_": np.bytes_,
    "unicode": str,
    "unicode_": np.str_,
}


def bring_back() -> None:
    """Set the names that are no more; none that is there changes.

    >>> bring_back()
    >>> np.zeros(2, np.float).dtype, np.reshape([1, 2], newshape=(2, 1)).shape
    (dtype('float64'), (2, 1))
    """
    for name, item in _NUMPY.items():
        if name not in vars(np):
            setattr(np, name, item)
    if "newshape" not in inspect.signature(np.reshape).parameters:
        np.reshape = _reshape(np.reshape)
    for name in collections.abc.__all__:
        if name not in vars(collections):
            setattr(collections, name, getattr(collections.abc, name))
    if not hasattr(time, "clock"):
        time.clock = time.process_time  # type: ignore[attr-defined]


def _reshape(new: Any) -> Any:
    def reshape(a: Any, /, shape: Any = None, order: Any = "C", *, newshape: Any = None, **kwargs: Any) -> Any:
        return new(a, shape if newshape is None else newshape, order, **kwargs)

    return reshape


def compiled(text: str, name: str, flags: int = 0) -> Any:
    """The code of a script of those days: arrays have their `tostring()` again."""
    return compile(tree_of(text, name, flags), name, "exec", flags, dont_inherit=True)


def tree_of(text: str, name: str, flags: int = 0) -> Any:
    """What `compiled` compiles, as a syntax tree."""
    tree = compile(text, name, "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
    if "tostring()" not in text:  # nothing to change, as in most
        return tree
    return ast.fix_missing_locations(_OldMethods().visit(tree))


def bytes_of(item: Any) -> Any:
    """What `item.tostring()` gave when numpy's arrays had that method.

    >>> bytes_of(np.array([1, 2], np.uint8))
    b'\\x01\\x02'
    """
    return item.tobytes() if isinstance(item, np.ndarray | np.generic) else item.tostring()


def call(function: Callable[..., Any], where: ast.AST, *arguments: ast.expr) -> ast.expr:
    """The syntax of a call of a function of ours, found by the module's name: a script may use any other name."""
    path = f"__import__('sys').modules[{function.__module__!r}].{function.__name__}"
    found = ast.parse(path, mode="eval").body
    made = ast.Call(found, list(arguments), [])
    for part in (made, *ast.walk(found)):
        ast.copy_location(part, where)
    return made


class _OldMethods(ast.NodeTransformer):
    """Calls of `bytes_of` in place of the method `tostring`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`array.tostring()`."""
        self.generic_visit(node)
        method = node.func
        if not isinstance(method, ast.Attribute) or method.attr != "tostring" or node.args or node.keywords:
            return node
        return call(bytes_of, node, method.value)
