"""tf.test: test cases of users run, pass and fail as they do under TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import flowgraph as tf


class Pair(NamedTuple):
    x: Any
    y: Any


class Case(tf.test.TestCase):
    """One for the functions below to call methods of."""

    __test__ = False

    def runTest(self):
        pass


@pytest.fixture
def case():
    made = Case()
    made.setUp()
    with tf.Session().as_default():
        yield made
    made.tearDown()
    made.doCleanups()


def outcome(method):
    """What unittest says of a test case with this one method."""
    result = unittest.TestResult()
    type("One", (tf.test.TestCase,), {"test": method})("test").run(result)
    return [text.strip().splitlines()[-1] for _, text in result.failures + result.errors]


def test_passing_assertions(case):
    a = tf.constant([1.0, 2.0])
    case.assertAllClose(a, [1, 2])
    case.assertAllClose({"a": a, "b": [Pair(a, [1, 2]), (3, [1.0])]}, {"a": a, "b": [Pair([1, 2], a), (3, [1.0])]})
    case.assertAllEqual(a + 1.0, [2, 3])
    case.assertAllEqual([np.nan, 1.0], [np.nan, 1.0])
    case.assertAllEqual(tf.ragged.constant([[1], [2, 3]]), [[1], [2, 3]])
    case.assertAllClose(tf.ragged.constant([[1.0], [2.0, 3.0]]), tf.ragged.constant([[1.0], [2.0, 3.0 + 1e-7]]))
    case.assertAllInRange(a, 1, 2)
    case.assertAllInSet(a, {1, 2, 3})
    case.assertAllGreater(a, 0)
    case.assertAllGreaterEqual(a, 1)
    case.assertAllLess(a, 3)
    case.assertAllLessEqual(a, 2)
    case.assertNear(1, 1.1, 0.2)
    case.assertArrayNear([1.0, 2.0], [1.1, 2.1], 0.2)
    case.assertNDArrayNear(np.ones(2), np.ones(2) * 1.1, 0.2)
    case.assertDTypeEqual(a, np.float32)
    case.assertShapeEqual(np.zeros(2), a)
    case.assertAllCloseAccordingToType(np.float16([1.0009]), [1])
    case.assertNotAllClose(a, [1, 3])
    case.assertNotAllEqual(a, [1, 3])
    case.assertItemsEqual([1, 2], [2, 1])
    case.assertDeviceEqual("/cpu:0/job:worker", "/job:worker/device:CPU:0")
    case.assertProtoEquals("allow_soft_placement: true", tf.ConfigProto(allow_soft_placement=True))
    with case.assertRaisesRegexp(ValueError, "no float"):
        raise ValueError("no float")


FAILURES = {
    "close": (lambda t: t.assertAllClose([1.0, 2.0], [1.0, 2.1]), r"not close dif = \[0\.1"),
    "close_in_dict": (lambda t: t.assertAllClose({"a": [1, (2, 3)]}, {"a": [1, (2, 4)]}), r"a\[a\]\[1\] is different"),
    "equal": (lambda t: t.assertAllEqual([1, 2, 3], [1, 2, 4]), r"not equal lhs = \[3\]"),
    "shape": (lambda t: t.assertAllEqual([1, 2], [[1, 2]]), r"Shape mismatch: expected \(2,\), got \(1, 2\)"),
    "range": (
        lambda t: t.assertAllInRange(np.arange(4.0), 1, 5, True),
        r"2 of the 4 element\(s\) are outside the range \(1, 5\]\. .*\n  \[0\] : 0\.0\n  \[1\] : 1\.0",
    ),
    "nan": (lambda t: t.assertAllInRange([1.0, np.nan], 0, 2), r"1 of the 2 element\(s\) are NaN"),
    "text_in_range": (lambda t: t.assertAllInRange(["a"], 0, 2), "does not have an ordered numeric type"),
    "set": (lambda t: t.assertAllInSet([1, 2, 3], {1}), r"2 unique element\(s\) are not in the set \{1\}: \[2 3\]"),
    "near": (lambda t: t.assertNear(1, 2, 0.5, "m"), r"1\.000000 != 2\.000000 \+/- 0\.500000 \(m\)"),
    "greater": (lambda t: t.assertAllGreater([1, 2], 1), "not greater than"),
    "start": (lambda t: t.assertStartsWith("abc", "b", "m"), "'abc' does not start with 'b' : 'm'"),
    "device": (
        lambda t: t.assertDeviceEqual("/cpu:0", "/gpu:0"),
        "Devices /device:CPU:0 and /device:GPU:0 are",
    ),
    "not_close": (lambda t: t.assertNotAllClose([1.0], [1.0]), "The two values are close at all elements"),
    "not_equal": (lambda t: t.assertNotAllEqual([1.0], [1.0]), "The two values are equal at all elements"),
    "proto": (lambda t: t.assertProtoEquals("allow_soft_placement: true", tf.ConfigProto()), "differ"),
    "proto_types": (lambda t: t.assertProtoEquals(3, tf.ConfigProto()), r"Can't compare protos of type <class 'int'>"),
    "ragged": (lambda t: t.assertAllEqual(tf.ragged.constant([[1], [2, 3]]), [[1], [2, 4]]), "Lists differ"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failing_assertions(case, name):
    fails, pattern = FAILURES[name]
    with pytest.raises(AssertionError, match=pattern):
        fails(case)


def test_what_cannot_be_compared(case):
    with pytest.raises(ValueError, match=r"^Can't compare dict to non-dict, a vs b"):
        case.assertAllClose({"a": 1}, [1])
    with pytest.raises(ValueError, match=r"^Mismatched length: a\[x\] has 2 items, but b\[x\] has 1 items"):
        case.assertAllClose({"x": [[1], [2, 3]]}, {"x": [[1]]})
    with pytest.raises(TypeError, match="tf_tensor must be a Tensor"):
        case.assertShapeEqual(np.zeros(2), np.zeros(2))


def test_errors_of_a_run_are_matched_by_message_and_op(case):
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.add(x, [1.0, 2.0], name="total")
    for expected in ("Incompatible shapes", "Caused by: total", lambda error: error.op is y.op):
        with case.assertRaisesOpError(expected):
            y.eval({x: [1, 2, 3]})
    not_raised = "Exception of type <class 'AssertionError'>: OpError not raised"
    with pytest.raises(AssertionError, match=not_raised), case.assertRaisesOpError("x"):
        pass
    with pytest.raises(AssertionError, match="InvalidArgumentError"), case.assertRaisesOpError("not this"):
        y.eval({x: [1, 2, 3]})


def test_each_test_starts_with_fixed_seeds():
    """The numbers are TensorFlow's."""

    def method(self):
        self.assertAllClose(self.evaluate(tf.random_uniform([2])), [0.3869294, 0.36002624])
        self.assertEqual(np.random.rand(), 0.18463433217903202)
        self.assertEmpty(tf.get_collection("anything"))

    with tf.Graph().as_default() as outer:
        tf.constant(1.0)
        assert outcome(method) == []
        assert tf.get_default_graph() is outer


