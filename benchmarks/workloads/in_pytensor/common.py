"""What the PyTensor workloads share: where the inputs come from, and how a training step is served.

    python benchmarks/workloads/in_pytensor/w2_mlp.py           # Numba makes the code
    python benchmarks/workloads/in_pytensor/w2_mlp.py c         # C and a compiler do

It goes on as `serving.py` says.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import serving
from inputs import CYCLE

MODE = "CVM" if "c" in sys.argv[1:] else "NUMBA"
pytensor.config.floatX = "float32"


def shared(array):
    """A weight that is trained, with memory of its own."""
    return pytensor.shared(np.array(array))


def function(inputs, outputs, updates=()):
    """A compiled function; what it is given it may take for granted, and what it gives it need not copy."""
    inputs = [pytensor.In(each, borrow=True) for each in inputs]
    return pytensor.function(inputs, outputs, updates=updates, mode=MODE, trust_input=True)


def cross_entropy(logits, labels):
    """The mean softmax cross-entropy with labels that are numbers."""
    return -pt.special.log_softmax(logits, axis=1)[pt.arange(labels.shape[0]), labels].mean()


def serve(loss, updates, inputs=(), *batches):
    """Serve a training step.

    Args:
      loss: a scalar.
      updates: what a step does to the shared variables.
      inputs: the variables that a batch gives values to.
      batches: for each of them the arrays of numpy, one for each batch.
    """
    train, evaluate = function(inputs, [], updates), function(inputs, loss)
    feeds = list(zip(*batches)) or [()] * CYCLE
    numbers = count()
    serving.serve(
        lambda: train(*feeds[next(numbers) % CYCLE]), lambda: evaluate(*feeds[0]), version=pytensor.__version__
    )
