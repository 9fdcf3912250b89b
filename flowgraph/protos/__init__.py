"""TensorFlow's protocol buffers: the messages in which graphs, checkpoints, events and examples are written.

The schemas are the `.proto` files beside this one; `schema.binpb` is their compiled form, from which the protobuf
library makes classes when a message is first asked for:

>>> from flowgraph import protos
>>> protos.GraphDef(versions=protos.VersionDef(producer=134))
versions {
  producer: 134
}

They live in a descriptor pool of their own, so that a TensorFlow in the same process keeps its own messages. Where
flowgraph stands in for a TensorFlow that is not installed, they live in protobuf's default pool: there the modules look
for them that protoc makes of users' schemas which import TensorFlow's.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from flowgraph.aliases import stand_in

SCHEMA = Path(__file__).with_name("schema.binpb")


@functools.cache
def _pool() -> Any:
    """The descriptors of all schemas."""
    from google.protobuf import descriptor_pool

    if stand_in.installed() and stand_in.real_tensorflow() is None:
        try:
            return _filled(descriptor_pool.Default())
        except TypeError:  # some other package has messages of these names
            pass
    return _filled(descriptor_pool.DescriptorPool())


def _filled(pool: Any) -> Any:
    for file in _files():
        pool.Add(file)
    return pool


def _files() -> list[Any]:
    """The schemas, under names that no schema of a user has."""
    from google.protobuf import descriptor_pb2

    files = list(descriptor_pb2.FileDescriptorSet.FromString(SCHEMA.read_bytes()).file)
    for file in files:
        file.name = _own(file.name)
        file.dependency[:] = map(_own, file.dependency)
    return files


def _own(name: str) -> str:
    return name if name.startswith("google/") else f"flowgraph/protos/{name}"


@functools.cache
def file_of(path: str) -> Any:
    """The descriptor of a file of TensorFlow's, such as 'tensorflow/core/framework/tensor.proto'.

    Which messages TensorFlow has in it does not matter: all schemas here can be seen through it.
    """
    from google.protobuf import descriptor_pb2

    ours = [file.name for file in _files()]
    made = descriptor_pb2.FileDescriptorProto(
        name=path, package="tensorflow", syntax="proto3", dependency=ours, public_dependency=range(len(ours))
    )
    _pool().Add(made)
    return _pool().FindFileByName(path)


@functools.cache
def message(name: str) -> Any:
    """The class of a message, by its name in TensorFlow's package: 'GraphDef', 'Summary.Value'.

    Raises:
      KeyError: there is no such message.
    """
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"tensorflow.{name}"))


@functools.cache
def enum(name: str) -> Any:
    """An enum's names and numbers, by its name in TensorFlow's package: `enum("DataType").Value("DT_FLOAT")`.

    Raises:
      KeyError: there is no such enum.
    """
    from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

    return EnumTypeWrapper(_pool().FindEnumTypeByName(f"tensorflow.{name}"))


def enums() -> list[str]:
    """The names of the enums that stand outside of messages."""
    return [enum.name for file in _files() if file.package == "tensorflow" for enum in file.enum_type]


def text_of(found: Any) -> bytes:
    """A message as text, also what is packed in it."""
    from google.protobuf import text_format

    text: str = text_format.MessageToString(found, descriptor_pool=_pool())
    return text.encode()


def read_text(text: str, found: Any) -> None:
    """Fill a message with what a text says.

    Raises:
      google.protobuf.text_format.ParseError: it is not the text of such a message.
    """
    from google.protobuf import text_format

    try:
        text_format.Parse(text, found, descriptor_pool=_pool())
    except RecursionError:
        raise text_format.ParseError("the text is nested too deeply") from None


def __getattr__(name: str) -> Any:
    if name[:1].isupper():  # (Python itself asks modules for names such as __path__)
        for find in (message, enum):
            try:
                return find(name)
            except KeyError:
                continue
    raise AttributeError(f"module 'flowgraph.protos' has no attribute {name!r}")
