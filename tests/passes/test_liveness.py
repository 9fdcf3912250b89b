"""Random programs: whatever a step reads is still there, and nothing but memory changes where values share it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.engines.numpy.memory import Plan
from flowgraph.ir.build import build_program
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program
from flowgraph.passes.arena import lower_bound
from flowgraph.passes.liveness import Buffer, Wants, last_uses, lives
from flowgraph.passes.pipeline import optimized

SHAPES = [(4, 4), (16,), (2, 8), ()]


def some_ops(draw: Any, values: list[Any]) -> Any:
    """One more value of some of those before: with a kernel or without, a view, of another size, in a branch."""
    x, y = draw(st.sampled_from(values)), draw(st.sampled_from(values))
    square = tf.reshape(x, [4, 4]) if x.shape.ndims else tf.fill([4, 4], x)
    other = tf.reshape(y, square.shape) if y.shape.ndims else y
    unary, binary = [tf.tanh, tf.nn.relu, tf.negative, tf.sigmoid, tf.identity], [tf.add, tf.subtract, tf.multiply]
    kinds = {
        "unary": lambda: draw(st.sampled_from(unary))(x),
        "binary": lambda: draw(st.sampled_from([*binary, tf.maximum]))(square, other),
        "sum": lambda: tf.reduce_sum(square, axis=draw(st.sampled_from([0, 1])), keepdims=True) + square,
        "product": lambda: tf.tanh(tf.matmul(square, square)),
        "view": lambda: tf.reshape(square, draw(st.sampled_from([[16], [2, 8], [4, 4]]))),
        "many": lambda: tf.add_n([square, tf.broadcast_to(other, [4, 4]), square]),
        "walked": lambda: tf.reverse(square, [0]),
        "branch": lambda: tf.reshape(tf.cond(tf.reduce_sum(x) > 0, lambda: square, lambda: square * 0.5), [4, 4]),
        "scalar": lambda: tf.reduce_mean(square),
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]()


@st.composite
def programs(draw: st.DrawFn) -> tuple[tf.Graph, list[Any], Any, Any]:
    """A graph, what to fetch of it, its placeholder, and a variable that is written in the end."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [4, 4])
        w = tf.get_variable("w", [4, 4], initializer=tf.ones_initializer())
        values = [x, w.read_value()]
        for _ in range(draw(st.integers(1, 25))):
            values.append(some_ops(draw, values))
        fetches = draw(st.lists(st.sampled_from(values[1:]), min_size=1, max_size=4))
        if draw(st.booleans()):
            fetches.append(tf.assign_add(w, tf.reshape(values[-1], [4, 4]) if values[-1].shape.ndims else w).op)
    return graph, fetches, x, w


def values_of(graph: tf.Graph, fetches: list[Any], x: Any, config: tf.ConfigProto) -> list[Any]:
    """What two runs of the same session give, and the variable after them."""
    given_ = np.linspace(-1, 1, 16, dtype=np.float32).reshape(4, 4)
    with graph.as_default(), tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        found = [session.run(fetches, {x: given_}), session.run(fetches, {x: -given_})]
        return [*found, session.run(tf.global_variables()[0])]


def engine(name: str) -> tf.ConfigProto:
    config = tf.ConfigProto()
    config.experimental.executor_type = name
    return config


def apart() -> tf.ConfigProto:
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.memory_optimization = config.graph_options.rewrite_options.NO_MEM_OPT
    return config


@given(programs())
@settings(max_examples=60)
def test_values_are_the_same_where_they_share_memory(program):
    graph, fetches, x, _ = program
    shared, own, reference = (values_of(graph, fetches, x, c) for c in (tf.ConfigProto(), apart(), engine("REFERENCE")))
    for a, b, c in zip(tf.nest.flatten(shared), tf.nest.flatten(own), tf.nest.flatten(reference), strict=True):
        if a is not None:
            np.testing.assert_array_equal(a, b)
            np.testing.assert_allclose(a, c, rtol=1e-6)


