"""Objects of higher floors that stand for matrices, as linear operators do: `tf.matmul` and others take them."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope


class MatrixLike:
    """What knows by itself how to multiply, solve, and so on; each function hands over to the method of its name."""

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: Any = None) -> Any:
        """The product with a matrix."""
        raise NotImplementedError

    def _can_use_cholesky(self) -> bool | None:
        """Whether it is known to be self-adjoint and positive definite."""
        raise NotImplementedError


def hand_over(matrix: Any, method: str, name: str | None, scope: str, **options: Any) -> Any:
    """Let the object do it; the name that an op would have had is taken, as in TF, which tries the op first."""
    with name_scope(name, scope):
        pass
    return getattr(matrix, method)(name=name, **options)


def multiply(a: Any, b: Any, adjoint_a: bool, adjoint_b: bool, others: dict[str, bool], name: str | None) -> Any:
    """The product of two matrices of which one or both know by themselves.

    Raises:
      ValueError: options that they do not know.
    """
    from flowgraph.ops.adjoint import adjoint

    with name_scope(name, "MatMul"):
        pass
    for options, line in (
        (("transpose_a", "transpose_b"), "Transposing not supported at this time."),
        (("a_is_sparse", "b_is_sparse"), "Sparse methods not supported at this time."),
    ):
        if any(others[option] for option in options):
            raise ValueError(errors.explain(line, where=user_site()))
    if isinstance(a, MatrixLike):
        return a.matmul(b, adjoint=adjoint_a, adjoint_arg=adjoint_b, name=name)
    return adjoint(b.matmul(a, adjoint=not adjoint_b, adjoint_arg=not adjoint_a, name=name))
