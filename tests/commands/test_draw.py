"""`flowgraph draw`: what it runs of a script, what it leaves, and what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import flowgraph as tf

ROOT = Path(tf.__file__).parent.parent

TRAINS = """\
import sys
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 2], name="x")
w = tf.Variable(tf.random_normal([2, 1]), name="w")
loss = tf.reduce_mean(tf.square(tf.matmul(x, w)), name="loss")
count = tf.assign(tf.Variable(0, name="count"), 1)
train = tf.train.AdamOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("before", sess.run(loss, {x: [[1.0, 2.0]]}) > 0, sess.run(count), sys.argv[1:])
    try:
        sess.run([loss, train], {x: [[1.0, 2.0]]})
    except Exception:
        pass
    print("after")
"""


def draw(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "flowgraph", "draw", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def write(folder, text, name="script.py"):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_stops_before_the_first_training_step(tmp_path):
    done = draw(tmp_path, "-o", "out/g.dot", write(tmp_path, TRAINS), "--steps", "3")
    assert (done.returncode, done.stdout) == (0, "before True 1 ['--steps', '3']\n"), done.stderr
    graph = tf.Graph()
    with graph.as_default():
        exec(TRAINS.partition("with tf.Session")[0].replace("import tensorflow", "import flowgraph"))
        tf.global_variables_initializer()
    assert f"out/g.dot: {len(graph.get_operations())} ops" in done.stderr
    dot = (tmp_path / "out/g.dot").read_text()
    assert '"x" -> "MatMul"' in dot
    assert "cylinder" in dot
    assert sorted(os.listdir(tmp_path)) == ["out", "script.py"]


@pytest.mark.parametrize(
    ("kind", "first"), [("svg", b"<"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("html", b"<!DOCTYPE html>")]
)
def test_writes_what_the_suffix_says(tmp_path, kind, first):
    done = draw(tmp_path, "-o", f"g.{kind}", write(tmp_path, TRAINS))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"g.{kind}").read_bytes().startswith(first)


def test_the_file_may_be_named_behind_the_script(tmp_path):
    """As everybody writes it first; behind `--`, and where the file was named before, it is the script's own."""
    write(tmp_path, "import sys\nimport tensorflow as tf\ntf.constant(1.0)\nprint(sys.argv[1:])\n")
    for arguments, file, own in [
        (["script.py", "-o", "a.dot", "--steps", "3"], "a.dot", ["--steps", "3"]),
        (["script.py", "--output=b.dot"], "b.dot", []),
        (["-o", "c.dot", "script.py", "-o", "mine"], "c.dot", ["-o", "mine"]),
        (["script.py", "-o", "d.dot", "--", "-o", "mine"], "d.dot", ["-o", "mine"]),
    ]:
        done = draw(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (0, f"{own}\n"), done.stderr
        assert (tmp_path / file).exists()


def test_only_what_fetches_need(tmp_path):
    write(tmp_path, TRAINS)
    done = draw(tmp_path, "-o", "g.dot", "--fetch", "MatMul:0", "--rankdir", "LR", "script.py")
    assert done.returncode == 0, done.stderr
    dot = (tmp_path / "g.dot").read_text()
    assert "rankdir=LR" in dot
    assert "MatMul" in dot
    assert "loss" not in dot


def test_a_script_that_never_trains_is_run_to_its_end(tmp_path):
    text = "import tensorflow as tf\nprint(tf.Session().run(tf.constant(2) * 3))\nraise SystemExit(3)\n"
    done = draw(tmp_path, "-o", "g.dot", write(tmp_path, text))
    assert (done.returncode, done.stdout) == (0, "6\n")
    assert "Mul" in (tmp_path / "g.dot").read_text()


def test_a_script_that_fails_is_drawn_as_far_as_it_came(tmp_path):
    text = "import tensorflow as tf\na = tf.constant(2.0, name='a')\nopen('no such file')\n"
    done = draw(tmp_path, "-o", "g.dot", write(tmp_path, text))
    assert done.returncode == 1
    assert '"a"' in (tmp_path / "g.dot").read_text()
    assert "as far as the script came" in done.stderr
    assert "line 3, in <module>" in done.stderr
    assert "FileNotFoundError" in done.stderr


def test_monitored_sessions_stop_too(tmp_path):
    text = TRAINS.partition("with tf.Session")[0]
    text += "step = tf.train.get_or_create_global_step()\n"
    text += (
        "with tf.train.MonitoredTrainingSession(checkpoint_dir='kept') as sess:\n    sess.run(train, {x: [[1, 2]]})\n"
    )
    done = draw(tmp_path, "-o", "g.dot", write(tmp_path, text + "    print('after')\n"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "cylinder" in (tmp_path / "g.dot").read_text()


def test_a_notebook_writes_where_the_command_was_given(tmp_path):
    cells = [{"cell_type": "code", "source": TRAINS, "metadata": {}, "outputs": [], "execution_count": None}]
    (tmp_path / "deep").mkdir()
    write(tmp_path, json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "deep/n.ipynb")
    done = draw(tmp_path, "-o", "g.dot", "deep/n.ipynb")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "g.dot").exists()


@pytest.mark.parametrize(
    ("arguments", "text", "says"),
    [
        (["-o", "g.gif"], TRAINS, "draw writes .svg, .png, .pdf, .dot, .html; it cannot write 'g.gif'."),
        (["-o", "g.dot", "--fetch", "nope"], TRAINS, "'nope' refers to an Operation not in the graph"),
        (["-o", "g.dot"], "import tensorflow as tf\n", "'script.py' has built no graph: there is nothing to draw."),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(tmp_path, arguments, text, says):
    done = draw(tmp_path, *arguments, write(tmp_path, text))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["script.py"]
