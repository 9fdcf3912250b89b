"""slim.learning.train and contrib.training.train: sessions, steps and when they stop."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.platform import logs

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def train_op():
    weight = tf.get_variable("w", initializer=2.0)
    return slim.learning.create_train_op(weight * weight, tf.train.GradientDescentOptimizer(0.25))


def test_train_runs_the_number_of_steps(train_op, graph):
    steps = []

    def step(session, op, global_step, kwargs):
        loss, stops = slim.learning.train_step(session, op, global_step, kwargs)
        steps.append((session.run(global_step), loss))
        return loss, stops

    assert slim.learning.train(train_op, None, step, number_of_steps=3) == 0.25
    assert steps == [(1, 4.0), (2, 1.0), (3, 0.25)]
    assert graph.finalized


def test_train_builds_the_ops_of_tensorflow(train_op, graph):
    before = len(graph.get_operations())
    slim.learning.train(train_op, None, number_of_steps=1)
    names = [op.name for op in graph.get_operations()[before:]]
    assert len(names) == 55
    assert names[12:15] == [
        "save/restore_all",
        "init_ops/init",
        "init_ops/report_uninitialized_variables/IsVariableInitialized",
    ]
    assert names[:2] == ["save/filename/input", "save/filename"]
    assert names[-9:] == [
        "init_ops/init_1", "init_ops/init_all_tables", "init_ops/group_deps", "train_step/GreaterEqual/y",
        "train_step/GreaterEqual", "train_step/FloorMod/y", "train_step/FloorMod", "train_step/Equal/y",
        "train_step/Equal",
    ]  # fmt: skip


def test_train_logs_every_so_many_steps(train_op, monkeypatch):
    lines = []
    monkeypatch.setattr(logs, "info", lambda message, *args: lines.append(message % args))
    slim.learning.train(train_op, None, number_of_steps=5, log_every_n_steps=2)
    steps = [line.partition(" (")[0] for line in lines if line.startswith("global step")]
    assert steps == ["global step 2: loss = 1.0000", "global step 4: loss = 0.0625"]


def test_train_initializes_as_it_is_told(train_op):
    weight = tf.trainable_variables()[0]
    seen = []
    loss = slim.learning.train(
        train_op,
        None,
        number_of_steps=1,
        init_fn=lambda session: seen.append(session.run(weight)),
        session_wrapper=lambda session: seen.append(type(session).__name__) or session,
    )
    assert (loss, seen) == (4.0, [2.0, "Session"])


def test_train_ends_with_the_input():
    queue = tf.FIFOQueue(10, [tf.float32], [[]])
    fill, close = queue.enqueue_many([[1.0, 1.0]]), queue.close()
    weight = tf.get_variable("w", initializer=2.0)
    train_op = slim.learning.create_train_op(weight * queue.dequeue(), tf.train.GradientDescentOptimizer(0.5))
    start = lambda session: [session.run(op) for op in (fill, close)]  # noqa: E731
    assert slim.learning.train(train_op, None, init_fn=start) == 1.5


def test_a_thrown_error_comes_out(train_op):
    def step(*_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        slim.learning.train(train_op, None, step, number_of_steps=1)


def test_train_writes_checkpoints_and_goes_on_from_them(tmp_path):
    for last, loss in ((2, 1.0), (3, 0.25)):
        with tf.Graph().as_default():
            weight = tf.get_variable("w", initializer=2.0)
            optimizer = tf.train.GradientDescentOptimizer(0.25)
            train_op = slim.learning.create_train_op(weight * weight, optimizer, summarize_gradients=True)
            assert slim.learning.train(train_op, str(tmp_path), number_of_steps=last) == loss
        assert tf.train.latest_checkpoint(str(tmp_path)).endswith(f"model.ckpt-{last}")
    assert any(".tfevents." in path.name for path in tmp_path.iterdir())


def test_steps_are_traced(train_op, tmp_path):
    slim.learning.train(train_op, str(tmp_path), trace_every_n_steps=2, number_of_steps=3)
    traces = sorted(tmp_path.glob("tf_trace-*.json"))
    assert [path.name for path in traces] == ["tf_trace-1.json", "tf_trace-3.json"]
    assert '"op": "ApplyGradientDescent"' in traces[0].read_text()
    with pytest.raises(ValueError, match="logdir must be present"):
        slim.learning.train_step(None, train_op, None, {"should_trace": True})


def test_contrib_training_trains_in_a_monitored_session(train_op):
    stop = tf.train.StopAtStepHook(num_steps=2)
    loss = tf.contrib.training.train(train_op, None, hooks=[stop], save_checkpoint_secs=None, save_summaries_steps=None)
    assert loss == np.float32(1.0)
    with pytest.raises(ValueError, match="logdir cannot be None when save_summaries_steps"):
        tf.contrib.training.train(train_op, None)


def test_analyze_vars_counts():
    variables = [
        tf.get_variable("a", [2, 3]),
        tf.get_variable("b", [4], tf.float64),
        tf.get_variable("c", [], tf.int32),
    ]
    assert slim.model_analyzer.analyze_vars(variables) == (11, 6 * 4 + 4 * 8 + 4)


def test_variables_take_values_from_a_checkpoint(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("net/w", initializer=[1.0, 2.0])
        tf.get_variable("net/b", initializer=3.0)
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    w = tf.get_variable("net/w", [2])
    b, other = tf.get_variable("net/b", []), tf.get_variable("other", [1], initializer=tf.zeros_initializer())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        slim.assign_from_checkpoint_fn(path, [w, other], ignore_missing_vars=True)(session)
        assert session.run(w).tolist() == [1.0, 2.0]
        op, feeds = slim.assign_from_checkpoint(path, {"net/b": b})
        session.run(op, feeds)
        assert session.run([b, other])[0] == 3.0
    assert slim.assign_from_checkpoint_fn(path, [other], ignore_missing_vars=True) is None
    with pytest.raises(ValueError, match=r"Checkpoint is missing variable \[other\]"):
        slim.assign_from_checkpoint(path, [other])
    with pytest.raises(ValueError, match="Total size of new array must be unchanged for net/b"):
        slim.assign_from_checkpoint(path, {"net/b": w})
    with pytest.raises(ValueError, match="var_list cannot be empty"):
        slim.assign_from_checkpoint_fn(path, [])
