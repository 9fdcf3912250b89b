"""The bundled digits through LeNet-5 with dropout: the loss curve is that of TensorFlow 1.15.5 from the same seeds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES
from tests.golden.digits_lenet import STEPS, loss_curve

GOLDEN = json.loads((Path(__file__).parent / "golden" / "digits_lenet.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("engine", ENGINES)
def test_loss_curve(engine):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    losses = loss_curve(tf, config)
    assert len(losses) == len(GOLDEN) == STEPS
    np.testing.assert_allclose(losses, GOLDEN, rtol=0, atol=1e-4)
