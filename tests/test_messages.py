"""What errors say beyond TensorFlow's first line: the user's line, what was involved, how to mend it.

The first lines themselves are compared with TensorFlow 1.15.5 in test_golden_errors.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as g:
        yield g


def said(call: Callable[[], Any]) -> str:
    """The message of what `call` raises."""
    with pytest.raises(Exception) as caught:  # whatever it is: the text is asked for
        call()
    return str(caught.value)


def run(fetch: Any, feed: Any = None) -> Any:
    with tf.Session() as sess:
        return sess.run(fetch, feed)


class TestFeeds:
    @pytest.mark.parametrize(
        ("wanted", "fed", "mend"),
        [
            ([None, 784], (10, 28, 28), "np.reshape(value, [-1, 784]) has the wanted shape."),
            ([None, 1], (7,), "np.reshape(value, [-1, 1]) has the wanted shape."),
            ([5, 2], (5, 2, 1), "np.reshape(value, [-1, 2]) has the wanted shape."),
            ([None, 28, 28], (28, 28), "One example is a batch of one: feed [value]."),
            ([None, 10], (100,), None),  # class numbers: other reshapes would make nonsense of them
            ([None, None], (3,), None),
            ([4, 2], (2, 4), None),
            ([], (1,), None),
        ],
    )
    def test_a_wrong_shape(self, wanted: list[int | None], fed: tuple[int, ...], mend: str | None) -> None:
        x = tf.placeholder(tf.float32, wanted, name="x")
        text = said(lambda: run(x, {x: np.zeros(fed)}))
        assert "x:0 takes float32 of shape" in text
        assert "test_messages.py" in text
        assert ("Fix: " + mend in text) if mend else ("Fix:" not in text)
        assert "run(x, {x: np.zeros(fed)})" in text or "sess.run(fetch, feed)" in text

    def test_the_axis_that_does_not_fit(self) -> None:
        x = tf.placeholder(tf.float32, [None, 3])
        assert "axis 1: 4 was fed, 3 is wanted" in said(lambda: run(x, {x: np.zeros([2, 4])}))

    def test_none(self) -> None:
        x = tf.placeholder(tf.float32, [None])
        text = said(lambda: run(x, {x: None}))
        assert "the value is None" in text
        assert "Fix" not in text

    @pytest.mark.parametrize(
        ("value", "where"),
        [
            ([[1, 2], [3]], "axis 1: the rows have from 1 to 2 entries"),
            ([[1, 2], 3], "axis 1: some entries are numbers, some are lists"),
            ([[[1], [2]], [[3], [4, 5, 6]]], "axis 2: the rows have from 1 to 3 entries"),
        ],
    )
    def test_rows_of_unequal_length(self, value: Any, where: str) -> None:
        x = tf.placeholder(tf.float32)
        text = said(lambda: run(x, {x: value}))
        assert text.startswith("setting an array element with a sequence.\n")
        assert where in text

    def test_a_name_without_its_number(self) -> None:
        tf.placeholder(tf.float32, name="x")
        assert "Fix: A tensor's name has its output's number behind: 'x:0'." in said(lambda: run("x:0", {"x": 1}))

    def test_a_key_that_is_no_tensor(self) -> None:
        x = tf.placeholder(tf.float32)
        assert "was the name of a placeholder given to something else?" in said(lambda: run(x, {2.5: 1}))


class TestGraphs:
    def test_fetches_and_feeds_of_another_graph(self) -> None:
        with tf.Graph().as_default():
            other = tf.placeholder(tf.float32, name="other")
        one = tf.constant(1)
        for text in (said(lambda: run(other)), said(lambda: run(one, {other: 1}))):
            assert "other:0, made at " in text or "other, made at " in text
            assert "belongs to the graph made at " in text
            assert "the session runs the graph made at " in text
            assert "thread" not in text

    def test_another_graph_because_of_another_thread(self) -> None:
        one, texts = tf.constant(1), []
        thread = threading.Thread(target=lambda: texts.append(said(lambda: (tf.constant(2), run(one)))))
        thread.start()
        thread.join()
        assert "each thread starts with a default graph of its own" in texts[0]

    def test_a_misspelt_name(self) -> None:
        tf.constant(1, name="accuracy")
        assert "Fix: Did you mean 'accuracy:0'?" in said(lambda: run("acuracy:0"))
        assert "Fix: Did you mean 'accuracy'?" in said(lambda: run("Accuracy"))
        assert "Fix:" not in said(lambda: run("entirely_else"))


class TestMissingValues:
    def test_each_placeholder_with_its_line(self) -> None:
        x, k = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.float32, name="keep_prob")
        y = tf.multiply(tf.reduce_sum(x), k, name="y")
        text = said(lambda: run(y))
        assert "  x          float32 [?,3]      made at " in text
        assert "  keep_prob  float32 <unknown>  made at " in text
        assert 'tf.placeholder(tf.float32, name="keep_prob")' in text
        assert "needed for y:0" in text
        assert "Fix: sess.run(..., feed_dict={x: value, keep_prob: value})" in text
        assert text.splitlines()[-1].strip() == "return sess.run(fetch, feed)"

    def test_each_variable_with_its_initializer(self) -> None:
        local = [tf.GraphKeys.LOCAL_VARIABLES]
        a = tf.Variable(1.0, name="a")
        b = tf.Variable(2.0, name="b", collections=local)
        c = tf.Variable(2.0, name="c", collections=[])
        assert "Fix: sess.run(tf.global_variables_initializer())\n" in said(lambda: run(a))
        assert "Fix: sess.run(tf.local_variables_initializer())\n" in said(lambda: run(b))
        text = said(lambda: run(tf.add_n([a, b, c])))
        assert "  Fix: sess.run(tf.global_variables_initializer())\n" in text
        assert "       sess.run(tf.local_variables_initializer())\n" in text
        assert "       sess.run(<the variable c>.initializer)\n" in text
        for line in ('a = tf.Variable(1.0, name="a")', "b = tf.Variable(2.0", "c = tf.Variable(2.0"):
            assert line in text

    def test_a_variable_made_after_the_initializer(self) -> None:
        early = tf.Variable(1.0, name="early")
        init = tf.global_variables_initializer()
        late = tf.Variable(2.0, name="late")
        with tf.Session() as sess:
            sess.run(init)
            text = said(lambda: sess.run([early, late]))
        assert "For these alone: sess.run(tf.variables_initializer([late]))" in text


class TestOperands:
    @pytest.mark.parametrize(
        ("one", "two", "mend"),
        [
            (tf.int32, tf.float32, "tf.cast(x, tf.float32) makes the two alike."),
            (tf.float32, tf.int32, "tf.cast(y, tf.float32) makes the two alike."),
            (tf.float32, tf.float64, "tf.cast(y, tf.float32) makes the two alike."),
            (tf.float64, tf.float32, "tf.cast(x, tf.float32) makes the two alike."),
            (tf.float64, tf.float16, "tf.cast(y, tf.float64) makes the two alike."),
            (tf.float16, tf.float32, "tf.cast(x, tf.float32) makes the two alike."),
            (tf.int32, tf.int64, "tf.cast(x, tf.int64) makes the two alike."),
            (tf.uint8, tf.int32, "tf.cast(x, tf.int32) makes the two alike."),
            (tf.float32, tf.complex64, "tf.cast(x, tf.complex64) makes the two alike."),
            (tf.string, tf.float32, None),
        ],
    )
    def test_the_cast_that_loses_least(self, one: tf.DType, two: tf.DType, mend: str | None) -> None:
        text = said(lambda: tf.add(tf.placeholder(one), tf.placeholder(two)))
        assert "that does not match type" in text.splitlines()[0]
        assert (f"Fix: {mend}" in text) if mend else ("Fix:" not in text)

    def test_an_input_of_one_dtype_only(self) -> None:
        text = said(lambda: tf.gather_nd(tf.zeros([3]), tf.placeholder(tf.float32)))
        assert "has DataType float32 not in list of allowed values" in text

    def test_variables_are_called_variables(self) -> None:
        x = tf.placeholder(tf.float32, [None, 784], name="x")
        w = tf.Variable(tf.zeros([500, 10]), name="w")
        text = said(lambda: tf.matmul(x, w))
        assert "b = <tf.Tensor 'w/read:0' shape=(500, 10) dtype=float32>  the variable w, made at " in text
        assert "a = <tf.Tensor 'x:0' shape=(?, 784) dtype=float32>        made by Placeholder at " in text

    def test_shapes_at_run_time_and_who_fed_them(self) -> None:
        p, x = tf.placeholder(tf.bool, name="p"), tf.placeholder(tf.float32, [None], name="x")
        text = said(lambda: run(tf.cond(p, lambda: x + [1.0, 2.0], lambda: x), {x: [1, 2, 3], p: True}))
        assert "the op: cond/add (AddV2)" in text
        rows = {line.split()[0]: line for line in text.splitlines() if " has shape " in line}
        assert rows["x:0"].endswith(", fed")
        assert not rows["cond/add/y:0"].endswith(", fed")


class TestTensors:
    """What a tensor is not: the message names the line that tried, and the one that made the tensor."""

    @pytest.mark.parametrize(
        ("misuse", "mend"),
        [
            (bool, "tf.cond or tf.where"),
            (list, "tf.unstack"),
            (lambda x: 1.0 in x, "tf.unstack"),
            (len, "tf.shape(x)[0]"),
            (np.array, "array = sess.run(tensor)"),
            (np.sin, "use the tf function of the same name"),
            (lambda x: x.__setitem__(0, 1.0), "tf.tensor_scatter_update"),
        ],
    )
    def test_misused(self, misuse: Any, mend: str) -> None:
        x = tf.constant([1.0], name="x")
        text = said(lambda: misuse(x))
        assert mend in text.replace("\n       ", " ")
        assert "the tensor: <tf.Tensor 'x:0' shape=(1,) dtype=float32>, made at " in text
        assert "misuse" in text.splitlines()[-1] or "lambda" in text.splitlines()[-1]

    def test_item_assignment_in_pythons_words(self) -> None:
        with pytest.raises(TypeError, match=r"^'Tensor' object does not support item assignment\n"):
            tf.zeros([3])[0] = 1.0

    def test_eval_without_a_session(self) -> None:
        x = tf.constant(1.0, name="x")
        text = said(x.eval)
        assert "x:0 was made at" in text
        assert text.splitlines()[-1].strip() == "call()"

    def test_an_unknown_size(self) -> None:
        x = tf.placeholder(tf.float32, [None, 3])
        for call in (lambda: int(x.shape[0]), lambda: tf.zeros([x.shape[0], 3]), lambda: range(x.shape[0])):
            text = said(call)
            assert text.startswith(("__int__ returned non-int (type NoneType)\n", "__index__ returned non-int"))
            assert "tf.shape(x)[axis]" in text


class TestTracebacks:
    @pytest.mark.parametrize("engine", ["NUMPY", "REFERENCE"])
    def test_of_a_failed_op_it_shows_the_line_that_ran_it_and_no_engine(
        self, engine: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FLOWGRAPH_ENGINE", engine)
        x = tf.placeholder(tf.float32, [None])
        y = tf.add(x, [1.0, 2.0])
        for _ in range(2):  # the second time along the quick way
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Incompatible shapes") as caught:
                run(y, {x: [1, 2, 3]})
            files = [str(entry.path).rpartition("/")[2] for entry in caught.traceback]
            assert files == ["test_messages.py", "test_messages.py", "base.py"]
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__

    def test_what_nobody_foresaw_keeps_its_cause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("broken")

        y = tf.placeholder(tf.float32, [2], name="x") * 2.0
        monkeypatch.setenv("FLOWGRAPH_ENGINE", "REFERENCE")
        monkeypatch.setattr(y.op.opdef, "forward", broken)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^RuntimeError in Mul: broken") as caught:
            run(y, {"x:0": [1, 2]})
        assert isinstance(caught.value.__cause__, RuntimeError)


class TestOldScripts:
    def test_concat_with_the_axis_first(self) -> None:
        text = said(lambda: tf.concat(0, [tf.zeros([3]), tf.zeros([3])]))
        assert text.startswith("Shape (2, 3) must have rank 0\n")
        assert "before TensorFlow 1.0 the axis came first" in text

    def test_padding_in_small_letters(self) -> None:
        text = said(lambda: tf.nn.max_pool(tf.zeros([1, 4, 4, 1]), [1, 2, 2, 1], [1, 2, 2, 1], "same"))
        assert "Fix: padding='SAME', in capitals." in text


def test_a_misspelt_variable() -> None:
    with tf.variable_scope("layer"):
        tf.get_variable("weights", [2])
    with tf.variable_scope("layer", reuse=True):
        text = said(lambda: tf.get_variable("weigths", [2]))
    assert "there is layer/weights  made at " in text
