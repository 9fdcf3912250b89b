"""The initializer that makes orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape
from flowgraph.ops.diagonal import diag_part
from flowgraph.ops.factorize import qr
from flowgraph.ops.initializers import Initializer, float_dtype
from flowgraph.ops.random import random_normal
from flowgraph.ops.shaping import matrix_transpose
from flowgraph.ops.unary import sign


class Orthogonal(Initializer):
    """An orthogonal matrix: the Q of a matrix of normal random numbers, so that layers keep the length of vectors.

    Of more than two axes, all but the last are taken as one. With fewer rows than columns, the rows are orthogonal.

    Args:
      gain: what the matrix is multiplied by.
      seed: the seed of the random op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      ValueError: a dtype that is not one of floats; when called, a shape of fewer than two axes.

    >>> q = Orthogonal(seed=1)([2, 2])
    >>> run(tf.abs(tf.matmul(q, q, transpose_b=True) - tf.eye(2)) < 1e-6)
    array([[ True,  True],
           [ True,  True]])
    """

    def __init__(self, gain: float = 1.0, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(float_dtype(dtype))
        self.gain, self.seed = gain, seed

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        if len(shape) < 2:
            line = "The tensor to initialize must be at least two-dimensional"
            raise ValueError(errors.explain(line, where=user_site()))
        rows, columns = math.prod(int(size) for size in shape[:-1]), int(shape[-1])
        numbers = random_normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        q, r = qr(numbers, full_matrices=False)
        # LAPACK prefers negative diagonals; with all signs positive, every orthogonal matrix is as likely as another
        q *= sign(diag_part(r))
        if rows < columns:
            q = matrix_transpose(q)
        return self.gain * reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}
