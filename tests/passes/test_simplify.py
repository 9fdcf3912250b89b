"""The rules of algebra: each applies where it should, changes no bit, and does not apply where it would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.store import Store
from flowgraph.ir.build import build_program
from flowgraph.ir.emit import emit
from flowgraph.ir.program import Program
from flowgraph.ops.cast import CAST
from flowgraph.ops.control_flow import switch
from flowgraph.passes.patterns import Name, Rule, of
from flowgraph.passes.pipeline import optimized
from flowgraph.passes.simplify import RULES

SPECIAL = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 3.25]
FLOATS = [tf.float16, tf.bfloat16, tf.float32, tf.float64]
INTEGERS = [tf.int32, tf.int64]
COMPLEX = [tf.complex64]


def entries(dtype: tf.DType, shape: tuple[int, ...]) -> np.ndarray:
    """An array with all that is special in a dtype, as far as there is room."""
    count = int(np.prod(shape))
    if dtype == tf.bool:
        return np.resize([True, False, False], count).reshape(shape)
    if dtype.is_integer:
        return np.resize([0, 1, -1, 7, dtype.max, dtype.min], count).astype(dtype.as_numpy_dtype).reshape(shape)
    numbers = np.resize(SPECIAL, count)
    if dtype.is_complex:
        parts = np.stack([numbers, np.roll(numbers, 3)], -1)
        return parts.view(np.complex128).astype(dtype.as_numpy_dtype).reshape(shape)
    return numbers.astype(dtype.as_numpy_dtype).reshape(shape)


def on(engine: str, fetches: Any, feed: Any) -> list[np.ndarray]:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays are the same, signs of zeros included; a NaN is any NaN."""
    a, b = np.asarray(a), np.asarray(b)
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        return False
    parts = [(a.real, b.real), (a.imag, b.imag)] if a.dtype.kind == "c" else [(a, b)]
    for x, y in parts:
        if x.dtype.kind not in "biu":
            x, y = x.astype(np.float64), y.astype(np.float64)
            if not np.array_equal(np.isnan(x), np.isnan(y)):
                return False
            x, y = np.where(np.isnan(x), 0, x), np.where(np.isnan(y), 0, y)
        if x.tobytes() != y.tobytes():
            return False
    return True


def types_of(fetches: list[tf.Tensor], feed: dict[tf.Tensor, np.ndarray]) -> Counter[str]:
    """The types of the steps that are left of a Program, without constants."""
    program = build_program(fetches, [], list(feed))
    program = optimized(program, [value.shape for value in feed.values()], Store().cell, {"cse", "fuse"})
    return Counter(s.opdef.name for s in program.walk() if s.inputs)


def after(
    build: Callable[[Any], Any], dtype: tf.DType = tf.float32, shape: tuple[int, ...] = (2, 4), known: bool = False
) -> Counter[str]:
    """The types that are left of `build(x)`, of which the values are checked."""
    with tf.Graph().as_default():
        x = tf.placeholder(dtype, shape if known else None)
        fetches = tf.nest.flatten(build(x))
        feed = {x: entries(dtype, shape)}
        left = types_of(fetches, feed)
        for ours, reference in zip(on("NUMPY", fetches, feed), on("REFERENCE", fetches, feed), strict=True):
            assert same_bits(ours, reference), (ours, reference)
    return left


def one(x: Any, number: float = 1) -> Any:
    return tf.constant(number, x.dtype)


