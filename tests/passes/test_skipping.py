"""Without a pass, or without all of them, runs give the same values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.passes.pipeline import PASSES
from flowgraph.sessions.engine import skipped_passes
from tests.test_programs import PROGRAMS, built, golden, same_values

pytestmark = pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")

NAMES = list(dict.fromkeys(change.__name__ for change in PASSES))
WAYS = ["all", *NAMES]
EXACT = {"fold", "prune", "simplify", "cse"}
"""Passes with which no sum is taken in another order."""
RUNNABLE = [name for name in PROGRAMS if golden(name)["runs"]]
SOME = RUNNABLE[::3]


def values(name: str) -> list[Any]:
    """What the runs of a program give on the numpy engine."""
    graph, _, runs = built(name)
    with tf.Session(graph=graph) as session:
        return [session.run(fetches, feeds) for fetches, feeds in runs or []]


def demand_equal(name: str, one: Any, other: Any) -> None:
    """Check that two nested structures of arrays are the same to the last bit, but for which NaN it is."""
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        if isinstance(a, np.ndarray | np.generic):
            np.testing.assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize(("way", "name"), [(WAYS[i % len(WAYS)], name) for i, name in enumerate(SOME)])
def test_programs_without_a_pass(way: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One program after the other without one of the passes, in turn, or without all."""
    monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", way)
    same_values(name, "NUMPY")


MODULES = {name.partition(".")[0]: name for name in RUNNABLE}
"""Of each module of programs the last one."""


@pytest.mark.parametrize("name", MODULES.values())
def test_skipping_changes_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One program of each module, with each of the passes left out."""
    expected = values(name)
    for way in EXACT.intersection(NAMES):
        monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", way)
        demand_equal(f"{name} without {way}", values(name), expected)


def options(**rewrites: Any) -> tf.ConfigProto:
    config = tf.ConfigProto()
    for field, value in rewrites.items():
        setattr(config.graph_options.rewrite_options, field, value)
    return config


@pytest.mark.parametrize(
    ("config", "left_out"),
    [
        (options(constant_folding=2), {"fold"}),
        (options(dependency_optimization=2), {"prune"}),
        (options(arithmetic_optimization=2), {"simplify", "cse"}),
        (options(disable_meta_optimizer=True), set(NAMES)),
    ],
    ids=["fold", "prune", "arithmetic", "all"],
)
def test_skipping_by_config(config: tf.ConfigProto, left_out: set[str]) -> None:
    assert left_out.intersection(NAMES) <= skipped_passes(config)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 3])
        y = tf.reduce_mean(tf.reshape(tf.identity(x) * 1.0, [-1]) + tf.reduce_sum(x) * tf.reduce_sum(x))
        fetches, feed = [y, *tf.gradients(y, x)], {x: np.arange(6.0).reshape(2, 3)}
        with tf.Session(config=config) as session, tf.Session() as usual:
            demand_equal("config", session.run(fetches, feed), usual.run(fetches, feed))
