"""Every op tests itself: all OpDefs x their cases.

Inferred shapes and dtypes against those at run time, first and second derivatives against central differences along
random directions, every engine against the reference engine, and what each op must say of itself.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.cases import Case, Input
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, REGISTRY, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.session import ENGINES

OURS = [opdef for opdef in REGISTRY.values() if not opdef.name.startswith("_")]
EVERY_CASE = [
    pytest.param(opdef, case, id=f"{opdef.name}-{number}") for opdef in OURS for number, case in enumerate(opdef.cases)
]


def is_smooth(case: Case) -> bool:
    """Whether there is an input along which a slope can be measured."""
    specs = [item for entry in case.inputs for item in (entry if isinstance(entry, list) else [entry])]
    return case.gradient and any(s.smooth and (s.dtype.is_floating or s.dtype.is_complex) for s in specs)


GRADIENT_CASES = [
    param
    for param in EVERY_CASE
    if is_smooth(param.values[1]) and param.values[0].gradient not in (NO_GRADIENT, MISSING_GRADIENT)
]
# Ops of which a case cannot be written down as a list of arrays: they take variables, are fed, steer branches, or want
# all shapes known, read files, or give pipelines. Each is tested where it is used.
WITHOUT_CASES = {
    opdef.name
    for opdef in OURS
    if opdef.has_refs
    or opdef.role
    or opdef.effect not in (Effect.NONE, Effect.RANDOM)
    or any(arg.dtype is tf.variant for arg in (*opdef.inputs, *opdef.outputs))
} | {
    "ControlTrigger",
    "Fact",
    "IteratorFromStringHandleV2",
    "MatchingFiles",
    "NoOp",
    "ParallelConcat",
    "PartitionedCall",
    "Placeholder",
    "PyFuncStateless",
    "ReadFile",
    "StatelessIf",
    "StatelessWhile",
    "SymbolicGradient",
}

GRADIENT_WITHOUT_CASE = {
    "BlockLSTM": "TF has no gradient by the gates, which it puts out too: tests/ops/test_block_cells.py",
    "Cholesky": "differences move one triangle, the gradient is that of both: tests/ops/test_linear_algebra.py",
    "CropAndResize": "its result is float32: golden values in tests/programs/image_boxes.py",
    "CTCLoss": "its lengths and labels are random there: golden values in tests/programs/sequence_labels.py",
    "ExtractVolumePatches": "it demands known shapes: tests/ops/test_patches.py",
    "FakeQuantWithMinMaxArgs": "a staircase, with the gradient of the ramp beneath it",
    "FakeQuantWithMinMaxVars": "likewise",
    "FakeQuantWithMinMaxVarsPerChannel": "likewise",
    "GRUBlockCell": "as BlockLSTM",
    "IRFFT": "it has no float64, in which slopes are measured: tests/ops/test_signal.py",
    "IRFFT2D": "likewise",
    "LSTMBlockCell": "as BlockLSTM",
    "MatrixSolveLs": "it demands known shapes: tests/ops/test_linear_algebra.py",
    "FusedBatchNorm": "its statistics have no gradient",
    "FusedBatchNormV2": "likewise",
    "FusedBatchNormV3": "likewise",
    "FusedBatchNormGrad": "it takes the statistics for those of its input",
    "FusedBatchNormGradV2": "likewise",
    "FusedBatchNormGradV3": "likewise",
    "PreventGradient": "it refuses gradients",
    "Qr": "it demands known shapes: tests/ops/test_linear_algebra.py",
    "QuantizeAndDequantizeV2": "a staircase, with the gradient of the ramp beneath it",
    "QuantizeAndDequantizeV3": "likewise",
    "SparseDenseCwiseAdd": "it refuses gradients",
    "RFFT": "it has no float64, in which slopes are measured: tests/ops/test_signal.py",
    "RFFT2D": "likewise",
    "RGBToHSV": "its gradient is float32, whatever the colours are: tests/ops/test_images.py",
    "ResizeBicubic": "its result is float32: tests/ops/test_images.py",
    "ResizeBilinear": "likewise",
    "SparseMatMul": "it has no float64, in which slopes are measured",
    "SparseSoftmaxCrossEntropyWithLogits": "its second output, which is the gradient of the first, has none itself",
    "SparseSparseMaximum": "it refuses gradients",
    "SparseSparseMinimum": "it refuses gradients",
}
"""Ops whose gradients no case can compare with a slope, and why: tests/ops/test_neural.py tests them."""

# Ops that refuse to be built before it is known how many axes they are to work on, as in TF.
COUNTS_ITS_AXES = {"SpaceToBatchND", "BatchToSpaceND"}


def structured(case: Case, rng: np.random.Generator, dtype: Any = None) -> list[Any]:
    """The arrays of a case; a list for a list argument."""
    return [
        [item.make(rng, dtype) for item in entry] if isinstance(entry, list) else entry.make(rng, dtype)
        for entry in case.inputs
    ]


def flat(nested: list[Any]) -> list[Any]:
    return [item for entry in nested for item in (entry if isinstance(entry, list) else [entry])]


def outputs_of(result: Any) -> list[Tensor]:
    return result if isinstance(result, list) else [result]


def build(opdef: OpDef, case: Case, arrays: list[Any], known: str) -> tuple[list[Tensor], dict[Tensor, Any]]:
    """Emit the op with placeholders whose shapes are fully known, known but for sizes, or not known at all."""
    feed: dict[Tensor, Any] = {}

    def enter(array: np.ndarray, spec: Input) -> Tensor:
        dtype = spec.dtype if spec.dtype.is_quantized else tf.as_dtype(array.dtype)
        if known == "full" and not spec.smooth:
            return tf.constant(array, dtype)
        shape = {"full": array.shape, "partial": [None] * array.ndim, "none": None}[known]
        if opdef.name in COUNTS_ITS_AXES and not spec.smooth:
            shape = array.shape
        tensor = tf.placeholder(dtype, shape)
        feed[tensor] = array
        return tensor

    inputs = [
        [enter(a, s) for a, s in zip(entry, spec)] if isinstance(entry, list) else enter(entry, spec)
        for entry, spec in zip(arrays, case.inputs)
    ]
    return outputs_of(emit(opdef, *inputs, **case.attrs)), feed


def run(fetches: Any, feed: dict[Tensor, Any], engine: str = "REFERENCE") -> Any:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        return session.run(fetches, feed)


@pytest.mark.parametrize("known", ["full", "partial", "none"])
@pytest.mark.parametrize(("opdef", "case"), EVERY_CASE)
def test_inferred_shape_and_dtype_are_those_at_run_time(opdef: OpDef, case: Case, known: str) -> None:
    arrays = structured(case, np.random.default_rng(0))
    with tf.Graph().as_default():
        outputs, feed = build(opdef, case, arrays, known)
        values = run(outputs, feed)
        for tensor, value in zip(outputs, values, strict=True):
            if tensor.dtype != tf.string:
                assert np.asarray(value).dtype == tensor.dtype.np
            assert tensor.shape.is_compatible_with(np.shape(value)), (tensor, np.shape(value))
            if known == "full" and not opdef.data_shape:
                assert tensor.shape.as_list() == list(np.shape(value))


@pytest.mark.parametrize("engine", sorted(set(ENGINES) - {"REFERENCE"}))
@pytest.mark.parametrize(("opdef", "case"), EVERY_CASE)
def test_every_engine_agrees_with_the_reference(opdef: OpDef, case: Case, engine: str) -> None:
    arrays = structured(case, np.random.default_rng(1))
    with tf.Graph().as_default():
        outputs, feed = build(opdef, case, arrays, "none")
        # beside the outputs themselves something computed from them, so that buffers are used again
        mixed = [tf.identity(t) for t in outputs]
        for ours, reference in zip(run([outputs, mixed], feed, engine), run([outputs, mixed], feed), strict=True):
            for a, b in zip(ours, reference, strict=True):
                if opdef.effect is Effect.RANDOM and not any(case.attrs.get(s) for s in ("seed", "seed2")):
                    assert np.shape(a) == np.shape(b)
                else:
                    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("opdef", "case"), EVERY_CASE)
def test_forward_leaves_its_inputs_alone(opdef: OpDef, case: Case) -> None:
    if opdef.effect is not Effect.NONE:
        pytest.skip("ops with an effect get a context, and are tested in sessions")
    arrays = structured(case, np.random.default_rng(2))
    before = [a.copy() for a in flat(arrays)]
    with np.errstate(all="ignore"):
        attrs = {**opdef.defaults, **case.attrs}
        result = opdef.forward(np, *arrays, **attrs)
    for array, old in zip(flat(arrays), before, strict=True):
        np.testing.assert_array_equal(array, old)
    if not opdef.alias:
        for value in result if isinstance(result, tuple | list) else [result]:
            for array in flat(arrays):
                assert not (isinstance(value, np.ndarray) and value.size and np.shares_memory(value, array)), (
                    "only ops that say alias=True may hand out their input"
                )


def in_float64(case: Case) -> Case:
    wide = {tf.float16: tf.float64, tf.float32: tf.float64, tf.complex64: tf.complex128}
    attrs = {k: wide.get(v, v) if isinstance(v, tf.DType) else v for k, v in case.attrs.items()}
    return Case(case.inputs, attrs, case.gradient, case.second)


def as_tensors(grads: list[Any]) -> list[Tensor | None]:
    return [tf.convert_to_tensor(g) if isinstance(g, IndexedSlices) else g for g in grads]


def weights(rng: np.random.Generator, like: Any) -> np.ndarray:
    """Random numbers of the shape and kind of an array."""
    made = rng.standard_normal(np.shape(like))
    return made + 1j * rng.standard_normal(np.shape(like)) if np.iscomplexobj(like) else made


def weighted_sum(tensors: list[Tensor], values: list[Any], rng: np.random.Generator) -> Tensor:
    """A random projection of some tensors onto a number."""
    terms = [tf.multiply(t, tf.constant(weights(rng, v), t.dtype)) for t, v in zip(tensors, values, strict=True)]
    return tf.add_n([tf.reduce_sum(tf.real(t) if t.dtype.is_complex else t) for t in terms])


def compare_with_differences(loss: Tensor, xs: list[Tensor], grads: list[Any], feed: dict[Tensor, Any]) -> None:
    """One directional derivative by central differences against the same by the gradients."""
    rng = np.random.default_rng(3)
    step = 1e-6
    directions = [weights(rng, feed[x]) for x in xs]
    moved = [{**feed, **{x: feed[x] + sign * step * d for x, d in zip(xs, directions)}} for sign in (1, -1)]
    with tf.Session() as session:
        numeric = (session.run(loss, moved[0]) - session.run(loss, moved[1])) / (2 * step)
        values = session.run([g for g in grads if g is not None], feed) if any(g is not None for g in grads) else []
    followed = [d for d, g in zip(directions, grads) if g is not None]
    # of a complex x, TF's gradient is d/d(real part) + i d/d(imaginary part)
    analytic = sum(float(np.sum((np.conj(v) * d).real)) for v, d in zip(values, followed))
    assert analytic == pytest.approx(numeric, rel=1e-4, abs=1e-6)


def allow_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ops take float64 that know only narrower floats: their forward does not care, and slopes need it."""
    for opdef in OURS:
        for name, attr in opdef.type_attrs.items():
            if attr.allowed is not None and tf.float32 in attr.allowed and tf.float64 not in attr.allowed:
                wider = TypeAttr((*attr.allowed, tf.float64), attr.default)
                monkeypatch.setitem(opdef.type_attrs, name, wider)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("opdef", "case"), GRADIENT_CASES)
