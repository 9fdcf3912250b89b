"""While loops: the Programs that they become, and what runs of them give."""

from __future__ import annotations

import random
import signal
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.ir.program import IF, WHILE, Program
from flowgraph.ir.verify import verify
from flowgraph.session import ENGINES
from tests.programs import all_programs

PROGRAMS = {name: program for name, program in all_programs().items() if name.startswith("loops.")}


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test runs on every engine, in a graph of its own."""
    monkeypatch.setenv("FLOWGRAPH_ENGINE", request.param)
    with tf.Graph().as_default():
        yield request.param


@pytest.fixture
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as made:
        yield made


def program_of(*fetches: tf.Tensor, feeds: Sequence[tf.Tensor] = ()) -> Program:
    program = build_program(fetches, [], feeds)
    verify(program)
    return program


def ops_of(program: Program) -> list[str]:
    return [step.op.type for step in program.steps]


# -- Programs ------------------------------------------------------------------------------------------------


def test_a_loop_is_one_step(graph: tf.Graph) -> None:
    n = tf.placeholder(tf.int32, [])
    i, x = tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, x * 2.0), [0, 1.0])
    program = program_of(i, x, feeds=[n])
    (step,) = [step for step in program.steps if step.opdef is WHILE]
    condition, body = step.bodies
    assert len(step.outputs) == 2
    assert [one.op.type for one in condition.steps] == ["Less"]
    assert {"Mul"} < {one.op.type for one in body.steps} <= {"Identity", "Const", "Add", "AddV2", "Mul"}
    assert "while:" in str(program)
    assert "do:" in str(program)
    assert not any(one.op.type in ("Enter", "Merge", "Switch", "NextIteration") for one in program.walk())


def test_variables_that_nobody_needs_are_pruned(graph: tf.Graph) -> None:
    """TensorFlow prunes them, too: what they would print is not printed."""
    i, _ = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.Print(x, [x])), [0, 1.0])
    (step,) = [step for step in program_of(i).steps if step.opdef is WHILE]
    assert len(step.outputs) == 1
    assert all(one.op.type != "Print" for one in step.bodies[1].walk())


def test_nested_loops_and_branches_are_nested_steps(graph: tf.Graph) -> None:
    def body(i: Any, x: Any) -> Any:
        inner = tf.while_loop(lambda j: j < i, lambda j: tf.cond(j > 2, lambda: j + 2, lambda: j + 1), [0])
        return i + 1, x + inner

    loop = tf.while_loop(lambda i, x: i < 5, body, [0, 0])
    (outer,) = [step for step in program_of(*loop).steps if step.opdef is WHILE]
    (inner,) = [step for step in outer.bodies[1].steps if step.opdef is WHILE]
    assert [step.opdef for step in inner.bodies[1].steps if step.bodies] == [IF]


def test_a_variable_that_is_only_read_is_read_once(graph: tf.Graph) -> None:
    v = tf.Variable(2.0)
    loop = tf.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * v), [0, 1.0])
    (step,) = [step for step in program_of(*loop).steps if step.opdef is WHILE]
    assert all(inner.opdef.name != "_Read" for body in step.bodies for inner in body.walk())


def test_a_variable_that_is_written_is_read_in_each_iteration(graph: tf.Graph) -> None:
    v = tf.Variable(2.0)

    def body(i: Any, x: Any) -> Any:
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            return i + 1, x + v.read_value()

    loop = tf.while_loop(lambda i, x: i < 5, body, [0, 1.0])
    (step,) = [step for step in program_of(*loop).steps if step.opdef is WHILE]
    assert any(inner.opdef.name == "_Read" for inner in step.bodies[1].walk())


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_well_formed(name: str, graph: tf.Graph) -> None:
    for fetches, feeds in PROGRAMS[name](tf) or ():
        flat = [x for x in tf.nest.flatten(fetches, expand_composites=True) if x is not None]
        tensors = [x if isinstance(x, tf.Tensor) else x._as_graph_element() for x in flat if hasattr(x, "dtype")]
        verify(build_program(tensors, [x for x in flat if isinstance(x, tf.Operation)], list(feeds)))


def test_loops_are_found_from_nodes_alone(engine: str) -> None:
    """As a graph that was imported: no op knows its context."""
    v = tf.Variable(1.0)

    def body(i: Any, x: Any) -> Any:
        inner = tf.while_loop(lambda j, y: j < i, lambda j, y: (j + 1, y + v), [0, x])[1]
        return i + 1, tf.cond(inner > 9.0, lambda: inner - 5.0, lambda: inner)

    loop = tf.while_loop(lambda i, x: i < 6, body, [0, 1.0])
    for op in tf.get_default_graph().get_operations():
        op.context = None
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(loop) == (6, 6.0)


def test_waiting_for_an_inner_op_is_refused(engine: str) -> None:
    seen = []
    tf.while_loop(lambda i: i < 3, lambda i: (seen.append(i + 1), seen[0])[1], [0])
    with tf.control_dependencies([seen[0]]):
        after = tf.constant(1.0) + 1.0
    with tf.Session() as sess, pytest.raises(tf.errors.InternalError, match="already been set"):
        sess.run(after)


# -- values --------------------------------------------------------------------------------------------------


def test_deep_nests(engine: str) -> None:
    """Deeper than Python can nest blocks in one function."""

    def nest(depth: int, x: Any) -> Any:
        if depth == 0:
            return x + 1.0
        return tf.while_loop(lambda i, y: i < 1 + depth % 2, lambda i, y: (i + 1, nest(depth - 1, y)), [0, x])[1]

    with tf.Session() as sess:
        assert sess.run(nest(14, tf.constant(0.0))) == 2.0**7


def test_long_bodies(engine: str) -> None:
    def body(i: Any, x: Any) -> Any:
        for _ in range(25_000):
            x = x + 1.0
        return i + 1, x

    loop = tf.while_loop(lambda i, x: i < 2, body, [0, tf.zeros([2])])
    with tf.Session() as sess:
        assert sess.run(loop[1]).tolist() == [50_000.0, 50_000.0]


def test_long_chains_around_a_loop(engine: str) -> None:
    x = tf.zeros([2])
    for _ in range(20_000):
        x = x + 1.0
    x = tf.while_loop(lambda y: y[0] < 20_005.0, lambda y: y + 1.0, [x])
    for _ in range(20_000):
        x = x - 1.0
    with tf.Session() as sess:
        assert sess.run(x).tolist() == [5.0, 5.0]


def test_shapes_that_change(engine: str) -> None:
    any_row = [tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None])]
    loop = tf.while_loop(
        lambda i, x, y: i < 4,
        lambda i, x, y: (i + 1, tf.concat([y, x], 0), tf.tanh(x) * 2.0),
        [tf.constant(0), tf.ones([1]), tf.ones([2])],
        shape_invariants=any_row,
    )
    with tf.Session() as sess:
        assert [value.shape for value in sess.run(loop)] == [(), (11,), (7,)]


@pytest.mark.parametrize("size", [3, 9000])
def test_values_of_one_iteration_do_not_leak_into_the_next(engine: str, size: int) -> None:
    """Buffers are used again, but not while a loop variable lies in them; those of large ones take turns."""
    x = tf.placeholder(tf.float32, [size])
    given = np.arange(size, dtype=np.float32) % 7

    def body(i: Any, a: Any, b: Any, c: Any) -> Any:
        d = tf.cond(i % 2 < 1, lambda: a * 2.0, lambda: tf.reshape(a + 1.0, [size]))
        e = tf.identity(d * 3.0)
        return i + 1, e - b, tf.reshape(d, [size]), b + e

    loop = tf.while_loop(lambda i, *_: i < 6, body, [0, x, x + 1.0, x])
    a, b, c = (given + np.float32(k) for k in (0, 1, 0))
    for i in range(6):
        d = a * 2 if i % 2 == 0 else a + 1
        e = d * 3
        a, b, c = e - b, d, b + e
    with tf.Session() as sess:
        for _ in range(2):
            ours = sess.run(loop, {x: given})
            for mine, theirs in zip(ours[1:], (a, b, c), strict=True):
                np.testing.assert_array_equal(mine, theirs)


def test_fetched_values_are_the_callers_own(engine: str) -> None:
    x = tf.placeholder(tf.float32, [2])
    loop = tf.while_loop(lambda i, y, z: i < 2, lambda i, y, z: (i + 1, y, z + 1.0), [0, x, x])
    given = np.ones(2, np.float32)
    with tf.Session() as sess:
        first = sess.run(loop, {x: given})
        first[1][:] = first[2][:] = 9.0
        assert given.tolist() == [1.0, 1.0]
        assert sess.run(loop, {x: given})[2].tolist() == [3.0, 3.0]


def test_zero_iterations_hand_out_a_variable_as_it_was(engine: str) -> None:
    v = tf.Variable([1.0, 2.0])
    loop = tf.while_loop(lambda i, x: i < 0, lambda i, x: (i + 1, x * 2.0), [0, v])
    with tf.control_dependencies([loop[1]]):
        write = tf.assign_add(v, [1.0, 1.0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([loop[1], write])[0].tolist() == [1.0, 2.0]


def test_a_loop_reads_before_writes_that_it_does_not_depend_on(engine: str) -> None:
    v = tf.Variable(1.0)
    loop = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + v), [0, 0.0])
    write = tf.assign_add(v, 10.0)
    with tf.control_dependencies([write]):
        later = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + v), [0, 0.0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values = sess.run([loop[1], write, later[1]])
        assert (values[0], values[2]) == (3.0, 33.0)


def test_a_captured_view_of_a_variable_keeps_its_shape(engine: str) -> None:
    v = tf.Variable([[1.0, 2.0]])
    flat = tf.reshape(v, [2])

    def body(i: Any, x: Any) -> Any:
        with tf.control_dependencies([tf.assign_add(v, [[1.0, 1.0]])]):
            return i + 1, x + tf.reduce_max(tf.shape(flat))

    loop = tf.while_loop(lambda i, x: i < 3, body, [0, 0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([loop, v])[0] == (3, 6)
        assert sess.run(v).tolist() == [[4.0, 5.0]]


def test_a_variable_as_a_loop_variable_is_its_value(engine: str) -> None:
    v = tf.Variable(3.0)
    reference = v.op.outputs[0]
    passed = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x), [0, reference])
    changed = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.assign_add(x, 1.0)), [0, reference])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(passed) == (3, 3.0)
        with pytest.raises(NotImplementedError, match="takes a variable by reference that is a loop variable"):
            sess.run(changed)


def test_memory_does_not_grow_with_the_iterations(engine: str) -> None:
    n = tf.placeholder(tf.int32, [])
    loop = tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, tf.exp(-x) + 1.0), [0, tf.ones([1000])])
    peaks = []
    with tf.Session() as sess:
        sess.run(loop, {n: 2})
        for count in (50, 1500):
            tracemalloc.start()
            sess.run(loop, {n: count})
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000


# -- errors --------------------------------------------------------------------------------------------------


def test_errors_name_the_op_and_the_line(engine: str) -> None:
    table = tf.constant([1, 2, 3])

    def body(i: Any, x: Any) -> Any:
        return i + 1, x + tf.gather(table, i * 2, name="look_up")

    loop = tf.while_loop(lambda i, x: i < 5, body, [0, 0])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        sess.run(loop)
    assert str(caught.value).startswith("indices = 4 is not in [0, 3)")
    assert "look_up" in str(caught.value)
    assert "test_while.py" in str(caught.value)
    assert caught.value.op.name == "while/look_up"


def test_errors_in_nested_bodies_say_the_shapes(engine: str) -> None:
    x = tf.placeholder(tf.float32, [None])

    def body(i: Any, y: Any) -> Any:
        added = tf.cond(i > 0, lambda: y + tf.ones([3]), lambda: y)
        return i + 1, added

    loop = tf.while_loop(lambda i, y: i < 2, body, [0, x], shape_invariants=[tf.TensorShape([]), tf.TensorShape(None)])
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs. \[3\]") as caught:
            sess.run(loop, {x: [1, 2]})
        assert "has shape [2]" in str(caught.value)
        assert sess.run(loop, {x: [1, 2, 3]})[1].tolist() == [2.0, 3.0, 4.0]


# -- interrupts and threads ----------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that sends signals")
def test_an_endless_loop_can_be_interrupted(engine: str) -> None:
    n = tf.placeholder(tf.int32, [])
    v = tf.Variable(0.0)

    def body(i: Any, x: Any) -> Any:
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            return i + 1, tf.tanh(x) + 1.0

    loop = tf.while_loop(lambda i, x: i < n, body, [0, tf.ones([4])])

    def strike(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, strike)
    try:
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            expected = sess.run(loop, {n: 3})[1].tolist()
            for _ in range(3):
                signal.setitimer(signal.ITIMER_REAL, 0.02)
                with pytest.raises(KeyboardInterrupt):
                    sess.run(loop, {n: 2**31 - 1})
            result: list[Any] = []
            thread = threading.Thread(target=lambda: result.append(sess.run(loop, {n: 3})[1].tolist()))
            thread.start()
            thread.join(10)
            assert result == [expected]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_many_threads_run_one_loop(engine: str) -> None:
    n = tf.placeholder(tf.int32, [])
    loop = tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, tf.tanh(x) * 1.5), [0, tf.ones([5])])
    with tf.Session() as sess:
        expected = {count: sess.run(loop, {n: count})[1] for count in range(1, 40, 3)}
        wrong: list[int] = []

        def work(seed: int) -> None:
            order = list(expected) * 3
            random.Random(seed).shuffle(order)
            wrong.extend(c for c in order if not np.array_equal(sess.run(loop, {n: c})[1], expected[c]))

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
