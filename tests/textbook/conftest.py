"""Each test of the textbook starts on an empty page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    """A default graph of the test's own."""
    with tf.Graph().as_default() as fresh:
        yield fresh
