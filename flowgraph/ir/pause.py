"""Pausing Python's cyclic garbage collector while very many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic collection inside the block.

    Graphs and Programs are made of tens of thousands of objects that live on; each full collection walks all of
    them again and finds nothing. Memory that is no cycle is freed as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # (what the user has frozen stays so)
                # All that lives now counts as old. Else the collector would begin with a walk through what was made.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