ONE_OF_REAL = [
    ("x * 1", lambda x: x * one(x)),
    ("1 * x", lambda x: one(x) * x),
    ("x * ones", lambda x: x * tf.ones_like(x)),
    ("ones * x", lambda x: tf.fill(tf.shape(x), one(x)) * x),
    ("x ** 1", lambda x: tf.pow(x, one(x))),
    ("maximum(x, x)", lambda x: tf.maximum(x, x)),
    ("minimum(x, x)", lambda x: tf.minimum(x, x)),
]
OF_NUMBERS = [
    ("x - 0", lambda x: x - one(x, 0)),
    ("x - zeros", lambda x: x - tf.zeros_like(x)),
    ("--x", lambda x: tf.negative(tf.negative(x))),
]
OF_FLOATS = [
    ("x / 1", lambda x: tf.divide(x, tf.ones_like(x))),
    ("x + -0.0", lambda x: x + one(x, -0.0)),
    ("-0.0 + x", lambda x: one(x, -0.0) + x),
]
OF_INTEGERS = [
    ("x + 0", lambda x: x + one(x, 0)),
    ("0 + x", lambda x: one(x, 0) + x),
    ("x // 1", lambda x: x // one(x)),
]
OF_ANY = [
    ("identity", tf.identity),
    ("stop_gradient", tf.stop_gradient),
    ("identity_n", lambda x: tf.identity_n([x])[0]),
    ("cast", lambda x: emit(CAST, x, DstT=x.dtype)),
    ("add_n", lambda x: tf.add_n([x])),
    ("tile", lambda x: tf.tile(x, [1, 1])),
    ("pad", lambda x: tf.pad(x, [[0, 0], [0, 0]])),
    ("mirror_pad", lambda x: tf.pad(x, [[0, 0], [0, 0]], "REFLECT")),
    ("slice", lambda x: tf.slice(x, [0, 0], [-1, -1])),
    ("strided_slice", lambda x: x[:, 0:]),
    ("transpose", lambda x: tf.transpose(x, [0, 1])),
    ("transposes", lambda x: tf.transpose(tf.transpose(x))),
    ("reshape", lambda x: tf.reshape(x, tf.shape(x))),
    ("reshapes", lambda x: tf.reshape(tf.expand_dims(tf.reshape(x, [-1]), 0), tf.shape(x))),
    ("sum over nothing", lambda x: tf.reduce_sum(x, [])),
    ("sum over one", lambda x: tf.reduce_sum(tf.expand_dims(x, 1), 1)),
    ("mean over one", lambda x: tf.reduce_mean(tf.expand_dims(x, 1), 1)),
    ("product over one", lambda x: tf.reduce_prod(tf.expand_dims(x, -1), -1)),
    ("stack and unstack", lambda x: tf.unstack(tf.stack([x]), num=1)[0]),
    ("split", lambda x: tf.split(x, 1, 1)[0]),
    ("split by sizes", lambda x: tf.split(x, [-1], 0)[0]),
    ("concat with nothing", lambda x: tf.concat([x[:, :0], x], 1)),
    ("broadcast_to", lambda x: tf.broadcast_to(x, tf.shape(x))),
    ("select", lambda x: tf.where(tf.ones([2, 4], tf.bool), x, tf.zeros_like(x))),
    ("select of one", lambda x: tf.where(tf.reduce_any(tf.equal(x, x), 1), x, x)),
    ("new axis", lambda x: x[:, tf.newaxis][:, 0]),
    ("placeholder_with_default", lambda x: tf.placeholder_with_default(x, None)),
]


def params(rows: list[Any], dtypes: list[tf.DType]) -> list[Any]:
    return [pytest.param(build, dtype, id=f"{name}-{dtype.name}") for name, build in rows for dtype in dtypes]


@pytest.mark.parametrize(
    ("build", "dtype"),
    [
        *params(ONE_OF_REAL, [*FLOATS, *INTEGERS]),
        *params(OF_NUMBERS, [*FLOATS, *INTEGERS, *COMPLEX]),
        *params(OF_FLOATS, FLOATS),
        *params(OF_INTEGERS, INTEGERS),
        *params(OF_ANY, [tf.float32, tf.float16, tf.int32, tf.complex64]),
    ],
)
def test_nothing_is_left_of_what_changes_nothing(build: Callable[[Any], Any], dtype: tf.DType) -> None:
    assert set(after(lambda x: tf.reverse(build(x), [0]), dtype)) == {"ReverseV2"}
    assert not after(build, dtype)


@pytest.mark.parametrize("build", [build for _, build in ONE_OF_REAL + OF_NUMBERS + OF_FLOATS])
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 1, 3)])
def test_any_shape(build: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
    left = after(build, tf.float32, shape)
    assert not left or 0 in shape


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (lambda x: x + (-tf.exp(x)), {"Add": 0, "Neg": 0, "Sub": 1}),
        (lambda x: (-x) + tf.exp(x), {"Neg": 0, "Sub": 1}),
        (lambda x: x - (-tf.exp(x)), {"Neg": 0, "Add": 1}),
        (lambda x: (-x) * (-tf.exp(x)), {"Neg": 0, "Mul": 1}),
        (lambda x: (-x) / (-tf.exp(x)), {"Neg": 0, "RealDiv": 1}),
        (lambda x: tf.square(-x), {"Neg": 0, "Square": 1}),
        (lambda x: tf.abs(-x), {"Neg": 0, "Abs": 1}),
        (lambda x: tf.abs(tf.abs(x)), {"Abs": 1}),
        (lambda x: tf.pow(x, 2.0), {"Pow": 0, "Square": 1}),
        (lambda x: tf.add_n([x, tf.exp(x)]), {"AddN": 0, "AddV2": 1}),
        (lambda x: tf.logical_not(tf.logical_not(x > 0)), {"LogicalNot": 0, "Greater": 1}),
        (lambda x: tf.logical_and(x > 0, True), {"LogicalAnd": 0, "Greater": 1}),
        (lambda x: tf.logical_or(False, x > 0), {"LogicalOr": 0, "Greater": 1}),
        (lambda x: tf.logical_and(x > 0, tf.identity(x) > 0), {"LogicalAnd": 1}),
        (lambda x: tf.reduce_max(x[:, :1], 1), {"Max": 0, "_Reshaped": 1}),
        (lambda x: tf.reduce_all(x[:, :1] > 0, 1), {"All": 0, "_Reshaped": 1}),
        (lambda x: tf.transpose(x[:, tf.newaxis], [1, 0, 2]), {"Transpose": 0}),
        (lambda x: tf.transpose(tf.transpose(x[:, tf.newaxis], [2, 0, 1]), [1, 2, 0]), {"Transpose": 0}),
        (lambda x: tf.transpose(tf.transpose(tf.stack([x, x]), [2, 0, 1]), [2, 0, 1]), {"Transpose": 2}),
        (lambda x: tf.ones_like(tf.exp(x)), {"Exp": 0, "OnesLike": 0}),
        (lambda x: tf.zeros_like(tf.exp(x)) - 2.0, {"Exp": 0, "ZerosLike": 0, "Sub": 0}),
        (lambda x: tf.tile(tf.ones_like(x), [100, 100]) / 3.0, {"Tile": 0, "RealDiv": 0}),
    ],
)
def test_what_is_left(build: Callable[[Any], Any], left: dict[str, int]) -> None:
    types = after(build)
    assert {name: types[name] for name in left} == left


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (lambda x: x + 0.0, {"Add", "AddV2"}),  # 0.0 + -0.0 is 0.0
        (lambda x: x - (-0.0), {"Sub"}),
        (lambda x: x * 0.0, {"Mul"}),
        (lambda x: x - x, {"Sub"}),
        (lambda x: x / x, {"RealDiv"}),
        (lambda x: tf.pow(x, 0.5), {"Pow"}),
        (lambda x: tf.cast(tf.cast(x, tf.float16), tf.float32), {"Cast"}),
        (lambda x: x * tf.ones([3, 1, 1]), {"Mul"}),  # it broadcasts
        (lambda x: x - tf.zeros([1, 2, 4]), {"Sub"}),
        (lambda x: tf.maximum(x, tf.exp(x)), {"Maximum"}),
        (lambda x: x[::-1], {"StridedSlice"}),
        (tf.transpose, {"Transpose"}),
        (lambda x: tf.reduce_sum(x, 1), {"Sum"}),
        (lambda x: tf.add_n([x, x, x]), {"AddN"}),
        (lambda x: tf.concat([x, x], 0), {"ConcatV2"}),
        (lambda x: tf.tile(x, [2, 1]), {"Tile"}),
        (lambda x: tf.pad(x, [[0, 0], [0, 1]]), {"Pad"}),
    ],
)
def test_what_must_stay(build: Callable[[Any], Any], left: set[str]) -> None:
    assert left & set(after(build))


