"""Products and quotients of two operators: operators again, of a simpler kind where the two have one.

Identity x anything            the other
Zeros x anything square        Zeros
Diag, ScaledIdentity           Diag
Diag, LowerTriangular          LowerTriangular
Circulant, Circulant           Circulant
all else                       Composition
"""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope

# -- hints of products -------------------------------------------------------------------------------------------


def _both_non_singular(a: Any, b: Any) -> bool | None:
    if a.is_non_singular is False or b.is_non_singular is False:
        return False
    return a.is_non_singular and b.is_non_singular


def _both_self_adjoint(a: Any, b: Any) -> bool | None:
    """Of operators that commute."""
    if a.is_self_adjoint and b.is_self_adjoint:
        return True
    return False if {a.is_self_adjoint, b.is_self_adjoint} == {True, False} else None


def _both_positive_definite(a: Any, b: Any) -> bool | None:
    """Of operators that commute."""
    hints = a.is_positive_definite, a.is_self_adjoint, b.is_positive_definite, b.is_self_adjoint
    return True if all(hint is True for hint in hints) else None


def _is_square(a: Any, b: Any) -> bool | None:
    if a.is_square and b.is_square:
        return True
    if a.is_square is False and b.is_square is False:
        return a.range_dimension == b.domain_dimension
    return False if a.is_square != b.is_square and a.is_square is not None else None


def _commuting(a: Any, b: Any) -> dict[str, Any]:
    return {
        "is_non_singular": _both_non_singular(a, b),
        "is_self_adjoint": _both_self_adjoint(a, b),
        "is_positive_definite": _both_positive_definite(a, b),
        "is_square": True,
    }


def _triangular(a: Any, b: Any) -> dict[str, Any]:
    return {**_commuting(a, b), "is_positive_definite": None}


def _composed(operators: list[Any], a: Any, b: Any) -> Any:
    from flowgraph.linear.composition import LinearOperatorComposition

    is_square = _is_square(a, b)
    never = False if is_square is False else None
    return LinearOperatorComposition(
        operators,
        is_non_singular=_both_non_singular(a, b) if is_square else never,
        is_self_adjoint=never,
        is_positive_definite=never,
        is_square=is_square,
    )


# -- rules -------------------------------------------------------------------------------------------------------


def matmul(a: Any, b: Any) -> Any:
    """The operator a b."""
    with name_scope(None, "Matmul"):
        return _product(a, b)


def _product(a: Any, b: Any) -> Any:  # noqa: PLR0911
    from flowgraph.linear.circulant import LinearOperatorCirculant as Circulant
    from flowgraph.linear.diag import LinearOperatorDiag as Diag
    from flowgraph.linear.identity import LinearOperatorIdentity as Identity
    from flowgraph.linear.identity import LinearOperatorScaledIdentity as Scaled
    from flowgraph.linear.lower_triangular import LinearOperatorLowerTriangular as Triangle
    from flowgraph.linear.zeros import LinearOperatorZeros as Zeros

    if isinstance(a, Identity):
        return b
    if isinstance(b, Identity):
        return a
    for zeros, other in ((b, a), (a, b)):
        if isinstance(zeros, Zeros):
            if not zeros.is_square or not other.is_square:
                raise refusal(
                    "Matmul with non-square `LinearOperator`s or non-square `LinearOperatorZeros` not supported at "
                    "this time."
                )
            return zeros
    if isinstance(a, Diag) and isinstance(b, Diag):
        return Diag(a.diag * b.diag, **_commuting(a, b))
    for diag, scaled in ((a, b), (b, a)):
        if isinstance(diag, Diag) and isinstance(scaled, Scaled):
            return Diag(diag.diag * scaled.multiplier, **_commuting(diag, scaled))
    if isinstance(a, Diag) and isinstance(b, Triangle):
        return Triangle(a.diag[..., None] * b.to_dense(), **_triangular(a, b))
    if isinstance(a, Triangle) and isinstance(b, Diag):
        return Triangle(a.to_dense() * b.diag, **_triangular(b, a))
    if isinstance(a, Circulant) and isinstance(b, Circulant):
        return Circulant(a.spectrum * b.spectrum, **_commuting(a, b))
    return _composed([a, b], a, b)


def solve(a: Any, b: Any) -> Any:
    """The operator a^-1 b."""
    with name_scope(None, "Solve"):
        return _quotient(a, b)


def _quotient(a: Any, b: Any) -> Any:
    from flowgraph.linear.circulant import LinearOperatorCirculant as Circulant
    from flowgraph.linear.diag import LinearOperatorDiag as Diag
    from flowgraph.linear.identity import LinearOperatorIdentity as Identity
    from flowgraph.linear.identity import LinearOperatorScaledIdentity as Scaled
    from flowgraph.linear.inversion import LinearOperatorInversion as Inversion
    from flowgraph.linear.lower_triangular import LinearOperatorLowerTriangular as Triangle

    if isinstance(a, Inversion):
        return a.operator.matmul(b)
    if isinstance(a, Identity):
        return b
    if isinstance(a, Diag) and isinstance(b, Diag):
        return Diag(b.diag / a.diag, **_commuting(a, b))
    if isinstance(a, Diag) and isinstance(b, Scaled):
        return Diag(b.multiplier / a.diag, **_commuting(a, b))
    if isinstance(a, Scaled) and isinstance(b, Diag):
        return Diag(b.diag / a.multiplier, **_commuting(b, a))
    if isinstance(a, Diag) and isinstance(b, Triangle):
        return Triangle(b.to_dense() / a.diag[..., None], **_triangular(a, b))
    if isinstance(a, Circulant) and isinstance(b, Circulant):
        return Circulant(b.spectrum / a.spectrum, **_commuting(a, b))
    return _composed([Inversion(a), b], a, b)
