"""A bundle comes to its place: at each moment the index there is whole, and so is every data file that it names.

Two files cannot be renamed at once. But an index says of how many data files its bundle consists, and their names say
it too. So a new bundle that would have the data files of the old one goes there as one of more files, whose names are
free; from the rename of its index on, it is the checkpoint. Then its data files get the usual names as well, by links,
an index that names those takes the place of the first, and the other names go.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import protos
from flowgraph.formats.table import read_table, write_table
from flowgraph.formats.whole import beside, write_whole


def put(prefix: str, data: Sequence[str], entries: Mapping[bytes, Any]) -> None:
    """Make data files and entries the bundle of a prefix.

    Args:
      prefix: its path.
      data: the paths of its data files; they are renamed.
      entries: key -> BundleEntryProto.
    """
    from flowgraph.formats.bundle import data_file

    count = len(data)
    old = _old_count(prefix)
    first = count + 1 if old == count else count
    for shard, path in enumerate(data):
        os.replace(path, data_file(prefix, shard, first))
    _write_index(prefix, first, entries)
    if first != count:
        usual = [data_file(prefix, shard, count) for shard in range(count)]
        spare = [data_file(prefix, shard, first) for shard in range(count)]
        try:
            for source, target in zip(spare, usual, strict=True):
                _link(source, target)
        except OSError:
            return  # no links here: the names with the other number stay, which any reader understands
        _write_index(prefix, count, entries)
        _remove(spare)
    elif old is not None:
        _remove([data_file(prefix, shard, old) for shard in range(old)])


def _write_index(prefix: str, count: int, entries: Mapping[bytes, Any]) -> None:
    header = protos.BundleHeaderProto(num_shards=count, version=protos.VersionDef(producer=1))
    items = {b"": header, **entries}
    write_whole(
        f"{prefix}.index", write_table((key, items[key].SerializeToString(deterministic=True)) for key in sorted(items))
    )


def _old_count(prefix: str) -> int | None:
    """Of how many data files the bundle consists that is there now; None if there is none that can be read."""
    try:
        with open(f"{prefix}.index", "rb") as file:
            key, value = next(read_table(file.read()))
        return int(protos.BundleHeaderProto.FromString(value).num_shards) if key == b"" else None
    except Exception:  # noqa: BLE001 (what is damaged is no bundle, whatever the damage)
        return None


def _link(source: str, target: str) -> None:
    """Give a file a second name, in place of whatever had it."""
    other = beside(target)
    os.link(source, other)
    os.replace(other, target)


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            os.unlink(path)
