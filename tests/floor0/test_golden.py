"""Floor 0 answers the questions of tests/golden/make_floor0.py as TensorFlow 1.15.5 answered them."""

from __future__ import annotations

import array
import decimal
import fractions
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from flowgraph import dtypes, errors, shapes

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "floor0.json").read_text())

# Errors that begin like this are told in Python's own words, which change from version to version.
PYTHONS_WORDS = ("int()", "float()", "'int'", "__int__", "list indices", "integer division")

BORROWED = ["as_dtype", "DType", "float32", "int32", "qint8", "quint16", "QUANTIZED_DTYPES"]


class Pair(NamedTuple):
    a: int
    b: int


class Constant:
    """What the expression `c(...)` gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.array = dtypes.to_numpy(*args, **kwargs)


def names() -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(dtypes, name) for name in BORROWED}
    found.update(np=np, array=array, Fraction=fractions.Fraction, Decimal=decimal.Decimal, Pair=Pair)
    found.update(c=Constant, TS=shapes.TensorShape, D=shapes.Dimension)
    found.update(dimension_value=shapes.dimension_value, dimension_at_index=shapes.dimension_at_index)
    return found


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001  # whatever is raised is the answer
        return ["error", type(error).__name__, str(error).split("\n")[0]]


def answer(expression):
    value = eval(expression, names())
    if isinstance(value, Constant):
        result = value.array
        name = dtypes.as_dtype(result.dtype).name
        return ["array", name, list(result.shape), [repr(entry) for entry in result.ravel().tolist()]]
    return ["value", repr(value)]


def questions():
    sections = ("conversion", "shapes", "dtypes")
    return [pytest.param(*item, id=item[0]) for name in sections for item in GOLDEN[name].items()]


@pytest.mark.parametrize(("expression", "expected"), questions())
def test_answer(expression, expected):
    given = attempt(answer, expression)
    if expected[0] == "error" and expected[2].startswith(PYTHONS_WORDS):
        given, expected = given[:2], expected[:2]
    assert given == expected


@pytest.mark.parametrize(("number", "expected"), GOLDEN["types"].items())
def test_type_table(number, expected):
    dtype = dtypes.as_dtype(int(number))
    for name in expected:
        if name.startswith(("is_", "as_", "_is_")) or name == "name":
            assert getattr(dtype, name) == expected[name], name
    assert dtype.base_dtype.name == expected["base"]
    assert dtype.real_dtype.name == expected["real"]
    assert dtype._as_ref.name == expected["ref"]
    assert dtype.enum == int(number)
    assert dtype.is_ref == (int(number) > 100)


@pytest.mark.parametrize(("number", "expected"), GOLDEN["types"].items())
def test_type_ranges(number, expected):
    dtype = dtypes.as_dtype(int(number))

    def extreme(which):
        return float(getattr(dtype, which))

    for which in ("min", "max"):
        assert attempt(extreme, which) == expected[which]
    assert attempt(lambda: list(dtype.limits))[:2] == expected["limits"][:2]


@pytest.mark.parametrize(("number", "expected"), GOLDEN["types"].items())
def test_type_sizes_and_numpy_types(number, expected):
    dtype = dtypes.as_dtype(int(number))
    if dtype.base_dtype in (dtypes.resource, dtypes.variant):
        assert dtype.size == 1  # TF fails for resource_ref and variant_ref
        assert dtype.np == np.dtype(object)
    else:
        assert dtype.size == expected["size"]
    if dtype.base_dtype is not dtypes.bfloat16:  # whose type comes from another package
        given = attempt(lambda: np.dtype(dtype.as_numpy_dtype).str)
        assert given[:2] == expected["numpy"][:2]


@pytest.mark.parametrize(("a", "b", "broadcast", "merged"), GOLDEN["pairs"])
def test_pairs_of_sizes(a, b, broadcast, merged):
    for rule, expected in ((shapes.broadcast, broadcast), (shapes.merge, merged)):
        given = attempt(rule, shapes.as_sizes(a), shapes.as_sizes(b))
        if expected is not None and expected[:1] == ["error"]:
            assert given[:2] == expected[:2]
            assert expected[2].startswith(given[2])  # the op adds which one it is
        else:
            assert given == shapes.as_sizes(expected)
    assert shapes.compatible(shapes.as_sizes(a), shapes.as_sizes(b)) == (merged is None or merged[:1] != ["error"])


def test_error_codes():
    for name, code in GOLDEN["errors"]["constants"].items():
        assert getattr(errors, name) == code
    for name, (code, bases) in GOLDEN["errors"]["types"].items():
        cls = errors.exception_type_from_error_code(code)
        assert cls is getattr(errors, name)
        assert [base.__name__ for base in cls.__mro__] == bases
        assert errors.error_code_from_exception_type(cls) == code
        assert cls(None, None, "text").error_code == code
