"""The devices of a session, by TF's names: CPUs, as many as `ConfigProto.device_count` says, all of this machine.

An op is computed in the same way whichever it is placed on. They are told apart in what is shown, as scripts expect
that split a batch over several of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import ConfigProto
from flowgraph.ir.device import parse
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Operation

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
"""The first CPU, on which ops are that ask for none, or for a device that is not here."""

MEMORY = 268435456
"""What TF tells of a memory without bounds."""


class DeviceAttributes:
    """A device of `Session.list_devices`: its `name`, `device_type`, `memory_limit_bytes` and `incarnation`."""

    __slots__ = ("device_type", "incarnation", "memory_limit_bytes", "name")

    def __init__(self, name: str, device_type: str, memory_limit_bytes: int, incarnation: int) -> None:
        self.name, self.device_type = name, device_type
        self.memory_limit_bytes, self.incarnation = memory_limit_bytes, incarnation

    def __repr__(self) -> str:
        return f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, {self.incarnation})"


class Devices:
    """The CPUs of one session.

    Raises:
      NotFoundError: there are to be none.
    """

    def __init__(self, config: ConfigProto | None) -> None:
        self.count = 1 if config is None else config.device_count.get("CPU", 1)
        if self.count < 1:
            line = "No CPU devices are available in this process"
            mend = "Leave 'CPU' out of device_count: it says how many there seem to be, not how many threads work."
            raise errors.NotFoundError(None, None, errors.explain(line, mend=mend, where=user_site()))

    def attributes(self) -> list[DeviceAttributes]:
        """All of them, as `Session.list_devices` gives them."""
        return [DeviceAttributes(_name(number), "CPU", MEMORY, 1) for number in range(self.count)]

    def of(self, op: Operation) -> str:
        """The name of the one that an op is placed on."""
        kind, _, index = (parse(op.device)[3] or "").partition(":")
        return _name(int(index)) if kind == "CPU" and index.isdecimal() and int(index) < self.count else DEVICE

    def log(self, ops: Iterable[Operation], known: set[str]) -> None:
        """Write where ops are computed, as TF does for `log_device_placement`, those that are not `known` yet."""
        for op in ops:
            if op.name not in known:
                known.add(op.name)
                print(f"{op.name}: ({op.type}): {self.of(op)}", file=sys.stderr)  # noqa: T201  # what was asked for


def _name(number: int) -> str:
    return f"{DEVICE.rpartition(':')[0]}:{number}"


def list_local_devices(session_config: Any = None) -> list[Any]:
    """The devices that compute, as DeviceAttributes messages.

    Args:
      session_config: a ConfigProto: its `device_count` says how many CPUs there seem to be.

    >>> [(device.name, device.device_type) for device in list_local_devices()]
    [('/device:CPU:0', 'CPU')]
    """
    found = []
    for number in range(Devices(session_config).count):
        cpu = protos.DeviceAttributes(
            name=f"/device:CPU:{number}", device_type="CPU", memory_limit=MEMORY, incarnation=_incarnation()
        )
        cpu.locality.SetInParent()
        found.append(cpu)
    return found


@cache
def _incarnation() -> int:
    """Tells this process from others; TF draws it anew in each, too."""
    return int.from_bytes(os.urandom(8), "big") >> 1
