"""Logs, flags, versions and switches: what scripts use around their graphs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import flowgraph as tf


def script(tmp_path, code, *args):
    """Run a script of its own: (exit status, output, error stream)."""
    path = tmp_path / "script.py"
    path.write_text(code, encoding="utf-8")
    root = str(Path(tf.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, str(path), *args],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_lines_of_logs(tmp_path):
    code = """
import flowgraph as tf
tf.logging.info("hidden")
tf.logging.warning("w %d", 1); tf.logging.warn("w2"); tf.logging.error("e"); tf.logging.fatal("f")
print(tf.logging.get_verbosity())
tf.logging.set_verbosity(tf.logging.INFO)
tf.logging.info("shown %s", "x")
for i in range(5):
    tf.logging.log_every_n(tf.logging.INFO, "every %d", 2, i)
    tf.logging.log_first_n(tf.logging.INFO, "first %d", 2, i)
tf.logging.log_if(tf.logging.INFO, "not", False)
tf.logging.TaskLevelStatusMessage("m")
"""
    status, output, lines = script(tmp_path, code)
    assert (status, output) == (0, "30\n")
    assert lines.split("\n")[:-1] == [
        "WARNING:tensorflow:w 1", "WARNING:tensorflow:w2", "ERROR:tensorflow:e", "CRITICAL:tensorflow:f",
        "INFO:tensorflow:shown x",
        "INFO:tensorflow:every 0", "INFO:tensorflow:first 0", "INFO:tensorflow:first 1", "INFO:tensorflow:every 2",
        "INFO:tensorflow:every 4",
        "ERROR:tensorflow:m",
    ]  # fmt: skip


def test_verbosity(caplog):
    before = tf.logging.get_verbosity()
    try:
        tf.logging.set_verbosity("ERROR")
        assert tf.logging.get_verbosity() == tf.logging.ERROR
        tf.logging.warn("unheard")
        tf.logging.error("heard")
        with pytest.raises(ValueError, match="Unknown level: 'NO'"):
            tf.logging.set_verbosity("NO")
    finally:
        tf.logging.set_verbosity(before)
    assert [(record.getMessage(), record.filename) for record in caplog.records] == [("heard", "test_platform.py")]
    with pytest.raises(NotImplementedError):
        tf.logging.flush()


FLAGS = """
import flowgraph as tf
flags = tf.app.flags
FLAGS = flags.FLAGS
flags.DEFINE_string("name", "none", "a name")
flags.DEFINE_integer("steps", 3, "steps")
flags.DEFINE_float("rate", 0.5, "rate")
flags.DEFINE_boolean("fast", False, "whether")
flags.DEFINE_string(flag_name="old", default_value="v", docstring="the names of arguments before absl")
def main(argv):
    print(argv[1:], FLAGS.name, FLAGS.steps, FLAGS.rate, FLAGS.fast, FLAGS.old, FLAGS.__flags["steps"].value)
    tf.logging.warn("once")
    return 3
if __name__ == "__main__":
    tf.app.run()
