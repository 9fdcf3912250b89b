"""tf.Assert: what it shows is what TensorFlow 1.15.5 shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ops.assertion import summary


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


SHOWN = {
    "texts": (["a", 1, [2, 3, 4, 5], [[1, 2], [3, 4]]], None, "[a] [1] [2 3 4...] [[1 2][3...]...]"),
    "two entries": (["a", 1, [2, 3, 4, 5], [[1, 2], [3, 4]]], 2, "[a] [1] [2 3...] [[1 2]...]"),
    "all entries": ([[[1, 2], [3, 4]], list(range(5))], -1, "[[1 2][3 4]] [0 1 2 3 4]"),
    "three axes": ([np.arange(12, dtype=np.int32).reshape(1, 3, 4)], 5, "[[[0 1 2 3][4...]]...]"),
    "floats": (
        [1.5, np.pi, [1e10, 1e-7, np.nan, np.inf], True],
        10,
        "[1.5] [3.14159274] [1e+10 1e-07 nan inf] [1]",
    ),
    "other numbers": (
        [np.float64(1.1), np.arange(3, dtype=np.uint8), 1 + 2j, np.float16(0.3)],
        None,
        "[1.1] [0 1 2] [?] [0.300048828]",
    ),
    "escapes": ([np.zeros([0], np.int32), [b"a", 'b\n"']], None, '[] [a b\\n\\"]'),
}


@pytest.mark.parametrize("engine", ["REFERENCE", "NUMPY"])
@pytest.mark.parametrize(("data", "summarize", "shown"), SHOWN.values(), ids=SHOWN)
def test_a_false_condition_shows_the_data(data: Any, summarize: Any, shown: str, engine: str) -> None:
    condition = tf.placeholder(tf.bool, [])
    check = tf.Assert(condition, data, summarize)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        assert session.run(check, {condition: True}) is None
        with pytest.raises(tf.errors.InvalidArgumentError) as error:
            session.run(check, {condition: False})
    assert str(error.value).split("\n")[0] == f"assertion failed: {shown}"


def test_what_does_not_wait_for_it_is_not_stopped() -> None:
    check = tf.Assert(False, ["never"])
    free = tf.constant(1.0)
    with tf.control_dependencies([check]):
        waiting = tf.identity(free)
    with tf.Session() as session:
        assert session.run(free) == 1.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="never"):
            session.run(waiting)


def test_the_condition_is_a_scalar() -> None:
    check = tf.Assert([True, False], ["x"])
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as error:
        session.run(check)
    assert str(error.value).split("\n")[0] == "In[0] should be a scalar: [2]"


@pytest.mark.parametrize(
    ("condition", "data", "kind", "line"),
    [
        (True, [], ValueError, "Attr 'T' of 'Assert' Op passed list of length 0 less than minimum 1."),
        (True, "abc", TypeError, "Expected list for 'data' argument to 'Assert' Op, not abc."),
        (
            3,
            ["x"],
            TypeError,
            (
                "Expected bool passed to parameter 'condition' of op 'Assert', got 3 of type 'int' instead. "
                "Error: Expected bool, got 3 of type 'int' instead."
            ),
        ),
        (
            3,
            [1.0],
            TypeError,
            "Input 'pred' of 'Switch' Op has type int32 that does not match expected type of bool.",
        ),
    ],
)
def test_errors_while_building(condition: Any, data: Any, kind: type[Exception], line: str) -> None:
    with pytest.raises(kind) as error:
        tf.Assert(condition, data)
    assert str(error.value).split("\n")[0] == line


def test_summary_never_shows_more_than_it_was_asked_for() -> None:
    array = np.arange(24).reshape(2, 3, 4)
    for entries in range(25):
        shown = summary(array, entries)
        numbers = shown.replace("[", " ").replace("]", " ").replace(".", " ").split()
        assert numbers == [str(i) for i in range(entries)]
        assert shown.endswith("...") == (entries < 24)
