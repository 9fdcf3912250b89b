"""Branches: what runs of tf.cond give, and the Programs that they become.

Outcomes that TensorFlow 1.15.5 decides are in tests/golden/branches.json, the cases in branch_cases.py beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.ir.emit import emit
from flowgraph.ir.program import IF, Program
from flowgraph.ir.schedule import Schedule
from flowgraph.ir.verify import verify
from flowgraph.ops.control_flow import merge, switch
from flowgraph.ops.resource import ASSIGN_ADD_VARIABLE_OP, READ_VARIABLE_OP
from flowgraph.session import ENGINES
from flowgraph.sessions import base as session_module
from tests.golden.branch_cases import REFUSED, RUNS, outcome

GOLDEN = json.loads((Path(__file__).parent / "golden" / "branches.json").read_text(encoding="utf-8"))


def verified_program(*args: Any, **more: Any) -> Program:
    program = build_program(*args, **more)
    verify(program)
    return program


@pytest.fixture(params=sorted(ENGINES), autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Every test runs on every engine, in a graph of its own, and verifies its Programs."""
    monkeypatch.setenv("FLOWGRAPH_ENGINE", request.param)
    monkeypatch.setattr(session_module, "build_program", verified_program)
    with tf.Graph().as_default():
        yield request.param


def pred(name: str = "p") -> tf.Tensor:
    return tf.placeholder(tf.bool, [], name=name)


def initialized() -> tf.Session:
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess


def ifs(program: Program) -> list[Any]:
    return [step for step in program.walk() if step.opdef is IF]


def ops_of(program: Program) -> list[str]:
    return [step.opdef.name for step in program.steps]


def close(value: Any, expected: Any) -> Any:
    """`expected` with its floats within rounding of those of `value`, for ==."""
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            return expected
        return [close(v, e) for v, e in zip(value, expected, strict=True)]
    return pytest.approx(expected, rel=1e-6) if isinstance(expected, float) else expected


class TestAsTensorFlow:
    @pytest.mark.parametrize("name", RUNS)
    def test_runs(self, name: str) -> None:
        ours = json.loads(json.dumps(RUNS[name](tf)))
        assert ours == close(ours, GOLDEN["runs"][name])

    @pytest.mark.parametrize("name", REFUSED)
    def test_refused(self, name: str) -> None:
        assert outcome(REFUSED[name], tf) == GOLDEN["refused"][name]

    def test_no_case_is_without_a_record(self) -> None:
        assert set(GOLDEN["runs"]) == set(RUNS)
        assert set(GOLDEN["refused"]) == set(REFUSED)


