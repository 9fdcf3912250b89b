from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

from flowgraph import dtypes

EVERY = [dtypes.as_dtype(number + ref) for number in range(1, 24) for ref in (0, 100)]


@pytest.mark.parametrize("dtype", EVERY, ids=lambda dtype: dtype.name)
def test_there_is_one_object_for_a_type(dtype):
    assert dtypes.DType(dtype.enum) is dtype
    assert dtypes.as_dtype(dtype.name) is dtype
    assert copy.deepcopy(dtype) is dtype
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert dtype.base_dtype._as_ref._as_ref.base_dtype is dtype.base_dtype
    assert {dtype: 1}[dtype] == 1


@pytest.mark.parametrize("dtype", EVERY, ids=lambda dtype: dtype.name)
def test_a_numpy_type_leads_back_to_its_type(dtype):
    if dtype.is_numpy_compatible:
        assert dtypes.as_dtype(dtype.as_numpy_dtype) is dtype.base_dtype
        assert dtypes.as_dtype(np.dtype(dtype.as_numpy_dtype)) is dtype.base_dtype
        assert dtype == dtype.as_numpy_dtype or dtype.is_ref
    assert np.zeros(2, dtype.np).dtype is dtype.np or dtype.np.kind == "V"


def test_exported_names_are_their_types():
    for name in dtypes.__all__:
        value = getattr(dtypes, name)
        if isinstance(value, dtypes.DType):
            assert value.name == {"half": "float16", "double": "float64"}.get(name, name)


def test_bfloat16_comes_with_its_package_only_when_asked_for():
    code = """
import sys
from flowgraph import dtypes, shapes, errors
dtypes.to_numpy([1.5, 2.5]), dtypes.as_dtype("bfloat16").is_floating, dtypes.as_dtype(14)._as_ref
assert "ml_dtypes" not in sys.modules
assert dtypes.bfloat16.np.itemsize == 2
assert "ml_dtypes" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_bfloat16_has_no_other_attribute_up_its_sleeve():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = dtypes.bfloat16.nonsense


def test_bfloat16_is_known_by_its_scalar_type_and_dtype():
    assert dtypes.as_dtype(ml_dtypes.bfloat16) is dtypes.bfloat16
    assert dtypes.as_dtype(np.dtype(ml_dtypes.bfloat16)) is dtypes.bfloat16
    with pytest.raises(TypeError, match="Cannot convert value"):
        dtypes.as_dtype(ml_dtypes.float8_e5m2)


def test_dtypes_compare_with_types_but_not_with_objects():
    assert dtypes.float32 in (np.int32, "float32")
    assert dtypes.float32 != object()
    assert dtypes.string == np.object_
    assert dtypes.float32 != dtypes.float32._as_ref
