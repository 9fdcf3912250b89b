"""Kernels of the numpy engine by themselves: what they write into a buffer is what the op's own forward returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy.kernels import KERNELS
from flowgraph.engines.numpy.kernels.calls import Operand
from flowgraph.ir.cases import BOOL, FLOAT, HALF, INT, INTS, Case, case
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import REGISTRY, OpDef
from flowgraph.ir.program import Step
from flowgraph.ops import add_n, gather, joining, matmul, padding, select, shaping, slicing, splitting
from tests.test_ops import flat, structured

LARGE = [  # more than a block, and what the ops' own cases leave out
    (add_n.ADD_N, case([FLOAT(70_000), FLOAT(70_000), FLOAT(70_000)])),
    (gather.GATHER_V2, case(FLOAT(50, 3, 2), INT([[7, 0], [49, 7]]), INT(0))),
    (joining.CONCAT_V2, case([FLOAT(2, 1, 3), FLOAT(2, 4, 3)], INT(-2))),
    (joining.PACK, case([FLOAT(3), FLOAT(3), FLOAT(3)], axis=1)),
    (joining.UNPACK, case(FLOAT(4), num=4)),
    (matmul.MATMUL, case(FLOAT(300, 5), FLOAT(300, 400), transpose_a=True)),
    (matmul.MATMUL, case(FLOAT(20, 300), FLOAT(400, 300), transpose_b=True)),
    (matmul.MATMUL, case(FLOAT(300, 20), FLOAT(400, 300), transpose_a=True, transpose_b=True)),
    (padding.PAD, case(FLOAT(2, 3), INT([[0, 2], [1, 0]]))),
    (padding.PAD, case(HALF(2, 3), INT([[0, 0], [0, 0]]))),
    (select.SELECT, case(BOOL(300, 300), FLOAT(300, 300), FLOAT(300, 300))),
    (shaping.TRANSPOSE, case(FLOAT(2, 3, 4), INTS(2, 0, 1))),
    (slicing.SLICE, case(FLOAT(3, 4), INTS(1, 0), INTS(-1, 2))),
    (slicing.STRIDED_SLICE, case(FLOAT(3, 4), INTS(1, -1), INTS(2, -4), INTS(1, -2), shrink_axis_mask=1)),
    (slicing.STRIDED_SLICE, case(FLOAT(3), INTS(1), INTS(2), INTS(1), shrink_axis_mask=1)),
    (splitting.SPLIT, case(INT(1), FLOAT(20, 800), num_split=4)),
    (splitting.SPLIT_V, case(FLOAT(7, 2), INTS(1, 4, 2), INT(0), num_split=3)),
]
OWN = [(opdef, one) for opdef in REGISTRY.values() if opdef in KERNELS for one in opdef.cases]
EVERY = [pytest.param(opdef, one, id=f"{opdef.name}-{i}") for i, (opdef, one) in enumerate([*OWN, *LARGE])]


@pytest.mark.parametrize("stays", [True, False], ids=["arrays", "slots"])
@pytest.mark.parametrize(("opdef", "one"), EVERY)
def test_a_kernel_computes_what_forward_does(opdef: OpDef, one: Case, stays: bool) -> None:
    """With operands that are always the same arrays, and with such as come anew in each run."""
    arrays = structured(one, np.random.default_rng(0))
    attrs = _attrs(opdef, one)
    with np.errstate(all="ignore"):
        made = opdef.forward(np, *arrays, **attrs)
        expected = [np.asarray(made)] if opdef.gives_one else [np.asarray(value) for value in made]
        found = _by_kernel(opdef, one, arrays, attrs, expected, stays)
    if found is None:
        pytest.skip("the kernel does not apply")
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(np.signbit(ours), np.signbit(theirs)) if ours.dtype.kind == "f" else None


def _attrs(opdef: OpDef, one: Case) -> dict[str, Any]:
    given = {**opdef.defaults, **one.attrs}
    return {name: value for name, value in given.items() if name not in opdef.type_attrs or name in one.attrs}


def _by_kernel(
    opdef: OpDef, one: Case, arrays: list[Any], attrs: dict[str, Any], like: list[np.ndarray], stays: bool
) -> list[np.ndarray] | None:
    """What the kernel writes over whatever is in the buffers, in a second run; None where there is no kernel for it."""
    slots: list[Any] = []
    operands = []
    for array, spec in zip(flat(arrays), flat(one.inputs), strict=True):
        known = Known(tf.as_dtype(array.dtype), array.shape, None if spec.smooth else array)
        if stays or not (spec.smooth or array.dtype == bool):
            operands.append(Operand(known, array, None))
        else:
            operands.append(Operand(known, None, len(slots)))
            slots.append(array)
    if any(value.dtype.kind not in "biufc" for value in like):
        return None
    outs = [np.full(value.shape, 77).astype(value.dtype) for value in like]
    step = Step(None, opdef, range(len(operands)), range(100, 100 + len(outs)), attrs)  # type: ignore[arg-type]
    call = KERNELS[opdef](step, operands, outs[0] if opdef.gives_one else tuple(outs), slots)
    if call is None:
        return None
    for _ in range(2):
        function, arguments = call
        function(*arguments)
    return outs


def test_most_cases_have_a_kernel() -> None:
    """The test above would pass if none applied."""
    applied = 0
    for opdef, one in LARGE:
        arrays, attrs = structured(one, np.random.default_rng(0)), _attrs(opdef, one)
        made = opdef.forward(np, *arrays, **attrs)
        expected = [np.asarray(made)] if opdef.gives_one else [np.asarray(value) for value in made]
        applied += _by_kernel(opdef, one, arrays, attrs, expected, True) is not None
    assert applied == len(LARGE)


@pytest.mark.parametrize("wrong", [-1, 50])
def test_a_row_that_is_not_there_is_reported_as_by_the_reference_engine(wrong: int) -> None:
    told = []
    for engine in ("REFERENCE", "NUMPY"):
        config = tf.ConfigProto()
        config.experimental.executor_type = engine
        with tf.Graph().as_default(), tf.Session(config=config) as session:
            table, rows = tf.Variable(tf.zeros([50, 3])), tf.placeholder(tf.int32, [2])
            found = tf.gather(table, rows) + 1.0
            session.run(table.initializer)
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                session.run(found, {rows: [3, wrong]})
            told.append(str(caught.value).splitlines()[0])
    assert told[0] == told[1] == f"indices[1] = {wrong} is not in [0, 50)"