def test_complex_products_stay() -> None:
    """(inf + 0i) * 1 has a NaN in it."""
    assert after(lambda x: x * one(x), tf.complex64)["Mul"] == 1
    assert after(lambda x: x / one(x, 1), tf.complex64)["RealDiv"] == 1


def test_large_constants_are_not_kept() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None])
        program = build_program([tf.ones_like(tf.exp(x)) / 4.0], [], [x])
    for size, name in ((4096, "_Folded"), (4097, "_Full")):
        assert [s.opdef.name for s in optimized(program, [(size,)], Store().cell).steps][-1] == name


# -- branches and loops whose way is known -----------------------------------------------------------------------


@pytest.mark.parametrize("way", [True, False])
def test_a_branch_that_is_known(way: bool) -> None:
    def build(x: Any) -> Any:
        return tf.cond(tf.constant(way), lambda: tf.exp(x) * 2.0, lambda: tf.sin(x))

    assert set(after(build)) == ({"Exp", "Mul"} if way else {"Sin"})


def test_a_branch_in_a_branch() -> None:
    def build(x: Any) -> Any:
        return tf.cond(tf.size(x) > 3, lambda: tf.cond(tf.size(x) > 100, lambda: x, lambda: tf.exp(x)), lambda: x)

    assert after(build) == {"Exp": 1}


