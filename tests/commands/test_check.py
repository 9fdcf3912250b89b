"""`flowgraph check`: what scripts use, told without running them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.commands.main import main

SCRIPT = """\
import os
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn, tpu
from tensorflow.examples.tutorials.mnist import input_data
slim = tf.contrib.slim
tf.app.flags.DEFINE_string("data_dir", "data", "")
FLAGS = tf.app.flags.FLAGS
cell = rnn.BasicLSTMCell(3)
y = tf.nn.rleu(slim.fully_connected(x, 3))
z = tf.mul(x, tf.float32.max)
a = np.load(os.path.join(FLAGS.data_dir, "a.npy"))
with open("out.txt", "w") as out, open("in.txt") as f, open(name()) as g:
    pass
"""


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    return code, capsys.readouterr().out


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "in.txt").touch()
    return path


def test_json_has_symbols_what_is_missing_and_data(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(capsys, "--json", str(script))
    [report] = json.loads(out)
    assert code == 1
    assert report["symbols"] == {
        "app.flags.DEFINE_string": [7], "app.flags.FLAGS": [8, 12],
        "contrib.rnn": [4], "contrib.rnn.BasicLSTMCell": [9],
        "contrib.slim": [6], "contrib.slim.fully_connected": [10], "contrib.tpu": [4],
        "examples.tutorials.mnist.input_data": [5], "float32.max": [11], "mul": [11], "nn.rleu": [10],
    }  # fmt: skip
    missing = {item["name"]: item["advice"] for item in report["missing"]}
    assert list(missing) == ["tf.contrib.tpu", "tf.mul", "tf.nn.rleu"]
    assert "Did you mean tf.nn.relu?" in missing["tf.nn.rleu"]
    assert missing["tf.mul"].endswith("use tf.multiply.\nOr run it with --tf0.")
    assert [(item["path"], item["there"]) for item in report["data"]] == [
        ("data/a.npy", False), ("in.txt", True), (None, None)
    ]  # fmt: skip


def test_text_and_exit_code(script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(capsys, "--tf0", str(script))
    assert code == 1
    assert out.startswith(f"{script}: 11 of TensorFlow's names, 2 of them lacking\n  tf.contrib.tpu (line 4)\n")
    assert "  reads 'in.txt', which is there (line 13, open)\n  reads what name() says" in out
    (tmp_path / "good.py").write_text("import tensorflow.compat.v1 as tf\ntf.nn.relu(1.0)\n", encoding="utf-8")
    code, out = checked(capsys, str(tmp_path / "good.py"))
    assert (code, out.count("\n")) == (0, 1)


def test_nothing_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.py").write_text("import tensorflow as tf\nraise SystemExit(5)\n", encoding="utf-8")
    assert checked(capsys, str(tmp_path / "bad.py"))[0] == 0


def test_python_2_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fissix")
    (tmp_path / "old.py").write_text("import tensorflow as tf\nprint tf.constant(1)\n", encoding="utf-8")
    code, out = checked(capsys, str(tmp_path / "old.py"))
    assert code == 0
    assert "run it with --py2" in out
    (tmp_path / "no.py").write_text("this is ( no Python\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "no.py")]) == 2


def test_our_own_examples_lack_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    examples = sorted(str(path) for path in (Path(tf.__file__).parent.parent / "examples").glob("*.py"))
    assert examples
    assert checked(capsys, *examples)[0] == 0


def test_what_a_cluster_needs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "import tensorflow as tf\ntf.train.Server(tf.train.ClusterSpec({'local': ['a:1', 'b:2']}), task_index=0)\n"
    (tmp_path / "cluster.py").write_text(text, encoding="utf-8")
    code, out = checked(capsys, str(tmp_path / "cluster.py"))
    assert code == 0
    assert "tasks in other processes cannot be reached" in out