def test_sessions_of_a_test():
    def method(self):
        with self.session(graph=tf.Graph()) as session:
            x = tf.constant(1.0) / 3.0
            self.assertEqual(x.op.device, "/device:CPU:0")
            self.assertIs(tf.get_default_session(), session)
        with self.cached_session(use_gpu=True) as cached:
            self.assertEqual(tf.constant(1.0).op.device, "")
        with self.cached_session(force_gpu=False) as again, self.test_session() as third:
            self.assertIs(cached, again)
            self.assertIs(cached, third)
        told = "The graph used to get the cached session is different than"
        with self.assertRaisesRegex(ValueError, told), self.cached_session(graph=tf.Graph()):
            pass

    assert outcome(method) == []


def test_checked_threads():
    def fine(self):
        thread = self.checkedThread(lambda x, y: x + y, (1,), {"y": 2})
        thread.start()
        thread.join()

    def raising(self):
        thread = self.checkedThread(lambda: 1 / 0)
        thread.start()
        thread.join()

    def forgotten(self):
        self.checkedThread(lambda: None).start()

    assert outcome(fine) == []
    assert outcome(raising) == ["AssertionError: Error in checkedThread: division by zero"]
    assert outcome(forgotten) == ["AssertionError: A checked thread was not joined."]


def test_folders_and_streams():
    def method(self):
        folder = self.get_temp_dir()
        self.assertEqual(folder, self.get_temp_dir())
        self.assertStartsWith(folder, tf.test.get_temp_dir())
        with open(os.path.join(folder, "stream"), "w+") as stream:
            stream.write("before ")
            with self.captureWritesToStream(stream) as captured:
                stream.write("inside")
            self.assertEqual(captured.contents(), "inside")
            stream.write("after")
            stream.seek(0)
            self.assertEqual(stream.read(), "before after")

    assert outcome(method) == []


def test_there_is_no_gpu():
    assert tf.test.gpu_device_name() == ""
    answers = [tf.test.is_gpu_available(cuda_only=True), tf.test.is_built_with_cuda()]
    assert answers + [tf.test.is_built_with_rocm(), tf.test.is_built_with_gpu_support()] == [False] * 4


def test_a_cluster_shares_variables():
    with tf.Graph().as_default():
        workers, servers = tf.test.create_local_cluster(2, 1)
        assert [len(workers), len(servers)] == [2, 1]
        assert len({server.target for server in workers + servers}) == 3
        with tf.device("/job:ps/task:0"):
            w = tf.Variable(3.0)
        with tf.Session(workers[0].target) as session:
            session.run(w.initializer)
        with tf.Session(workers[1].target) as session:
            assert session.run(w) == 3.0


def test_src_dir_path(monkeypatch):
    monkeypatch.setenv("TEST_SRCDIR", "/sources")
    assert tf.test.test_src_dir_path("core") == "/sources/org_tensorflow/tensorflow/core"


