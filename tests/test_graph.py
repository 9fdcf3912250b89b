"""Graphs: names, scopes, collections, devices, control dependencies, looking things up, where ops were made.

Names and orders were checked against TensorFlow 1.15.5 by the programs of tests/programs; here stand the rules.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as g:
        yield g


def names() -> list[str]:
    return [op.name for op in tf.get_default_graph().get_operations()]


class TestNames:
    def test_a_taken_name_is_numbered(self) -> None:
        assert [tf.constant(1).op.name for _ in range(3)] == ["Const", "Const_1", "Const_2"]

    def test_a_number_that_is_taken_is_passed_over(self) -> None:
        tf.constant(1, name="a_1")
        tf.constant(1, name="a")
        assert tf.constant(1, name="a").name == "a_2:0"

    def test_letter_case_does_not_tell_names_apart(self) -> None:
        tf.constant(1, name="Loss")
        assert tf.constant(1, name="loss").op.name == "loss_1"

    def test_scopes_nest_and_are_numbered(self) -> None:
        for _ in range(2):
            with tf.name_scope("layer"):
                tf.constant(1, name="w")
                with tf.name_scope("inner"):
                    tf.constant(1, name="w")
        assert names() == ["layer/w", "layer/inner/w", "layer_1/w", "layer_1/inner/w"]

    def test_a_scope_with_a_slash_is_entered_again(self) -> None:
        with tf.name_scope("layer") as scope:
            tf.constant(1, name="w")
        with tf.name_scope(scope):
            tf.constant(1, name="w")
        assert names() == ["layer/w", "layer/w_1"]

    def test_no_name_means_the_root(self) -> None:
        with tf.name_scope("a"), tf.get_default_graph().name_scope(None):
            tf.constant(1, name="w")
        assert names() == ["w"]

    @pytest.mark.parametrize("bad", ["a b", "_x", "ä", "-x", "a:0"])
    def test_a_bad_name_is_refused(self, bad: str) -> None:
        with pytest.raises(ValueError, match="is not a valid node name"):
            tf.constant(1, name=bad)

    def test_an_exact_name_can_be_used_once(self) -> None:
        tf.constant(1, name="exact/")
        with pytest.raises(ValueError, match=r"^Duplicate node name in graph: 'exact'"):
            tf.constant(1, name="exact/")

    def test_constants_made_for_an_op_are_named_after_its_argument(self) -> None:
        x = tf.placeholder(tf.float32, [2], name="x")
        _ = x + 1.0
        _ = 2.0 * x
        assert names() == ["x", "add/y", "add", "mul/x", "mul"]


class TestLookup:
    def test_by_name(self, graph: tf.Graph) -> None:
        a = tf.constant(1, name="s/a")
        assert graph.get_operation_by_name("s/a") is a.op
        assert graph.get_tensor_by_name("s/a:0") is a
        assert graph.as_graph_element("s/a") is a.op
        assert graph.as_graph_element("s/a:0") is a
        assert graph.as_graph_element(a) is a

    def test_what_does_not_exist(self, graph: tf.Graph) -> None:
        tf.constant(1, name="a")
        with pytest.raises(KeyError, match="refers to an Operation not in the graph"):
            graph.get_operation_by_name("b")
        with pytest.raises(KeyError, match="exists but only has 1 outputs"):
            graph.get_tensor_by_name("a:1")
        with pytest.raises(ValueError, match="not a Tensor"):
            graph.get_tensor_by_name("a")
        with pytest.raises(ValueError, match="appears to refer to a Tensor"):
            graph.get_operation_by_name("a:0")
        with pytest.raises(TypeError, match="Can not convert a int into a"):
            graph.as_graph_element(3)

    def test_an_element_of_another_graph(self, graph: tf.Graph) -> None:
        with tf.Graph().as_default():
            other = tf.constant(1)
        with pytest.raises(ValueError, match="is not an element of this graph"):
            graph.as_graph_element(other)


class TestSurroundings:
    def test_collections(self, graph: tf.Graph) -> None:
        tf.add_to_collection("losses", 1)
        tf.get_default_graph().add_to_collections(["losses", "all", "all"], 2)
        assert tf.get_collection("losses") == [1, 2]
        assert tf.get_collection("all") == [2]
        tf.get_collection("losses").append(3)
        assert tf.get_collection("losses") == [1, 2], "what is handed out is a copy"
        tf.get_collection_ref("losses").append(3)
        assert tf.get_collection("losses") == [1, 2, 3]
        graph.clear_collection("losses")
        assert tf.get_collection("losses") == []

    def test_a_collection_filtered_by_scope(self) -> None:
        with tf.name_scope("a"):
            tf.add_to_collection("c", tf.constant(1, name="x"))
        tf.add_to_collection("c", tf.constant(1, name="ba"))
        assert [t.name for t in tf.get_collection("c", scope="a")] == ["a/x:0"]
        assert [t.name for t in tf.get_collection("c", scope=".*a")] == ["a/x:0", "ba:0"]

    def test_control_dependencies(self) -> None:
        a, b = tf.constant(1, name="a"), tf.constant(2, name="b")
        with tf.control_dependencies([a]):
            c = tf.identity(b)
            with tf.control_dependencies([b.op]):
                d = tf.constant(3)
            from_a = tf.identity(a)
            with tf.control_dependencies(None):
                free = tf.constant(4)
            later = tf.identity(c)
        assert c.op.control_inputs == [a.op]
        assert set(d.op.control_inputs) == {a.op, b.op}
        assert from_a.op.control_inputs == [], "it waits for a already, through its input"
        assert free.op.control_inputs == []
        assert later.op.control_inputs == [], "it waits for a through c"

    def test_devices_merge_from_outside_in(self) -> None:
        with tf.device("/job:ps/task:1"), tf.device("/gpu:0"):
            assert tf.constant(1).device == "/job:ps/task:1/device:GPU:0"
            with tf.device("/cpu:1"):
                assert tf.constant(1).device == "/job:ps/task:1/device:CPU:1"
            with tf.device(None):
                assert tf.constant(1).device == ""
            with tf.device(lambda op: "/task:2" if op.type == "Const" else ""):
                assert tf.constant(1).device == "/job:ps/task:2/device:GPU:0"
        assert tf.constant(1).device == ""

    def test_finalize(self, graph: tf.Graph) -> None:
        a = tf.constant(1)
        graph.finalize()
        with pytest.raises(RuntimeError, match=r"^Graph is finalized and cannot be modified\."):
            tf.constant(2)
        with pytest.raises(RuntimeError, match=r"^Graph is finalized and cannot be modified\."):
            tf.add_to_collections(["one", "two"], a)
        with pytest.raises(RuntimeError, match=r"^Graph is finalized and cannot be modified\."):
            graph.clear_collection("one")
        assert graph.collections == []
        with tf.Session() as sess:
            assert sess.run(a) == 1

    def test_colocation_is_reset_only_when_told_so(self, graph: tf.Graph) -> None:
        with (
            pytest.raises(ValueError, match=r"^Trying to reset colocation .* but ignore_existing is not True"),
            graph.colocate_with(None),
        ):
            pass

    def test_default_graphs_nest_and_belong_to_a_thread(self, graph: tf.Graph) -> None:
        inner = tf.Graph()
        seen = []
        with inner.as_default():
            assert tf.get_default_graph() is inner
            thread = threading.Thread(target=lambda: seen.append(tf.get_default_graph()))
            thread.start()
            thread.join()
        assert tf.get_default_graph() is graph
        assert seen[0] not in (inner, graph)

    def test_each_thread_starts_with_a_graph_of_its_own(self) -> None:
        seen: list[tf.Graph] = []

        def look() -> None:
            seen.extend([tf.get_default_graph(), tf.constant(1).graph])
            tf.reset_default_graph()
            seen.append(tf.get_default_graph())

        for _ in range(2):
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        assert seen[0] is seen[1]
        assert len({id(graph) for graph in seen}) == 4

    def test_reset_is_refused_inside_a_graph_block(self) -> None:
        with pytest.raises(AssertionError, match=r"Do not use tf\.reset_default_graph"):
            tf.reset_default_graph()

    def test_an_op_knows_the_line_that_made_it(self) -> None:
        a = tf.constant(1)
        assert a.op.traceback[0][0] == __file__
        assert "a = tf.constant(1)" in a.op.traceback[0][3]
        assert a.op.site == (__file__, a.op.traceback[0][1])

    def test_a_chain_is_counted_exactly(self, graph: tf.Graph) -> None:
        before = graph.version
        tf.constant(1) + 1  # the ops are what is asked for
        assert graph.version == before + 3


class TestTensors:
    def test_how_tensors_print(self) -> None:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        assert str(x) == 'Tensor("x:0", shape=(?, 3), dtype=float32)'
        assert repr(x) == "<tf.Tensor 'x:0' shape=(?, 3) dtype=float32>"
        assert str(tf.placeholder(tf.int32, name="y")) == 'Tensor("y:0", dtype=int32)'
        with tf.device("/cpu:0"):
            assert str(tf.constant(1, name="c")) == 'Tensor("c:0", shape=(), dtype=int32, device=/device:CPU:0)'

    def test_set_shape_only_adds(self) -> None:
        x = tf.placeholder(tf.float32, [None, 3])
        x.set_shape([2, None])
        assert x.shape.as_list() == [2, 3]
        with pytest.raises(ValueError, match="Dimension 0 in both shapes must be equal"):
            x.set_shape([4, 3])

    def test_consumers_are_each_named_once(self) -> None:
        x = tf.constant(2.0)
        y = x * x
        assert x.consumers() == [y.op]
        assert list(y.op.inputs) == [x, x]

    def test_tensors_are_keys_by_identity(self) -> None:
        a, b = tf.constant(1), tf.constant(1)
        assert len({a, b, a}) == 2
        assert (a == b) is False
        assert a == a  # noqa: PLR0124  # that is the point

    @pytest.mark.parametrize("left", [np.ones(2, np.float32), np.float32(2), [1.0, 2.0], 2.0, 3])
    def test_anything_may_stand_on_the_left(self, left: object) -> None:
        x = tf.constant([1.0, 2.0])
        for result, expected in (
            (left + x, np.asarray(left) + [1, 2]),
            (left * x, np.asarray(left) * np.array([1, 2])),
            (left - x, np.asarray(left) - [1, 2]),
            (left / x, np.asarray(left) / [1, 2]),
        ):
            assert isinstance(result, tf.Tensor)
            with tf.Session() as sess:
                np.testing.assert_allclose(sess.run(result), expected, rtol=1e-6)

    def test_two_tensors_are_never_promoted(self) -> None:
        with pytest.raises(TypeError, match="has type int32 that does not match type float32 of argument 'x'"):
            tf.constant(1.0) + tf.constant(1)

    def test_conversion_functions_can_be_registered(self) -> None:
        class Celsius:
            def __init__(self, degrees: float) -> None:
                self.degrees = degrees

        def convert(value: Celsius, dtype: object = None, name: str | None = None, as_ref: bool = False) -> tf.Tensor:
            return tf.constant(value.degrees + 273.15, tf.float32, name=name)

        tf.register_tensor_conversion_function(Celsius, convert)
        with tf.Session() as sess:
            assert sess.run(tf.constant(1.0) + Celsius(0.0)) == pytest.approx(274.15)
