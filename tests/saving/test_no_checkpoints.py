"""What is said where there is no checkpoint, or something that is none."""

from __future__ import annotations

import pytest

import flowgraph as tf

_NONE = "Unsuccessful TensorSliceReader constructor: Failed to "
_TABLE = (
    "Unable to open table file {}: perhaps your file is in a different file format and you need to use a different "
)

READERS = {
    "absent": ("NotFoundError", _NONE + "find any matching files for absent"),
    "here/absent": ("NotFoundError", _NONE + "find any matching files for here/absent"),
    "": ("NotFoundError", _NONE + "find any matching files for "),
    "here/": ("NotFoundError", _NONE + "find any matching files for here/"),
    "no/absent": (
        "InvalidArgumentError",
        _NONE + "get matching files on no/absent: Not found: no; No such file or directory",
    ),
    "no/": ("InvalidArgumentError", _NONE + "get matching files on no/: Not found: no; No such file or directory"),
    "text/x": (
        "InvalidArgumentError",
        _NONE + "get matching files on text/x: Failed precondition: text; Not a directory",
    ),
    "here": ("DataLossError", _TABLE.format("./here: Failed precondition: here; Is a directory")),
    "text": ("DataLossError", _TABLE.format("./text: Data loss: file is too short to be an sstable")),
    "here/*": ("DataLossError", _TABLE.format("here/long: Data loss: not an sstable (bad magic number)")),
}
"""What TensorFlow 1.15.5 says of the path when a reader is made."""

EXISTS = {"absent": False, "here/absent": False, "here": True, "here/": False, "text": True, "here/*": True}
MISSING = {
    "no/absent": ("NotFoundError", "no; No such file or directory"),
    "text/x": ("FailedPreconditionError", "text; Not a directory"),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "long").write_text("no table at all " * 20)
    (tmp_path / "text").write_text("abc")


def _says(error, call):
    with pytest.raises(getattr(tf.errors, error[0])) as caught:
        call()
    assert str(caught.value).startswith(error[1])


@pytest.mark.parametrize("path", READERS)
def test_a_reader_of_what_is_no_checkpoint(path):
    _says(READERS[path], lambda: tf.train.NewCheckpointReader(path))


def test_what_is_taken_for_a_checkpoint():
    assert {path: tf.train.checkpoint_exists(path) for path in EXISTS} == EXISTS
    for path, error in MISSING.items():
        _says(error, lambda path=path: tf.train.checkpoint_exists(path))
        _says(error, lambda path=path: tf.train.get_checkpoint_mtimes([path]))


def test_variables_of_what_is_no_checkpoint():
    for path in ("absent", "", "no/absent", "text"):
        _says(READERS[path], lambda path=path: tf.train.list_variables(path))
        _says(READERS[path], lambda path=path: tf.train.load_variable(path, "x"))
    with pytest.raises(ValueError, match=r"Couldn't find 'checkpoint' file or checkpoints in given directory here$"):
        tf.train.list_variables("here")


def test_restoring_what_is_no_checkpoint():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("v", [])
        saver = tf.train.Saver()
        for path in ("here", "text", "here/*"):
            _says(READERS[path], lambda path=path: saver.restore(session, path))
        with pytest.raises(ValueError, match="The passed save_path is not a valid checkpoint: absent"):
            saver.restore(session, "absent")


def test_a_checkpoint_may_be_called_as_the_file_beside_it_when_it_has_a_number():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("v", [], initializer=tf.zeros_initializer())
        saver = tf.train.Saver()
        session.run(tf.global_variables_initializer())
        assert saver.save(session, "here/checkpoint", global_step=3) == "here/checkpoint-3"
        assert tf.train.latest_checkpoint("here") == "here/checkpoint-3"
        with pytest.raises(ValueError, match="'latest_filename' collides with 'save_path': 'checkpoint' and 'here/ch"):
            saver.save(session, "here/checkpoint")
