"""How objects show themselves in a notebook and at the terminal: nothing runs, and texts stay texts."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.viz import cards
from tools import make_notebooks

EVIL = "<img src=x onerror=alert(1)>&\"'"


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


class Cells(HTMLParser):
    """The texts of the cells of a page's tables, row by row, and all tags that it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.scopes: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            if tag == "th":
                self.scopes.append(dict(attrs).get("scope"))

    def handle_data(self, data):
        self.rows[-1][-1] += data


def facts(html: str) -> dict[str, str]:
    """The rows of two cells: what each fact is called, and what it is."""
    return {row[0]: row[1] for row in Cells(html).rows if len(row) == 2}


def variables():
    return (
        tf.get_variable("ref", [2, 3], initializer=tf.ones_initializer()),
        tf.get_variable("res", [2], initializer=tf.zeros_initializer(), use_resource=True, trainable=False),
    )


# -- variables -----------------------------------------------------------------------------------------------


def test_a_variable_tells_what_it_is_without_a_session():
    ref, res = variables()
    told = facts(ref._repr_html_())
    assert (told["variable"], told["dtype"], told["shape"], told["trainable"]) == ("ref:0", "float32", "(2, 3)", "yes")
    assert told["kind"] == "reference"
    assert told["initial value"] == "Const (ref/Initializer/ones:0)"
    assert "value" not in told
    told = facts(res._repr_html_())
    assert told["trainable"] == "no"
    assert told["kind"].startswith("resource")


def test_a_variable_shows_its_value_in_the_default_session(fresh_graph):
    for v in variables():
        with tf.Session() as sess:
            assert facts(v._repr_html_())["value"].startswith("no value yet")
            sess.run(v.initializer)
            count = len(fresh_graph.get_operations())
            value = sess.run(v)
            assert facts(v._repr_html_())["value"] == str(value)
            assert len(fresh_graph.get_operations()) == count
        assert "value" not in facts(v._repr_html_())


def test_a_session_that_is_closed_or_of_another_graph_shows_no_value():
    v, _ = variables()
    sess = tf.Session()
    with sess.as_default():
        sess.run(v.initializer)
        sess.close()
        assert "value" not in facts(v._repr_html_())
    with tf.Graph().as_default(), tf.Session():
        assert "value" not in facts(v._repr_html_())


def test_a_big_value_with_holes_is_told_in_short():
    v = tf.Variable(np.where(np.arange(5000) % 100, np.arange(5000.0), np.nan), name="v")
    with tf.Session() as sess:
        sess.run(v.initializer)
        told = facts(v._repr_html_())
    assert "..." in told["value"]
    assert told["min, mean, max"] == "1, 2500, 4999"
    assert told["of these"] == "50 NaN"


@pytest.mark.parametrize("value", [True, 1j, np.zeros([0, 3]), np.int8(3)])
def test_values_of_every_kind_show(value):
    v = tf.Variable(value, name="v")
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert facts(v._repr_html_())["value"] == str(np.asarray(sess.run(v)))


def test_a_variable_of_strings_shows_its_value():
    v = tf.Variable(["one", "two"], name="v")
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert facts(v._repr_html_())["value"] == "[b'one' b'two']"


# -- sessions ------------------------------------------------------------------------------------------------


def test_a_session_tells_its_variables_and_whether_it_is_open():
    variables()
    sess = tf.Session()
    told = facts(sess._repr_html_())
    assert (told["session"], told["state"], told["engine"]) == ("Session", "open", "numpy")
    assert told["variables"] == "0 with a value, 0 bytes"
    sess.run(tf.global_variables_initializer())
    html = sess._repr_html_()
    assert facts(html)["variables"] == "2 with a value, 32 bytes"
    rows = [row for row in Cells(html).rows if len(row) == 4]
    assert sorted(rows[1:]) == [["ref", "float32", "(2, 3)", "24"], ["res", "float32", "(2,)", "8"]]
    assert set(Cells(html).scopes) == {"row", "col"}
    sess.close()
    told = facts(sess._repr_html_())
    assert told["state"].startswith("closed")
    assert "variables" not in told


# -- checkpoints ---------------------------------------------------------------------------------------------


def test_a_checkpoint_is_a_table_of_its_tensors(tmp_path):
    ref, res = variables()
    tf.Variable("some text", name="words")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = tf.train.Saver({EVIL: ref, "res": res, "words": tf.global_variables()[2]}).save(
            sess, f"{tmp_path}/model", global_step=3
        )
    reader = tf.train.NewCheckpointReader(path)
    html = reader._repr_html_()
    assert [row for row in Cells(html).rows if len(row) == 4] == [
        ["tensor", "dtype", "shape", "bytes"],
        [EVIL, "float32", "(2, 3)", "24"],
        ["res", "float32", "(2,)", "8"],
        ["words", "string", "()", ""],
    ]
    assert facts(html)["checkpoint"] == "3 tensors, 32 bytes"
    assert repr(reader) == "<tf.train.CheckpointReader of 'model-3': 3 tensors>"
    assert Cells(html).tags == {"table", "thead", "tbody", "tr", "th", "td"}


