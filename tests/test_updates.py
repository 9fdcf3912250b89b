"""What the numpy engine does in variables' own buffers is what the ops' own forwards do, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy.kernels import UPDATES, updates
from flowgraph.engines.numpy.kernels.updates import BLOCK, LONG
from flowgraph.ir.emit import emit

NUMBERS = {
    "lr": 0.1, "momentum": 0.9, "rho": 0.8, "epsilon": 1e-3, "l1": 0.1, "l2": 0.2, "alpha": 0.1, "l2_shrinkage": 0.3,
    "lr_power": -0.5, "global_step": 3, "sign_decay": 0.5, "beta": 0.9, "logbase": 1.0, "beta1_power": 0.9,
    "beta2_power": 0.99, "beta1": 0.9, "beta2": 0.99,
}  # fmt: skip
OF_ROWS = [opdef for opdef in UPDATES if any(arg.name == "indices" for arg in opdef.inputs)]
OF_ALL = [opdef for opdef in UPDATES if opdef not in OF_ROWS]


def _name(value: Any) -> str:
    return value.name if hasattr(value, "name") else getattr(value, "__name__", str(value))


def _grid(shape: tuple[int, ...], dtype: Any, start: float = 1.0) -> np.ndarray:
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) * 0.7 + start).reshape(shape) + 1.5).astype(dtype)


def _update(opdef: Any, variables: list[Any], given: dict[str, Any]) -> Any:
    dtype = given["grad"].dtype
    numbers = {
        name: tf.constant(value, tf.int64 if name == "global_step" else dtype) for name, value in NUMBERS.items()
    }
    values = {**numbers, **given, "delta": given["grad"], "value": given["grad"], "updates": given["grad"]}
    inputs = [getattr(variable, "handle", variable) for variable in variables]
    update = emit(opdef, *inputs, *(values[arg.name] for arg in opdef.inputs[len(variables) :]))
    return update.op if isinstance(update, tf.Tensor) else update


def _after(opdef: Any, engine: str, start: np.ndarray, feeds: list[dict[str, Any]]) -> list[np.ndarray]:
    """The variables after a step for each of the feeds: gradients, and which rows they are of."""
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    count = sum(arg.is_handle for arg in opdef.inputs)
    by_handle = not opdef.inputs[0].is_ref
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        variables = [tf.Variable((start + 0.1 * i).astype(start.dtype), use_resource=by_handle) for i in range(count)]
        given = {name: tf.placeholder(value.dtype, value.shape) for name, value in feeds[0].items()}
        step = _update(opdef, variables, {**given, "grad": tf.identity(given["grad"])})
        session.run(tf.global_variables_initializer())
        for values in feeds:
            session.run(step, {given[name]: value for name, value in values.items()})
        return session.run(variables)


def _same_in_both_engines(opdef: Any, start: np.ndarray, feeds: list[dict[str, Any]], changes: bool = True) -> None:
    expected = _after(opdef, "REFERENCE", start, feeds)
    for ours, theirs in zip(_after(opdef, "NUMPY", start, feeds), expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert not (changes and start.size) or not np.array_equal(expected[0], start)


@pytest.mark.parametrize("opdef", OF_ALL, ids=_name)
@pytest.mark.parametrize("shape", [(), (0,), (3, 2), (2, BLOCK + 7)])
def test_whole_variables(opdef, shape):
    feeds = [{"grad": _grid(shape, np.float32, start)} for start in (2.0, 3.0)]
    _same_in_both_engines(opdef, _grid(shape, np.float32), feeds)


@pytest.mark.parametrize("opdef", OF_ALL, ids=_name)
@pytest.mark.parametrize("dtype", [np.float16, np.float64], ids=_name)
def test_whole_variables_of_other_dtypes(opdef, dtype):
    _same_in_both_engines(opdef, _grid((5, 3), dtype), [{"grad": _grid((5, 3), dtype, 2.0)}])


@pytest.mark.parametrize("opdef", [opdef for opdef in OF_ALL if opdef.inputs[0].is_ref], ids=_name)
def test_long_variables_are_done_on_threads(opdef, monkeypatch):
    monkeypatch.setattr(updates, "LONG", 5 * BLOCK)
    monkeypatch.setattr(updates, "LONG_FOR_RULES", 5 * BLOCK)
    shape = (5 * BLOCK + 3,)
    assert LONG > BLOCK
    _same_in_both_engines(opdef, _grid(shape, np.float32), [{"grad": _grid(shape, np.float32, 2.0)}])


@pytest.mark.parametrize("opdef", OF_ROWS, ids=_name)
@pytest.mark.parametrize("shape", [(9,), (9, 4), (9, 2, 3)])
@pytest.mark.parametrize("rows", [[], [3], [7, 0, 8], [4, 1, 4, 4, 0, 1]])
def test_rows(opdef, shape, rows):
    _test_rows(opdef, np.float32, shape, rows)


@pytest.mark.parametrize("opdef", OF_ROWS, ids=_name)
@pytest.mark.parametrize("dtype", [np.float16, np.float64], ids=_name)
def test_rows_of_other_dtypes(opdef, dtype):
    _test_rows(opdef, dtype, (9, 4), [7, 0, 8])
    _test_rows(opdef, dtype, (9,), [4, 1, 4, 4, 0, 1])


def _test_rows(opdef: Any, dtype: Any, shape: tuple[int, ...], rows: list[int]) -> None:
    feeds = [
        {"grad": (_grid((len(rows), *shape[1:]), dtype) * factor).astype(dtype), "indices": np.array(rows, np.int64)}
        for factor in (0.2, 7)  # smaller than what is there, and larger
    ]
    _same_in_both_engines(opdef, _grid(shape, dtype), feeds, changes=bool(rows))


@pytest.mark.parametrize("opdef", OF_ROWS, ids=_name)
@pytest.mark.parametrize("wrong", [-1, 9])
def test_a_row_outside_changes_nothing_and_is_reported_in_the_same_words(opdef, wrong):
    told = []
    for engine in ("NUMPY", "REFERENCE"):
        feed = {"grad": _grid((3, 2), np.float32), "indices": np.array([1, wrong, 2])}
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            _after(opdef, engine, _grid((9, 2), np.float32), [feed])
        told.append(str(caught.value).splitlines()[0])
    assert told[0] == told[1]
    assert str(wrong) in told[0]


@pytest.mark.parametrize("engine", ["NUMPY", "REFERENCE"])
def test_rows_of_a_variable_that_are_put_into_itself(engine):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        turn = tf.scatter_update(v, [2, 1, 0], v)
        add = tf.scatter_add(v, [2, 1, 0], v)
        session.run(v.initializer)
        assert session.run(turn).tolist() == [[5, 6], [3, 4], [1, 2]]
        assert session.run(add).tolist() == [[6, 8], [6, 8], [6, 8]]


def test_a_variable_of_another_shape_gets_other_calls():
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable([1.0, 2.0], validate_shape=False)
        longer = tf.assign(v, tf.ones([3]), validate_shape=False)
        grow = tf.assign_add(v, tf.ones_like(v))
        session.run(v.initializer)
        assert session.run(grow).tolist() == [2, 3]
        assert session.run(longer).tolist() == [1, 1, 1]
        assert session.run(grow).tolist() == [2, 2, 2]


def test_what_is_computed_from_an_assignment_sees_the_new_value():
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable([1.0, 2.0])
        before = v * 10.0
        after = tf.assign_sub(v, [1.0, 1.0]) * 10.0
        session.run(v.initializer)
        assert [x.tolist() for x in session.run([before, after, v])] == [[10, 20], [0, 10], [0, 1]]
