"""Which elementwise steps become one, and that this changes no value.

In the drawings [..] is a fused step with the types of the steps in it, a plain name a step that stays alone.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy import fused
from flowgraph.engines.numpy.fused import boxes, coalesced
from flowgraph.ir.build import build_program
from flowgraph.ir.program import Program, Step
from flowgraph.passes import fuse as fusing
from flowgraph.passes.fuse import FUSED, fuse
from flowgraph.passes.pipeline import optimized
from flowgraph.viz.programs import Stages

SIZE = 70_001  # odd, and several pieces
VALUE = np.zeros(4, np.float32)  # of variables


@pytest.fixture(autouse=True)
def keen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few steps on arrays of `SIZE` are enough, and are done on threads."""
    monkeypatch.setattr(fusing, "WORTH_IT", SIZE // 2)
    monkeypatch.setattr(fusing, "ENOUGH", 1)
    monkeypatch.setattr(fused, "ALONE", 1)
    monkeypatch.setattr(fused, "LONGEST", 1 << 15)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays of a few entries are worth fusing, in pieces of three."""
    monkeypatch.setattr(fusing, "WORTH_IT", 2)
    monkeypatch.setattr(fused, "PIECE", 3)
    monkeypatch.setattr(fused, "LONGEST", 3)


def optimize(fetches: Any, feeds: Any = (), updates: Any = (), shapes: Any = None) -> Program:
    """A Program after all passes."""
    program = build_program(tf.nest.flatten(fetches), tf.nest.flatten(updates), feeds)
    shapes = shapes or [feed.shape.as_list() for feed in feeds]
    return optimized(program, shapes, lambda _: SimpleNamespace(array=VALUE))


def text(step: Step) -> str:
    """A step as the drawings have it."""
    if step.opdef is FUSED:
        return "[" + " ".join(inner.opdef.name for inner in step.attrs["body"].steps) + "]"
    return step.opdef.name


def drawn(program: Program) -> str:
    """All steps that compute something, in order."""
    plain = ("Const", "VariableV2", "_Read", "Identity", "_Folded", "Placeholder", "VarHandleOp")
    return " ".join(text(step) for step in program.walk() if step.opdef.name not in plain)


def feed(*shape: int, dtype: Any = tf.float32) -> tf.Tensor:
    return tf.placeholder(dtype, shape)


# -- what is fused -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
class TestRegions:
    """Which steps become one."""

    def test_a_chain(self) -> None:
        """x ── Mul ── Tanh ── Neg   ==>   x ── [Mul Tanh Neg]"""
        x = feed(5)
        program = optimize(-tf.tanh(x * 2.0), [x])
        assert drawn(program) == "[Mul Tanh Neg]"
        (step,) = [step for step in program.steps if step.opdef is FUSED]
        assert len(step.outputs) == 1
        assert step.op.type == "Neg"  # whose place it takes

    def test_a_diamond_and_an_inner_value_that_is_fetched(self) -> None:
        """Exp's value comes out, too.

        x ── Exp ─┬─ Neg ──┐
                  └─ Sqrt ── Mul
        """
        x = feed(5)
        y = tf.exp(x)
        program = optimize([-y * tf.sqrt(y), y], [x])
        assert drawn(program) == "[Exp Neg Sqrt Mul]"
        (step,) = [step for step in program.steps if step.opdef is FUSED]
        assert set(step.outputs) == set(program.fetches)

    def test_a_use_outside_ends_a_region(self) -> None:
        """x ── [Exp Neg] ── MatMul ── [Tanh Sqrt]; what comes after MatMul cannot stand before it."""
        x = feed(3, 3)
        y = -tf.exp(x)
        z = tf.sqrt(tf.tanh(tf.matmul(y, y)))
        assert drawn(optimize(z * y, [x])) == "[Exp Neg] MatMul [Tanh Sqrt Mul]"

    def test_what_has_no_users_outside_goes_past_other_steps(self) -> None:
        """Exp stands before MatMul, and joins Mul behind it."""
        x = feed(3, 3)
        y = tf.exp(x)
        with tf.control_dependencies([y]):
            product = tf.matmul(x, x)
        assert drawn(optimize(y * product, [x])) == "MatMul [Exp Mul]"

    def test_two_regions_become_one(self) -> None:
        """[Exp Neg] and [Tanh Sqrt] meet in Mul."""
        x, y = feed(5), feed(5)
        assert drawn(optimize(-tf.exp(x) * tf.sqrt(tf.tanh(y)), [x, y])) == "[Exp Neg Tanh Sqrt Mul]"

    def test_scalars_rows_and_columns_are_inputs(self) -> None:
        """Of their own steps nothing is fused."""
        x, row, column = feed(4, 3), feed(3), feed(4, 1)
        y = tf.tanh(x * row + column) * 2.0
        assert drawn(optimize(y, [x, row, column])) == "[Mul AddV2 Tanh Mul]"
        z = tf.nn.relu(tf.nn.bias_add(x, row))
        assert drawn(optimize(z, [x, row])) == "[BiasAdd Relu]"

    def test_other_shapes_stay_apart(self) -> None:
        """[Exp Neg] of a row, then [Mul Tanh] of a matrix."""
        x, row = feed(4, 3), feed(3)
        assert drawn(optimize(tf.tanh(x * -tf.exp(row)), [x, row])) == "[Exp Neg] [Mul Tanh]"

    def test_comparisons_and_choices(self) -> None:
        x, y = feed(4), feed(4)
        assert drawn(optimize(tf.where(x > y, x, y * 2.0), [x, y])) == "[Greater Mul Select]"

    def test_a_vector_that_chooses_rows_is_not_elementwise(self) -> None:
        x, chosen = feed(4, 3), feed(4, dtype=tf.bool)
        assert drawn(optimize(tf.where(chosen, -x, tf.exp(x)), [x, chosen])) == "Neg Exp Select"

    def test_integers_may_be_refused_and_stay(self) -> None:
        x = feed(4, dtype=tf.int32)
        assert "[" not in drawn(optimize(-x // x, [x]))

    def test_an_op_that_was_asked_for_stays(self) -> None:
        """run(z.op) finds the op among the steps."""
        x = feed(5)
        z = tf.tanh(-tf.exp(x))
        program = optimize([], [x], [z.op])
        assert z.op in {step.op for step in program.steps}

    def test_identities_in_between(self) -> None:
        x = feed(5)
        y = tf.identity(tf.exp(x), name="same")
        program = optimize([tf.tanh(y), y], [x])
        (step,) = [step for step in program.steps if step.opdef is FUSED]
        assert len(step.outputs) == 2

    def test_a_number_that_fills_an_array(self) -> None:
        x, one = feed(5), feed()
        y = tf.fill([5], one) * x
        assert drawn(optimize(tf.exp(y), [x, one])) == "[Fill Mul Exp]"
        z = tf.tile(tf.reshape(one, [1]), [5]) * x
        assert drawn(optimize(tf.exp(z), [x, one])).endswith("[Tile Mul Exp]")

    def test_a_second_run_changes_nothing(self) -> None:
        x = feed(4, 3)
        y = tf.reduce_sum(tf.tanh(-x), 0)
        program = optimize(tf.gradients(tf.exp(y) * y, x), [x])
        assert fuse(program) is program


def test_small_arrays_are_left_alone() -> None:
    x = feed(1000)
    assert drawn(optimize(-tf.tanh(x), [x])) == "Tanh Neg"


def test_little_work_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusing, "ENOUGH", 3 * SIZE)
    x = feed(SIZE)
    assert drawn(optimize(-tf.tanh(x), [x])) == "Tanh Neg"
    assert drawn(optimize(-tf.tanh(tf.exp(x)), [x])) == "[Exp Tanh Neg]"


def test_unknown_shapes_are_left_alone() -> None:
    x = tf.placeholder(tf.float32, [None])
    y = -tf.tanh(tf.boolean_mask(x, x > 0.0))
    assert "Tanh Neg" in drawn(optimize(y, [x], shapes=[(SIZE,)]))


# -- variables ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
class TestVariables:
    """A step that reads a variable's buffer stays before the write that it stood before."""

    def test_a_write_in_between(self) -> None:
        """The region ends before the write, although what is left of it stands behind."""
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.Variable(np.arange(4.0, dtype=np.float32))
            before = tf.exp(v) * 2.0
            with tf.control_dependencies([before]):
                write = v.assign_add(np.ones(4, np.float32))
            with tf.control_dependencies([write]):
                after = tf.tanh(before) * tf.identity(v.read_value())
            session.run(tf.global_variables_initializer())
            steps = drawn(optimize([after]))
            assert steps == "[Exp Mul] AssignAdd [Tanh Mul]"
            old = np.arange(4, dtype=np.float32)
            expected = np.tanh(np.exp(old) * np.float32(2)) * (old + 1)
            np.testing.assert_array_equal(session.run(after), expected)

    def test_a_write_to_another_variable(self) -> None:
        with tf.Graph().as_default():
            v, w = tf.Variable(np.zeros(4, np.float32)), tf.Variable(np.zeros(4, np.float32))
            before = tf.exp(v)
            with tf.control_dependencies([before]):
                write = w.assign_add(np.ones(4, np.float32))
            with tf.control_dependencies([write]):
                after = tf.tanh(before)
            assert drawn(optimize([after])) == "AssignAdd [Exp Tanh]"

    def test_a_write_inside_a_loop(self) -> None:
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.Variable(np.zeros(4, np.float32))
            before = tf.exp(v)

            def body(i: tf.Tensor) -> tf.Tensor:
                with tf.control_dependencies([v.assign_add(np.ones(4, np.float32))]):
                    return i + 1

            with tf.control_dependencies([before]):
                end = tf.while_loop(lambda i: i < 3, body, [0])
            with tf.control_dependencies([end]):
                after = tf.tanh(before)
            session.run(tf.global_variables_initializer())
            np.testing.assert_array_equal(session.run(after), np.tanh(np.ones(4, np.float32)))

    def test_training_reads_before_it_writes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def train() -> list[Any]:
            with tf.Graph().as_default(), tf.Session() as session:
                v = tf.Variable(np.linspace(-2, 2, 10).astype(np.float32))
                loss = tf.reduce_sum(tf.square(tf.sigmoid(v) * tf.tanh(v) - 0.3))
                step = tf.train.AdamOptimizer(0.1).minimize(loss)
                session.run(tf.global_variables_initializer())
                return [session.run([loss, step, v]) for _ in range(3)]

        compare(train, monkeypatch)


# -- values ------------------------------------------------------------------------------------------------------


def compare(run: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function gives is the same with and without the pass, and on the reference engine."""
    results = []
    for engine, skipped in (("NUMPY", ""), ("NUMPY", "fuse"), ("REFERENCE", "")):
        monkeypatch.setenv("FLOWGRAPH_ENGINE", engine)
        monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", skipped)
        results.append([np.asarray(value) for value in tf.nest.flatten(run()) if value is not None])
    for others in results[1:]:
        for got, expected in zip(results[0], others, strict=True):
            assert got.dtype == expected.dtype
            np.testing.assert_array_equal(got, expected)
            if got.dtype.kind == "f":
                np.testing.assert_array_equal(np.signbit(got)[got == 0], np.signbit(expected)[expected == 0])


UNARY: tuple[Callable[[Any], Any], ...] = (
    tf.exp, tf.tanh, tf.log, tf.sigmoid, tf.sqrt, tf.rsqrt, tf.square, tf.abs, tf.sign, tf.floor, tf.ceil, tf.rint,
    tf.round, tf.reciprocal, tf.log1p, tf.math.expm1, tf.sin, tf.cos, tf.tan, tf.atan, tf.sinh, tf.cosh, tf.negative,
    tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.nn.selu, tf.nn.softplus, tf.nn.softsign, tf.nn.leaky_relu, tf.erf,
)  # fmt: skip
BINARY: tuple[Callable[[Any, Any], Any], ...] = (
    tf.add, tf.subtract, tf.multiply, tf.divide, tf.maximum, tf.minimum, tf.pow, tf.squared_difference, tf.floormod,
    tf.math.divide_no_nan, tf.atan2, tf.less, tf.greater_equal, tf.equal, tf.math.xlogy,
)  # fmt: skip


def awkward(size: int, dtype: Any, seed: int) -> np.ndarray:
    """Numbers of all sizes, zeros of both signs, infinities, what is no number."""
    random = np.random.RandomState(seed)
    values = (random.standard_normal(size) * 10 ** random.uniform(-3, 2, size)).astype(dtype)
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 2.0], dtype)
    values[random.randint(0, size, 200)] = special[random.randint(0, len(special), 200)]
    return values


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", UNARY, ids=lambda function: function.__name__)
def test_functions_of_one_array(function: Any, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of an array gives the same bits as the whole array, and so does the gradient."""
    array = awkward(SIZE, dtype, 1)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(dtype, [SIZE])
            y = -function(x)
            return session.run([y, *[slope for slope in tf.gradients(y, x) if slope is not None]], {x: array})

    compare(run, monkeypatch)


@pytest.mark.parametrize("shapes", [((SIZE,), (SIZE,)), ((299, 250), (250,)), ((299, 1), (299, 250)), ((SIZE,), ())])
@pytest.mark.parametrize("function", BINARY, ids=lambda function: function.__name__)
def test_functions_of_two_arrays(function: Any, shapes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = [awkward(int(np.prod(shape)), np.float32, at).reshape(shape) for at, shape in enumerate(shapes)]
    if not shapes[1]:
        arrays[1] = np.float32(2)  # of which numpy's power makes a square

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, y = (tf.placeholder(tf.float32, shape) for shape in shapes)
            z = function(-x, y)
            z = tf.logical_and(z, x < 0.5) if z.dtype == tf.bool else tf.abs(z)
            return session.run(z, {x: arrays[0], y: arrays[1]})

    compare(run, monkeypatch)


def test_three_axes_and_repeated_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = [awkward(60 * 30 * 40, np.float32, 3).reshape(60, 30, 40), awkward(60 * 40, np.float32, 4)]

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, y = tf.placeholder(tf.float32, [60, 30, 40]), tf.placeholder(tf.float32, [60, 1, 40])
            z = tf.tanh(x * y) + y
            w = tf.where(z > 0.0, x, z) * 3.0
            return session.run([z, w], {x: arrays[0], y: arrays[1].reshape(60, 1, 40)})

    compare(run, monkeypatch)


def test_numbers_that_fill_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they come out themselves, and where there is nothing else."""
    array = awkward(SIZE, np.float32, 12)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, one = tf.placeholder(tf.float32, [SIZE]), tf.placeholder(tf.float32, [])
            full = tf.fill([SIZE], one)
            wide = tf.tile(tf.reshape(one, [1]), [SIZE])
            chosen = tf.where(x > 0.0, full, wide * x)
            alone = -tf.broadcast_to(one * 2.0, [SIZE])
            return session.run([chosen, full, tf.maximum(wide, x), alone], {x: array, one: 0.5})

    compare(run, monkeypatch)


def test_biased_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bias along the last of four axes, in pieces that know only of two."""
    array, bias = awkward(8 * 28 * 28 * 32, np.float32, 10).reshape(8, 28, 28, 32), awkward(300, np.float32, 11)[:32]

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, b = tf.placeholder(tf.float32, array.shape), tf.placeholder(tf.float32, [32])
            return session.run(tf.nn.relu(tf.nn.bias_add(x, b)), {x: array, b: bias})

    compare(run, monkeypatch)


def test_feeds_that_are_not_in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    transposed, stepped = awkward(SIZE, np.float32, 5), awkward(300 * 500, np.float32, 6).reshape(300, 500)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, y = tf.placeholder(tf.float32, [SIZE]), tf.placeholder(tf.float32, [250, 300])
            feeds = {x: transposed[::-1], y: stepped.T[::2]}
            return session.run([tf.tanh(-x), tf.tanh(-y) * 2.0], feeds)

    compare(run, monkeypatch)


def test_many_outputs_of_which_some_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    array = awkward(SIZE, np.float32, 7)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.float32, [SIZE])
            a = tf.exp(x)
            b, c = tf.tanh(a), tf.sigmoid(a)
            d = tf.identity(b * c)
            total = tf.reduce_sum(tf.cumsum(b)) + tf.reduce_max(c)
            first = session.run([a, d, d, total], {x: array})
            second = session.run([a, d, d, total], {x: -array})
            assert not np.array_equal(first[0], second[0])  # what was fetched is the caller's
            return first, second

    compare(run, monkeypatch)


def test_inside_branches_and_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    array = awkward(SIZE, np.float32, 8)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.float32, [SIZE])
            chosen = tf.placeholder(tf.bool, [])
            y = tf.cond(chosen, lambda: tf.tanh(x * 0.5) + x, lambda: -tf.exp(-x))
            _, z = tf.while_loop(lambda i, _: i < 3, lambda i, z: (i + 1, tf.sigmoid(z * y) - z), [0, x])
            (slope,) = tf.gradients(z, x)
            return [session.run([y, z, slope], {x: array, chosen: way}) for way in (True, False)]

    compare(run, monkeypatch)


def test_bodies_are_fused() -> None:
    """while: Less   do: AddV2 [Mul Sigmoid Sub]"""
    x = feed(SIZE)
    _, z = tf.while_loop(lambda i, _: i < 3, lambda i, z: (i + 1, tf.sigmoid(z * x) - z), [0, x])
    assert "[Mul Sigmoid Sub]" in drawn(optimize(z, [x]))


@pytest.mark.usefixtures("small")
def test_few_entries_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is cut, cut finely: pieces of three entries, parts of rows."""
    random = np.random.RandomState(9)
    arrays = random.standard_normal((2, 5, 7)).astype(np.float32), random.standard_normal((5, 1)).astype(np.float32)

    def run() -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            x, y = tf.placeholder(tf.float32, [2, 5, 7]), tf.placeholder(tf.float32, [5, 1])
            none = tf.placeholder(tf.float32, [0, 7])
            z = tf.nn.relu(x * y - 0.1) / tf.exp(y)
            feeds = {x: arrays[0], y: arrays[1], none: np.zeros((0, 7), np.float32)}
            return session.run([z, tf.gradients(z, [x, y]), tf.tanh(-none)], feeds)

    compare(run, monkeypatch)


# -- how it runs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [1, 3, 7, 12, 100])
def test_boxes_cover_all_entries_once(entries: int) -> None:
    for shape in [(7,), (4, 5), (3, 2, 5), (1, 11), (5, 1), (0,), (0, 3)]:
        count = np.zeros(shape, int)
        for box in boxes(shape, entries):
            count[box] += 1
            assert count[box].size <= entries
        assert (count == 1).all()


def test_shapes_keep_the_axes_that_something_is_repeated_along() -> None:
    assert coalesced((4, 3), [(4, 3), ()]) == ((12,), [(12,), ()])
    assert coalesced((4, 1, 3), [(4, 1, 3), (3,), (4, 1, 1)]) == ((4, 3), [(4, 3), (1, 3), (4, 1)])
    assert coalesced((1, 1), [(1, 1)]) == ((1,), [()])


def test_nothing_of_a_run_is_kept() -> None:
    """The feeds and what was computed of them are let go when the run is over."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [SIZE])
        y = tf.tanh(-x)
        array = np.ones(SIZE, np.float32)
        session.run(y, {x: array})
        assert not [held for held in gc.get_referrers(array) if isinstance(held, np.ndarray)]


def test_the_drawing_tells_what_is_inside() -> None:
    x = feed(SIZE)
    program = optimize(-tf.tanh(tf.tanh(x * 2.0)), [x])
    svg = Stages({"fuse": program}).to_svg()
    for line in ("Fused", "Mul", "Tanh x 2", "Neg"):
        assert line in svg
