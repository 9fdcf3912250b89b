"""Device strings: `/job:worker/replica:0/task:1/device:GPU:0`, read, merged and written as TF does.

flowgraph computes on the CPU whatever they say; they are kept because graphs, checkpoints and pictures show them.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

_log = logging.getLogger("flowgraph")

_SHORT = re.compile(r"^(cpu|gpu):(\d+|\*)$", re.IGNORECASE)
_FIELDS = ("job", "replica", "task", "device")


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[str | None, ...]:
    """The parts (job, replica, task, device) of a device string, None where it says nothing.

    Raises:
      ValueError: a part is not understood.
    """
    found: dict[str, str | None] = dict.fromkeys(_FIELDS)
    for part in text.split("/"):
        if not part:
            continue
        key, _, rest = part.partition(":")
        if key in ("job", "replica", "task") and rest:
            found[key] = rest if key == "job" else (None if rest == "*" else str(int(rest)))
            continue
        kind, _, index = (rest if key == "device" else part).partition(":")
        is_bare = key.lower() in ("cpu", "gpu") and not rest
        if not (is_bare or _SHORT.match(part) or (key == "device" and rest)):
            raise ValueError(f"Unknown attribute: '{key}' in '{text}'")
        if found["device"] is not None:
            raise ValueError(f"Cannot specify multiple device types: {text}")
        found["device"] = f"{kind.upper()}:{index or '*'}"
    return tuple(found[key] for key in _FIELDS)


def canonical(device: Any) -> str:
    """A device, a string or a DeviceSpec, in TF's canonical form; None: ''.

    >>> canonical("/cpu:0/job:worker"), canonical(None)
    ('/job:worker/device:CPU:0', '')
    """
    if device is None:
        return ""
    return join(parse(device if isinstance(device, str) else device.to_string()))


_elsewhere: set[str] = set()


def note_elsewhere(device: str) -> None:
    """Say once for each kind of device that there is none, and the CPU computes in its place."""
    kind = (parse(device)[3] or "CPU").partition(":")[0]
    if kind != "CPU" and kind not in _elsewhere:
        _elsewhere.add(kind)
        _log.warning("tf.device(%r): flowgraph computes on the CPU; names of other devices change nothing.", device)


def join(parts: tuple[str | None, ...]) -> str:
    """Write the parts in TF's canonical form."""
    return "".join(f"/{key}:{value}" for key, value in zip(_FIELDS, parts, strict=True) if value is not None)


@lru_cache(maxsize=1024)
def merge(outer: str, inner: str) -> str:
    """What `inner` says, and `outer` where `inner` says nothing.

    >>> merge("/job:ps/device:CPU:0", "/gpu:1")
    '/job:ps/device:GPU:1'
    """
    ours = parse(inner)
    return join(tuple(new if new is not None else old for new, old in zip(ours, parse(outer), strict=True)))
