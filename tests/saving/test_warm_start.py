"""tf.train.warm_start: which variables start with the values of a checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

W = np.arange(8.0, dtype=np.float32).reshape(4, 2)
B = np.array([5.0, -1.0], np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def folder(tmp_path):
    """A folder with a checkpoint of `old/w` and `old/b`."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.get_variable("old/w", initializer=W)
        tf.get_variable("old/b", initializer=B)
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, str(tmp_path / "model"))
    return str(tmp_path)


def started(*variables):
    """The values of variables after all of them were initialized."""
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(list(variables))


def test_warm_start(folder):
    w, b = tf.get_variable("old/w", [4, 2]), tf.get_variable("bias", [2])
    fixed = tf.get_variable("fixed", initializer=[1.0], trainable=False)
    tf.train.warm_start(folder, var_name_to_prev_var_name={"bias": "old/b"})
    for value, expected in zip(started(w, b, fixed), (W, B, [1.0]), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_warm_start_of_some(folder):
    w, b = tf.get_variable("old/w", [4, 2]), tf.get_variable("old/b", initializer=[0.0, 0.0], trainable=False)
    tf.train.warm_start(folder, ["w"])
    tf.train.warm_start(folder, ["old/b"])
    other = tf.get_variable("other", initializer=[3.0])
    found = started(w, b, other)
    assert found[1].tolist() == B.tolist()
    assert found[2].tolist() == [3.0]
    assert found[0].tolist() != W.tolist()  # "w" is matched from the start of a name


def test_warm_start_mistakes(folder):
    tf.get_variable("old/w", [4, 2])
    with pytest.raises(ValueError, match="were not used"):
        tf.train.warm_start(folder, var_name_to_prev_var_name={"v": "old/w"})
    with pytest.raises(ValueError, match="must be a `list` or `str`"):
        tf.train.warm_start(folder, 3)
    with pytest.raises(ValueError, match="must be all `Variable` or all `str`"):
        tf.train.warm_start(folder, ["v", 3])
    with pytest.raises(NotImplementedError, match="vocabularies"):
        tf.train.warm_start(folder, var_name_to_vocab_info={"v": object()})
