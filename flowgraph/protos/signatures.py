"""Op definitions and the dtypes of nodes as TF's messages write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowgraph import protos
from flowgraph.dtypes import as_dtype

_SHORT = {"float32": "float", "float64": "double", "float16": "half"}


def dtype_text(number: int) -> str:
    """A dtype as TF's kernels call it: 'float' for float32; references end with `_ref`.

    >>> dtype_text(1), dtype_text(103)
    ('float', 'int32_ref')
    """
    dtype = as_dtype(number)
    name = dtype.base_dtype.name
    return _SHORT.get(name, name) + "_ref" * dtype.is_ref


def op_text(op_def: Any) -> str:
    """An OpDef in one line.

    >>> from flowgraph.protos.registry import op_def
    >>> op_text(op_def("Inv"))[:60]
    'Op<name=Inv; signature=x:T -> y:T; attr=T:type,allowed=[DT_B'
    """
    inputs, outputs = (", ".join(map(_arg_text, args)) for args in (op_def.input_arg, op_def.output_arg))
    parts = [f"name={op_def.name}", f"signature={inputs} -> {outputs}", *map(_attr_text, op_def.attr)]
    parts += [f"{name}=true" for name in ("is_commutative", "is_aggregate", "is_stateful") if getattr(op_def, name)]
    return f"Op<{'; '.join(parts)}>"


def _arg_text(arg: Any) -> str:
    if arg.type_list_attr:
        kind = arg.type_list_attr
    else:
        kind = arg.type_attr or dtype_text(arg.type)
        kind = f"{arg.number_attr}*{kind}" if arg.number_attr else kind
    return f"{arg.name}:{f'Ref({kind})' if arg.is_ref else kind}"


def _attr_text(attr: Any) -> str:
    text = f"attr={attr.name}:{attr.type}"
    if attr.HasField("default_value"):
        text += f",default={value_text(attr.default_value)}"
    if attr.has_minimum:
        text += f",min={attr.minimum}"
    if attr.HasField("allowed_values"):
        text += f",allowed={value_text(attr.allowed_values)}"
    return text


def value_text(value: Any) -> str:
    """An AttrValue as the text of an OpDef has it: `[DT_FLOAT]`, `"SAME"`, `<unknown>`."""
    kind = value.WhichOneof("value")
    if kind == "list":
        fields = value.list.ListFields()
        return f"[{', '.join(_item_text(field.name, item) for field, items in fields for item in items)}]"
    return _item_text(kind, getattr(value, kind))


def _item_text(kind: str, value: Any) -> str:
    if kind == "type":
        return str(protos.enum("DataType").Name(value))
    if kind == "s":
        return f'"{value.decode("utf-8", "replace")}"'
    if kind == "b":
        return str(value).lower()
    if kind == "f":
        return f"{value:g}"
    if kind == "shape":
        if value.unknown_rank:
            return "<unknown>"
        return f"[{','.join('?' if dim.size == -1 else str(dim.size) for dim in value.dim)}]"
    return str(value.name if kind == "func" else value)


def arg_dtypes(args: Any, attrs: Mapping[str, Any]) -> list[int]:
    """The dtypes, as TF's numbers, of a node's inputs or outputs: its OpDef's arguments with the node's AttrValues."""
    found: list[int] = []
    for arg in args:
        if arg.type_list_attr:
            found += attrs[arg.type_list_attr].list.type
            continue
        number = attrs[arg.type_attr].type if arg.type_attr else arg.type
        count = attrs[arg.number_attr].i if arg.number_attr else 1
        found += [number + 100 * arg.is_ref] * count
    return found
