"""Descriptors of messages that a user names: TensorFlow's own, or from a file or a string that describes them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from flowgraph import protos

_BYTES = b"bytes://"


def descriptor(message_type: str, source: bytes) -> Any:
    """The descriptor of a message.

    Args:
      message_type: its name, with the package.
      source: "local://" for TensorFlow's own; "bytes://" and a serialized FileDescriptorSet; or the name of a file
        with one.

    Raises:
      ValueError: the source describes nothing.
      KeyError: it does not describe this message.
    """
    if source in (b"", b"local://"):
        return protos._pool().FindMessageTypeByName(message_type)
    data = source[len(_BYTES) :] if source.startswith(_BYTES) else _content(source)
    return _pool_of(data).FindMessageTypeByName(message_type)


def _content(name: bytes) -> bytes:
    try:
        return Path(name.decode()).read_bytes()
    except (OSError, UnicodeDecodeError, ValueError):
        raise ValueError("no file") from None


@functools.lru_cache(maxsize=16)
def _pool_of(data: bytes) -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool
    from google.protobuf.message import DecodeError

    pool = descriptor_pool.DescriptorPool()
    try:
        for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
            pool.Add(file)
    except (DecodeError, TypeError) as error:
        raise ValueError(str(error)) from None
    return pool


def is_repeated(field: Any) -> bool:
    """Whether a field may have several values; older protobuf libraries say it by a label only."""
    known = getattr(field, "is_repeated", None)
    return bool(field.label == field.LABEL_REPEATED if known is None else known)


def is_packed(field: Any) -> bool:
    """Whether the values of a field are written one after the other under one tag."""
    known = getattr(field, "is_packed", None)
    return bool(field.GetOptions().packed if known is None else known)
