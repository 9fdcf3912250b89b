"""The update rules by themselves: blocks, rows, messages. Whole optimizers are compared with TF's by tests/programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.emit import emit
from flowgraph.ops import apply_rules as rules
from flowgraph.ops.apply import Family

ADAM_NUMBERS = {"beta1_power": 0.9, "beta2_power": 0.99, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-3}
NUMBERS = {
    "lr": 0.1, "momentum": 0.9, "rho": 0.8, "epsilon": 1e-3, "l1": 0.1, "l2": 0.2, "alpha": 0.1, "l2_shrinkage": 0.3,
    "lr_power": -0.5, "global_step": 3, "sign_decay": 0.5, "beta": 0.9, "logbase": 1.0, **ADAM_NUMBERS,
}  # fmt: skip
FAMILIES = {name: value for name, value in vars(rules).items() if isinstance(value, Family)}


def _variables(opdef: Any, values: np.ndarray) -> list[Any]:
    """A variable for each input that is one, all with other positive values."""
    count = sum(arg.is_handle for arg in opdef.inputs)
    by_handle = opdef.name.startswith("Resource")
    return [tf.Variable((values + 0.1 * i).astype(values.dtype), use_resource=by_handle) for i in range(count)]


def _update(opdef: Any, variables: list[Any], **values: Any) -> Any:
    values = {**NUMBERS, **values, "delta": values["grad"]}
    inputs = [getattr(var, "handle", var) for var in variables]
    return emit(opdef, *inputs, *(values[arg.name] for arg in opdef.inputs[len(variables) :]))


def _run(opdef: Any, start: np.ndarray, **values: Any) -> list[np.ndarray]:
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = _variables(opdef, start)
        update = _update(opdef, variables, **values)
        sess.run(tf.global_variables_initializer())
        sess.run(update.op if isinstance(update, tf.Tensor) else update)
        return sess.run(variables)


def _grid(*shape: int, start: float = 1.0) -> np.ndarray:
    return np.sin(np.arange(np.prod(shape)) + start).reshape(shape).astype(np.float32) + np.float32(1.5)


@pytest.mark.parametrize("name", FAMILIES)
def test_large_arrays_are_done_in_blocks_and_small_ones_alike(name: str) -> None:
    """An entry's update depends on nothing but that entry, wherever it lies."""
    start, grad = _grid(70_000), _grid(70_000, start=2.0)
    large = _run(FAMILIES[name].dense, start, grad=grad)
    for chosen in (slice(0, 7), slice(32_760, 32_780), slice(69_990, 70_000)):
        small = _run(FAMILIES[name].dense, start[chosen], grad=grad[chosen])
        for mine, theirs in zip(large, small, strict=True):
            np.testing.assert_allclose(mine[chosen], theirs, rtol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 2)])
def test_handles_are_treated_as_references_are(name: str, shape: tuple[int, ...]) -> None:
    family = FAMILIES[name]
    start, grad = _grid(*shape), _grid(*shape, start=2.0)
    ours = _run(family.dense, start, grad=grad)
    for mine, theirs in zip(ours, _run(family.resource_dense, start, grad=grad), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not start.size or not np.array_equal(ours[0], start)


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].sparse])
@pytest.mark.parametrize("kind", ["sparse", "resource_sparse"])
def test_all_rows_are_the_whole(name: str, kind: str) -> None:
    """An update of every row, in any order, is that of the whole variable."""
    family, order = FAMILIES[name], np.array([2, 0, 3, 1], np.int32)
    start, grad = _grid(4, 3), _grid(4, 3, start=2.0)
    by_rows = _run(getattr(family, kind), start, grad=grad[order], indices=order)
    for mine, theirs in zip(by_rows, _run(family.dense, start, grad=grad), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].sparse])
def test_a_row_that_comes_twice_is_updated_twice(name: str) -> None:
    opdef = FAMILIES[name].sparse
    start, grad = _grid(3, 2), _grid(3, 2, start=2.0)
    twice = _run(opdef, start, grad=grad, indices=[1, 1, 0])
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = _variables(opdef, start)
        updates = [_update(opdef, variables, grad=grad[i : i + 1], indices=[row]) for i, row in enumerate([1, 1, 0])]
        sess.run(tf.global_variables_initializer())
        for update in updates:
            sess.run(update.op)
        for mine, theirs in zip(twice, sess.run(variables), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-6)


