from __future__ import annotations

import linecache
import pickle
import sys
import types

import pytest

from flowgraph import errors

EVERY = [errors.exception_type_from_error_code(code) for code in range(1, 17)]


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_an_error_carries_what_it_was_given(cls):
    node, op = object(), object()
    error = cls(node, op, "first line\nsecond line")
    assert error.node_def is node
    assert error.op is op
    assert str(error) == error.message == "first line\nsecond line"
    error = pickle.loads(pickle.dumps(cls(None, None, "text")))
    assert (type(error), error.message, error.error_code) == (cls, "text", cls(None, None, "").error_code)


def test_the_base_class_needs_a_code():
    error = errors.OpError(None, None, "text", errors.ABORTED)
    assert pickle.loads(pickle.dumps(error)).error_code == errors.ABORTED
    assert errors.UnknownError(None, None, "text", 99).error_code == 99
    with pytest.raises(TypeError, match="error_code"):
        errors.OpError(None, None, "text")


def test_types_and_codes_that_do_not_exist():
    with pytest.raises(KeyError):
        errors.exception_type_from_error_code(errors.OK)
    with pytest.warns(UserWarning, match="Unknown class exception"):
        unknown = errors.error_code_from_exception_type(errors.OpError)
    assert isinstance(unknown, errors.UnknownError)


def test_a_bare_message_stays_one_line():
    assert errors.explain("Shapes must be equal rank, but are 2 and 1") == (
        "Shapes must be equal rank, but are 2 and 1"
    )


def test_the_parts_of_a_message(tmp_path, monkeypatch):
    script = tmp_path / "train.py"
    script.write_text("import flowgraph as tf\n\n    y = tf.matmul(x, w)\n")
    monkeypatch.chdir(tmp_path)
    text = errors.explain(
        "Dimensions must be equal, but are 3 and 4",
        details=["The operands:", ("a", "hidden:0", "(2, 3)"), ("b", "w:0", "(4, 5)"), "  one\ntwo"],
        mend="Transpose w:\ntf.transpose(w)",
        where=(str(script), 3),
    )
    assert text.split("\n") == [
        "Dimensions must be equal, but are 3 and 4",
        "",
        "  The operands:",
        "  a  hidden:0  (2, 3)",
        "  b  w:0       (4, 5)",
        "    one",
        "  two",
        "",
        "  Fix: Transpose w:",
        "       tf.transpose(w)",
        "",
        "  At train.py:3",
        "    y = tf.matmul(x, w)",
    ]


def test_places_outside_the_working_directory_keep_their_path(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    elsewhere = str(tmp_path / "elsewhere.py")
    assert errors.place((elsewhere, 7)) == f"{elsewhere}:7"
    assert errors.place((str(tmp_path / "here" / "sub" / "x.py"), 7)).endswith("x.py:7")
    assert not errors.place((str(tmp_path / "here" / "sub" / "x.py"), 7)).startswith(str(tmp_path))


def test_a_line_without_source_is_named_alone():
    assert errors.explain("text", where=("<stdin>", 1)) == "text\n\n  At <stdin>:1"


def test_notebook_cells_are_named_by_their_number(monkeypatch):
    name = "/tmp/ipykernel_1/123456.py"
    monkeypatch.setitem(linecache.cache, name, (12, None, ["x = 1\n", "loss = tf.matmul(x, w)\n"], name))
    shell = types.SimpleNamespace(compile=types.SimpleNamespace(_filename_map={name: 3}))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert errors.explain("text", where=(name, 2)) == "text\n\n  At In [3]:2\n    loss = tf.matmul(x, w)"
    assert errors.place(("train.py", 2)) == "train.py:2"
