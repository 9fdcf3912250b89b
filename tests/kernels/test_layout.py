"""Images with the channels first, copied so that those of a pixel lie together."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels import layout
from flowgraph.kernels.layout import with_channels_together


@pytest.mark.parametrize("block", [1, 3000, 1 << 18])
@pytest.mark.parametrize("shape", [(3, 8, 32, 32), (2, 7, 5, 9), (1, 40, 1, 3), (17, 5, 4, 4)])
def test_entries_stay_where_they_were(monkeypatch, block, shape):
    monkeypatch.setattr(layout, "BLOCK_BYTES", block)
    images = np.arange(np.prod(shape), dtype=np.float32).reshape(shape).transpose(0, 2, 3, 1)
    for view in (images, images[:, ::2], images[..., ::-1]):
        made = with_channels_together(view)
        assert made.flags.c_contiguous
        np.testing.assert_array_equal(made, view)


def test_what_is_as_it_should_be_is_not_copied():
    images = np.zeros((2, 4, 4, 8), np.float32)
    few, none = np.zeros((2, 3, 4, 4)).transpose(0, 2, 3, 1), np.zeros((0, 8, 4, 4)).transpose(0, 2, 3, 1)
    for array in (images, images[:, 1:], few, none):
        assert with_channels_together(array) is array
