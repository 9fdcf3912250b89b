"""Comparing graphs node by node (tf.test.assert_equal_graph_def)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowgraph import protos
from flowgraph.protos.signatures import value_text
from flowgraph.protos.tensors import make_ndarray


def assert_equal_graph_def(
    actual: Any, expected: Any, checkpoint_v2: bool = False, hash_table_shared_name: bool = False
) -> None:
    """Fail unless two GraphDefs have the same nodes, in any order: types, devices, inputs and attributes by name.

    Args:
      actual, expected: the GraphDefs.
      checkpoint_v2: whether to pass over texts that savers make at random.
      hash_table_shared_name: whether to pass over the `shared_name` of hash tables.

    Raises:
      AssertionError: they differ; it names the first node that does.
      TypeError: something is no GraphDef.

    >>> one, other = tf.Graph(), tf.Graph()
    >>> with one.as_default():
    ...     x = tf.placeholder(tf.float32, name="x")
    >>> assert_equal_graph_def(one.as_graph_def(), other.as_graph_def())
    Traceback (most recent call last):
    AssertionError: Found unexpected node '{{node x}} = Placeholder[...
    """
    for name, graph in (("actual", actual), ("expected", expected)):
        if not isinstance(graph, protos.GraphDef):
            raise TypeError(f"Expected tf.GraphDef for {name}, got {type(graph).__name__}")
    left_out = {("HashTableV2", "shared_name")} if hash_table_shared_name else set()
    ours, theirs = ({node.name: node for node in graph.node} for graph in (actual, expected))
    for name, node in theirs.items():
        if name not in ours:
            raise AssertionError(f"Did not find expected node '{_shown(node)}'")
    for name, node in ours.items():
        if name not in theirs:
            raise AssertionError(f"Found unexpected node '{_shown(node)}'")
        for difference in _differences(node, theirs[name], left_out, checkpoint_v2):
            raise AssertionError(f"Node named '{name}' has {difference}")


def _differences(ours: Any, theirs: Any, left_out: set[tuple[str, str]], checkpoint_v2: bool) -> Iterator[str]:
    """What differs of two nodes of one name, each as the rest of a sentence."""
    for what in ("op", "device"):
        mine, other = getattr(ours, what), getattr(theirs, what)
        if mine != other:
            yield f"{what} '{mine}' that is not expected '{other}'"
    if len(ours.input) != len(theirs.input):
        yield f"inputs '{', '.join(ours.input)}' that don't match expected '{', '.join(theirs.input)}'"
    for i, (mine, other) in enumerate(zip(_inputs(ours), _inputs(theirs), strict=False)):
        if mine != other:
            yield f"input {i} '{mine}' that doesn't match expected '{other}'"
    for attr in sorted({*ours.attr, *theirs.attr}):
        if (ours.op, attr) in left_out or (checkpoint_v2 and _is_random(ours, attr)):
            continue
        if attr not in theirs.attr:
            yield f"unexpected attr '{attr}' with value: {_attr(ours, attr)}"
        elif attr not in ours.attr:
            yield f"no attr '{attr}', expected value: {_attr(theirs, attr)}"
        elif ours.attr[attr] != theirs.attr[attr]:
            yield f"attr '{attr}' with value: {_attr(ours, attr)} that does not match expected: {_attr(theirs, attr)}"


def _inputs(node: Any) -> list[str]:
    """Its inputs, control inputs last and sorted: their order means nothing."""
    return sorted(node.input, key=lambda name: (name.startswith("^"), name if name.startswith("^") else ""))


def _is_random(node: Any, attr: str) -> bool:
    """Whether an attribute is the folder that a saver writes to before it renames, with a random name."""
    return node.op == "Const" and attr == "value" and b"_temp_" in b"".join(node.attr[attr].tensor.string_val)


def _shown(node: Any) -> str:
    attrs = ", ".join(f"{name}={_attr(node, name)}" for name in sorted(node.attr))
    return f"{{{{node {node.name}}}}} = {node.op}[{attrs}]({', '.join(node.input)})"


def _attr(node: Any, name: str) -> str:
    """An attribute as TensorFlow's messages show it."""
    value = node.attr[name]
    if value.WhichOneof("value") != "tensor":
        return value_text(value)
    array = make_ndarray(value.tensor)
    kind = protos.DataType.Name(value.tensor.dtype).removeprefix("DT_").lower()
    sizes = ",".join(map(str, array.shape))
    entries = (f"{entry:g}" if array.dtype.kind == "f" else str(entry) for entry in array.flat)
    return f"Tensor<type: {kind} shape: [{sizes}] values: {' '.join(entries)}>"
