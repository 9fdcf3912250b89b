"""tf.gfile: what TensorFlow 1.15.5 gives and says, noted from it."""

from __future__ import annotations

import pytest

import flowgraph as tf
from flowgraph import gfile


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to work in, with two files and a folder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "a.txt").write_text("one\ntwo\nthree")
    (tmp_path / "folder" / "b.bin").write_bytes(b"\x00\xff")
    return tmp_path


REFUSED = {
    "ListDirectory of none": (lambda: gfile.ListDirectory("none"), "NotFoundError", "Could not find directory none"),
    "ListDirectory of a file": (
        lambda: gfile.ListDirectory("folder/a.txt"), "NotFoundError", "Could not find directory folder/a.txt"),
    "read of none": (lambda: gfile.GFile("none").read(), "NotFoundError", "none; No such file or directory"),
    "read of a folder": (lambda: gfile.GFile("folder").read(), "FailedPreconditionError", "folder; Is a directory"),
    "read of what is written": (
        lambda: gfile.GFile("new", "w").read(), "PermissionDeniedError", "File isn't open for reading"),
    "write to what is read": (
        lambda: gfile.GFile("new").write("x"), "PermissionDeniedError", "File isn't open for writing"),
    "no such mode": (
        lambda: gfile.GFile("new", "q"), "InvalidArgumentError",
        "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'"),
    "MkDir in none": (lambda: gfile.MkDir("none/x"), "NotFoundError", "none/x; No such file or directory"),
    "Remove none": (lambda: gfile.Remove("none"), "NotFoundError", "none; No such file or directory"),
    "Remove a folder": (lambda: gfile.Remove("folder"), "FailedPreconditionError", "folder; Is a directory"),
    "Copy none": (lambda: gfile.Copy("none", "x"), "NotFoundError", "none; No such file or directory"),
    "Copy over": (lambda: gfile.Copy("folder/a.txt", "folder/b.bin"), "AlreadyExistsError", "file already exists"),
    "Copy into none": (
        lambda: gfile.Copy("folder/a.txt", "none/x"), "NotFoundError", "none/x; No such file or directory"),
    "Rename over": (lambda: gfile.Rename("folder/a.txt", "folder/b.bin"), "AlreadyExistsError", "file already exists"),
    "Rename none": (lambda: gfile.Rename("none", "x"), "NotFoundError", "none; No such file or directory"),
    "Stat of none": (lambda: gfile.Stat("none"), "NotFoundError", "none; No such file or directory"),
    "DeleteRecursively none": (lambda: gfile.DeleteRecursively("none"), "NotFoundError", "none not found"),
    "DeleteRecursively a file": (
        lambda: gfile.DeleteRecursively("folder/a.txt"), "FailedPreconditionError", "folder/a.txt; Not a directory"),
    "seek too far": (lambda: gfile.GFile("folder/a.txt").seek(100), "OutOfRangeError", "reached end of file"),
    "seek from nowhere": (
        lambda: gfile.GFile("folder/a.txt").seek(0, 5), "InvalidArgumentError",
        "Invalid whence argument: 5. Valid values are 0, 1, or 2."),
}  # fmt: skip


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    call, kind, message = REFUSED[name]
    with pytest.raises(getattr(tf.errors, kind)) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.usefixtures("here")
def test_reading():
    assert gfile.GFile("folder/a.txt").read() == "one\ntwo\nthree"
    assert gfile.GFile("folder/b.bin", "rb").read() == b"\x00\xff"
    assert gfile.GFile("folder/a.txt").readlines() == list(gfile.GFile("folder/a.txt")) == ["one\n", "two\n", "three"]
    file = gfile.FastGFile("folder/a.txt")
    assert (file.tell(), file.readline(), file.tell(), file.size()) == (0, "one\n", 4, 13)
    file.seek(1)
    assert file.read(2) == "ne"
    file.seek(3, 1)
    assert file.tell() == 6
    file.seek(offset=-5, whence=2)
    assert file.next() == "three"
    with pytest.raises(StopIteration):
        file.next()
    file.close()
    assert file.read(1) == "o"  # opened anew
    with pytest.raises(TypeError, match=r"seek\(\): offset argument required"):
        file.seek()


