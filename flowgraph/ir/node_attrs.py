"""The attrs of a NodeDef: checked against TF's registry, completed, and as Python values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowgraph import protos
from flowgraph.dtypes import as_dtype
from flowgraph.ir.opdef import OpDef
from flowgraph.protos.signatures import dtype_text
from flowgraph.protos.tensors import array_of, shape_of

_KINDS = {"s": "string", "i": "int", "f": "float", "b": "bool", "type": "type", "shape": "shape", "tensor": "tensor",
          "func": "func"}  # fmt: skip


class FunctionName(str):
    """The name of a function, as an attr has it, with attrs of its own.

    Attributes:
      message: the NameAttrList.
    """

    __slots__ = ("message",)

    message: Any

    @staticmethod
    def of(message: Any) -> str:
        """The name that a NameAttrList has; a plain one if that is all."""
        if not message.attr:
            return str(message.name)
        made = FunctionName(message.name)
        made.message = type(message)()
        made.message.CopyFrom(message)
        return made


class NodeError(ValueError):
    """A node's attrs are not those of its op type.

    Args:
      line: TF's words, without the node and the op type.
      form: how TF puts them together, as a format of `line`, `node` and `op`.
    """

    def __init__(self, line: str, form: str) -> None:
        super().__init__(line)
        self.form = form

    def text(self, node: str, op: str) -> str:
        """The whole line."""
        return self.form.format(line=str(self), node=f"{{{{node {node}}}}}", op=op)


def with_defaults(node: Any, known: Any, producer: Any = None) -> dict[str, Any]:
    """The node's AttrValues and those that its op type gives by default.

    Args:
      node: a NodeDef.
      known: the OpDef of its type.
      producer: the OpDef that who wrote the graph had; None if that is not known.

    Raises:
      NodeError: an attr is missing, unknown, or of another kind.
    """
    values = {name: value for name, value in node.attr.items() if value.WhichOneof("value") is not None}
    kinds = {attr.name: attr for attr in known.attr}
    defaults = {attr.name: attr.default_value for attr in producer.attr} if producer is not None else {}
    for name in sorted(values):
        if name[0] == "_":
            continue
        if name in kinds:
            _check(name, values[name], kinds[name])
        elif name in defaults and defaults[name] == values[name]:
            del values[name]
        else:
            form = (
                "{line} not in {op}; NodeDef: {node}. (Check whether your GraphDef-interpreting binary is up to date "
                "with your GraphDef-generating binary.)."
            )
            raise NodeError(f"NodeDef mentions attr '{name}'", form)
    for attr in known.attr:
        if attr.name not in values and attr.HasField("default_value"):
            values[attr.name] = attr.default_value
    missing = sorted(attr.name for attr in known.attr if attr.name not in values)
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        raise NodeError(f"NodeDef missing attr{'s' * (len(missing) > 1)} {names}", "{line} from {op}; NodeDef: {node}")
    return values


def _check(name: str, value: Any, attr: Any) -> None:
    kind = _kind(value)
    if kind != attr.type and not (kind == "list" and attr.type.startswith("list(")):
        raise NodeError(
            f"AttrValue had value with type '{kind}' when '{attr.type}' expected\n\t for attr '{name}'\n\t",
            "{line}; NodeDef: {node}; {op}",
        )
    if attr.type in ("type", "list(type)"):
        for number in value.list.type if kind.startswith("list") else [value.type]:
            _check_dtype(name, number)
    allowed = attr.allowed_values.list
    if attr.type == "type" and allowed.type and value.type not in allowed.type:
        names = ", ".join(map(dtype_text, allowed.type))
        raise NodeError(
            f"Value for attr '{name}' of {dtype_text(value.type)} is not in the list of allowed values: {names}\n\t",
            "{line}; NodeDef: {node}; {op}",
        )
    if attr.type == "string" and allowed.s and value.s not in allowed.s:
        names = ", ".join(f'"{text.decode()}"' for text in allowed.s)
        raise NodeError(
            f"Value for attr '{name}' of \"{value.s.decode('utf-8', 'replace')}\" is not in the list of allowed "
            f"values: {names}\n\t",
            "{line}; NodeDef: {node}; {op}",
        )
    if attr.has_minimum and attr.type == "int" and value.i < attr.minimum:
        raise NodeError(
            f"Value for attr '{name}' of {value.i} must be at least minimum {attr.minimum}\n\t",
            "{line}; NodeDef: {node}; {op}",
        )


def _check_dtype(name: str, number: int) -> None:
    line = None
    if number == 0:
        line = "AttrValue has invalid DataType"
    elif number not in protos.enum("DataType").values():
        line = f"AttrValue has invalid DataType enum: {number}"
    elif as_dtype(number).is_ref:
        line = f"AttrValue must not have reference type value of {dtype_text(number)}"
    if line is not None:
        raise NodeError(f"{line}\n\t for attr '{name}'\n\t", "{line}; NodeDef: {node}; {op}")


def _kind(value: Any) -> str:
    """What an AttrValue holds, in the words of OpDefs; an empty list may be of anything."""
    kind = value.WhichOneof("value")
    if kind != "list":
        return _KINDS.get(kind, str(kind))
    fields = value.list.ListFields()
    return f"list({_KINDS[fields[0][0].name]})" if fields else "list"


def python_attrs(values: Mapping[str, Any], opdef: OpDef) -> tuple[dict[str, Any], dict[str, Any]]:
    """AttrValues as Python values: those of the op type, and those with an underscore, which any op may have."""
    own, marks = {}, {}
    for name, value in values.items():
        if name in opdef.defaults or name[0] != "_":
            own[name] = python_value(value)
        else:
            marks[name] = python_value(value, as_bytes=True)
    return own, marks


def python_value(message: Any, as_bytes: bool = False) -> Any:
    """An AttrValue as a Python value: text, a number, a DType, raw sizes, an array, or a tuple of such."""
    kind = message.WhichOneof("value")
    if kind == "list":
        fields = message.list.ListFields()
        return tuple(_plain(field.name, item, as_bytes) for field, items in fields for item in items)
    return _plain(kind, getattr(message, kind), as_bytes)


def _plain(kind: str, value: Any, as_bytes: bool) -> Any:
    if kind == "s":
        return value if as_bytes else _decoded(value)
    if kind == "type":
        return as_dtype(value)
    if kind == "shape":
        return shape_of(value).sizes
    if kind == "tensor":
        return array_of(value)
    return FunctionName.of(value) if kind == "func" else value


def _decoded(text: bytes) -> Any:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text
