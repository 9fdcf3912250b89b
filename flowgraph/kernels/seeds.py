"""Which (seed, seed2) a random op gets."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from flowgraph.kernels.philox import Stream, WordStream

DEFAULT_GRAPH_SEED = 87654321
"""Stands in for the graph's seed where only the op has one."""

_MODULUS = 2**31 - 1


def graph_seed_pair(graph_seed: Any, op_seed: Any, last_id: int) -> tuple[Any, Any]:
    """The pair (seed, seed2) for an op: of its own seed, its graph's, and the number of nodes made so far.

    Without any seed the pair is (None, None), and the op's numbers shall differ from session to session. It
    is never (0, 0), which as an op's attributes means the same. Seeds count modulo 2**31 - 1. They need not
    be integers: what has a `%` passes, and 1.5 comes back as 1.5, to become 1 as an attribute of the op. A
    str or a list raises the TypeError of Python's `%`.

    >>> graph_seed_pair(None, 1, last_id=7), graph_seed_pair(None, None, last_id=7)
    ((87654321, 1), (None, None))
    >>> graph_seed_pair(42, None, last_id=7), graph_seed_pair(42, -1, last_id=7), graph_seed_pair(0, 0, 7)
    ((42, 7), (42, 2147483646), (0, 2147483647))
    """
    if graph_seed is None and op_seed is None:
        return None, None
    pair = (
        _reduced(DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed),
        _reduced(last_id if op_seed is None else op_seed),
    )
    return (0, _MODULUS) if pair == (0, 0) else pair


def _reduced(seed: Any) -> Any:
    if isinstance(seed, np.generic):  # an int8 would overflow
        seed = seed.item()
    return seed % _MODULUS


def fresh_pair() -> tuple[int, int]:
    """A random (seed, seed2) of the operating system's, for an op with seeds (0, 0) to draw once and keep.

    >>> fresh_pair() == fresh_pair()
    False
    """
    entropy = os.urandom(16)
    return int.from_bytes(entropy[:8], "little"), int.from_bytes(entropy[8:], "little")


def words_of(seed: int, seed2: int) -> WordStream:
    """The words of TF's generator, one after the other; for seeds (0, 0) those of a fresh pair.

    >>> hex(words_of(87654321, 1).word()), words_of(0, 0).word() == words_of(0, 0).word()
    ('0xab1e98c7', False)
    """
    if seed == 0 and seed2 == 0:
        seed, seed2 = fresh_pair()
    return WordStream(Stream.seeded(seed, seed2))


def hashed_seed(text: str) -> int:
    """A seed in [0, 2**31) derived from a name, as a dropout wrapper's cells and a shared queue have.

    >>> hashed_seed("5input_0"), hashed_seed("42abc")
    (146547860, 870278990)
    """
    import hashlib

    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) & 0x7FFF_FFFF
