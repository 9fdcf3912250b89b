"""Names of files as an op: tf.matching_files."""

from __future__ import annotations

import glob
import os
from typing import Any

import numpy as np

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.tensor import Tensor
from flowgraph.platform.folders import told_as_tf
from flowgraph.shapes import Sizes


def _sizes(pattern: Any) -> Sizes:
    if pattern.sizes is not None and len(pattern.sizes) > 1:
        raise ValueError(f"Shape must be at most rank 1 but is rank {len(pattern.sizes)}")
    return (None,)


def _matching(_ctx: Any, pattern: Any) -> np.ndarray:
    found: list[str] = []
    for one in np.ravel(pattern):
        text = one.decode()
        # TF lists the innermost folder that has no wildcard in its name
        folder = os.path.dirname(text)
        while glob.has_magic(folder):
            folder = os.path.dirname(folder)
        with told_as_tf(folder or "."):
            os.listdir(folder or ".")
        found.extend(glob.glob(text))
    names = np.empty(len(found), object)
    names[:] = [name.encode() for name in sorted(found)]
    return names


MATCHING_FILES = OpDef(
    "MatchingFiles(pattern: string) -> filenames: string",
    infer=_sizes,
    forward=_matching,
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The names of the files that match patterns, in order.

    Args:
      pattern: a string scalar or vector; only names in the last folder may have wildcards.
      name: the op's name.

    Returns:
      A string vector, empty if there are none.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with open(os.path.join(folder, "a.txt"), "w") as file:
    ...     _ = file.write("a")
    >>> [os.path.basename(name) for name in run(matching_files(folder + "/*.txt"))]
    [b'a.txt']
    """
    made: Tensor = emit(MATCHING_FILES, pattern, name=name)
    return made
