"""What linear operators are tried on; see `numeric.py` for the names in the expressions.

Each operator is asked for all that it can do: `everything` of the tests is a list of calls on an operator `o`, with
right sides `x` and `v` that fit.
"""

from __future__ import annotations

_L = "tf.linalg.LinearOperator"
_FULL = _L + "FullMatrix(F(SPD([3, 3], '%s')))"
_TRIL = _L + "LowerTriangular(F(SPD([3, 3], '%s')))"
_DIAG = _L + "Diag(F(R([3], '%s')))"
_BATCH = _L + "FullMatrix(F(SPD([2, 3, 3], '%s', 1)), is_self_adjoint=True, is_positive_definite=True)"

OPERATORS = [
    _FULL,
    _BATCH,
    _DIAG,
    _L + "Diag(F(R([2, 3], '%s') + 2), is_self_adjoint=True, is_positive_definite=True)",
    _TRIL,
    _L + "LowerTriangular(F(R([2, 3, 3], '%s') + 2))",
    _L + "Identity(3, dtype='%s')",
    _L + "Identity(3, [2], '%s')",
    _L + "ScaledIdentity(3, F(np.array(2, '%s')))",
    _L + "ScaledIdentity(3, F(R([2], '%s') + 2), is_positive_definite=True, is_self_adjoint=True)",
    _L + "Composition([%s, %s])" % (_FULL, _DIAG),
    _L + "Adjoint(%sFullMatrix(F(R([3, 3], '%%s'))))" % _L,
    _L + "Inversion(%s)" % _FULL,
    _L + "LowRankUpdate(%sDiag(F(R([3], '%%s') + 2)), F(R([3, 2], '%%s', 1)))" % _L,
    _L + "LowRankUpdate(%s, F(R([3, 2], '%%s')), F(R([2], '%%s') + 2), F(R([3, 2], '%%s', 2)))" % _FULL,
    _L + "Householder(F(R([3], '%s')))",
]
_DTYPES = ["float64", "complex128"]
_UNSOLVED = [_L + "Zeros(3, dtype='%s')", _L + "Toeplitz(F(R([3], '%s')), F(R([3], '%s')))"]
_SIX = [
    _L + "BlockDiag([%s, %s])" % (_FULL, _DIAG),
    _L + "BlockDiag([%s, %s])" % (_BATCH, _TRIL),
    _L + "Kronecker([%sFullMatrix(F(SPD([2, 2], '%%s'))), %s])" % (_L, _FULL),
    _L + "Kronecker([%sDiag(F(R([2], '%%s') + 2)), %s])" % (_L, _BATCH),
]
_ROUND = [
    _L + "Circulant(F(R([3], '%s') + 2), '%s')",
    _L + "Circulant(F(R([2, 3], '%s') + 2), '%s', is_positive_definite=True, is_self_adjoint=True)",
]

_SHAPES = "o.shape_tensor(), o.batch_shape_tensor(), o.domain_dimension_tensor(), o.tensor_rank_tensor()"
_PRODUCTS = "o.matmul(x), o.matmul(x, adjoint=True), o.matmul(y, adjoint_arg=True), o.matvec(v), o.matvec(v, True)"
_SOLUTIONS = "o.solve(x), o.solve(x, adjoint=True), o.solve(y, adjoint_arg=True), o.solvevec(v)"
_NUMBERS = "o.determinant(), o.log_abs_determinant(), o.trace()"
_ENTRIES = "o.to_dense(), o.diag_part(), o.add_to_tensor(w)"
_OTHERS = "o.adjoint().to_dense(), o.inverse().matmul(x), o.H.matvec(v)"


def call(operator, what, dtype, size=3):
    """An expression: what is asked of an operator, with right sides that fit."""
    operator = operator.replace("%s", dtype)
    fed = ["F(R([%d, 2], '%s', 5))", "F(R([2, %d], '%s', 6))", "F(R([%d], '%s', 7))"]
    x, y, v = (text % (size, dtype) for text in fed)
    w = "F(R([%d, %d], '%s', 8))" % (size, size, dtype)
    return "(lambda o, x, y, v, w: [%s])(%s, %s, %s, %s, %s)" % (what, operator, x, y, v, w)


_ALL = [_SHAPES, _PRODUCTS, _SOLUTIONS, _NUMBERS, _ENTRIES, _OTHERS]
_FULL_SIZE = [(o, _ALL, 3) for o in OPERATORS]
_FULL_SIZE += [(o, [_SHAPES, _PRODUCTS, "o.trace()", _ENTRIES], 3) for o in _UNSOLVED]
_FULL_SIZE += [(o, _ALL, 6) for o in _SIX]

RUNS = "\n".join(
    [call(o, what, dtype, size) for dtype in _DTYPES for o, asked, size in _FULL_SIZE for what in asked]
    + [call(o, what, "complex128") for o in _ROUND for what in _ALL]
)

