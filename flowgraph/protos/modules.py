"""Modules of protocol buffers, as protoc's Python modules are used: `graph_pb2.GraphDef`, `types_pb2.DT_FLOAT`.

Which file TensorFlow has a message in does not matter here: each such module has all of them.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from flowgraph import protos


class MessagesModule(ModuleType):
    """A module that finds messages and the values of enums by their names."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "Protocol buffers of TensorFlow.")
        path = name.replace(".", "/").replace("flowgraph", "tensorflow", 1).removesuffix("_pb2")
        self.DESCRIPTOR = protos.file_of(f"{path}.proto")

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for find in (protos.message, protos.enum, _enum_value):
                try:
                    return find(name)
                except KeyError:
                    continue
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


@functools.cache
def module_of(package: str, name: str) -> ModuleType:
    """The module `name` of a package."""
    return MessagesModule(f"{package}.{name}")


@functools.cache
def _values() -> dict[str, int]:
    """The values of all enums that stand outside of messages, by their names."""
    return {name: number for enum in protos.enums() for name, number in protos.enum(enum).items()}


def _enum_value(name: str) -> int:
    return _values()[name]
