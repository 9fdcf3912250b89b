"""What Python and numpy have dropped since TensorFlow 1's days, back for the scripts that use it."""

from __future__ import annotations

import ast
import builtins
import collections
import collections.abc
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.commands.lone import LoneElements
from flowgraph.commands.syntax import call
from flowgraph.platform.inspecting import getargspec

__all__ = ["array_of", "bring_back", "bytes_of", "compiled", "smooth_of", "tree_of"]

_NUMPY = {
    **{name: getattr(builtins, name) for name in ("bool", "complex", "float", "int", "object", "str")},
    "Inf": np.inf,
    "Infinity": np.inf,
    "NAN": np.nan,
    "NINF": -np.inf,
    "NaN": np.nan,
    "PINF": np.inf,
    "alltrue": np.all,
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype),
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
    "trapz": getattr(np, "trapezoid", None),
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
    if "shape" in inspect.signature(np.reshape).parameters and np.reshape.__module__ != __name__:
        np.reshape = _reshape(np.reshape)  # NumPy 2.1 began to warn of `newshape`, 2.4 is without it
    for name in collections.abc.__all__:
        if name not in vars(collections):
            setattr(collections, name, getattr(collections.abc, name))
    for module, name, item in (
        (time, "clock", time.process_time),
        (threading.Thread, "isAlive", threading.Thread.is_alive),
        (inspect, "getargspec", getargspec),
    ):
        if not hasattr(module, name):
            setattr(module, name, item)


def _reshape(new: Any) -> Any:
    def reshape(a: Any, /, shape: Any = None, order: Any = "C", *, newshape: Any = None, **kwargs: Any) -> Any:
        return new(a, shape if newshape is None else newshape, order, **kwargs)

    return reshape


def compiled(text: str, name: str, flags: int = 0) -> Any:
    """The code of a script of those days, in which arrays are as tolerant as they were.

    They have their `tostring()`, their rows may differ in length, and those of one element are numbers.
    """
    return compile(tree_of(text, name, flags), name, "exec", flags, dont_inherit=True)


def tree_of(text: str, name: str, flags: int = 0) -> Any:
    """What `compiled` compiles, as a syntax tree."""
    tree = compile(text, name, "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
    return ast.fix_missing_locations(LoneElements().visit(_OldCalls().visit(tree)))


def bytes_of(item: Any) -> Any:
    """What `item.tostring()` gave when numpy's arrays had that method.

    >>> bytes_of(np.array([1, 2], np.uint8))
    b'\\x01\\x02'
    """
    return item.tobytes() if isinstance(item, np.ndarray | np.generic) else item.tostring()


def array_of(make: Callable[..., Any], rows: Any) -> Any:
    """What `np.array(rows)` gave: of rows that differ in length an array of objects.

    >>> array_of(np.array, [[1], [2, 3]])
    array([list([1]), list([2, 3])], dtype=object)
    """
    try:
        return make(rows)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        return make(rows, dtype=object)


_ABSTRACT = {
    "complexfloating": "complex128", "floating": "float64", "inexact": "float64", "integer": "int64",
    "number": "float64", "signedinteger": "int64", "unsignedinteger": "uint64",
}  # fmt: skip
"""The kinds of numbers that numpy took for a dtype, and for which."""


_MAKERS = ("array", "asarray", "empty", "ones", "zeros")
"""The functions whose second argument is a dtype."""


def _settle(node: ast.expr) -> None:
    """Make `np.integer` the dtype that it stood for."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy"):
        node.attr = _ABSTRACT.get(node.attr, node.attr)


def smooth_of(module: Any) -> Any:
    """What was `Image.ANTIALIAS` of PIL before version 10."""
    return module.ANTIALIAS if hasattr(module, "ANTIALIAS") else module.LANCZOS


class _OldCalls(ast.NodeTransformer):
    """Calls of functions of ours in place of those that have changed their meaning."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`Image.ANTIALIAS`, which is Lanczos's filter."""
        self.generic_visit(node)
        return (
            call(smooth_of, node, node.value) if node.attr == "ANTIALIAS" and isinstance(node.ctx, ast.Load) else node
        )

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`array.tostring()`, `np.array(rows)`, and a kind of numbers where a dtype should be."""
        self.generic_visit(node)
        method = node.func
        for kind in (keyword.value for keyword in node.keywords if keyword.arg == "dtype"):
            _settle(kind)
        if isinstance(method, ast.Attribute) and method.attr in ("astype", "dtype") and node.args:
            _settle(node.args[0])
        if isinstance(method, ast.Attribute) and method.attr in _MAKERS and len(node.args) > 1:
            _settle(node.args[1])
        if not isinstance(method, ast.Attribute) or node.keywords:
            return node
        if method.attr == "tostring" and not node.args:
            return call(bytes_of, node, method.value)
        is_numpy = isinstance(method.value, ast.Name) and method.value.id in ("np", "numpy")
        if method.attr == "array" and is_numpy and len(node.args) == 1:
            return call(array_of, node, method, node.args[0])
        return node