def test_a_tensor_of_one_branch_can_still_be_refused() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [])
        never, always = (tf.exp(side) for side in switch(x, tf.constant(True)))
        assert session.run(always, {x: 0.0}) == 1.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
            session.run(never, {x: 0.0})


def test_a_loop_that_never_runs() -> None:
    def build(x: Any) -> Any:
        return tf.while_loop(lambda _: tf.size(x) > 100, tf.exp, [x])

    assert not after(build)


def test_bodies_take_what_they_use_from_outside() -> None:
    """Inside it is found that two transpositions undo each other, of which one is outside."""

    def build(x: Any) -> Any:
        t = tf.transpose(x)
        branch = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(tf.transpose(t)), lambda: tf.transpose(t))
        _, loop = tf.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, y + tf.transpose(t)), [0, x])
        return branch, loop

    assert after(build)["Transpose"] == 0


# -- variables -------------------------------------------------------------------------------------------------------


def variables_values(build: Callable[[Any], Any], engine: str, use_resource: bool) -> Any:
    with tf.Graph().as_default():
        w = tf.get_variable("w", initializer=[-0.0, 1.0, 2.0], use_resource=use_resource)
        return on(engine, [*tf.nest.flatten(build(w)), w], {})


def copies(w: Any) -> Any:
    """The old value times one, used after the write."""
    old = w * 1.0
    with tf.control_dependencies([old, w.assign(w + 5.0)]):
        return old * 3.0, old - 0.0, tf.reshape(tf.reduce_sum(tf.expand_dims(old, 0), 0), [3, 1])


def fetched(w: Any) -> Any:
    """A computed value is not the variable, even if it computes nothing."""
    return w * 1.0, w.assign_add([1.0, 1.0, 1.0]).op and tf.identity(w) * 1.0, w.assign_add([1.0, 1.0, 1.0])


def in_a_branch(w: Any) -> Any:
    chosen = tf.cond(tf.reduce_sum(w) > 0, lambda: w * 1.0, lambda: -w)
    with tf.control_dependencies([chosen]):
        return chosen, w.assign_add(chosen)


def in_a_loop(w: Any) -> Any:
    def body(i: Any, x: Any) -> Any:
        with tf.control_dependencies([w.assign_add([1.0, 1.0, 1.0])]):
            return i + 1, x * 1.0 + w * 1.0

    return tf.while_loop(lambda i, _: i < 3, body, [0, w * 1.0], parallel_iterations=1)[1]


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("build", [copies, fetched, in_a_branch, in_a_loop])
def test_variables_that_are_written(build: Callable[[Any], Any], use_resource: bool) -> None:
    ours, reference = (variables_values(build, engine, use_resource) for engine in ("NUMPY", "REFERENCE"))
    for a, b in zip(ours, reference, strict=True):
        np.testing.assert_array_equal(a, b)


# -- the language ------------------------------------------------------------------------------------------------------


def test_every_rule_names_what_it_puts_in_place() -> None:
    for rule in RULES:
        names = {part for part in _parts(rule.pattern) if isinstance(part, Name)}
        if isinstance(rule.instead, Name):
            assert rule.instead in names
        elif not callable(rule.instead):
            assert set(rule.instead.args) <= names


def _parts(pattern: Any) -> list[Any]:
    found = []
    for part in pattern.args or ():
        found += _parts(part) if hasattr(part, "opdefs") else [part]
    return found


def test_rules_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of one's own: exp(log(x)) is x (but for rounding)."""
    from flowgraph.ops import unary
    from flowgraph.passes import simplify

    x = Name("x")
    mine = Rule(of(unary.EXP)(of(unary.LOG)(x)), x)
    monkeypatch.setattr(simplify, "RULES", (*RULES, mine))
    with tf.Graph().as_default():
        p = tf.placeholder(tf.float32, [2])
        left: Program = optimized(build_program([tf.exp(tf.log(p)) * 3.0], [], [p]), [(2,)], Store().cell)
    assert "Exp" not in [step.opdef.name for step in left.steps]