"""


def test_flags_and_run(tmp_path):
    status, output, errors = script(tmp_path, FLAGS, "--name=x", "--steps", "5", "left", "--fast", "--unknown=1")
    assert (status, output) == (3, "['left', '--unknown=1'] x 5 0.5 True v 5\n")
    assert "deprecated, please use (name, default, help) instead." in errors
    assert errors.count("once") == 1
    assert "WARNING:tensorflow:once" in errors


def test_flags_are_parsed_when_first_read(tmp_path):
    code = FLAGS.replace("tf.app.run()", "print(FLAGS.steps); print('steps' in FLAGS, FLAGS['rate'].value)")
    assert script(tmp_path, code, "--steps=7")[:2] == (0, "7\nTrue 0.5\n")


def test_flags_that_do_not_fit(tmp_path):
    status, output, errors = script(tmp_path, FLAGS, "--steps=x")
    assert (status, output) == (1, "")
    assert "flag --steps=x: invalid literal for int() with base 10: 'x'" in errors


def test_help_names_the_flags_of_the_script(tmp_path):
    status, output, _ = script(tmp_path, FLAGS, "--help")
    assert status in {0, 1}
    assert "--steps: steps" in output
    assert "--old: the names of arguments before absl" in output


def test_flags_are_absls():
    from absl import flags as absl_flags

    tf.flags.DEFINE_integer("flag_of_this_test", 4, "a number")
    absl_flags.FLAGS.mark_as_parsed()
    assert absl_flags.FLAGS.flag_of_this_test == tf.app.flags.FLAGS.flag_of_this_test == 4
    tf.flags.FLAGS.flag_of_this_test = 5
    assert absl_flags.FLAGS.flag_of_this_test == 5
    del tf.flags.FLAGS.flag_of_this_test


def test_scripts_for_two_tensorflows():
    import flowgraph.compat.v1 as v1  # noqa: PLR0402  # as scripts have it
    from flowgraph.compat.v1 import logging

    assert v1 is tf
    assert tf.compat.v1 is tf
    assert logging is tf.logging
    v1.disable_v2_behavior()
    v1.disable_eager_execution()
    assert not v1.executing_eagerly()
    assert [int(part) for part in tf.VERSION.split(".")] == [1, 15, 5]
    assert tf.__version__ >= "1.0"
    assert tf.version.VERSION == tf.VERSION
    assert not tf.__version__.startswith("2")


@pytest.mark.parametrize("name", ["enable_eager_execution", "enable_v2_behavior", "enable_control_flow_v2"])
def test_tensorflow_2_is_not_here(name):
    with pytest.raises(NotImplementedError, match=r"flowgraph builds graphs, as TensorFlow 1\.x does"):
        getattr(tf, name)()


def test_equality_stays_that_of_objects():
    x, y = tf.constant(1.0), tf.constant(1.0)
    tf.enable_tensor_equality()
    assert (x == y) is False  # as TF 1.15 has it in graphs
    assert {x: 1}[x] == 1
    tf.disable_tensor_equality()


def test_shapes_of_version_2():
    tf.enable_v2_tensorshape()
    try:
        shape = tf.placeholder(tf.float32, [None, 2]).shape
        assert (shape[0], shape[1], list(shape), shape.as_list()) == (None, 2, [None, 2], [None, 2])
        assert (repr(shape), str(shape)) == ("TensorShape([None, 2])", "(None, 2)")
        assert repr(shape[:1]) == "TensorShape([None])"
        assert tf.TensorShape(None)[0] is None
        assert tf.dimension_at_index(shape, 1) == tf.Dimension(2)
    finally:
        tf.disable_v2_tensorshape()
    assert repr(shape[1]) == "Dimension(2)"


def test_text_and_bytes():
    assert tf.compat.as_bytes("π") == tf.compat.as_bytes(bytearray(b"\xcf\x80")) == b"\xcf\x80"
    assert tf.compat.as_str(b"a") == tf.compat.as_text("a") == tf.compat.as_str_any(b"a") == "a"
    assert tf.compat.path_to_str(Path("a")) == "a"
    assert tf.compat.path_to_str(3) == 3
    for convert in (tf.compat.as_bytes, tf.compat.as_text):
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 1"):
            convert(1)
    assert isinstance(3, tf.compat.integral_types)
    assert not isinstance(3.0, tf.compat.integral_types)
    with tf.compat.forward_compatibility_horizon(2020, 1, 1):
        assert tf.compat.forward_compatible(2019, 12, 31)
    assert not tf.compat.forward_compatible(2019, 8, 21)


def test_no_library_to_compile_against():
    for name in ("get_include", "get_lib", "get_compile_flags", "get_link_flags"):
        with pytest.raises(NotImplementedError, match=r"tf\.py_func"):
            getattr(tf.sysconfig, name)()


def test_files_beside_a_script():
    here = Path(__file__)
    assert tf.resource_loader.get_data_files_path() == str(here.parent)
    assert tf.resource_loader.get_path_to_datafile("x") == str(here.parent / "x")
    assert tf.resource_loader.load_resource("version.py").startswith(b'"""')
    with pytest.raises(FileNotFoundError):
        tf.resource_loader.load_resource("none")


def test_libraries_of_ops(tmp_path):
    for load in (tf.load_op_library, tf.load_file_system_library):
        with pytest.raises(tf.errors.NotFoundError, match=r"^x\.so: cannot open shared object file: No such file or"):
            load("x.so")
    with pytest.raises(FileNotFoundError, match="The file or folder to load kernel libraries from does not exist"):
        tf.load_library("x.so")
    tf.load_library(tmp_path)
    (tmp_path / "x.so").touch()
    with pytest.raises(tf.errors.NotFoundError, match="compiled for TensorFlow"):
        tf.load_library(tmp_path)
    with pytest.raises(TypeError, match="Expected binary or unicode string, got None"):
        tf.load_library(None)


def test_placements_of_all_sessions(capsys):
    tf.debugging.set_log_device_placement(True)
    try:
        assert tf.debugging.get_log_device_placement()
        with tf.Graph().as_default(), tf.Session() as sess:
            sess.run(tf.constant(1, name="one"))
    finally:
        tf.debugging.set_log_device_placement(False)
    assert capsys.readouterr().err == "one: (Const): /job:localhost/replica:0/task:0/device:CPU:0\n"


def test_what_python_asks_of_every_object_does_not_parse_the_command_line() -> None:
    """Tools that look through a module ask each thing in it for `__wrapped__`."""
    script = "import flowgraph as tf; print(hasattr(tf.flags.FLAGS, '__wrapped__'), tf.flags.FLAGS.is_parsed())"
    command = [sys.executable, "-c", script, "--no_flag_of_this_script"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "False"]


def test_our_messages_keep_their_form_under_app_run(tmp_path: Path) -> None:
    code = "import logging, flowgraph as tf\ndef main(_): logging.getLogger('flowgraph.data').warning('plain words')\n"
    status, _, errors = script(tmp_path, code + "tf.app.run()")
    assert (status, errors) == (0, "plain words\n")