def test_gradient_is_the_slope(opdef: OpDef, case: Case, order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if order == 2 and not case.second:
        pytest.skip("the case says that there is no second derivative to compare")
    allow_float64(monkeypatch)
    rng = np.random.default_rng(4)
    case = in_float64(case)
    arrays = structured(case, rng, tf.float64)
    with tf.Graph().as_default():
        # (known shapes take the short cuts of TF's gradients, unknown ones the long way)
        for known in ("full", "partial"):
            outputs, feed = build(opdef, case, arrays, known)
            specs = flat(list(case.inputs))
            entered = list(outputs[0].op.inputs)
            inexact = (tf.float64, tf.complex128)
            xs = [t for t, s in zip(entered, specs, strict=True) if s.smooth and t.dtype in inexact and t in feed]
            smooth = [y for y in outputs if y.dtype in inexact]
            loss = weighted_sum(smooth, run(smooth, feed), rng)
            grads = as_tensors(tf.gradients(loss, xs))
            assert any(g is not None for g in grads), "no gradient arrives at any input"
            if order == 2:
                arrived = [(g, feed[x]) for g, x in zip(grads, xs) if g is not None]
                loss = weighted_sum([g for g, _ in arrived], [v for _, v in arrived], rng)
                grads = as_tensors(tf.gradients(loss, xs))
            compare_with_differences(loss, xs, grads, feed)


@pytest.mark.parametrize("opdef", OURS, ids=lambda o: o.name)
def test_an_op_says_what_it_must(opdef: OpDef) -> None:
    assert opdef.cases or opdef.name in WITHOUT_CASES, "an op has cases"
    assert opdef.gradient is not None
    if callable(opdef.gradient):
        has_gradient_case = any(is_smooth(case) for case in opdef.cases)
        elsewhere = (
            opdef.name in WITHOUT_CASES
            or opdef.name in GRADIENT_WITHOUT_CASE
            or opdef.effect is Effect.RANDOM  # each run draws anew: there is no slope
        )
        assert has_gradient_case or elsewhere, "a gradient has a case that checks it"
        assert len(inspect.signature(opdef.gradient).parameters) >= 1


@pytest.mark.parametrize("opdef", [o for o in OURS if o.gradient is NO_GRADIENT and o.cases], ids=lambda o: o.name)
def test_no_gradient_flows_where_the_op_says_so(opdef: OpDef) -> None:
    case = opdef.cases[0]
    arrays = structured(case, np.random.default_rng(5))
    with tf.Graph().as_default():
        outputs, _ = build(opdef, case, arrays, "full")
        xs = [t for t in outputs[0].op.inputs if t.dtype.is_floating]
        ys = [y for y in outputs if y.dtype.is_floating]
        if not (xs and ys):
            pytest.skip("nothing to differentiate: no floating input and output")
        assert tf.gradients(ys, xs) == [None] * len(xs)
