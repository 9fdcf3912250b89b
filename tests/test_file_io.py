"""`tensorflow.python.lib.io.file_io`, which many old scripts import; what is expected is what TF 1.15.5 gave."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.python.lib.io import file_io


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_text_and_bytes() -> None:
    file_io.write_string_to_file("text", "héllo")
    file_io.write_string_to_file("bytes", b"\xff\x00")
    assert file_io.read_file_to_string("text") == "héllo"
    assert file_io.read_file_to_string("text", True) == "héllo".encode()
    assert file_io.read_file_to_string("bytes", binary_mode=True) == b"\xff\x00"
    assert file_io.FileIO("text", "r").read() == "héllo"
    with pytest.raises(UnicodeDecodeError):
        file_io.read_file_to_string("bytes")
    with pytest.raises(tf.errors.NotFoundError, match=r"^no; No such file or directory"):
        file_io.read_file_to_string("no")
    with pytest.raises(TypeError, match=r"^Expected binary or unicode string, got 3"):
        file_io.write_string_to_file("text", 3)


def test_a_file_is_written_whole_or_not_at_all() -> None:
    file_io.atomic_write_string_to_file("a", "old")
    file_io.atomic_write_string_to_file("a", "new")
    with pytest.raises(tf.errors.AlreadyExistsError, match=r"^file already exists"):
        file_io.atomic_write_string_to_file("a", "other", overwrite=False)
    assert file_io.read_file_to_string("a") == "new"
    assert [path.name for path in Path().iterdir()] == ["a"]


def test_sums_and_comparison() -> None:
    file_io.write_string_to_file("a", "new")
    file_io.write_string_to_file("b", b"\xff\x00")
    file_io.write_string_to_file("empty", "")
    assert file_io.file_crc32("a") == "0x6be34445"
    assert file_io.file_crc32("b", block_size=1) == "0xd2fdef8d"
    assert file_io.filecmp("a", "a")
    assert not file_io.filecmp("a", "b")