def test_a_long_list_says_how_many_are_left_out():
    rows = Cells(cards.listing(["n"], [[i] for i in range(cards.MOST_ROWS + 1002)], "tensors")).rows
    assert len(rows) == cards.MOST_ROWS + 2
    assert rows[-1] == ["and 1,002 more tensors"]


# -- ops, tensors of several parts, programs -----------------------------------------------------------------


def test_an_op_tells_what_it_takes_and_waits_for():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with tf.control_dependencies([tf.no_op(name="first")]):
        op = tf.add_n([x] * 10, name="sum").op
    told = facts(op._repr_html_())
    assert (told["operation"], told["type"], told["waits for"]) == ("sum", "AddN", "first")
    assert told["takes"].splitlines() == ["x:0  float32 (?, 3)"] * 8 + ["and 2 more"]
    assert told["gives"] == "sum:0  float32 (?, 3)"


def test_parts_of_sparse_tensors_and_slices():
    sparse = tf.SparseTensor([[0, 1]], [2.0], [3, 4])
    told = facts(sparse._repr_html_())
    assert told["kind"] == "SparseTensor of shape (3, 4)"
    assert told["values"] == "SparseTensor/values:0  float32 (1,)"
    w = tf.get_variable("w", [4, 2])
    told = facts(tf.gradients(tf.gather(w, [1, 1]), w)[0]._repr_html_())
    assert told["indices"].endswith("int32 (2,)")
    told = facts(tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0]))._repr_html_())
    assert "dense shape" not in told


def test_a_program_is_drawn():
    x = tf.placeholder(tf.float32, [2], name="x")
    program = build_program([tf.exp(x * 2.0)], [], [x])
    assert repr(program) == "<Program of 3 steps: 1 values go in, 1 come out>"
    bundle = program._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    assert ">Exp<" in bundle["image/svg+xml"]
    assert list(program._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]


def test_lines_of_the_user_stay_texts(tmp_path):
    script = tmp_path / "evil.py"
    script.write_text(f"v = tf.Variable(1.0, name='v')  # {EVIL}\n")
    names = {"tf": tf}
    exec(compile(script.read_text(), str(script), "exec"), names)
    for shown in (names["v"], names["v"].op, names["v"].initial_value):
        html = shown._repr_html_()
        assert facts(html)["made at"].endswith(EVIL)
        assert Cells(html).tags == {"table", "tbody", "tr", "th", "td"}
        assert "<img" not in html


# -- at the terminal -----------------------------------------------------------------------------------------


def test_what_books_print():
    """As TensorFlow 1.15.5 printed them."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    ref, res = variables()
    assert repr(x) == "<tf.Tensor 'x:0' shape=(?, 3) dtype=float32>"
    assert str(x) == 'Tensor("x:0", shape=(?, 3), dtype=float32)'
    assert repr(ref) == str(ref) == "<tf.Variable 'ref:0' shape=(2, 3) dtype=float32_ref>"
    assert repr(res) == str(res) == "<tf.Variable 'res:0' shape=(2,) dtype=float32>"
    assert repr(x.op) == "<tf.Operation 'x' type=Placeholder>"
    assert str(tf.no_op()) == 'name: "NoOp"\nop: "NoOp"\n'
    said = str(tf.constant([1.0, 2.0], name="a").op)
    assert re.findall(r'key: "(\w+)"', said) == ["dtype", "value"]
    assert 'tensor_content: "\\000\\000\\200?\\000\\000\\000@"' in said


def test_nothing_is_imported_before_it_is_shown():
    code = "import sys, flowgraph as tf; tf.Session(); assert 'flowgraph.viz' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(tf.__file__).parents[1])


# -- in a real kernel ----------------------------------------------------------------------------------------

CELL = """
import flowgraph as tf
w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
sess = tf.InteractiveSession()
_ = sess.run(w.initializer)
display(w, sess, w.op, w.graph)
"""


def test_in_jupyter(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    shown = [dict(out.data) for out in make_notebooks.execute(notebook, tmp_path).cells[0].outputs]
    assert [sorted(data) for data in shown] == [["text/html", "text/plain"]] * 3 + [["image/svg+xml", "text/plain"]]
    assert facts(shown[0]["text/html"])["value"] == "[1. 1.]"
    assert shown[0]["text/plain"] == "<tf.Variable 'w:0' shape=(2,) dtype=float32_ref>"
    assert facts(shown[1]["text/html"])["variables"] == "1 with a value, 8 bytes"
    assert shown[2]["text/plain"] == "<tf.Operation 'w' type=VariableV2>"
