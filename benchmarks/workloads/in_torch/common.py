"""What the PyTorch workloads share: threads, inputs, and how a training step is served, eager or compiled.

    python benchmarks/workloads/in_torch/w2_mlp.py                # eager
    python benchmarks/workloads/in_torch/w2_mlp.py compiled       # the loss and its gradient by torch.compile

It goes on as `serving.py` says. torch.compile makes C++ and needs a compiler, say g++.
"""

from __future__ import annotations

import os
import shutil
import sys
from itertools import count
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import serving
from inputs import CYCLE

IS_COMPILED = "compiled" in sys.argv[1:]
os.environ.setdefault("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1")  # a first call is to be the first
torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
if IS_COMPILED and not any(map(shutil.which, (os.environ.get("CXX", "g++"), "clang++"))):
    raise SystemExit("torch.compile cannot run: it needs a C++ compiler (g++, clang++, or what CXX names).")


def compiled(function):
    """The function as it is, or compiled where the command line asks for it."""
    return torch.compile(function, dynamic=False) if IS_COMPILED else function


def parameter(array):
    """A weight that is trained, with memory of its own, laid out as it was."""
    return torch.from_numpy(array.copy(order="K")).requires_grad_()


def oihw(filters):
    """HWIO filters in PyTorch's order, and channels last in memory."""
    return parameter(filters.transpose(3, 0, 1, 2).copy().transpose(0, 3, 1, 2))


def serve(step, loss, *batches):
    """Serve a training step.

    Args:
      step: takes a batch as tensors, trains, returns when it is done.
      loss: takes a batch as tensors and gives the loss, a tensor.
      batches: for each argument the arrays of numpy, one for each batch.
    """
    feeds = list(zip(*batches)) or [()] * CYCLE
    numbers = count()

    def on_next_batch():
        step(*map(torch.from_numpy, feeds[next(numbers) % CYCLE]))

    def of_first_batch():
        with torch.no_grad():
            return loss(*map(torch.from_numpy, feeds[0]))

    serving.serve(on_next_batch, of_first_batch, version=torch.__version__)
