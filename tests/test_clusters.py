"""Descriptions of clusters, servers of one process, and the devices of replicas, as TensorFlow 1.15.5 has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.kernels.iterators import Held
from tests import cluster_scripts, sync_scripts
from tests.golden.told import scripts, told

GOLDEN: dict[str, list[str]] = {}
for _name in ("clusters", "replicas"):
    GOLDEN.update(json.loads((Path(__file__).parent / "golden" / f"{_name}.json").read_text(encoding="utf-8")))
SCRIPTS = {**scripts(cluster_scripts), **scripts(sync_scripts)}


def test_every_script_is_recorded() -> None:
    assert set(SCRIPTS) == set(GOLDEN)


# the chief's thread is called off when the session closes, and nobody is left to be told
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_tells_what_tensorflow_tells(name: str) -> None:
    assert told(tf, SCRIPTS[name]) == GOLDEN[name]


@pytest.fixture
def two_tasks() -> tuple[dict[str, list[str]], list[str]]:
    """A cluster of two workers, and the targets of their servers."""
    cluster = {"worker": ["localhost:21111", "localhost:21112"]}
    servers = [tf.train.Server(cluster, "worker", task) for task in (0, 1)]
    return cluster, [server.target for server in servers]


def test_a_cluster_that_is_not_all_here_is_refused() -> None:
    server = tf.train.Server({"ps": ["localhost:21113"], "worker": ["localhost:21114"]}, "worker", 0)
    with pytest.raises(tf.errors.UnimplementedError, match="No server for /job:ps/task:0"):
        tf.Session(server.target)
    with pytest.raises(tf.errors.UnimplementedError, match="No server for /job:ps/task:0"):
        server.join()


def test_servers_of_a_cluster_share_variables_but_for_those_of_other_tasks(two_tasks: tuple) -> None:
    _, (first, second) = two_tasks
    shared = tf.Variable(1.0, name="shared")
    with tf.device("/job:worker/task:0"):
        mine = tf.Variable(2.0, name="mine")
    with tf.Session(first) as sess:
        sess.run(tf.global_variables_initializer())
    with tf.Graph().as_default(), tf.device("/job:worker/task:1"):
        other = tf.Variable(3.0, name="mine")
        with tf.Session(second) as sess:
            sess.run(other.initializer)
    with tf.Session(second) as sess:
        assert sess.run([shared, mine]) == [1.0, 2.0]
    tf.Session.reset(first)
    with tf.Session(second) as sess, pytest.raises(tf.errors.FailedPreconditionError):
        sess.run(shared)


def test_reset_of_a_server_leaves_other_sessions_alone(two_tasks: tuple) -> None:
    _, (first, _) = two_tasks
    w = tf.Variable(1.0)
    with tf.Session() as apart, tf.Session(first) as sess:
        for each in (apart, sess):
            each.run(w.initializer)
        tf.Session.reset(first)
        assert apart.run(w) == 1.0
        with pytest.raises(tf.errors.CancelledError):
            sess.run(w)


def test_a_server_has_a_configuration_for_sessions_without_one() -> None:
    config = tf.ConfigProto()
    config.experimental.executor_type = "REFERENCE"
    server = tf.train.Server.create_local_server(config)
    assert type(tf.Session(server.target)._engine) is type(tf.Session(config=config)._engine)
    apart = tf.ConfigProto(isolate_session_state=True)
    w = tf.Variable(1.0)
    with tf.Session(server.target, config=apart) as sess:
        sess.run(w.initializer)
    with tf.Session(server.target) as sess, pytest.raises(tf.errors.FailedPreconditionError):
        sess.run(w)


@pytest.mark.parametrize("apart", [False, True])
def test_closing_ends_what_the_session_has_for_itself(apart: bool) -> None:
    """A session that is isolated lets go of its open files; one that shares them with others does not."""
    server = tf.train.Server.create_local_server()
    config = tf.ConfigProto(isolate_session_state=apart)
    element = tf.data.make_one_shot_iterator(tf.data.Dataset.range(3)).get_next()
    one, other = tf.Session(server.target, config=config), tf.Session(server.target)
    store = one._store
    assert (store is other._store) is not apart
    assert one.run(element) == 0
    one.close()
    (iterator,) = [held for held in store._shared.values() if isinstance(held, Held)]
    assert iterator._elements is None if apart else other.run(element) == 1


def test_a_server_that_is_not_started() -> None:
    server = tf.train.Server.create_local_server(start=False)
    with pytest.raises(tf.errors.NotFoundError):
        tf.Session(server.target)
    with pytest.raises(tf.errors.InvalidArgumentError):
        server.join()
    server.start()
    tf.Session(server.target).close()