class TestVariables:
    """Where TensorFlow races, a run gives what the rules of the design say."""

    def test_a_reader_that_does_not_wait_reads_before_the_branch_writes(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        double = v * 2.0
        change = tf.cond(p, lambda: v.assign_add(1.0).op, tf.no_op)
        with initialized() as sess:
            assert [sess.run([double, change], {p: flag})[0] for flag in (True, False, True)] == [2.0, 4.0, 4.0]

    def test_a_reader_in_a_branch_reads_before_a_write_outside(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        write = v.assign(5.0)
        read = tf.cond(p, lambda: v * 10.0, lambda: v * 100.0)
        with initialized() as sess:
            assert sess.run([read, write.op], {p: True})[0] == 10.0
            assert sess.run([write.op, read], {p: False})[1] == 500.0

    def test_a_variable_returned_as_it_is_stays_the_variable(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        same = tf.cond(p, lambda: v, lambda: v * 3.0)
        with tf.control_dependencies([same]):
            write = v.assign_add(10.0)
        with tf.control_dependencies([write]):
            after = same + 0.0
        with initialized() as sess:
            assert sess.run([same, after, v], {p: True}) == [11.0, 11.0, 11.0]
            assert sess.run([same, after, v], {p: False}) == [33.0, 33.0, 21.0]

    def test_the_answer_of_a_variable_holds_for_the_whole_branch(self) -> None:
        v, w = tf.Variable(True), tf.Variable(0.0)

        def one() -> tf.Operation:
            with tf.control_dependencies([v.assign(False)]):
                return w.assign_add(1.0).op

        change = tf.cond(v, one, lambda: tf.group(w.assign_sub(5.0), v.assign(True)))
        with tf.control_dependencies([change]):
            after = tf.cond(v, lambda: tf.constant("true"), lambda: tf.constant("false"))
        with initialized() as sess:
            assert [(sess.run(after), *sess.run([v, w])) for _ in range(3)] == [
                (b"false", False, 1.0), (b"true", True, -4.0), (b"false", False, -3.0),
            ]  # fmt: skip

    def test_writes_in_order_of_age_across_branches(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        first = tf.cond(p, lambda: v.assign(10.0).op, lambda: v.assign(20.0).op)
        second = v.assign_add(1.0)
        third = tf.cond(p, lambda: v.assign(v * 2.0).op, tf.no_op)
        with initialized() as sess:
            sess.run([third, second.op, first], {p: False})
            assert sess.run(v) == 21.0
            sess.run([third, second.op, first], {p: True})
            # v * 2 does not wait for the writes, so it reads before them: 21 * 2
            assert sess.run(v) == 42.0

    def test_branches_that_exclude_each_other_need_no_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        p, v = pred(), tf.Variable(1.0)
        one = tf.cond(p, lambda: v.assign(10.0).op, tf.no_op)
        other = tf.cond(p, tf.no_op, lambda: v.assign(20.0).op)
        with tf.control_dependencies([other]):
            read = v * 1.0
        # the reader comes after one write and before the other, which is the older one: no cycle, since only one runs
        monkeypatch.setattr(Schedule, "free_a_write", None)
        with initialized() as sess:
            assert sess.run([read, one], {p: True})[0] == 1.0
            assert sess.run([read, one], {p: False})[0] == 20.0

    def test_a_reader_does_not_wait_for_the_other_branch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        p, v = pred(), tf.Variable(1.0)

        def other() -> tf.Tensor:
            with tf.control_dependencies([v.assign(2.0)]):
                return v + 1.0

        result = tf.cond(p, lambda: v.assign(7.0) * 1.0, other)
        then = v.assign_add(1.0)
        monkeypatch.setattr(Schedule, "free_a_write", None)
        with initialized() as sess:
            for flag, value in ((True, 7.0), (False, 3.0)):
                assert sess.run([result, then.op], {p: flag})[0] == value
                assert sess.run(v) == (8.0 if flag else 3.0)

    def test_where_the_rules_contradict_each_other_the_old_value_is_kept(self) -> None:
        v, w = tf.Variable(1.0), tf.Variable(2.0)
        to_v, to_w = tf.assign(v, 10.0), tf.assign(w, 20.0)
        with tf.control_dependencies([to_w]):
            old_v = v + 0.5
        with tf.control_dependencies([to_v]):
            old_w = w + 0.5
        with initialized() as sess:
            assert sess.run([old_v, old_w]) == [1.5, 2.5]
            assert sess.run([v, w]) == [10.0, 20.0]

    def test_a_chosen_variable_can_be_changed(self) -> None:
        p, v, w = pred(), tf.Variable(1.0), tf.Variable(2.0)
        chosen = tf.cond(p, lambda: v.assign(5.0), lambda: w.assign(6.0))
        change = tf.assign_add(chosen, 7.0)
        with initialized() as sess:
            assert sess.run(change, {p: True}) == 12.0
            assert sess.run([v, w]) == [12.0, 2.0]
            assert sess.run([change, chosen, w], {p: False}) == [13.0, 13.0, 13.0]
            assert sess.run([v, w]) == [12.0, 13.0]

    def test_a_chosen_variable_is_ordered_with_those_that_it_may_be(self) -> None:
        p, v, w = pred(), tf.Variable(1.0), tf.Variable(2.0)
        before = [v + 0.0, w + 0.0]
        chosen = tf.cond(p, v._ref, w._ref)
        change = tf.assign(chosen, v + 10.0 * w)
        with tf.control_dependencies([change]):
            after = [v + 0.5, w + 0.5, chosen + 0.0]
        later = tf.assign_add(v, 100.0)
        with initialized() as sess:
            assert sess.run([before, after, later.op], {p: True}) == [[1.0, 2.0], [21.5, 2.5, 21.0], None]
            assert sess.run([v, w]) == [121.0, 2.0]
            assert sess.run([before, after, later], {p: False}) == [[121.0, 2.0], [121.5, 141.5, 141.0], 221.0]
            assert sess.run([v, w]) == [221.0, 141.0]

    def test_a_chosen_variable_must_have_a_value(self) -> None:
        p, v, w = pred(), tf.Variable(1.0), tf.Variable(2.0, name="w")
        change = tf.assign_add(tf.cond(p, v._ref, w._ref), 1.0)
        with tf.Session() as sess:
            sess.run(v.initializer)
            assert sess.run(change, {p: True}) == 2.0
            with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value w"):
                sess.run(change, {p: False})

    def test_a_variable_returned_as_it_is_shows_the_end_of_the_run(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        chosen = tf.cond(p, lambda: v, lambda: v + 0.25)
        used = chosen * 1.0
        change = tf.assign_add(v, 1.0)
        with initialized() as sess:
            assert sess.run([chosen, used, change.op], {p: True}) == [2.0, 1.0, None]
            assert sess.run([chosen, used, change.op], {p: False}) == [2.25, 2.25, None]
            assert sess.run(chosen, {p: True}) == 3.0

    def test_a_variable_returned_as_it_is_through_two_conds(self) -> None:
        """As TensorFlow 1.15.5 has it."""
        p, q, v = pred(), pred(), tf.Variable(1.0)
        inner = tf.cond(p, lambda: v, lambda: v + 1.0)
        outer = tf.cond(q, lambda: inner, lambda: inner * 2.0)
        change = tf.assign_add(v, 10.0)
        with tf.control_dependencies([change]):
            after = tf.cond(q, lambda: inner + 0.0, lambda: inner * 2.0)
        expected = [
            [11.0, 11.0, 11.0, 11.0],
            [21.0, 22.0, 21.0, 42.0],
            [22.0, 22.0, 31.0, 22.0],
            [32.0, 64.0, 41.0, 64.0],
        ]
        with initialized() as sess:
            flags = [(True, True), (True, False), (False, True), (False, False)]
            values = [sess.run([inner, outer, change, after], {p: a, q: b}) for a, b in flags]
            assert values == expected

    def test_a_loop_over_a_chosen_variable(self) -> None:
        p, v, w = pred(), tf.Variable(1.0), tf.Variable(2.0)
        chosen, before = tf.cond(p, v._ref, w._ref), v + w

        def body(i: tf.Tensor) -> tf.Tensor:
            with tf.control_dependencies([tf.assign_add(chosen, 10.0)]):
                return tf.identity(i + 1)

        with tf.control_dependencies([before]):
            end = tf.while_loop(lambda i: i < 3, body, [0])
        with tf.control_dependencies([end]):
            after = v + w
        with initialized() as sess:
            assert sess.run([before, end, after], {p: True}) == [3.0, 3, 33.0]
            assert sess.run([before, end, after], {p: False}) == [33.0, 3, 63.0]
            assert sess.run([v, w]) == [31.0, 32.0]

    def test_a_chosen_handle(self) -> None:
        p = pred()
        v, w = (tf.Variable(value, use_resource=True) for value in (1.0, 2.0))
        handle = tf.cond(p, lambda: v.handle, lambda: w.handle)
        value = emit(READ_VARIABLE_OP, handle, dtype=tf.float32)
        change = emit(ASSIGN_ADD_VARIABLE_OP, handle, 10.0)
        with initialized() as sess:
            assert sess.run([value, v, w, change], {p: True}) == [1.0, 1.0, 2.0, None]
            assert sess.run([value, v, w, change], {p: False}) == [2.0, 11.0, 2.0, None]
            assert sess.run([v, w]) == [11.0, 12.0]

    def test_one_chosen_from_both_branches_can(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        change = tf.assign_add(tf.cond(p, lambda: v.assign(5.0), lambda: v.assign(6.0)), 1.0)
        with initialized() as sess:
            assert [sess.run(change, {p: flag}) for flag in (True, False)] == [6.0, 7.0]

    def test_a_variable_that_one_branch_needs_may_be_empty(self) -> None:
        p, v = pred(), tf.Variable(3.0)
        value = tf.cond(p, v.initialized_value, lambda: tf.constant(0.0))
        with tf.Session() as sess:
            assert sess.run(value, {p: False}) == 0.0
            assert sess.run(value, {p: True}) == 3.0

    def test_moving_averages_that_start_at_the_variable(self) -> None:
        v = tf.Variable(4.0)
        average = tf.train.ExponentialMovingAverage(0.5)
        update = average.apply([v])
        with tf.control_dependencies([v.assign_add(2.0)]):
            later = average.apply([v])
        with initialized() as sess:
            sess.run(update)
            assert sess.run([average.average(v), v]) == [4.0, 4.0]
            sess.run(later)
            assert sess.run([average.average(v), v]) == [5.0, 6.0]


class TestFeeds:
    def test_fed_predicates_may_disagree(self) -> None:
        """The pivots ask `pred`, the other Switches ask `pred_id`."""
        p = pred()
        result = tf.cond(p, lambda: tf.constant(1.0), lambda: tf.constant(2.0) * 1.0, name="c")
        x = tf.constant(3.0)
        other = tf.cond(p, lambda: x * 1.0, lambda: x * 2.0, name="d")
        with tf.Session() as sess:
            assert sess.run(result, {p: True, "c/pred_id:0": False}) == 1.0
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"Retval\[0\] does not have value"):
                sess.run(other, {p: True, "d/pred_id:0": False})


class TestFetches:
    def test_what_a_branch_gives_the_gradient_is_dead_when_it_is_not_taken(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [2], name="x")
        inside: list[tf.Tensor] = []

        def true_fn() -> tf.Tensor:
            inside.append(tf.exp(x))
            return inside[0] * 2.0

        y = tf.cond(p, true_fn, lambda: x)
        gradient = tf.gradients(y, inside[0])[0]
        with tf.Session() as sess:
            np.testing.assert_array_equal(sess.run(gradient, {p: True, x: [0, 1]}), [2, 2])
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                sess.run([y, gradient], {p: False, x: [0, 1]})
            first, _, rest = str(caught.value).partition("\n")
            assert first == "Retval[1] does not have value"
            assert f"{gradient.name} lies in a branch that was not taken" in rest

    def test_an_op_that_is_not_reached_does_not_run(self) -> None:
        p, v = pred(), tf.Variable(1.0)
        in_false, _ = switch(tf.constant(2.0), p)
        write = v.assign(in_false)
        with initialized() as sess:
            sess.run(write.op, {p: True})
            assert sess.run(v) == 1.0
            with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
                sess.run(in_false + 1.0, {p: True})
            assert sess.run([write, in_false], {p: False}) == [2.0, 2.0]

    def test_what_lies_in_both_branches_never_has_a_value(self) -> None:
        p = pred()
        _, in_true = switch(tf.constant(2.0), p)
        in_false, _ = switch(in_true, p)
        with tf.Session() as sess:
            for flag in (True, False):
                with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
                    sess.run(in_false * 2.0, {p: flag})


class TestSwitchAndMerge:
    """The nodes themselves, put together in ways that tf.cond never does."""

    @pytest.mark.parametrize("q_value", [True, False])
    @pytest.mark.parametrize("p_value", [True, False])
    def test_a_merge_of_two_predicates(self, p_value: bool, q_value: bool) -> None:
        p, q = pred("p"), pred("q")
        _, if_p = switch(tf.constant(1.0), p)
        _, if_q = switch(tf.constant(2.0), q)
        value, index = merge([if_p, if_q])
        fetches = [value + 0.5, index]
        with tf.Session() as sess:
            if p_value or q_value:
                assert sess.run(fetches, {p: p_value, q: q_value}) == ([1.5, 0] if p_value else [2.5, 1])
            else:
                with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
                    sess.run(fetches, {p: p_value, q: q_value})

    def test_a_merge_does_not_care_whether_what_it_waits_for_ran(self) -> None:
        p = pred()
        in_false, in_true = switch(tf.constant(1.0), p)
        with tf.control_dependencies([in_false * 2.0]):
            value, _ = merge([in_true, in_true * 3.0])
        with tf.Session() as sess:
            assert sess.run(value, {p: True}) == 1.0

    def test_four_ways(self) -> None:
        p, q, x = pred("p"), pred("q"), tf.constant(1.0)
        pairs = [switch(side, q) for side in switch(x, p)]
        ways = [t * float(10 * i + j) for i, pair in enumerate(pairs) for j, t in enumerate(pair)]
        value, index = merge(ways)
        with tf.Session() as sess:
            got = [sess.run([value + 1.0, index], {p: a, q: b}) for a in (False, True) for b in (False, True)]
        assert got == [[1.0, 0], [2.0, 1], [11.0, 2], [12.0, 3]]

    def test_slices(self) -> None:
        p = pred()
        w = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        rows = tf.cond(p, lambda: tf.gather(w, [2, 0, 2]), lambda: tf.ones([3, 2]))
        gradient = tf.gradients(rows, w)[0]
        assert isinstance(gradient, tf.IndexedSlices)
        with initialized() as sess:
            taken, other = (sess.run(gradient, {p: flag}) for flag in (True, False))
        assert taken.indices.tolist() == [2, 0, 2]
        assert taken.values.tolist() == [[1, 1]] * 3
        assert other.indices.tolist() == [0, 1, 2]
        assert other.values.tolist() == [[0, 0]] * 3


class TestPrograms:
    """What is lifted, and into how many Ifs."""

    def test_one_cond_is_one_if(self) -> None:
        p, a = pred(), tf.constant(2.0)
        outputs = tf.cond(p, lambda: (a * 2.0, a, tf.constant(1)), lambda: (a + 1.0, a * 3.0, tf.constant(2)))
        program = verified_program(list(outputs), [], [p])
        assert len(ifs(program)) == 1
        assert set(ops_of(program)) <= {"Const", "Identity", "_If"}

    def test_conds_of_one_predicate_share_an_if(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [])
        results = [tf.cond(p, lambda i=i: x + float(i), lambda: x) for i in range(5)]
        assert len(ifs(verified_program(results, [], [p, x]))) == 1

    def test_a_branch_is_not_torn_by_what_is_ready_early(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [])
        slow = tf.cond(x > 0.0, lambda: x * 2.0, lambda: x)
        result = tf.cond(p, lambda: tf.fill([2], x) + 1.0, lambda: tf.fill([2], slow))
        assert len(ifs(verified_program([result], [], [p, x]))) == 2

    def test_the_gradient_of_a_cond_is_one_more_if(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [3])
        y = tf.cond(p, lambda: tf.exp(x) * x, lambda: tf.sin(x))
        loss = tf.reduce_sum(y * y)
        program = verified_program([loss, tf.gradients(loss, x)[0]], [], [p, x])
        forward, backward = ifs(program)
        assert forward.bodies[1].fetches.count(-1) == 1  # exp(x) is handed to the gradient from one branch
        assert set(forward.outputs) & set(backward.inputs)
        with tf.Session() as sess:
            for flag, value, slope in ((True, np.exp(0.5) * 0.5, np.exp(0.5) * 1.5), (False, np.sin(0.5), np.cos(0.5))):
                got = sess.run(tf.gradients(loss, x)[0], {p: flag, x: np.full(3, 0.5)})
                np.testing.assert_allclose(got, np.full(3, 2 * value * slope), rtol=1e-5)

    def test_the_same_predicate_inside_is_known(self) -> None:
        p, x = pred(), tf.constant(3.0)
        y = tf.cond(p, lambda: tf.cond(p, lambda: x * 2.0, lambda: x * 5.0), lambda: x)
        program = verified_program([y], [], [p])
        assert len(ifs(program)) == 1
        assert [step.opdef.name for step in program.walk()].count("Mul") == 1
        with tf.Session() as sess:
            assert [sess.run(y, {p: flag}) for flag in (True, False)] == [6.0, 3.0]

    def test_nested_conds_are_nested_ifs(self) -> None:
        p, q, x = pred("p"), pred("q"), tf.constant(3.0)
        y = tf.cond(p, lambda: tf.cond(q, lambda: x * 2.0, lambda: x * 5.0), lambda: x)
        program = verified_program([y], [], [p, q])
        assert ops_of(program).count("_If") == 1
        assert len(ifs(program)) == 2

    def test_what_no_branch_needs_is_pruned(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [])
        first, _ = tf.cond(p, lambda: (x * 2.0, tf.exp(x)), lambda: (x * 3.0, tf.log(x)))
        program = verified_program([first], [], [p, x])
        assert not {"Exp", "Log"} & {step.opdef.name for step in program.walk()}

    @pytest.mark.parametrize("same", [True, False])
    def test_a_chain_of_300_conds(self, same: bool) -> None:
        preds = [pred() for _ in range(1 if same else 300)]
        x = y = tf.constant(1.0)
        for i in range(300):
            y = tf.cond(preds[i % len(preds)], lambda y=y: y + 1.0, lambda y=y: y * 1.01)
        gradient = tf.gradients(y, x)[0]
        program = verified_program([y, gradient], [], preds)
        assert ops_of(program).count("_If") == len(ifs(program)) <= 600
        flags = {p: i % 2 == 0 for i, p in enumerate(preds)}
        with tf.Session() as sess:
            value, slope = sess.run([y, gradient], flags)
        expected = 1.0
        for i in range(300):
            expected = expected + 1 if flags[preds[i % len(preds)]] else expected * 1.01
        np.testing.assert_allclose(value, expected, rtol=1e-4)
        np.testing.assert_allclose(slope, 1.0 if same else 1.01**150, rtol=1e-4)

    def test_forty_conds_inside_each_other(self) -> None:
        preds = [pred() for _ in range(40)]
        x = tf.constant(1.0)

        def inside(depth: int) -> Any:
            if depth == len(preds):
                return x * 2.0
            return tf.cond(preds[depth], lambda: inside(depth + 1), lambda: x + float(depth))

        y = inside(0)
        fetches = [y, tf.gradients(y, x)[0]]
        with tf.Session() as sess:
            assert sess.run(fetches, dict.fromkeys(preds, True)) == [2.0, 2.0]
            assert sess.run(fetches, {p: i < 20 for i, p in enumerate(preds)}) == [21.0, 1.0]

    def test_a_program_with_branches_can_be_read(self) -> None:
        p, x = pred(), tf.placeholder(tf.float32, [], name="x")
        text = str(verified_program([tf.cond(p, lambda: tf.exp(x), lambda: x)], [], [p, x]))
        assert "then:" in text
        assert "Exp(%1)  # cond/Exp" in text
