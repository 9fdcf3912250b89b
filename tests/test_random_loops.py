"""Random programs of loops, branches and arrays inside each other: nodes and values are those of TensorFlow 1.15.5."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES
from tests.golden.random_loops import ROWS, SEEDS, feed, fingerprint, program

GOLDEN = json.loads((Path(__file__).parent / "golden" / "random_loops.json").read_text(encoding="utf-8"))


@functools.cache
def built(seed):
    with tf.Graph().as_default() as graph:
        x, fetches = program(tf, seed)
        nodes = fingerprint(graph)
        return graph, nodes, x, fetches, tf.global_variables_initializer()


def test_every_seed_is_recorded():
    assert [entry["seed"] for entry in GOLDEN] == list(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_nodes(seed):
    assert built(seed)[1] == GOLDEN[seed]["nodes"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_values(seed, engine):
    graph, _, x, fetches, init = built(seed)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(graph=graph, config=config) as session:
        session.run(init)
        for rows, recorded in zip(ROWS, GOLDEN[seed]["runs"]):
            values = session.run(fetches, {x: feed(seed, rows)})
            for value, expected in zip(values, recorded):
                np.testing.assert_allclose(np.ravel(value), expected, rtol=1e-4, atol=1e-5)
