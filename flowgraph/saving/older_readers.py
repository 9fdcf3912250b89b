"""Readers of checkpoints under the argument names of `tf.contrib.framework`."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.saving import reader


def load_checkpoint(filepattern: Any) -> reader.CheckpointReader:
    """As `tf.train.load_checkpoint`."""
    return reader.load_checkpoint(filepattern)


def load_variable(checkpoint_dir: Any, name: str) -> np.ndarray:
    """As `tf.train.load_variable`."""
    return reader.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir: Any) -> list[tuple[str, list[int]]]:
    """As `tf.train.list_variables`."""
    return reader.list_variables(checkpoint_dir)