class Tagged:
    """Memory in which each byte knows the value that was written there last."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.bytes = np.full(plan.size, -1)
        self.roots: dict[int, set[int]] = {}  # value -> the values whose bytes it may be

    def part(self, number: int) -> np.ndarray:
        index = self.plan.lives.home[number]
        at = self.plan.layout.offsets[index]
        return self.bytes[at : at + self.plan.lives.buffers[index].size]

    def demand(self, number: int) -> None:
        for root in self.roots.get(number, ()):
            assert (self.part(root) == root).all(), f"%{number} was written over before its last use"


def simulate(program: Program, plan: Plan) -> None:
    """Go through the steps as a frame does: what is read must be what was written."""
    memory = Tagged(plan)
    for place, step in enumerate(program.steps):
        for number in step.inputs:
            memory.demand(number)
        if place in plan.lives.scratch:
            index = plan.lives.scratch[place]
            at = plan.layout.offsets[index]
            memory.bytes[at : at + plan.lives.buffers[index].size] = -2
        for number in step.outputs:
            if number in plan.lives.home:
                memory.part(number)[:] = number
                memory.roots[number] = {number}
            elif (step.opdef.alias and step.opdef.effect is Effect.NONE) or step.bodies:
                memory.roots[number] = set().union(*[memory.roots.get(i, set()) for i in step.inputs])
        for number in step.outputs:
            memory.demand(number)
        for number in step.inputs:
            if number not in last_uses(program)[place]:
                memory.demand(number)
    for number in program.fetches:
        memory.demand(number)


@given(programs())
@settings(max_examples=60)
def test_what_a_step_reads_is_what_was_written(program):
    graph, fetches, x, _ = program
    tensors = [fetch for fetch in fetches if not isinstance(fetch, tf.Operation)]
    with tf.Session(graph=graph) as session:
        built = build_program(tensors, [f for f in fetches if isinstance(f, tf.Operation)], [x])
        found = optimized(built, [(4, 4)], session._store.cell)
    plan = Plan(found)
    simulate(found, plan)
    assert plan.size >= lower_bound(plan.lives.buffers)


def test_a_view_keeps_its_buffer():
    """tanh lives on in the reshape, which is used after `negative` has been made."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [6])
        view = tf.reshape(tf.tanh(x), [2, 3])
        other = tf.negative(tf.exp(x))
        last = tf.reduce_sum(view * tf.reshape(other, [2, 3]))
        found = optimized(build_program([last], [], [x]), [(6,)], session._store.cell)
    plan = Plan(found)
    simulate(found, plan)
    names = {found.tensors[number].op.type: plan.lives.buffers[index] for number, index in plan.lives.home.items()}
    assert names["Tanh"].meets(names["Neg"])


def chain(count: int) -> Program:
    with tf.Graph().as_default():
        y = x = tf.placeholder(tf.float32, [10])
        for _ in range(count):
            y = tf.tanh(y)
        return build_program([y], [], [x])


def test_a_result_lies_over_an_operand_only_where_that_is_allowed():
    allowed = lives(chain(5), lambda _: Wants((40,), over=[0]))
    assert len(allowed.buffers) == 1
    assert len(allowed.over) == 4
    apart_ = lives(chain(5), lambda _: Wants((40,)))
    assert len(apart_.buffers) == 5
    assert not apart_.over


def test_scratch_is_there_for_one_step():
    found = lives(chain(3), lambda _: Wants((40,), scratch=100))
    scratch = [found.buffers[index] for index in found.scratch.values()]
    assert [(buffer.first, buffer.last, buffer.size) for buffer in scratch] == [(0, 0, 100), (1, 1, 100), (2, 2, 100)]
    outputs = [buffer for buffer in found.buffers if buffer.size == 40]
    assert all(a.meets(b) for a, b in zip(scratch, outputs, strict=True))


@pytest.mark.parametrize("count", [1000, 3000])
def test_long_programs_are_planned(count):
    program = chain(count)
    found = lives(program, lambda _: Wants((40,)))
    assert lower_bound(found.buffers) == 128
    assert isinstance(found.buffers[0], Buffer)
