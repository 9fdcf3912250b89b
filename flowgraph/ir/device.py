"""Device strings: `/job:worker/replica:0/task:1/device:GPU:0`, read, merged and written as TF does.

flowgraph computes on the CPU whatever they say; they are kept because graphs, checkpoints and pictures show them.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
        elif key == "device" and rest:
            kind, _, index = rest.partition(":")
            found["device"] = f"{kind.upper()}:{index or '*'}"
        elif _SHORT.match(part):
            kind, _, index = part.partition(":")
            found["device"] = f"{kind.upper()}:{index}"
        elif key.lower() in ("cpu", "gpu") and not rest:
            found["device"] = f"{key.upper()}:*"
        else:
            raise ValueError(f"Unknown attribute: '{key}' in '{text}'")
    return tuple(found[key] for key in _FIELDS)


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
