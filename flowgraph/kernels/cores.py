"""How many processors this process may use: what the machine has, less what it was told to leave to others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from math import ceil
from pathlib import Path


@cache
def cores() -> int:
    """How many threads are of use: as many as there are processors, but no more than any of these allows.

    - `OMP_NUM_THREADS`, where it is set,
    - the processors that the process may run on (`taskset`, `os.sched_setaffinity`),
    - the share of them that its container has (Linux control groups, of both versions).

    It is found when first asked for, and is the same from then on.

    >>> 1 <= cores() <= (os.cpu_count() or 1)
    True
    """
    counts = [os.cpu_count() or 1, *_asked_for(os.environ.get("OMP_NUM_THREADS", "")), *_granted(Path("/"))]
    if hasattr(os, "sched_getaffinity"):
        counts.append(len(os.sched_getaffinity(0)))
    return max(1, min(counts))


def _asked_for(text: str) -> Iterator[int]:
    """The number in OMP_NUM_THREADS, the first of several (which are for loops in loops); none where it makes no sense.

    >>> [list(_asked_for(text)) for text in ("3", "4,2", "", "many", "0")]
    [[3], [4], [], [], []]
    """
    first = text.partition(",")[0].strip()
    if first.isdecimal() and int(first):
        yield int(first)


def _granted(root: Path) -> Iterator[int]:
    """How many processors' time the control groups of this process have, rounded up."""
    for quota, period in _quotas(root):
        if quota.isdecimal() and period.isdecimal() and int(period):  # quota: "max" or -1 where there is none
            yield ceil(int(quota) / int(period))


def _quotas(root: Path) -> Iterator[tuple[str, str]]:
    """Pairs (time, in a period of), in microseconds: of this process's group and all above it, or of version 1's."""
    groups = root / "sys/fs/cgroup"
    for line in _words_of(root / "proc/self/cgroup", "\n"):
        if line.startswith("0::"):
            own = groups / line[3:].lstrip("/")
            for group in (own, *own.parents):
                if groups in (group, *group.parents) and len(words := _words_of(group / "cpu.max")) == 2:
                    yield words[0], words[1]
    quota, period = (_words_of(groups / f"cpu/cpu.cfs_{name}_us") for name in ("quota", "period"))
    if quota and period:
        yield quota[0], period[0]


def _words_of(path: Path, separator: str | None = None) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").split(separator)
    except OSError:
        return []