# the messages are TensorFlow 1.15.5's
BUILD_ERRORS = {
    "slot": (2, 3, 2, 0.1, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are [2] and [3]."),
    "gradient": (2, 2, 3, 0.1, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are [2] and [3]."),
    "rate": (2, 2, 2, [0.1], "Shape must be rank 0 but is rank 1"),
}


@pytest.mark.parametrize("name", BUILD_ERRORS)
@pytest.mark.parametrize("kind", ["dense", "resource_dense"])
def test_shapes_are_checked_when_the_graph_is_built(name: str, kind: str) -> None:
    var, slot, grad, rate, words = BUILD_ERRORS[name]
    opdef = getattr(rules.MOMENTUM, kind)
    with tf.Graph().as_default():
        variables = [tf.Variable(np.zeros(n, np.float32), use_resource=kind != "dense") for n in (var, slot)]
        with pytest.raises(ValueError) as caught:
            _update(opdef, variables, grad=np.zeros(grad, np.float32), lr=rate)
    assert str(caught.value).startswith(f"{words} for '{opdef.name}' (op: '{opdef.name}') with input shapes: ")


ROWS_ERRORS = [
    ([[1, 2]], "Shape must be rank 1 but is rank 2"),
    ([0, 1, 1], "Dimensions must be equal, but are 3 and 2"),
]


@pytest.mark.parametrize(("indices", "words"), ROWS_ERRORS)
def test_rows_are_checked_when_the_graph_is_built(indices: Any, words: str) -> None:
    with tf.Graph().as_default():
        variables = _variables(rules.MOMENTUM.sparse, _grid(2))
        with pytest.raises(ValueError) as caught:
            _update(rules.MOMENTUM.sparse, variables, grad=_grid(2), indices=indices)
    assert str(caught.value).startswith(words)


RUN_ERRORS = {
    "gradient": ("dense", [1.0, 2.0, 3.0], None, 0.1, "var and grad do not have the same shape[2,2] [3]"),
    "rate": ("dense", [[1.0, 2.0]] * 2, None, [0.1], "lr is not a scalar: [1]"),
    "row": ("sparse", [[1.0, 2.0]] * 2, [1, 5], 0.1, "Index 5 at offset 1 in indices is out of range"),
    "negative_row": ("sparse", [[1.0, 2.0]], [-1], 0.1, "Index -1 at offset 0 in indices is out of range"),
    "rank": ("sparse", [[1.0, 2.0]], [[1]], 0.1, "indices must be one-dimensional"),
    "count": ("sparse", [[1.0, 2.0]], [1, 0], 0.1, "grad must be the same size as indices in the first dimension."),
    "width": ("sparse", [[1.0, 2.0, 3.0]], [1], 0.1, "var and grad must match in dimension 1"),
}


@pytest.mark.parametrize("name", RUN_ERRORS)
@pytest.mark.parametrize("resource", [False, True])
def test_shapes_are_checked_in_the_run(name: str, resource: bool) -> None:
    kind, grad, indices, rate, words = RUN_ERRORS[name]
    opdef = getattr(rules.MOMENTUM, f"resource_{kind}" if resource else kind)
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = _variables(opdef, _grid(2, 2))
        late = {
            "grad": tf.placeholder(tf.float32),
            "lr": tf.placeholder(tf.float32),
            "indices": tf.placeholder(tf.int32),
        }
        update = _update(opdef, variables, **late)
        sess.run(tf.global_variables_initializer())
        feeds = {late["grad"]: grad, late["lr"]: rate, late["indices"]: [0] if indices is None else indices}
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(update.op if isinstance(update, tf.Tensor) else update, feeds)
        assert caught.value.message.startswith(words)
        for i, var in enumerate(variables):
            np.testing.assert_array_equal(sess.run(var), _grid(2, 2) + np.float32(0.1) * i)


@pytest.mark.parametrize(
    ("resource", "error", "words"),
    [
        (False, tf.errors.FailedPreconditionError, "Attempting to use uninitialized value"),
        (True, tf.errors.InternalError, "Invalid variable reference."),
    ],
)
def test_variables_without_a_value(resource: bool, error: Any, words: str) -> None:
    family = rules.ADAM
    with tf.Graph().as_default(), tf.Session() as sess:
        opdef = family.resource_dense if resource else family.dense
        update = _update(opdef, _variables(opdef, _grid(2)), grad=_grid(2))
        with pytest.raises(error, match=words):
            sess.run(update.op if isinstance(update, tf.Tensor) else update)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", FAMILIES)
def test_other_floats_stay_what_they_are(name: str, dtype: str) -> None:
    """The result is that of float32, as far as the dtype can tell."""
    start, grad = _grid(5), _grid(5, start=2.0)
    expected = _run(FAMILIES[name].dense, start, grad=grad)
    of = getattr(tf, dtype).as_numpy_dtype
    found = _run(FAMILIES[name].dense, start.astype(of), grad=grad.astype(of))
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.dtype == of
        close = 1e-5 if dtype == "float64" else 0.1
        np.testing.assert_allclose(mine.astype(np.float64), theirs, rtol=close, atol=close)


def test_slots_belong_to_the_optimizer() -> None:
    with tf.Graph().as_default():
        w, other = tf.Variable([1.0], name="w"), tf.Variable([1.0], name="other")
        adam = tf.train.AdamOptimizer(0.1)
        assert adam.get_slot_names() == []
        assert adam.get_slot(w, "m") is None
        adam.minimize(tf.reduce_sum(w), var_list=[w])
        assert adam.get_slot_names() == ["m", "v"]
        assert [str(getattr(adam.get_slot(w, name), "name", None)) for name in ("m", "v")] == ["w/Adam:0", "w/Adam_1:0"]
        assert adam.get_slot(other, "m") is None
        assert adam.get_slot(w, "momentum") is None
        assert [var.name for var in adam.variables()] == ["beta1_power:0", "beta2_power:0", "w/Adam:0", "w/Adam_1:0"]
        with tf.Graph().as_default():
            assert adam.variables() == []
