"""tf.train.init_from_checkpoint; nodes, values and messages as TensorFlow 1.15.5 had them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A checkpoint with encoder/a, encoder/b and c."""
    with tf.Graph().as_default(), tf.Session() as sess:
        with tf.variable_scope("encoder"):
            tf.get_variable("a", initializer=[1.0, 2.0])
            tf.get_variable("b", initializer=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        tf.get_variable("c", initializer=7)
        sess.run(tf.global_variables_initializer())
        return str(tf.train.Saver().save(sess, str(tmp_path / "old")))


def test_scopes_variables_and_names_start_with_values_of_the_checkpoint(path: str) -> None:
    with tf.variable_scope("mine"):
        a = tf.get_variable("a", [2])
        pieces = list(tf.get_variable("b", [3, 2], partitioner=tf.fixed_size_partitioner(2)))
    with tf.variable_scope("resource", use_resource=True):
        ra, rb = tf.get_variable("a", [2]), tf.get_variable("b", [3, 2])
    renamed = tf.get_variable("other", [], tf.int32)
    unnamed = tf.Variable([0.0, 0.0])
    tf.train.init_from_checkpoint(path, {"encoder/": "mine/"})
    tf.train.init_from_checkpoint(path, {"encoder/": "resource/", "c": "other", "encoder/a": unnamed})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run([a, *pieces, ra, rb, renamed, unnamed, a.initial_value])
    b = np.array([[1, 2], [3, 4], [5, 6]])
    for value, wanted in zip(found, [[1, 2], b[:2], b[2:], [1, 2], b, 7, [1, 2], [1, 2]], strict=True):
        np.testing.assert_array_equal(value, wanted)


def test_the_nodes_are_tensorflows(path: str) -> None:
    with tf.variable_scope("mine", use_resource=True):
        tf.get_variable("a", [2])
    before = len(tf.get_default_graph().get_operations())
    tf.train.init_from_checkpoint(path, {"encoder/a": "mine/a"})
    assert [op.name for op in tf.get_default_graph().get_operations()[before:]] == [
        "checkpoint_initializer/prefix", "checkpoint_initializer/tensor_names",
        "checkpoint_initializer/shape_and_slices", "checkpoint_initializer", "Identity",
        "AssignVariableOp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("assignment_map", "message"),
    [
        ({"encoder/zz": "mine/a"}, "Tensor encoder/zz is not found in "),
        (
            {"encoder/b": "mine/a"},
            r"Shape of variable mine/a:0 \(\(2,\)\) doesn't match with shape of tensor encoder/b",
        ),
        ({"nothing/": "mine/"}, r"Tensor nothing/a \(a in nothing/\) is not found in "),
        ({"encoder/a": "foo/"}, r"Assignment map with scope only name foo should map to scope only encoder/a\. Should"),
    ],
)
def test_what_does_not_go_together_is_refused(path: str, assignment_map: dict[str, str], message: str) -> None:
    with tf.variable_scope("mine"):
        tf.get_variable("a", [2])
    with pytest.raises(ValueError, match=message):
        tf.train.init_from_checkpoint(path, assignment_map)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    tf.Variable(1.0)
    with tf.Session() as sess, pytest.raises(tf.errors.NotFoundError, match=f"^{nowhere}; No such file or directory"):
        tf.train.Saver().restore(sess, f"{nowhere}/model")
    with pytest.raises(tf.errors.NotFoundError):
        tf.train.checkpoint_exists(f"{nowhere}/model")
    assert not tf.train.checkpoint_exists(str(tmp_path / "model"))


def test_a_saver_tells_what_it_saves() -> None:
    v = tf.Variable(1.0)
    assert tf.train.Saver()._var_list == [v]


def test_contrib_framework_reads_checkpoints_too(path: str) -> None:
    framework = tf.contrib.framework
    assert framework.list_variables(path) == [("c", []), ("encoder/a", [2]), ("encoder/b", [3, 2])]
    assert framework.load_variable(path, "c") == 7
    assert framework.load_checkpoint(path).has_tensor("encoder/a")