@pytest.mark.usefixtures("here")
def test_writing():
    with gfile.GFile("new", "w") as file:
        file.write("abc")
        file.write(b"d")
        assert file.tell() == 4
        file.flush()
        assert file.size() == 4
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 1"):
            file.write(1)
    with gfile.Open("new", "a") as file:
        file.write("e")
    assert gfile.GFile("new").read() == "abcde"
    with gfile.GFile("new", "r+") as file:
        assert file.read(2) == "ab"
        file.write("X")
    assert gfile.GFile("new").read() == "X"  # as TF has it: writing starts an empty file


@pytest.mark.usefixtures("here")
def test_folders():
    assert gfile.Exists("folder")
    assert gfile.IsDirectory("folder")
    assert not gfile.IsDirectory("folder/a.txt")
    assert not gfile.Exists("none")
    assert sorted(gfile.ListDirectory("folder")) == ["a.txt", "b.bin", "inner"]
    assert gfile.Glob("folder/*.txt") == ["folder/a.txt"]
    assert gfile.Glob(["folder/a*", "folder/b*", "none*"]) == ["folder/a.txt", "folder/b.bin"]
    gfile.GFile("folder/.hidden", "w").write("")
    assert gfile.Glob("folder/*") == ["folder/.hidden", "folder/a.txt", "folder/b.bin", "folder/inner"]
    gfile.Remove("folder/.hidden")
    assert gfile.Glob("fol*") == gfile.Glob("folder") == ["./folder"]  # as TF has it
    assert gfile.Glob("folder/") == []
    for pattern in ("none/*", ["folder/*", "none/a.txt"]):
        with pytest.raises(tf.errors.NotFoundError, match="none; No such file or directory"):
            gfile.Glob(pattern)
    gfile.MakeDirs("folder/x/y")
    gfile.MakeDirs("folder/x/y")
    gfile.MkDir("folder")
    names = [(at, sorted(folders), sorted(files)) for at, folders, files in gfile.Walk("folder")]
    assert names[0] == ("folder", ["inner", "x"], ["a.txt", "b.bin"])
    assert [at for at, _, _ in gfile.Walk("folder", in_order=False)][-1] == "folder"
    assert list(gfile.Walk("none")) == []
    gfile.Copy("folder/a.txt", "folder/b.bin", overwrite=True)
    gfile.Rename("folder/b.bin", "c")
    assert gfile.Stat("c").length == 13
    assert gfile.Stat("folder").is_directory
    gfile.Remove("c")
    gfile.DeleteRecursively("folder")
    assert not gfile.Exists("folder")


@pytest.mark.usefixtures("here")
def test_file_io_is_gfile_under_older_names():
    from flowgraph.python.lib.io import file_io

    file_io.recursive_create_dir("deep/er")
    file_io.write_string_to_file("deep/er/a", "one")
    assert file_io.read_file_to_string("deep/er/a") == "one"
    assert file_io.read_file_to_string("deep/er/a", True) == b"one"
    file_io.copy("deep/er/a", "deep/b")
    with pytest.raises(tf.errors.AlreadyExistsError, match="file already exists"):
        file_io.copy("deep/er/a", "deep/b")
    file_io.rename("deep/b", "deep/c")
    assert sorted(file_io.list_directory("deep")) == ["c", "er"]
    assert file_io.get_matching_files("deep/*") == ["deep/c", "deep/er"]
    assert file_io.is_directory("deep")
    assert not file_io.file_exists("deep/b")
    assert file_io.stat("deep/c").length == 3
    assert [at for at, _, _ in file_io.walk("deep")] == ["deep", "deep/er"]
    with file_io.FileIO("deep/c", "a") as file:
        file.write(" more")
    assert file_io.FileIO("deep/c", "r").read() == "one more"
    file_io.delete_file("deep/c")
    file_io.delete_recursively("deep")
    with pytest.raises(tf.errors.NotFoundError, match="deep/x; No such file or directory"):
        file_io.create_dir("deep/x")
