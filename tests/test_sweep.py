"""Expressions drawn at random once, beside TensorFlow 1.15.5: names, static shapes, number of ops, errors."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.make_sweep import answer

GOLDEN = json.loads((Path(__file__).parent / "golden" / "sweep.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expression", GOLDEN)
def test_answer(expression):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # (of slices that become dense)
        assert answer(expression, tf) == GOLDEN[expression]
