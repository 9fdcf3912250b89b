"""The files of checkpoints: TensorFlow's read, ours the same bytes, damage told, and never half a save."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph import protos
from flowgraph.formats import bundle, numbers, snappy, table
from flowgraph.formats.bundle import Bundle, Item, Piece, write_bundle
from flowgraph.formats.checkpoint import open_checkpoint
from flowgraph.formats.old_checkpoint import OldCheckpoint, write_old

GOLDEN = Path(__file__).parents[1] / "golden" / "checkpoints"
REFUSED = (tf.errors.DataLossError, tf.errors.InvalidArgumentError, tf.errors.NotFoundError)


def items_of(checkpoint):
    """What a checkpoint holds, piece by piece, so that it can be written again."""
    found = []
    for name in checkpoint.names():
        dtype = checkpoint.dtype(name)
        if isinstance(checkpoint, Bundle):
            slices = checkpoint.entry(name).slices
        else:
            slices = [s for s in checkpoint._entry(name).slice if any(e.HasField("length") for e in s.extent)]
        for proto in slices:
            piece = bundle.piece_of(proto)
            found.append(Item(name, dtype, checkpoint.read(name, piece), checkpoint.sizes(name), piece))
        if not slices:
            found.append(Item(name, dtype, checkpoint.read(name)))
    return found


# -- TensorFlow's files ------------------------------------------------------------------------------------


def test_tensorflows_bundle_of_every_dtype_is_read_and_written_again_byte_for_byte(tmp_path):
    theirs = open_checkpoint(str(GOLDEN / "all"))
    assert len({theirs.dtype(name) for name in theirs.names()}) == 17
    for name in theirs.names():
        dtype, value = theirs.dtype(name), theirs.read(name)
        if value.size == 6:
            shift = 0 if name.startswith(("u", "q")) else 2
            np.testing.assert_array_equal(value, (np.arange(6).reshape(2, 3) - shift).astype(dtype.np))
    assert theirs.read("string").tolist() == [[b"abc", b""], [b"\xff\0" * 150, b"x"]]
    assert theirs.read("empty").shape == (0, 3)
    assert theirs.read("scope/scalar") == 2.5
    write_bundle(str(tmp_path / "all"), items_of(theirs))
    for end in ("index", "data-00000-of-00001"):
        assert (tmp_path / f"all.{end}").read_bytes() == (GOLDEN / f"all.{end}").read_bytes()


def test_pieces_are_put_together_and_cut_anew():
    theirs = open_checkpoint(str(GOLDEN / "all"))
    whole = theirs.read("pieces")
    assert whole.shape == (6, 2)
    for piece in (Piece((1, 0), (4, 2)), Piece((0, 1), (-1, 1)), Piece((5, 0), (1, 2)), Piece((2, 0), (2, 2))):
        np.testing.assert_array_equal(theirs.read("pieces", piece), whole[piece.fitted((6, 2)).index()])
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not lie inside"):
        theirs.read("pieces", Piece((5, 0), (2, 2)))
    np.testing.assert_array_equal(open_checkpoint(str(GOLDEN / "old")).read("pieces"), whole)


def test_tensorflows_checkpoint_of_the_first_version_is_read():
    """It is compressed; what it holds is what the other checkpoint holds."""
    old, new = open_checkpoint(str(GOLDEN / "old")), open_checkpoint(str(GOLDEN / "all"))
    assert isinstance(old, OldCheckpoint)
    assert set(new.names()) - set(old.names()) == {"bfloat16", "uint16", "qint32", "quint8"}
    for name in old.names():
        assert (old.dtype(name), old.sizes(name)) == (new.dtype(name), new.sizes(name))
        np.testing.assert_array_equal(old.read(name), new.read(name))


def test_ours_of_the_first_version_has_tensorflows_entries(tmp_path):
    theirs = open_checkpoint(str(GOLDEN / "old"))
    write_old(str(tmp_path / "old"), items_of(theirs))
    ours, golden = (dict(table.read_table((place / "old").read_bytes())) for place in (tmp_path, GOLDEN))
    assert {**ours, b"": b""} == {**golden, b"": b""}
    mine, other = (
        {t.name: t for t in protos.SavedTensorSlices.FromString(data[b""]).meta.tensor} for data in (ours, golden)
    )
    assert mine == other


def test_a_bundle_of_several_data_files():
    checkpoint = open_checkpoint(str(GOLDEN / "sharded"))
    assert checkpoint.count == 2
    assert checkpoint.read("a").tolist() == [1.0, 2.0]
    assert checkpoint.read("b").tolist() == [3, 4]


# -- tables ------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.binary(max_size=20), st.binary(max_size=200), max_size=60))
def test_tables_come_back(entries):
    assert dict(table.read_table(table.write_table(sorted(entries.items())))) == entries


def test_a_table_of_many_blocks():
    entries = [(b"%08d" % i, bytes([i % 256]) * 100) for i in range(6000)]
    data = table.write_table(entries)
    assert len(data) > 2 * 256 * 1024
    assert list(table.read_table(data)) == entries


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2))
def test_signed_codes_sort_as_their_numbers(pair):
    codes = [numbers.ordered_signed(number) for number in pair]
    assert (codes[0] < codes[1]) == (pair[0] < pair[1])


@given(st.lists(st.binary(max_size=6), min_size=2, max_size=2))
def test_codes_of_strings_sort_as_the_strings(pair):
    codes = [numbers.ordered_string(text) for text in pair]
    assert (codes[0] < codes[1]) == (pair[0] < pair[1])
    assert not codes[1].startswith(codes[0]) or pair[0] == pair[1]


@given(st.binary(max_size=300))
def test_damaged_compression_is_refused_or_read(data):
    with contextlib.suppress(tf.errors.DataLossError):
        snappy.decompress(data)


# -- damage ------------------------------------------------------------------------------------------------


def _copy(name, folder):
    for path in GOLDEN.glob(f"{name}*"):
        shutil.copy(path, folder / path.name)
    return str(folder / name)


def _read_all(prefix):
    checkpoint = open_checkpoint(prefix)
    return {name: checkpoint.read(name) for name in checkpoint.names()}


@pytest.mark.parametrize("name", ["all", "old"])
def test_damage_is_told_and_never_read_as_something_else(name, tmp_path):
    """Bits are flipped, ends cut off, bytes put in, in every file: an error of ours, or the values that were saved."""
    sound = _read_all(_copy(name, tmp_path))
    draw = random.Random(1)
    for path in sorted(tmp_path.iterdir()):
        data = path.read_bytes()
        for _ in range(300):
            bad = bytearray(data)
            kind = draw.randrange(3)
            at = draw.randrange(len(bad))
            if kind == 0:
                bad[at] ^= 1 << draw.randrange(8)
            elif kind == 1:
                del bad[at:]
            else:
                bad[at:at] = draw.randbytes(draw.randrange(1, 9))
            path.write_bytes(bad)
            try:
                found = _read_all(str(tmp_path / name))
            except REFUSED:
                continue
            assert found.keys() == sound.keys()
            for key, value in sound.items():
                np.testing.assert_array_equal(found[key], value)
        path.write_bytes(data)


def _with_entry(folder, **changes):
    """A checkpoint whose one entry says something else, with all checksums of the index right."""
    prefix = str(folder / "x")
    write_bundle(prefix, [Item("x", tf.float32, np.arange(4, dtype=np.float32))])
    entries = dict(table.read_table((folder / "x.index").read_bytes()))
    entry = protos.BundleEntryProto.FromString(entries[b"x"])
    for key, value in changes.items():
        if key == "shape":
            entry.shape.CopyFrom(protos.TensorShapeProto(dim=[protos.TensorShapeProto.Dim(size=n) for n in value]))
        else:
            setattr(entry, key, value)
    entries[b"x"] = entry.SerializeToString()
    (folder / "x.index").write_bytes(table.write_table(sorted(entries.items())))
    return prefix


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 2**60},
        {"offset": 2**60},
        {"offset": -1},
        {"size": -1},
        {"shape": [2**40, 2**40]},
        {"shape": [-1]},
        {"shape": [2**62], "dtype": 7},
        {"dtype": 7},
        {"dtype": 99},
        {"dtype": 20},
        {"dtype": 101},
        {"shard_id": 7},
        {"shard_id": -1},
        {"crc32c": 0},
    ],
    ids=str,
)
def test_entries_that_ask_for_the_impossible_are_refused(changes, tmp_path):
    with pytest.raises(REFUSED):
        Bundle(_with_entry(tmp_path, **changes)).read("x")


def test_headers_of_absurd_numbers_are_refused(tmp_path):
    prefix = _with_entry(tmp_path)
    entries = dict(table.read_table((tmp_path / "x.index").read_bytes()))
    entries[b""] = protos.BundleHeaderProto(num_shards=2**31 - 1).SerializeToString()
    (tmp_path / "x.index").write_bytes(table.write_table(sorted(entries.items())))
    with pytest.raises(tf.errors.NotFoundError):
        Bundle(prefix).read("x")


# -- a save is whole or not there --------------------------------------------------------------------------


class _Killed(BaseException):
    """The process ends here."""


class Faults:
    """Lets so many operations on files happen, then kills: a write that is cut short half way."""

    NAMES = ("write", "replace", "link", "unlink", "open", "close")

    def __init__(self, monkeypatch, after):
        self.left, self.done = after, 0
        for name in self.NAMES:
            monkeypatch.setattr(os, name, self.counted(name, getattr(os, name)))

    def counted(self, name, real):
        def call(*args, **kwargs):
            if self.left <= 0:
                if name == "close":
                    return real(*args, **kwargs)  # (what a dead process had open is closed)
                if name == "write" and self.left == 0:
                    self.left = -1
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise _Killed
            self.left -= 1
            self.done += 1
            return real(*args, **kwargs)

        return call


def test_a_save_that_is_killed_leaves_the_old_or_the_new_checkpoint_whole(tmp_path):
    """Killed at each operation, over checkpoints of one and of two data files, two saves deep."""
    kills = 0
    for start in ("small", "sharded", "over itself"):
        after = 0
        while True:
            folder = tmp_path / f"{start}-{after}"
            folder.mkdir()
            prefix = str(folder / "model")
            _begin(start, prefix)
            before = _values(prefix)
            with pytest.MonkeyPatch.context() as monkeypatch:
                faults = Faults(monkeypatch, after)
                try:
                    write_bundle(prefix, _new(1.0))
                    killed = False
                except _Killed:
                    killed = True
            if not killed:
                assert _values(prefix) == _expected(1.0)
                break
            kills += 1
            assert _values(prefix) in (before, _expected(1.0)), f"{start}: killed after {faults.done} operations"
            for again in range(12):  # the next save is killed as well, on what the first one left
                copy = folder / f"again-{again}"
                copy.mkdir()
                for path in folder.glob("model*"):
                    shutil.copy(path, copy / path.name)
                second = str(copy / "model")
                left = _values(second)
                with pytest.MonkeyPatch.context() as monkeypatch:
                    Faults(monkeypatch, again)
                    try:
                        write_bundle(second, _new(2.0))
                    except _Killed:
                        kills += 1
                assert _values(second) in (left, _expected(2.0))
                write_bundle(second, _new(3.0))
                assert _values(second) == _expected(3.0)
            after += 1
    assert kills >= 200


def _begin(start, prefix):
    if start == "small":
        write_bundle(prefix, [Item("a", tf.float32, np.zeros(2, np.float32))])
    elif start == "sharded":
        for path in GOLDEN.glob("sharded*"):
            shutil.copy(path, prefix + path.name.removeprefix("sharded"))
    else:
        for value in (5.0, 6.0):
            write_bundle(prefix, _new(value))


def _new(value):
    return [Item(name, tf.float32, np.full(3, value, np.float32)) for name in ("a", "b")]


def _expected(value):
    return {"a": [value] * 3, "b": [value] * 3}


def _values(prefix):
    return {name: array.tolist() for name, array in _read_all(prefix).items()}


def test_after_a_save_there_is_nothing_else_in_the_folder(tmp_path):
    for value in (1.0, 2.0, 3.0):
        write_bundle(str(tmp_path / "model"), _new(value))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["model.data-00000-of-00001", "model.index"]


def test_without_links_a_save_is_whole_as_well(tmp_path, monkeypatch):
    def refuse(*_args):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    for value in (1.0, 2.0, 3.0):
        write_bundle(str(tmp_path / "model"), _new(value))
        assert _values(str(tmp_path / "model")) == _expected(value)


def test_two_tensors_of_one_name_are_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Adding duplicate key: a"):
        write_bundle(str(tmp_path / "model"), _new(1.0)[:1] * 2)
    assert list(tmp_path.iterdir()) == []
