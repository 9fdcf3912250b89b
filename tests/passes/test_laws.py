"""A pass that breaks a law is caught, and does not pass for one that obeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import flowgraph as tf
from flowgraph.engines.store import Store
from flowgraph.ir.build import build_program
from flowgraph.ir.known import Known
from flowgraph.ir.program import WHILE, Program, Step
from flowgraph.passes import pipeline
from tests.passes.laws import checked_stages, demand_laws


def some_program() -> Program:
    """A variable is read and written, there are shapes to fold, a branch and a loop."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None], name="x")
        v = tf.Variable([1.0, 2.0], name="v")
        y = tf.cond(tf.reduce_sum(x) > 0, lambda: x * v, lambda: -x)
        _, z = tf.while_loop(lambda i, _: i < 3, lambda i, z: (i + 1, z * y), [0, x])
        program = build_program([z, y, *tf.gradients(z, x)], [v.assign_add([1.0, 1.0]).op], [x])
    stages = dict(pipeline.stages(program, [(2,)], Store().cell, skipped={"prune"}))
    return list(stages.values())[-1]


def numbered(program: Program, change: Callable[[int], int]) -> Program:
    """A Program whose fetches are others."""
    return replace(program, fetches=tuple(map(change, program.fetches)))


def twice(program: Program) -> Program:
    """Copies the last pure step, and again at each run."""
    last = next(step for step in reversed(program.steps) if len(step.outputs) == 1 and not step.bodies)
    copy = Step(last.op, last.opdef, last.inputs, (program.size,), last.attrs)
    facts = {**program.facts, program.size: program.facts[last.outputs[0]]}
    return replace(program, steps=(*program.steps, copy), size=program.size + 1, facts=facts)


def hasty(program: Program) -> Program:
    """Writes variables before they are read."""
    return replace(program, steps=tuple(sorted(program.steps, key=lambda step: step.opdef.name != "AssignAdd")))


def reversing(program: Program) -> Program:
    return replace(program, steps=program.steps[::-1])


def forgetful(program: Program) -> Program:
    return replace(program, facts={})


def restless(program: Program) -> Program:
    """Swaps the first two steps, two constants, whenever it runs."""
    first, second, *rest = program.steps
    assert not first.inputs + second.inputs
    return replace(program, steps=(second, first, *rest))


def greedy(program: Program) -> Program:
    """Drops a write that nothing uses."""
    return replace(program, steps=tuple(step for step in program.steps if step.opdef.name != "AssignAdd"))


def lying(program: Program) -> Program:
    """Says of values that they have another shape."""
    return replace(program, facts={n: Known(fact.dtype, (7,)) for n, fact in program.facts.items()})


def confusing(program: Program) -> Program:
    """Gives one fetch in place of another, of which another shape is known."""
    there = {number for step in program.steps for number in step.outputs}
    unlike = next(number for number in there if program.facts[number].sizes == ())
    return numbered(program, lambda _: unlike)


def generous(program: Program) -> Program:
    return replace(program, fetches=(*program.fetches, program.fetches[0]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (twice, r"twice makes \d+ steps of \d+"),
        (hasty, "whose variable was written|which is not there"),
        (reversing, "which is not there"),
        (forgetful, "does not say what is known of"),
        (restless, "a second run of restless changes"),
        (greedy, "greedy drops what was asked for: AssignAdd"),
        (lying, "be another value"),
        (confusing, "fetches"),
        (generous, "how many values are fetched"),
    ],
)
def test_a_pass_that_breaks_a_law_is_caught(change: Callable[[Program], Program], words: str) -> None:
    program = some_program()
    with pytest.raises(AssertionError, match=words):
        demand_laws(change, program, change(program))


def test_loops_are_looked_into() -> None:
    program = some_program()

    def spoilt(step: Step) -> Step:
        if step.opdef is not WHILE:
            return step
        condition, body = step.bodies
        return Step(step.op, WHILE, step.inputs, step.outputs, step.attrs, (condition, replace(body, steps=())))

    def inward(program: Program) -> Program:
        return replace(program, steps=tuple(map(spoilt, program.steps)))

    with pytest.raises(AssertionError, match="never made"):
        demand_laws(inward, program, inward(program))


@pytest.mark.parametrize("change", pipeline.PASSES, ids=lambda change: change.__name__)
def test_each_pass_obeys_where_all_there_is_can_happen(change: Callable[[Program], Program]) -> None:
    program = some_program()
    demand_laws(change, program, change(program))


def test_what_sessions_run_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture of conftest.py holds for all tests: here it meets a pass that is wrong."""
    monkeypatch.setattr(pipeline, "PASSES", (*pipeline.PASSES, reversing))
    x = tf.placeholder(tf.float32, [])
    with tf.Session() as session, pytest.raises(AssertionError, match="which is not there"):
        session.run(tf.exp(x) + 1.0, {x: 1.0})


def test_values_without_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not checked is carried out as it is: the check is what makes the test above fail."""
    calls: list[Any] = []

    def idle(program: Program) -> Program:
        calls.append(program)
        return program

    monkeypatch.setattr(pipeline, "PASSES", (*pipeline.PASSES, idle))
    x = tf.placeholder(tf.float32, [])
    with tf.Session() as session:
        assert session.run(x * 2.0 + 1.0, {x: 1.0}) == 3.0
    assert len(calls) == 2  # once for the run, once to see whether a second run changes anything
    assert checked_stages() is not pipeline.stages
