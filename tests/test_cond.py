"""Building branches: where ops go, what they wait for, what is remembered of them; and what only orders ops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import flowgraph as tf
from flowgraph.ops.cond import CondContext
from flowgraph.ops.control_flow import with_dependencies


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as g:
        yield g


def names(graph: tf.Graph, since: int = 0) -> list[str]:
    return [op.name for op in graph.get_operations()[since:]]


class TestContexts:
    def test_ops_know_their_branch(self) -> None:
        p, x = tf.placeholder(tf.bool, []), tf.constant(1.0)
        made: dict[str, tf.Tensor] = {}

        def branch(name: str) -> tf.Tensor:
            made[name] = x * 2.0
            return made[name]

        result = tf.cond(p, lambda: branch("true"), lambda: branch("false"))
        true, false = made["true"].op.context, made["false"].op.context
        assert (true.branch, false.branch) == (1, 0)
        assert (true.pivot.name, false.pivot.name) == ("cond/switch_t:0", "cond/switch_f:0")
        assert true.pred is false.pred
        assert true.pred.name == "cond/pred_id:0"
        assert result.op.context is None
        assert made["true"].op.inputs[0].op.context is true

    def test_outer_conds_are_in_the_collection_and_hold_the_inner_ones(self) -> None:
        p = tf.placeholder(tf.bool, [])
        tf.cond(p, lambda: tf.cond(p, tf.no_op, tf.no_op), tf.no_op)
        outer = tf.get_collection(tf.GraphKeys.COND_CONTEXT)
        assert [context.name for context in outer] == ["cond/cond_text", "cond/cond_text_1"]
        inner = outer[0].nested_contexts
        assert [context.name for context in inner] == ["cond/cond/cond_text", "cond/cond/cond_text_1"]
        assert all(context.outer_context is outer[0] for context in inner)
        assert isinstance(outer[0], CondContext)
        assert repr(outer[0]) == "<CondContext cond/cond_text: cond/pred_id:0 is True>"

    def test_one_switch_for_each_outer_tensor(self, graph: tf.Graph) -> None:
        p, x = tf.placeholder(tf.bool, []), tf.constant(1.0)
        tf.cond(p, lambda: x * x + x, lambda: x)
        switches = [op for op in graph.get_operations() if op.type == "Switch" and op.inputs[0] is x]
        assert [op.name for op in switches] == ["cond/mul/Switch", "cond/Switch_1"]

    def test_an_error_in_a_branch_leaves_no_context_behind(self, graph: tf.Graph) -> None:
        p = tf.placeholder(tf.bool, [])
        with pytest.raises(KeyError):
            tf.cond(p, lambda: {}["missing"], tf.no_op)
        assert graph.context is None
        assert tf.constant(1.0).op.context is None

    def test_no_control_dependencies_is_no_branch_either(self, graph: tf.Graph) -> None:
        p, outside = tf.placeholder(tf.bool, []), []

        def branch() -> tf.Tensor:
            with tf.control_dependencies(None):
                outside.append(tf.constant(1.0))
            return outside[0] * 2.0

        tf.cond(p, branch, lambda: tf.constant(0.0))
        assert outside[0].op.context is None
        assert not outside[0].op.control_inputs
        with tf.Session() as sess:
            assert sess.run(outside[0], {p: False}) == 1.0

    def test_ops_without_inputs_wait_for_the_pivot(self) -> None:
        p, x, kept = tf.placeholder(tf.bool, []), tf.constant(1.0), []

        def branch() -> tf.Tensor:
            kept.append(tf.constant(1.0))
            with tf.control_dependencies([x]):
                kept.append(tf.constant(2.0))
            with tf.control_dependencies([kept[0]]):
                kept.append(tf.constant(3.0))
            return kept[0]

        tf.cond(p, branch, lambda: x)
        waits = [[op.name for op in tensor.op.control_inputs] for tensor in kept]
        assert waits == [["cond/switch_t"], ["Const", "cond/switch_t"], ["cond/Const"]]

    def test_fetching_from_a_branch_says_what_to_do(self) -> None:
        p, x, kept = tf.placeholder(tf.bool, []), tf.constant(1.0), []

        def branch() -> tf.Tensor:
            kept.append(x * 2.0)
            return kept[0]

        result = tf.cond(p, branch, lambda: x)
        with tf.Session() as sess, pytest.raises(tf.errors.InaccessibleTensorError) as caught:
            sess.run([result, kept[0]], {p: True})
        assert "Fix: Return the tensor from the function given to tf.cond" in str(caught.value)

    def test_different_dtypes_are_named(self) -> None:
        p = tf.placeholder(tf.bool, [])
        with pytest.raises(ValueError, match="must have the same type") as caught:
            tf.cond(p, lambda: tf.constant(1.0, name="one"), lambda: tf.constant(2, name="two"))
        assert "cond/one:0" in str(caught.value)
        assert "cond/two:0" in str(caught.value)
        assert "test_cond.py:" in str(caught.value)


class TestShapes:
    def test_a_merge_forgets_what_differs(self) -> None:
        p = tf.placeholder(tf.bool, [])

        def merged(a: Any, b: Any) -> tf.Tensor:
            return tf.cond(p, lambda: tf.placeholder(tf.float32, a), lambda: tf.placeholder(tf.float32, b))

        assert merged([2, 3], [2, 3]).shape.as_list() == [2, 3]
        assert merged([2, 3], [2, 4]).shape.as_list() == [2, None]
        assert merged([2, None], [2, 4]).shape.as_list() == [2, None]
        assert merged([2, 3], [6]).shape.ndims is None
        assert merged([2, 3], None).shape.ndims is None

    def test_values_behind_a_switch_are_not_known_while_building(self) -> None:
        p, size = tf.placeholder(tf.bool, []), tf.constant([2, 3])
        inside = []

        def branch() -> tf.Tensor:
            inside.append(tf.reshape(tf.zeros([6]), size + 0))
            return inside[0]

        tf.cond(p, branch, branch)
        assert inside[0].shape.as_list() == [None, None]


class TestGroup:
    def test_one_node_for_each_device(self, graph: tf.Graph) -> None:
        a = tf.constant(1)
        with tf.device("/cpu:1"):
            b = tf.constant(2)
        start = graph.version
        done = tf.group(a, [b, (a.op,)])
        assert names(graph, start) == ["group_deps/NoOp", "group_deps/NoOp_1", "group_deps"]
        assert [op.name for op in done.control_inputs] == ["group_deps/NoOp", "group_deps/NoOp_1"]
        assert [op.device for op in done.control_inputs] == ["", "/device:CPU:1"]

    def test_of_nothing(self) -> None:
        assert tf.group().control_inputs == []

    def test_slices_count_with_all_their_tensors(self) -> None:
        slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]), tf.constant([3, 1]))
        assert len(tf.group(slices).control_inputs) == 3

    def test_runs_all(self) -> None:
        v, w = tf.Variable(1.0), tf.Variable(2.0)
        both = tf.group(v.assign(3.0), {"w": w.assign(4.0)})
        with tf.Session() as sess:
            assert sess.run(both) is None
            assert sess.run([v, w]) == [3.0, 4.0]


class TestTuple:
    def test_all_wait_for_all(self) -> None:
        v = tf.Variable(1.0)
        a, b, none, op = tf.tuple([v.assign(5.0), tf.constant(1.0), None, v.initializer], name="gate")
        assert none is None
        assert a.op.control_inputs == b.op.control_inputs
        assert op.type == "NoOp"
        waits = [source.name for source in a.op.control_inputs[0].control_inputs]
        assert sorted(waits) == ["Assign", "Const", "Variable/Assign"]
        assert a.name == "gate/control_dependency:0"

    def test_references_stay_references(self) -> None:
        v = tf.Variable(1.0)
        assert tf.tuple([v.assign(5.0)])[0].op.type == "RefIdentity"

    def test_more_to_wait_for(self) -> None:
        v = tf.Variable(1.0)
        (one,) = tf.tuple([tf.constant(1.0)], control_inputs=[v.assign_add(1.0)])
        with tf.Session() as sess:
            sess.run(v.initializer)
            assert sess.run([one, v]) == [1.0, 2.0]

    def test_dependencies_of_slices(self) -> None:
        v = tf.Variable(1.0)
        slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]), tf.constant([3, 1]))
        later = with_dependencies([v.initializer], slices, name="later")
        assert later.values.name == "later:0"
        assert later.indices is slices.indices
