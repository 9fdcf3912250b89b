"""TensorFlow 1.15's registry of ops, as far as the format of graphs needs it: names, arguments, attrs, defaults."""

from __future__ import annotations

import functools
import zlib
from pathlib import Path
from typing import Any

from flowgraph import protos

OPS = Path(__file__).with_name("ops.binpb.z")


@functools.cache
def _op_defs() -> dict[str, Any]:
    ops = protos.message("OpList").FromString(zlib.decompress(OPS.read_bytes()))
    return {op.name: op for op in ops.op}


def op_def(name: str) -> Any:
    """The OpDef message of an op type; None if TensorFlow 1.15 has no such type.

    >>> [arg.name for arg in op_def("MatMul").input_arg]
    ['a', 'b']
    """
    return _op_defs().get(name)


@functools.cache
def attr_kinds(name: str) -> dict[str, str]:
    """The types of an op type's attrs, as TF calls them: 'int', 'list(type)', 'tensor' ...; those with an underscore
    in front, which every op may have, are not among them.

    >>> attr_kinds("MatMul")
    {'transpose_a': 'bool', 'transpose_b': 'bool', 'T': 'type'}
    """
    found = op_def(name)
    return {} if found is None else {attr.name: attr.type for attr in found.attr}
