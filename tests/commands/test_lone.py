"""Arrays of one element are numbers in a script of TF1's days, and nothing else changes its meaning."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import pytest

from flowgraph.commands import bygone, python2

TEXT = """\
import math
import numpy as np
one, square, many = np.array([2.5]), np.array([[3]]), np.array([1, 2])
print("%d %.1f %s %r" % (square, one, one, one), "%.2f" % one, "%(x)d %%" % {"x": 4}, 7 % 4, "%s" % [1])
print(float(one), int(square), complex(one), int("ff", 16), math.floor(one), math.hypot(*[3, 4]))
row = np.zeros(3)
row[0] = one
row[1] += square
row[1] *= square
row[2] -= one
table = np.zeros((2, 2))
table[0, 1] = square
table[1] = one
print(row, table.tolist())
kept = [0, 1, 2]
kept[0] = one
kept[1] += 5
kept[1:] = [7]
named = {}
named["a"] = named["b"] = square
named["c"] = many
print(kept, sorted(named))
order = []
def said(what):
    order.append(what)
    return 0
count = [1]
def again():
    count[0] = 10
    return 1
[0][said("place")] = said("value")
count[0] += again()
print(order, count)
"""
PRINTED = """\
3 2.5 [2.5] array([2.5]) 2.50 4 % 3 [1]
2.5 3 (2.5+0j) 255 2 5.0
[ 2.5  9.  -2.5] [[0.0, 3.0], [2.5, 2.5]]
[array([2.5]), 7] ['a', 'b', 'c']
['value', 'place'] [2]
"""


@pytest.mark.parametrize("compiled", [bygone.compiled, python2.compiled])
def test_an_array_of_one_element_is_a_number(compiled: Callable[[str, str], Any]) -> None:
    with redirect_stdout(io.StringIO()) as printed:
        exec(compiled(TEXT, "old.py"), {})
    assert printed.getvalue() == PRINTED


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("float(many)", TypeError),
        ("float('x')", ValueError),
        ("'%d' % many", TypeError),
        ("'%d %d' % (many, many)", TypeError),
        ("many % 'x'", TypeError),
        ("row[0] = many", ValueError),
        ("row[0] = [[1]]", ValueError),
        ("row[7] = one", IndexError),
        ("{}['x'] += 1", KeyError),
    ],
)
def test_what_was_a_mistake_is_still_one(line: str, error: type[Exception]) -> None:
    names: dict[str, object] = {}
    exec(bygone.compiled(TEXT, "old.py"), names)
    with pytest.raises(error):
        exec(bygone.compiled(line, "old.py"), names)
