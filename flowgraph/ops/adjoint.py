"""The adjoint of a matrix."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.matrix_like import MatrixLike, hand_over
from flowgraph.ops.shaping import matrix_transpose


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The adjoints of a batch of matrices: transposed, and complex numbers conjugated.

    >>> run(adjoint([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 3.],
           [2., 4.]], dtype=float32)
    """
    if isinstance(matrix, MatrixLike):
        return hand_over(matrix, "adjoint", name, "adjoint")
    with name_scope(name, "adjoint", [matrix]):
        return matrix_transpose(convert_to_tensor(matrix, name="matrix"), conjugate=True)