_FIXED = "(lambda o, x, y, v, w: [%s])(%s, P(f, [3, 2]), P(f, [2, 3]), P(f, [3]), P(f, [3, 3]))"
_ANY = "(lambda o, x, v: [o.shape_tensor(), o.matmul(x), o.matvec(v), o.to_dense(), o.trace()])(%s, P(f), P(f))"
_F3 = "P(f, [3, 3])"

GRAPHS = (
    "\n".join(
        [_FIXED % (what, operator.replace("%s", "float32")) for operator in OPERATORS for what in [", ".join(_ALL)]]
        + [
            _FIXED % ("%s, %s, o.trace(), %s" % (_SHAPES, _PRODUCTS, _ENTRIES), o.replace("%s", "float32"))
            for o in _UNSOLVED
        ]
        + [
            "(lambda o, x: [o.matmul(x), o.solve(x), o.to_dense(), o.determinant(), o.inverse().shape_tensor()])"
            "(%s, P(f, [6, 2]))" % o.replace("%s", "float32")
            for o in _SIX
        ]
        + [
            _ANY % (_L + "FullMatrix(P(f))"),
            _ANY % (_L + "Diag(P(f))"),
            _ANY % (_L + "Diag(P(f, [None, 3]))"),
            _ANY % (_L + "LowerTriangular(P(f, [None, None, None]))"),
            _ANY % (_L + "Identity(P(i32, []))"),
            _ANY % (_L + "Identity(P(i32, []), P(i32, [2]), assert_proper_shapes=True)"),
            _ANY % (_L + "ScaledIdentity(P(i32, []), P(f))"),
            _ANY % (_L + "Composition([%sDiag(P(f)), %sFullMatrix(P(f, [None, None]))])" % (_L, _L)),
            _ANY % (_L + "Householder(P(f, [None, None]))"),
            _ANY % (_L + "Circulant(P(c64), tf.float32)"),
            _ANY % (_L + "Toeplitz(P(f, [None]), P(f, [None]))"),
            _ANY % (_L + "Zeros(P(i32, []), P(i32, []), [2], is_square=False, is_self_adjoint=False)"),
            _ANY % (_L + "Kronecker([%sDiag(P(f, [None])), %sFullMatrix(P(f, [2, 3]))])" % (_L, _L)),
            _ANY % (_L + "BlockDiag([%sDiag(P(f, [None])), %sLowerTriangular(P(f, [2, 3, 3]))])" % (_L, _L)),
        ]
    )
    + r"""
tf.linalg.LinearOperatorFullMatrix(P(f, [3]))
tf.linalg.LinearOperatorFullMatrix(P(i32, [3, 3]))
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_non_singular=False, is_positive_definite=True)
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_square=False, is_non_singular=True)
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_square=False, is_self_adjoint=True)
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_square=False).is_square
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 2])).determinant()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 2])).solve(P(f, [3, 1]))
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 2])).inverse()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).cholesky()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_non_singular=False).solve(P(f, [3, 1]))
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_non_singular=False).inverse()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).matmul(P(f, [2, 3]))
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).matmul(P(c64, [3, 2]))
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).assert_non_singular()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).assert_self_adjoint()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).assert_positive_definite()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_self_adjoint=True).assert_positive_definite()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3]), is_positive_definite=True, is_self_adjoint=True).cholesky().to_dense()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).matmul(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).solve(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).matmul(tf.linalg.LinearOperatorDiag(P(f, [2])))
tf.linalg.LinearOperatorDiag(P(f, [3])).matmul(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorDiag(P(f, [3])).solve(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorDiag(P(f, [3])).matmul(tf.linalg.LinearOperatorScaledIdentity(3, P(f, []))).to_dense()
tf.linalg.LinearOperatorScaledIdentity(3, P(f, [])).solve(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorDiag(P(f, [3])).matmul(tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3]))).to_dense()
tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3])).matmul(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorIdentity(3).matmul(tf.linalg.LinearOperatorDiag(P(f, [3]))).to_dense()
tf.linalg.LinearOperatorDiag(P(f, [3])).matmul(tf.linalg.LinearOperatorZeros(3)).to_dense()
tf.linalg.LinearOperatorCirculant(P(c64, [3])).matmul(tf.linalg.LinearOperatorCirculant(P(c64, [3]))).to_dense()
tf.linalg.LinearOperatorCirculant(P(c64, [3])).adjoint().inverse().to_dense()
tf.linalg.LinearOperatorCirculant(P(c64, [3])).assert_hermitian_spectrum()
tf.linalg.LinearOperatorCirculant2D(P(c64, [2, 3])).matmul(P(c64, [6, 1]))
tf.linalg.LinearOperatorCirculant3D(P(c64, [2, 3, 2])).solve(P(c64, [12, 1]))
tf.linalg.LinearOperatorCirculant2D(P(c64, [2]))
tf.linalg.LinearOperatorCirculant(P(f, [2]), is_self_adjoint=False)
tf.linalg.LinearOperatorDiag(P(f, []))
tf.linalg.LinearOperatorDiag(P(f, [3]), is_self_adjoint=False)
tf.linalg.LinearOperatorDiag(P(f, [3]), is_square=False)
tf.linalg.LinearOperatorDiag(P(f, [3])).assert_non_singular()
tf.linalg.LinearOperatorDiag(P(f, [3])).assert_positive_definite()
tf.linalg.LinearOperatorDiag(P(c64, [3])).assert_self_adjoint()
tf.linalg.LinearOperatorDiag(P(f, [3]), is_positive_definite=True).cholesky().to_dense()
tf.linalg.LinearOperatorLowerTriangular(P(f, [3]))
tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3]), is_square=False)
tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3])).assert_non_singular()
tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3])).solve(P(f, [5, 3, 2]))
tf.linalg.LinearOperatorLowerTriangular(P(f, [3, 3])).solve(P(f, [5, 3, 2]), adjoint=True)
tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])).solve(P(f, [5, 3, 2]), adjoint=True)
tf.linalg.LinearOperatorFullMatrix(P(f, [2, 1, 3, 3])).solve(P(f, [4, 3, 2]))
tf.linalg.LinearOperatorIdentity(-1)
tf.linalg.LinearOperatorIdentity(2.5)
tf.linalg.LinearOperatorIdentity([2])
tf.linalg.LinearOperatorIdentity(2, batch_shape=3)
tf.linalg.LinearOperatorIdentity(2, batch_shape=[-3])
tf.linalg.LinearOperatorIdentity(2, is_self_adjoint=False)
tf.linalg.LinearOperatorIdentity(2, is_square=False)
tf.linalg.LinearOperatorIdentity(2, [2]).cholesky().to_dense()
tf.linalg.LinearOperatorScaledIdentity(2, P(f, []), is_self_adjoint=False)
tf.linalg.LinearOperatorScaledIdentity(2, P(f, []), is_square=False)
tf.linalg.LinearOperatorScaledIdentity(2, P(f, [])).assert_non_singular()
tf.linalg.LinearOperatorScaledIdentity(2, P(c64, [3])).adjoint().to_dense()
tf.linalg.LinearOperatorZeros(2, 3)
tf.linalg.LinearOperatorZeros(2, is_non_singular=True)
tf.linalg.LinearOperatorZeros(2, 3, is_square=False, is_self_adjoint=False).matmul(P(f, [3, 1]))
tf.linalg.LinearOperatorZeros(2).assert_non_singular()
tf.linalg.LinearOperatorComposition([])
tf.linalg.LinearOperatorComposition([tf.linalg.LinearOperatorDiag(P(f, [3])), tf.linalg.LinearOperatorDiag(P(c64))])
tf.linalg.LinearOperatorBlockDiag([tf.linalg.LinearOperatorFullMatrix(P(f, [2, 3]))])
tf.linalg.LinearOperatorBlockDiag([])
tf.linalg.LinearOperatorKronecker([])
tf.linalg.LinearOperatorHouseholder(P(f, [3]), is_positive_definite=True)
tf.linalg.LinearOperatorHouseholder(P(f, []))
tf.linalg.LinearOperatorHouseholder(P(f, [3])).assert_positive_definite()
tf.linalg.LinearOperatorInversion(tf.linalg.LinearOperatorFullMatrix(P(f, [3, 3])), is_non_singular=False)
tf.linalg.LinearOperatorInversion(tf.linalg.LinearOperatorFullMatrix(P(f, [2, 3])))
tf.linalg.LinearOperatorAdjoint(tf.linalg.LinearOperatorDiag(P(f, [3])), is_self_adjoint=False)
tf.linalg.LinearOperatorToeplitz(P(f, [3]), P(f, [4]))
tf.linalg.LinearOperatorToeplitz(P(f, [3]), P(f, [3])).assert_self_adjoint()
tf.linalg.LinearOperatorLowRankUpdate(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 2]), is_self_adjoint=False)
tf.linalg.LinearOperatorLowRankUpdate(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [4, 2]))
(lambda o, x: [tf.matmul(o, x), tf.matmul(x, x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.matmul(x, o), tf.matmul(x, x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.matmul(o, x, transpose_a=True)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.matmul(o, x, a_is_sparse=True)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.det(o), tf.linalg.det(x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.solve(o, x), tf.linalg.solve(x, x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.solve(x, o)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.trace(o), tf.linalg.trace(x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.diag_part(o), tf.linalg.diag_part(x)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda o, x: [tf.linalg.logdet(o)])(tf.linalg.LinearOperatorDiag(P(f, [3])), P(f, [3, 3]))
(lambda d: g(tf.linalg.LinearOperatorDiag(d).solvevec([1., 2., 3.]), d))(P(f, [3]))
"""
)
