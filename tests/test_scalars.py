"""Scalars in compiled bodies: Python's operators on numpy's scalars give, bit for bit, what the op's forward gives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from flowgraph.engines.numpy.scalars import _EXPRESSIONS

NUMBERS = [0, -0.0, 1, -1, 3, 7, 127, -128, 255, 0.1, 1e-45, 1e30, -1e30, 2**31 - 1, -(2**31), 2**63 - 1,
           float("inf"), float("-inf"), float("nan")]  # fmt: skip
TYPES = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float16,
         np.float32, np.float64, np.complex64]  # fmt: skip
CASES = [(opdef, t) for opdef, (_, kinds) in _EXPRESSIONS.items() for t in TYPES if np.dtype(t).kind in kinds]


@pytest.mark.parametrize(("opdef", "kind"), CASES, ids=[f"{opdef.name}-{kind.__name__}" for opdef, kind in CASES])
def test_expression_is_the_forward(opdef, kind):
    text = _EXPRESSIONS[opdef][0].format("a", "b")
    with np.errstate(all="ignore"):
        values = [np.asarray(number).astype(kind)[()] for number in NUMBERS]
        for operands in itertools.product(values, repeat=opdef.n_inputs):
            ours = np.asarray(eval(text, dict(zip("ab", operands, strict=False))))
            attrs = {name: value for name, value in opdef.defaults.items() if name not in opdef.type_attrs}
            theirs = np.asarray(opdef.forward(np, *[np.asarray(x) for x in operands], **attrs))
            assert ours.dtype == theirs.dtype, operands
            np.testing.assert_array_equal(ours, theirs, err_msg=str(operands))
            if ours.dtype.kind == "f" and not np.isnan(ours):
                assert np.signbit(ours) == np.signbit(theirs), operands