def graph_def(value=1.0, op=tf.add, device=None, twice=False, waits=False):
    with tf.Graph().as_default() as graph, tf.device(device):
        x, w = tf.constant(value, name="x"), tf.constant(value, name="w")
        with tf.control_dependencies([w] if waits else []):
            op(x, w if op is tf.multiply else x, name="y")
        if twice:
            tf.identity(x, name="z")
    return graph.as_graph_def()


DIFFERENCES = [
    (
        {"value": 2.0},
        "Node named 'x' has attr 'value' with value: Tensor<type: float shape: [] values: 1> that does not match",
    ),
    ({"op": tf.subtract}, "Node named 'y' has op 'Add' that is not expected 'Sub'"),
    ({"twice": True}, "Did not find expected node '{{node z}} = Identity[T=DT_FLOAT](x)'"),
    ({"device": "/cpu:0"}, "Node named 'x' has device '' that is not expected '/device:CPU:0'"),
    ({"waits": True}, "Node named 'y' has inputs 'x, x' that don't match expected 'x, x, ^w'"),
]


@pytest.mark.parametrize(("change", "message"), DIFFERENCES)
def test_graphs_are_compared_node_by_node(change, message):
    """The messages are TensorFlow's."""
    tf.test.assert_equal_graph_def(graph_def(**change), graph_def(**change))
    with pytest.raises(AssertionError) as caught:
        tf.test.assert_equal_graph_def(graph_def(), graph_def(**change))
    assert str(caught.value).startswith(message)


def test_only_graph_defs_are_compared():
    with pytest.raises(AssertionError, match=r"Found unexpected node '\{\{node z\}\} = Identity"):
        tf.test.assert_equal_graph_def(graph_def(twice=True), graph_def())
    with pytest.raises(TypeError, match=r"^Expected tf.GraphDef for expected, got int"):
        tf.test.assert_equal_graph_def(graph_def(), 3)


def test_messages_are_compared_with_texts(case):
    versions = "versions { producer: 134 min_consumer: 0 }"
    case.assertProtoEquals(versions, tf.Graph().as_graph_def())
    case.assertProtoEqualsVersion("", tf.Graph().as_graph_def())
    with pytest.raises(AssertionError):
        case.assertProtoEquals("versions { producer: 3 }", tf.Graph().as_graph_def())


class Animal:
    def speak(self):
        return "..."

    @staticmethod
    def legs():
        return 4


class Dog(Animal):
    pass


def test_stubs_are_put_back():
    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(Animal, "legs", staticmethod(lambda: 2))
        stubs.SmartSet(Dog, "speak", lambda self: "woof")
        assert (Animal.legs(), Animal().speak()) == (2, "woof")
        with pytest.raises(AttributeError, match="Attribute not found"):
            stubs.SmartSet(Dog, "fly", None)
    assert (Animal().legs(), Animal().speak(), Dog().speak()) == (4, "...", "...")


def test_benchmarks_report_what_they_measure(capsys):
    class Squares(tf.test.Benchmark):
        def benchmarkReport(self):
            metrics = [{"name": "m", "value": 2, "min_value": 1}]
            self.report_benchmark(iters=3, wall_time=0.5, extras={"a": 1, "b": "c"}, metrics=metrics)

        def benchmarkOp(self):
            with tf.Session() as session:
                op = tf.square(tf.ones([1000]))
                return self.run_op_benchmark(session, op, min_iters=3, name="op", mbs=1, store_trace=True)

    Squares().benchmarkReport()
    assert (
        capsys.readouterr().out.split()
        == textwrap.dedent("""
        entry {
          name: "Squares.benchmarkReport"
          iters: 3
          wall_time: 0.5
          extras { key: "a" value { double_value: 1.0 } }
          extras { key: "b" value { string_value: "c" } }
          metrics { name: "m" value: 2.0 min_value { value: 1.0 } }
        }""").split()
    )
    measured = Squares().benchmarkOp()
    assert measured["throughput"] == 1 / measured["wall_time"]
    assert measured["extras"]["allocator_maximum_num_bytes_cpu"] > 0
    assert '"op": "Square"' in measured["extras"]["full_trace_chrome_format"]
    assert 'name: "Squares.op"' in capsys.readouterr().out
    with pytest.raises(TypeError, match="extras must be a dict"):
        Squares().report_benchmark(extras=3, name="x")


SCRIPT = """
import flowgraph as tf

class Test(tf.test.TestCase):
    def test_one(self):
        self.assertAllEqual(tf.constant(1), 1)

class Bench(tf.test.Benchmark):
    def benchmarkOne(self):
        self.report_benchmark(iters=1)

    def benchmarkOther(self):
        self.report_benchmark(iters=2)

if __name__ == "__main__":
    tf.test.main()
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], "Ran 2 tests"), (["--benchmarks=Bench.benchmarkOther"], "iters: 2"), (["Test.test_one"], "Ran 1 test ")],
)
def test_main_runs_tests_or_benchmarks(tmp_path, arguments, expected):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(tf.__file__).parent.parent)}
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert expected in done.stdout + done.stderr
    assert "iters: 1" not in done.stdout


def test_unittest_is_imported_when_it_is_needed():
    code = "import sys, flowgraph as tf; print('unittest' in sys.modules); tf.test.TestCase; tf.test.mock"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
