"""Runs in parts: what TensorFlow 1.15.5 gives and says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES


@pytest.fixture(params=sorted(ENGINES), autouse=True)
def _own_graph(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FLOWGRAPH_ENGINE", request.param)
    with tf.Graph().as_default():
        yield


def chain() -> tuple[Any, ...]:
    """Three placeholders and two results: a + b and (a + b) * c."""
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    r1 = tf.add(a, b, name="r1")
    return a, b, c, r1, tf.multiply(r1, c, name="r2")


def test_one_part_after_the_other() -> None:
    a, b, c, r1, r2 = chain()
    with tf.Session() as sess:
        handle = sess.partial_run_setup([r1, r2], [a, b, c])
        assert handle == "a:0,b:0,c:0->r1:0,r2:0//1/;0"
        first = sess.partial_run(handle, r1, {a: 1, b: 2})
        assert first == 3
        assert sess.partial_run(handle, {"second": [r2]}, feed_dict={c: first}) == {"second": [9]}
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Must run 'setup' before performing partial runs!"):
            sess.partial_run(handle, r1, {a: 1, b: 2})  # it is over
        assert sess.run(r1, {a: 5, b: 5}) == 10


def test_several_runs_do_not_meet() -> None:
    a, b, c, r1, r2 = chain()
    with tf.Session() as sess:
        one, other = (sess.partial_run_setup([r1, r2], [a, b, c]) for _ in range(2))
        sess.partial_run(one, r1, {a: 1, b: 2})
        sess.partial_run(other, r1, {a: 5, b: 5, c: 2})
        assert sess.partial_run(one, r2, {c: 2}) == 6
        assert sess.partial_run(other, r2) == 20


REFUSED = {
    "fetch that was not set up": ("The fetch r2:0 was not specified in partial_run_setup.", ["r1"], [("r2", "ab")]),
    "feed that was not set up": ("The feed c:0 was not specified in partial_run_setup.", ["r1"], [("r1", "ac")]),
    "fed twice": ("The feed a:0 has already been fed.", ["r1", "r2"], [("r1", "ab"), ("r2", "ac")]),
    "fetched twice": ("The fetch r1:0 has already been fetched.", ["r1", "r2"], [("r1", "ab"), ("r1", "")]),
    "a feed is missing": (
        "Fetch b:0 can't be computed from the feeds that have been fed so far.", ["r1", "r2"], [("r1", "a")]),
    "a later feed is missing": (
        "Fetch c:0 can't be computed from the feeds that have been fed so far.", ["r1", "r2"],
        [("r1", "ab"), ("r2", "")]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    line, fetches, parts = REFUSED[name]
    tensors = dict(zip(["a", "b", "c", "r1", "r2"], chain(), strict=True))
    with tf.Session() as sess:
        feeds = [tensors[key] for key in ("abc" if len(fetches) > 1 else "ab")]
        handle = sess.partial_run_setup([tensors[key] for key in fetches], feeds)
        for fetch, fed in parts[:-1]:
            sess.partial_run(handle, tensors[fetch], {tensors[key]: 1 for key in fed})
        fetch, fed = parts[-1]
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.partial_run(handle, tensors[fetch], {tensors[key]: 1 for key in fed})
    assert str(caught.value).split("\n")[0] == line


def test_refused_setups() -> None:
    a, b, _, r1, r2 = chain()
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Must specify at least one target to fetch"):
            sess.partial_run_setup([])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^a:0 is both fed and fetched\."):
            sess.partial_run_setup([r1, a], [a, b])
        with pytest.raises(TypeError, match=r"^Cannot interpret feed_list key as Tensor: The name 'none' looks like"):
            sess.partial_run_setup([r1], ["none"])
        handle = sess.partial_run_setup([r1, r2], [a, b])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^You must feed a value for placeholder tensor 'c'"):
            sess.partial_run(handle, r1, {a: 1, b: 2})
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Must run 'setup'"):
            sess.partial_run("no handle", r1, {a: 1, b: 2})
        with pytest.raises(ValueError, match=r"^Cannot feed value of shape \(2,\) for Tensor 'a:0'"):
            sess.partial_run(sess.partial_run_setup([r1], [a, b]), r1, {a: [1, 2], b: 1})
        with pytest.raises(RuntimeError, match=r"^partial_run\(\) requires empty target_list\."):
            sess.partial_run(sess.partial_run_setup([r1], [a, b]), tf.no_op(), {a: 1, b: 1})
    with pytest.raises(RuntimeError, match=r"^Attempted to use a closed Session\."):
        sess.partial_run(handle, r1, {a: 1, b: 2})


def test_a_tensor_that_may_be_fed_is_waited_for_if_set_up() -> None:
    x = tf.placeholder_with_default(5.0, [])
    with tf.Session() as sess:
        handle = sess.partial_run_setup([x * 2], [x])
        fetch = tf.get_default_graph().get_tensor_by_name("mul:0")
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Fetch PlaceholderWithDefault:0 can't be computed"):
            sess.partial_run(handle, fetch)
        assert sess.partial_run(handle, fetch, {x: 1.0}) == 2


def test_random_values_are_drawn_once() -> None:
    noise, a = tf.random_uniform([3]), tf.placeholder(tf.float32, [])
    first, second = noise + 0.0, noise + a
    with tf.Session() as sess:
        handle = sess.partial_run_setup([first, second, noise], [a])
        values = [sess.partial_run(handle, first), sess.partial_run(handle, second, {a: 0.0})]
        values.append(sess.partial_run(handle, noise))
        assert values[0].tolist() == values[1].tolist() == values[2].tolist()


def test_every_op_runs_once() -> None:
    calls: list[Any] = []
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    noted = tf.py_func(lambda v: calls.append(v) or v, [a], tf.float32)
    with tf.control_dependencies([tf.py_func(lambda: calls.append("silent"), [], [])]):
        first, second = noted + 1.0, noted * b
        third = b + 1.0
    with tf.Session() as sess:
        handle = sess.partial_run_setup([first, second, third], [a, b])
        assert sess.partial_run(handle, first, {a: 2}) == 3
        assert sess.partial_run(handle, [second, third], {b: 5}) == [10, 6]
    assert sorted(map(str, calls)) == ["2.0", "silent"]


def test_variables() -> None:
    v, a = tf.Variable(1.0), tf.placeholder(tf.float32, [])
    grown = v.assign_add(1.0)
    with tf.control_dependencies([grown]):
        product = v.read_value() * a
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError, match=r"^Attempting to use uninitialized value Variable"):
            sess.partial_run(sess.partial_run_setup([v]), v)
        sess.run(v.initializer)
        handle = sess.partial_run_setup([grown, product], [a])
        assert sess.partial_run(handle, grown) == 2
        assert sess.partial_run(handle, product, {a: 10}) == 20
        assert sess.run(v) == 2


def test_ops_of_the_setup_run_when_they_can() -> None:
    v, a = tf.Variable(1.0), tf.placeholder(tf.float32, [])
    add, free, result = v.assign_add(a), tf.no_op(), tf.constant(7.0)
    with tf.Session() as sess:
        sess.run(v.initializer)
        handle = sess.partial_run_setup([add.op, free, result], [a])
        assert sess.partial_run(handle, result) == 7
        assert sess.run(v) == 1
        sess.partial_run(handle, [], {a: 5})
        assert sess.run(v) == 6


def test_branches_and_strings() -> None:
    p, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.string, [None])
    y = tf.cond(p, lambda: tf.constant("yes"), lambda: tf.constant("no"))
    z = tf.strings.join([y, x])
    with tf.Session() as sess:
        handle = sess.partial_run_setup([y, z], [p, x])
        assert sess.partial_run(handle, y, {p: False}) == b"no"
        assert sess.partial_run(handle, z, {x: ["!", "?"]}).tolist() == [b"no!", b"no?"]


def test_composite_feeds() -> None:
    sparse = tf.sparse_placeholder(tf.float32)
    total, a = tf.reduce_sum(sparse.values), tf.placeholder(tf.float32, [])
    with tf.Session() as sess:
        handle = sess.partial_run_setup([total, total * a], [sparse, a])
        value = tf.SparseTensorValue([[0, 1]], [3.0], [2, 2])
        assert sess.partial_run(handle, total, {sparse: value}) == 3
        product = tf.get_default_graph().get_tensor_by_name("mul:0")
        assert sess.partial_run(handle, product, {a: 2}) == 6


def test_fetched_values_are_the_callers_own() -> None:
    a = tf.placeholder(tf.float32, [2])
    doubled, b = a * 2.0, tf.placeholder(tf.float32, [])
    scaled = doubled * b
    with tf.Session() as sess:
        handle = sess.partial_run_setup([doubled, scaled], [a, b])
        value = sess.partial_run(handle, doubled, {a: [1, 2]})
        value[:] = 0
        assert np.array_equal(sess.partial_run(handle, scaled, {b: 1}), [2, 4])


@pytest.mark.parametrize("seed", range(15))
def test_random_graphs_in_random_parts(seed: int) -> None:
    """However a run is cut into parts, it gives what it gives in one."""
    rng = np.random.RandomState(seed)
    feeds = {tf.placeholder(tf.float32, [2], name=f"p{i}"): rng.rand(2).astype(np.float32) for i in range(4)}
    noise = tf.random_uniform([2], seed=seed + 1)
    tensors: list[Any] = [noise, *feeds]
    for _ in range(15):
        x, y = (tensors[rng.randint(len(tensors))] for _ in range(2))
        kind = rng.randint(5)
        if kind == 0:
            tensors.append(tf.cond(tf.reduce_sum(x) > 1.0, lambda x=x, y=y: x + y, lambda x=x: x * 2.0))
        elif kind == 1:
            with tf.control_dependencies([y]):
                tensors.append(tf.identity(x))
        else:
            tensors.append((tf.add, tf.subtract, tf.maximum)[kind - 2](x, y))
    fetches = list(dict.fromkeys(t for t in (tensors[rng.randint(5, len(tensors))] for _ in range(6))))
    with tf.Session() as whole:
        expected = dict(zip(fetches, whole.run(fetches, feeds), strict=True))
    with tf.Session() as sess:
        handle = sess.partial_run_setup(fetches, list(feeds))
        waiting, left = list(fetches), dict(feeds)
        while waiting or left:
            for key in list(left):
                if rng.rand() < 0.4:
                    sess.partial_run(handle, [], {key: left.pop(key)})
            for fetch in list(waiting):
                try:
                    value = sess.partial_run(handle, fetch)
                except tf.errors.InvalidArgumentError as error:
                    assert "can't be computed from the feeds" in str(error)  # noqa: PT017  # which one, is the question
                    assert left
                else:
                    assert np.array_equal(value, expected[fetch])
                    waiting.remove(fetch)
