"""Single ops give TensorFlow 1.15.5's numbers, over dtypes and edge cases (tests/golden/value_cases.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from tests.golden.notation import array_of, call_and_run, error_record

CALLS = json.loads((Path(__file__).parent / "golden" / "values.json").read_text(encoding="utf-8"))

TOLERANCE = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-13, "complex64": 1e-6, "complex128": 1e-13}

NEAR_ZERO = {
    "sigmoid": "TensorFlow's float32 approximation is 0 below -18",
    "gradient sigmoid": "the same",
    "nn.softplus": "TensorFlow computes log(1 + exp(x)), which loses the last digits of small results",
    "gradient nn.softplus": "the same",
}
"""Functions of which small results need only be right to the epsilon of their dtype, and why."""

ANY_ZERO = {"round", "nn.relu", "nn.relu6", "maximum", "minimum", "reduce_max", "reduce_min"}
"""Functions whose zeros may have either sign: numpy (one version and another) and TensorFlow pick different ones."""


def label(i):
    """`api[dtypes of the arrays]`, numbered, as the test's id."""
    api, args, kwargs, _ = CALLS[i]
    kinds = [value["dtype"] for value in [*args, *kwargs.values()] if isinstance(value, dict) and "dtype" in value]
    return f"{i}-{api.replace(' ', '-')}-{'-'.join(kinds)}"


def same(value, record, where):
    """Compare a result with its record: dtype, shape and entries, NaN where NaN is, zeros with their sign."""
    if "list" in record:
        assert len(value) == len(record["list"]), where
        for entry, entry_record in zip(value, record["list"]):
            same(entry, entry_record, where)
        return
    array = np.asarray(value)
    expected = array_of(record)
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    assert (kind, list(array.shape)) == (record["dtype"], record["shape"]), where
    settled = np.ones(array.size, bool)
    settled[record.get("unsettled", [])] = False
    array, expected = array.ravel()[settled], expected.ravel()[settled]
    if kind not in TOLERANCE:
        np.testing.assert_array_equal(array, expected, err_msg=where)
        return
    limits = np.finfo(array.dtype)
    slack = float(limits.eps if where in NEAR_ZERO else limits.tiny)
    np.testing.assert_allclose(array, expected, rtol=TOLERANCE[kind], atol=slack, err_msg=where)
    if array.dtype.kind == "f" and where not in ANY_ZERO:
        zero = (expected == 0) & (array == 0)
        np.testing.assert_array_equal(np.signbit(array[zero]), np.signbit(expected[zero]), err_msg=f"{where}: -0.0")


@pytest.mark.parametrize("i", range(len(CALLS)), ids=label)
def test_value(i):
    api, args, kwargs, outcome = CALLS[i]
    if "error" in outcome:
        assert error_record(lambda tf: call_and_run(tf, api, args, kwargs), tf) == outcome["error"]
    else:
        same(call_and_run(tf, api, args, kwargs), outcome["value"], api)
