"""What a script uses: names of TensorFlow and files, read off its syntax tree. Nothing of it is run."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Data", "Uses", "find_uses"]

PACKAGES = ("tensorflow", "flowgraph")

READERS = {
    **dict.fromkeys(
        (
            "File", "FastGFile", "FixedLengthRecordDataset", "GFile", "Open", "TFRecordDataset", "TextLineDataset",
            "ZipFile", "fromfile", "genfromtxt", "get_checkpoint_state", "glob", "import_meta_graph", "imread",
            "latest_checkpoint", "listdir", "load", "load_csv_with_header", "loadmat", "loadtxt",
            "match_filenames_once", "open", "read_csv", "read_data_sets", "read_excel", "read_file", "read_hdf",
            "read_json", "read_pickle", "read_table", "string_input_producer", "urlopen", "urlretrieve", "walk",
        ),
        0,
    ),
    "restore": 1,
}  # fmt: skip
"""Functions and methods that read, by their last names, and which argument tells what."""


@dataclass(frozen=True)
class Data:
    """Something that is read: `path` where it stands in the script, or else the expression that gives it."""

    line: int
    call: str
    path: str | None
    expression: str


@dataclass
class Uses:
    """What was found; names are those under `tf.`, each with its lines."""

    names: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    data: list[Data] = field(default_factory=list)


def find_uses(tree: ast.AST) -> Uses:
    """What a script uses.

    >>> uses = find_uses(ast.parse("import tensorflow as tf\\nx = tf.nn.relu(open('numbers.txt').read())"))
    >>> dict(uses.names), uses.data[0].path
    ({'nn.relu': [2]}, 'numbers.txt')
    """
    finder = _Finder()
    finder.known = _texts(tree)
    finder.visit(tree)
    return finder.uses


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.uses = Uses()
        self.modules: dict[str, str] = {}  # what the script calls TensorFlow and parts of it
        self.known: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            package, _, rest = alias.name.partition(".")
            if package in PACKAGES:
                self._use(rest, node)
                self.modules[alias.asname or package] = _plain(rest) if alias.asname else ""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        package, _, rest = (node.module or "").partition(".")
        if package not in PACKAGES or node.level:
            return
        for alias in node.names:
            name = _plain(rest if alias.name == "*" else f"{rest}.{alias.name}".lstrip("."))
            self._use(name, node)
            self.modules[alias.asname or alias.name] = name

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        name = self._dotted(node.value)
        if name is not None and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.modules[node.targets[0].id] = name

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._dotted(node)
        if name is None:
            self.generic_visit(node)
        else:
            self._use(name, node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        called = ast.unparse(node.func)
        last = called.rpartition(".")[2]
        place = READERS.get(last, 0)
        if last not in READERS or len(node.args) <= place or (last == "load" and not _loads_a_file(called)):
            return
        if last in ("open", "Open", "GFile", "File") and _writes(node):
            return
        argument = node.args[place]
        self.uses.data.append(Data(node.lineno, called, _text(argument, self.known), ast.unparse(argument)))

    def _use(self, name: str, node: ast.stmt | ast.expr) -> None:
        if name := re.sub(r"(\bFLAGS)\..*", r"\1", _plain(name)):  # the flags in it are the script's own
            self.uses.names[name].append(node.lineno)

    def _dotted(self, node: ast.AST) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.modules:
            return None
        return _plain(".".join([*filter(None, [self.modules[node.id]]), *reversed(parts)]))


def _plain(name: str) -> str:
    """A name without `compat.v1`, which is the whole once more."""
    return "" if name == "compat.v1" else name.removeprefix("compat.v1.")


def _loads_a_file(called: str) -> bool:
    return called.partition(".")[0] in ("np", "numpy", "joblib", "torch")


def _writes(call: ast.Call) -> bool:
    modes = [word.value for word in call.keywords if word.arg == "mode"] + call.args[1:2]
    return any(isinstance(mode, ast.Constant) and set(str(mode.value)) & set("wax") for mode in modes)


def _texts(tree: ast.AST) -> dict[str, str]:
    """Names that stand for one text throughout the script, `FLAGS.name` of flags with a default among them."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, text = node.targets[0].id, _text(node.value, found)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("DEFINE_string") and len(node.args) > 1:
            name, text = f"FLAGS.{_text(node.args[0], {})}", _text(node.args[1], found)
        else:
            continue
        if name in found or text is None:
            several.add(name)
        found[name] = text or ""
    return {name: text for name, text in found.items() if name not in several}


def _text(node: ast.expr, known: dict[str, str]) -> str | None:
    """The text that an expression gives, as far as that can be told without running it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name | ast.Attribute):
        return known.get(ast.unparse(node))
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1:
        return _text(node.elts[0], known)
    joins = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("path.join")
    if isinstance(node, ast.Call) and joins:
        parts = [_text(part, known) for part in node.args]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_text(node.left, known), _text(node.right, known)]
    else:
        return None
    texts = [part for part in parts if part is not None]
    return _joined(texts, joins) if len(texts) == len(parts) else None


def _joined(texts: list[str], joins: bool) -> str:
    ends = [between[0] and not between[0].endswith("/") and joins for between in pairwise(texts)]
    return "".join(text + ("/" if slash else "") for text, slash in zip(texts, [*ends, False]))
