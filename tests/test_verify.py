"""`verify` must not only accept what is right: each rule is broken once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.ir.program import COPY, IF, NEVER, READ, Program, Step
from flowgraph.ir.verify import verify


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


def branching() -> Program:
    """x is given; If(p) makes two values of it."""
    p, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [])
    pair = tf.cond(p, lambda: (tf.exp(x), x), lambda: (x, tf.sin(x)))
    return build_program(list(pair), [], [p, x])


def writing() -> Program:
    """A variable is read, written, and read again."""
    v = tf.Variable(1.0)
    before = v * 2.0
    with tf.control_dependencies([v.assign(3.0)]):
        after = v * 5.0
    return build_program([before, after], [], [])


def with_steps(program: Program, steps: list[Step]) -> Program:
    return replace(program, steps=tuple(steps))


def changed(step: Step, **parts: object) -> Step:
    fields = {name: getattr(step, name) for name in ("op", "opdef", "inputs", "outputs", "attrs", "bodies")}
    return Step(**{**fields, **parts})


def test_what_is_built_is_well_formed() -> None:
    verify(branching())
    verify(writing())


def test_a_value_before_it_is_made() -> None:
    program = branching()
    with pytest.raises(AssertionError, match="passes what is not there"):
        verify(replace(program, feeds=program.feeds[:1]))
    with pytest.raises(AssertionError, match="which is not there"):
        verify(with_steps(writing(), list(writing().steps[1:])))
    with pytest.raises(AssertionError, match="is fetched, but never made"):
        verify(with_steps(program, []))


def test_a_value_made_twice() -> None:
    program = branching()
    with pytest.raises(AssertionError, match="which was made before"):
        verify(with_steps(program, [*program.steps, program.steps[0]]))


def test_a_number_out_of_range() -> None:
    program = branching()
    with pytest.raises(AssertionError, match="of 1 values"):
        verify(replace(program, size=1))


def broken_if(**parts: object) -> Program:
    program = branching()
    steps = list(program.steps)
    at = next(i for i, step in enumerate(steps) if step.opdef is IF)
    bodies = steps[at].bodies
    if "body" in parts:
        bodies = (replace(bodies[0], **parts.pop("body")), bodies[1])  # type: ignore[arg-type]
    steps[at] = changed(steps[at], **{"bodies": bodies, **parts})
    return with_steps(program, steps)


def test_bodies_and_their_if() -> None:
    verify(broken_if())
    with pytest.raises(AssertionError, match="has 1 bodies"):
        verify(broken_if(bodies=branching().steps[-1].bodies[:1]))
    with pytest.raises(AssertionError, match="what its bodies do not take"):
        verify(broken_if(body={"feeds": ()}))
    with pytest.raises(AssertionError, match="makes its values of"):
        verify(broken_if(body={"fetches": ()}))
    with pytest.raises(AssertionError, match="is fetched, but never made"):
        verify(broken_if(body={"steps": ()}))


def test_an_output_that_no_branch_makes() -> None:
    program = branching()
    step = program.steps[-1]
    bodies = tuple(replace(body, fetches=(NEVER, NEVER)) for body in step.bodies)
    with pytest.raises(AssertionError, match="never makes"):
        verify(with_steps(program, [*program.steps[:-1], changed(step, bodies=bodies)]))


def test_bodies_of_what_is_no_if() -> None:
    program = branching()
    first = changed(program.steps[0], bodies=program.steps[-1].bodies)
    with pytest.raises(AssertionError, match="is no If and has bodies"):
        verify(with_steps(program, [first, *program.steps[1:]]))


def test_operands() -> None:
    program = writing()
    at = next(i for i, step in enumerate(program.steps) if step.opdef.name == "Mul")
    for inputs, words in ((program.steps[at].inputs[:1], "too few"), ((*program.steps[at].inputs, 0), "too many")):
        steps = [*program.steps[:at], changed(program.steps[at], inputs=inputs), *program.steps[at + 1 :]]
        with pytest.raises(AssertionError, match=words):
            verify(with_steps(program, steps))


def test_the_old_value_after_a_write() -> None:
    program = writing()
    old, new = (step for step in program.steps if step.opdef is READ)
    stale = [changed(step, inputs=tuple(old.outputs[0] if i == new.outputs[0] else i for i in step.inputs))
             for step in program.steps]  # fmt: skip
    with pytest.raises(AssertionError, match="whose variable was written"):
        verify(with_steps(program, stale))


def test_reading_what_is_no_variable() -> None:
    program = writing()
    constant = next(step for step in program.steps if step.opdef.name == "Const")
    steps = [changed(step, inputs=constant.outputs) if step.opdef is READ else step for step in program.steps]
    steps.remove(next(step for step in steps if step.op is constant.op))
    with pytest.raises(AssertionError, match="which is no variable"):
        verify(with_steps(program, [constant, *steps]))


def test_a_branch_that_hands_out_the_variable_itself() -> None:
    p, v = tf.placeholder(tf.bool, []), tf.Variable(1.0)
    program = build_program([tf.cond(p, lambda: v, lambda: v * 2.0)], [], [p])
    verify(program)
    step = program.steps[-1]
    then = step.bodies[0]
    (copy,) = (inner for inner in then.steps if inner.opdef is COPY)
    bare = replace(then, steps=tuple(s for s in then.steps if s is not copy), fetches=copy.inputs)
    with pytest.raises(AssertionError, match="a variable's own buffer"):
        verify(with_steps(program, [*program.steps[:-1], changed(step, bodies=(bare, step.bodies[1]))]))
