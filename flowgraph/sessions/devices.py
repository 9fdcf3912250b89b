"""The devices of this process: one, the CPU."""

from __future__ import annotations

import random
from typing import Any

from flowgraph import protos

_INCARNATION = random.SystemRandom().getrandbits(63)
"""Tells this process from others; TF draws it anew in each, too."""


def list_local_devices(session_config: Any = None) -> list[Any]:
    """The devices that compute, as DeviceAttributes messages.

    Args:
      session_config: a ConfigProto; it could hide GPUs, of which there are none.

    >>> [(device.name, device.device_type) for device in list_local_devices()]
    [('/device:CPU:0', 'CPU')]
    """
    del session_config
    cpu = protos.DeviceAttributes(
        name="/device:CPU:0", device_type="CPU", memory_limit=268435456, incarnation=_INCARNATION
    )
    cpu.locality.SetInParent()
    return [cpu]
