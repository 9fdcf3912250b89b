"""Kernels that may write over an operand give the same there as elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy.kernels import IN_PLACE, KERNELS
from flowgraph.engines.numpy.kernels.calls import Operand
from flowgraph.ir.build import build_program
from flowgraph.ir.cases import Case
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from tests.test_ops import build, flat, structured

CASES = [
    pytest.param(opdef, case, id=f"{opdef.name}-{number}")
    for opdef in IN_PLACE
    for number, case in enumerate(opdef.cases)
]


def step_of(opdef: OpDef, case: Case, arrays: list[Any]) -> Step:
    with tf.Graph().as_default():
        outputs, feed = build(opdef, case, arrays, "none")
        program = build_program([outputs[0]], [], list(feed))
        return next(step for step in program.steps if step.opdef is opdef)


def computed(step: Step, arrays: list[np.ndarray], over: int | None) -> Any:
    """The first output, written into an array of its own or over an operand; None where there is no kernel for it."""
    arrays = [array.copy() for array in arrays]
    if any(array.dtype == object for array in arrays):
        return None
    with np.errstate(all="ignore"):
        expected = step.opdef.forward(np, *step.opdef.structure(arrays, step.attrs), **step.attrs)
    outs = [np.empty_like(value) for value in (expected if isinstance(expected, tuple) else [expected])]
    if over is not None:
        if (arrays[over].shape, arrays[over].dtype) != (outs[0].shape, outs[0].dtype):
            return None
        outs[0] = arrays[over]
    slots: list[Any] = []
    operands = [Operand(Known(tf.as_dtype(array.dtype), array.shape), array, None) for array in arrays]
    call = KERNELS[step.opdef](step, operands, outs[0] if step.opdef.gives_one else tuple(outs), slots)
    if call is None:
        return None
    with np.errstate(all="ignore"):
        call[0](*call[1])
    return outs[0]


@pytest.mark.parametrize(("opdef", "case"), CASES)
def test_over_an_operand_as_elsewhere(opdef: OpDef, case: Case) -> None:
    arrays = flat(structured(case, np.random.default_rng(0)))
    step = step_of(opdef, case, structured(case, np.random.default_rng(0)))
    demand_same(step, arrays)


LARGE = [opdef for opdef in IN_PLACE if opdef.elementwise and opdef.n_inputs <= 3]


@pytest.mark.parametrize("opdef", LARGE, ids=lambda opdef: opdef.name)
def test_over_an_operand_as_elsewhere_in_pieces(opdef: OpDef) -> None:
    """Arrays that are cut into pieces."""
    rng = np.random.default_rng(1)
    case = next((case for case in opdef.cases if flat(structured(case, rng))[-1].dtype == np.float32), None)
    if case is None:
        pytest.skip("not of floats")
    first = flat(structured(case, rng))
    arrays = [np.resize(array, 100_000) for array in first]
    demand_same(step_of(opdef, case, structured(case, rng)), arrays)


def demand_same(step: Step, arrays: list[np.ndarray]) -> None:
    alone = computed(step, arrays, None)
    if alone is None:
        return
    for position in IN_PLACE[step.opdef](step):
        over = computed(step, arrays, position)
        if over is not None:
            np.testing.assert_array_equal(over, alone, err_msg=f"over operand {position}")


def test_a_kernel_that_reads_again_what_it_has_written_over_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a gradient of tanh over `dy`, which is read at the end."""
    grad = next(opdef for opdef in IN_PLACE if opdef.name == "TanhGrad")
    monkeypatch.setitem(IN_PLACE, grad, lambda _step: [1])
    case = next(case for case in grad.cases if flat(structured(case, np.random.default_rng(0)))[0].size > 1)
    with pytest.raises(AssertionError, match="over operand 1"):
        test_over_an_operand_as_elsewhere(grad, case)
