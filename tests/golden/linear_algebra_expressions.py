"""What linear algebra is tried on; see `numeric.py` for the names in the expressions.

Complex singular vectors are compared without their phases, which TensorFlow chooses another way.
"""

from __future__ import annotations

_ONE = ["cholesky", "matrix_inverse", "matrix_determinant", "qr", "svd", "self_adjoint_eig", "self_adjoint_eigvals"]
_LINALG = ["linalg.slogdet", "linalg.logdet", "linalg.lu", "linalg.sqrtm", "linalg.adjoint"]
_SHAPES = ["[3, 3]", "[None, 3]", "[2, 3, None]", "[None, None, 3]", "None", "[3]", "[2, 3]", "[2, 4, 3]", "[0, 0]"]

_GRAPHS = ["tf.%s(P(f, %s), name='q')" % (op, shape) for op in _ONE + _LINALG for shape in _SHAPES]

_GRADIENTS = [
    "(lambda x: g(tf.%s(x)%s, x))(P(f, [2, 3, 3]))" % (op, part)
    for op, part in [
        ("cholesky", ""),
        ("matrix_inverse", ""),
        ("matrix_determinant", ""),
        ("self_adjoint_eigvals", ""),
        ("linalg.logdet", ""),
        ("linalg.sqrtm", ""),
        ("linalg.expm", ""),
        ("linalg.pinv", ""),
        ("linalg.adjoint", ""),
        ("qr", "[0]"),
        ("qr", "[1]"),
        ("svd", "[0]"),
        ("svd", "[1]"),
        ("self_adjoint_eig", "[1]"),
        ("linalg.slogdet", "[1]"),
        ("linalg.slogdet", "[0]"),
        ("linalg.lu", "[0]"),
        ("linalg.normalize", "[0]"),
    ]
] + [
    "(lambda x: g(tf.matrix_inverse(x, adjoint=True), x))(P(f, [None, 3, 3]))",
    "(lambda x: g(tf.svd(x, compute_uv=False), x))(P(f, None))",
    "(lambda x: g(tf.svd(x)[2], x))(P(f, [None, 3]))",
    "(lambda x: g(tf.svd(x)[2], x))(P(f, [4, 2]))",
    "(lambda x: g(tf.svd(x, full_matrices=True)[1], x))(P(f, [2, 3]))",
    "(lambda x: g(tf.svd(x, full_matrices=True)[1], x))(P(f, [2, 4]))",
    "(lambda x: g(tf.svd(x)[2], x))(P(c64, [3, 3]))",
    "(lambda x: g(tf.qr(x)[1], x))(P(c64, [3, 3]))",
    "(lambda x: g(tf.qr(x)[1], x))(P(f, [None, 3]))",
    "(lambda x: g(tf.qr(x)[1], x))(P(f, [2, 3]))",
    "(lambda x: g(tf.qr(x)[0], x))(P(f, [4, 3]))",
    "(lambda x: g(tf.linalg.logm(x), x))(P(c64, [3, 3]))",
    "(lambda x: g(tf.cholesky(x), x))(P(tf.complex128, None))",
    "(lambda x: g(tf.matrix_determinant(x), x))(P(c64, [None, None]))",
    "(lambda x: g(g(tf.cholesky(x), x)[0], x))(P(f, [3, 3]))",
    "(lambda x: g(tf.linalg.sqrtm(x), x))(P(f, None))",
]

_SOLVE = [
    "(lambda a, b: g(tf.matrix_solve(a, b, name='q'), a, b))(P(f, [2, 3, 3]), P(f, [2, 3, 1]))",
    "(lambda a, b: g(tf.matrix_solve(a, b, adjoint=True), a, b))(P(f, None), P(f, [None, 3, 1]))",
    "(lambda a, b: g(tf.matrix_triangular_solve(a, b, name='q'), a, b))(P(f, [None, 3]), P(f, [3, None]))",
    "(lambda a, b: g(tf.matrix_triangular_solve(a, b, False, True), a, b))(P(f, [2, 3, 3]), P(f, [2, 3, 1]))",
    "(lambda a, b: g(tf.cholesky_solve(a, b, name='q'), a, b))(P(f, [3, 3]), P(f, [3, 1]))",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, name='q'), a, b))(P(f, [4, 3]), P(f, [4, 1]))",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, .5), a, b))(P(f, [2, 3]), P(f, [2, 1]))",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, .5), a, b))(P(f, [2, 5, 4, 3]), P(f, [2, 5, 4, 1]))",
    "tf.matrix_solve_ls(P(f, [None, 3]), P(f, [None, 1]), .5)",
    "tf.matrix_solve_ls(P(f), P(f, [None, 1]), P(f, []), name='q')",
    "tf.matrix_solve_ls(P(f, [4, 3]), P(f, [None, 1]), fast=False, name='q')",
    "tf.matrix_solve_ls(P(tf.complex128, [4, 3]), P(tf.complex128, [None, 1]), .1)",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, .5, fast=False), a, b))(P(f, [2, 3]), P(f, [2, 1]))",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, .5), a, b))(P(f, [40, 30, 30, 3]), P(f, [40, 30, 30, 1]))",
    "(lambda a, b: g(tf.matrix_solve_ls(a, b, .5), a, b))(P(f, [40, 30, 10, 20]), P(f, [40, 30, 10, 1]))",
    "tf.matrix_solve(P(f, [3, 3]), P(f, [3]))",
    "tf.matrix_solve(P(f, [3, 2]), P(f, [3, 2]))",
    "tf.matrix_solve(P(f, [3, 3]), P(f, [2, 2]))",
    "tf.matrix_solve(P(f, [2, 3, 3]), P(f, [3, 2]))",
    "tf.matrix_solve(P(f, [2, 3, 3]), P(f, [4, 3, 2]))",
    "tf.matrix_solve(P(f, [None, 3]), P(f, [None, 2]))",
    "tf.matrix_triangular_solve(P(f, [3, 3]), P(f, [2, 2]))",
    "tf.matrix_inverse(P(f, [3, 3]), adjoint=1)",
    "tf.matrix_inverse(P(i32, [3, 3]))",
    "tf.qr(P(f, [2, 3]), True, 'q')",
    "tf.qr(P(f, [3, 2]), True, 'q')",
    "tf.svd(P(f, [3, 2]), True, name='q')",
    "tf.svd(P(f, [None, 2]), False, False, 'q')",
    "tf.svd(P(c64, [None, 2]))",
    "tf.linalg.lu(P(f, [2, 2]), tf.int64)",
    "tf.linalg.logm(P(c64, [None, 2]), name='q')",
    "tf.linalg.logm(P(f, [2, 2]))",
]

_FUNCTIONS = [
    "tf.linalg.expm(P(f, [3, 3]), name='q')",
    "tf.linalg.expm(P(tf.float64, [2, None, 3, 3]))",
    "tf.linalg.expm(P(c64))",
    "tf.linalg.expm(P(f, [2, 0, 0]))",
    "tf.linalg.expm(P(i32, [2, 2]))",
    "tf.linalg.matrix_rank(P(f, [3, 4]), name='q')",
    "tf.linalg.matrix_rank(P(f, [None, 4]))",
    "tf.linalg.matrix_rank(P(f), .1, True)",
    "tf.linalg.matrix_rank([[1, 2]])",
    "tf.linalg.matrix_rank(P(f, [3]))",
    "tf.linalg.pinv(P(f, [3, 4]), name='q')",
    "tf.linalg.pinv(P(tf.float64, [2, None, 4]))",
    "tf.linalg.pinv(P(f), .1, True)",
    "tf.linalg.pinv(P(c64, [3, 3]))",
    "tf.linalg.normalize(P(f, [3, 3]), 1, 0, 'q')",
    "tf.linalg.normalize(P(c64, [3, 3]), axis=[0, 1])",
    "tf.linalg.adjoint(P(c64, [2, None]), 'q')",
    "tf.norm(P(f, [2, 3, 4]), 2, axis=[0, 1])",
    "tf.linalg.norm(P(c64, [2, None, 4]), 2, axis=(-1, 1), keepdims=True, name='q')",
    "tf.linalg.normalize(P(f, [2, 3]), 2, [0, 1])",
]

_TRIDIAGONAL = [
    "(lambda d, r: g(tf.linalg.tridiagonal_solve(d, r), d, r))(P(f, [2, 3, 4]), P(f, [2, 4]))",
    "(lambda d, r: g(tf.linalg.tridiagonal_solve(d, r), d, r))(P(f, [None, 3, 4]), P(f, [2, 4, 5]))",
    "(lambda d, r: g(tf.linalg.tridiagonal_solve(d, r, transpose_rhs=True), d, r))(P(f, [3, 4]), P(f, [5, 4]))",
    "tf.linalg.tridiagonal_solve(P(c64, [3, 4]), P(c64, [4]), conjugate_rhs=True, name='q')",
    "tf.linalg.tridiagonal_solve(P(c64, [3, 4]), P(c64, [4, 2]), conjugate_rhs=True)",
    "tf.linalg.tridiagonal_solve(P(c64, [3, 4]), P(c64, [2, 4]), 'compact', True, True, 'q', False)",
    "tf.linalg.tridiagonal_solve([P(f, [4]), P(f, [4]), P(f, [4])], P(f, [4]), 'sequence')",
    "tf.linalg.tridiagonal_solve([P(f, [2, 3]), P(f, [2, 4]), P(f, [2, 3])], P(f, [2, 4]), 'sequence')",
    "tf.linalg.tridiagonal_solve([P(f, [2]), P(f, [4]), P(f, [4])], P(f, [4]), 'sequence')",
    "tf.linalg.tridiagonal_solve([P(f, [2, 4]), P(f, [3, 4]), P(f, [4])], P(f, [4]), 'sequence')",
    "tf.linalg.tridiagonal_solve([P(f, [2, 4])], P(f, [4]), 'sequence')",
    "(lambda d, r: g(tf.linalg.tridiagonal_solve(d, r, 'matrix'), d, r))(P(f, [4, 4]), P(f, [4]))",
    "tf.linalg.tridiagonal_solve(P(f, [2, 4, 3]), P(f, [2, 4]), 'matrix')",
    "tf.linalg.tridiagonal_solve(P(f, [None, None]), P(f, [2, 4]), 'matrix')",
    "tf.linalg.tridiagonal_solve(P(f, [3, 4]), P(f, [4]), 'none')",
    "tf.linalg.tridiagonal_solve(P(f, [3]), P(f, [4]))",
    "tf.linalg.tridiagonal_solve(P(f, [3, 4]), P(f, [4, 4, 4]))",
    "tf.linalg.tridiagonal_solve(P(f, [2, 4]), P(f, [4]))",
    "tf.linalg.tridiagonal_solve(P(f, [3, 4]), P(f, [5]))",
    "tf.linalg.tridiagonal_solve(P(f, [2, 3, 4]), P(f, [3, 4]))",
    "tf.linalg.tridiagonal_solve(P(f), P(f, [3, 4]))",
    "(lambda d, r: g(tf.linalg.tridiagonal_matmul(d, r), d, r))(P(f, [2, 3, 4]), P(f, [2, 4, 5]))",
    "(lambda d, r: g(tf.linalg.tridiagonal_matmul(d, r, 'matrix'), d, r))(P(f, [4, 4]), P(f, [4, 5]))",
    "tf.linalg.tridiagonal_matmul([P(c64, [4])] * 3, P(c64, [4, 2]), 'sequence', 'q')",
    "tf.linalg.tridiagonal_matmul(P(f, [4, None]), P(f, [4, 2]), 'matrix')",
    "tf.linalg.tridiagonal_matmul(P(f, [4, 3]), P(f, [4, 2]), 'matrix')",
    "tf.linalg.tridiagonal_matmul(P(f, [4, 3]), P(f, [4, 2]), 'none')",
    "tf.linalg.tridiagonal_matmul(P(f, [3, 4]), P(f, [3, 2]))",
    "tf.linalg.tridiagonal_matmul([P(f, [4]), P(f, [3]), P(f, [4])], P(f, [4, 2]), 'sequence')",
]

GRAPHS = "\n".join(_GRAPHS + _GRADIENTS + _SOLVE + _FUNCTIONS + _TRIDIAGONAL)

# -- values --------------------------------------------------------------------------------------------------------

_DTYPES = ["float32", "float64", "complex64", "complex128"]
_MATRICES = ["SPD([3, 3], '%s')", "SPD([2, 4, 4], '%s', 1)"]

_SQUARE = [
    "tf.%s(F(%s))" % (op, matrix % dtype)
    for op in ["cholesky", "matrix_inverse", "matrix_determinant", "linalg.slogdet", "linalg.logdet", "linalg.sqrtm"]
    for dtype in _DTYPES
    for matrix in _MATRICES
] + [
    "tf.%s(F(R(%s, '%s')))" % (op, shape, dtype)
    for op in ["matrix_inverse", "matrix_determinant", "linalg.slogdet", "linalg.lu", "linalg.expm"]
    for dtype in _DTYPES
    for shape in ("[3, 3]", "[2, 2, 4, 4]")
]

_FACTORS = (
    [
        "tf.%s(F(R(%s, '%s'))%s)" % (op, shape, dtype, full)
        for op, fulls in (("qr", ("", ", True")), ("linalg.pinv", ("",)))
        for dtype in (_DTYPES if op == "qr" else _DTYPES[:2])
        for shape in ("[4, 3]", "[2, 3, 4]")
        for full in fulls
    ]
    + [
        ("[tf.abs(t) for t in tf.svd(F(R(%s, '%s')))]" if "complex" in dtype else "tf.svd(F(R(%s, '%s')))")
        % (shape, dtype)
        for dtype in _DTYPES
        for shape in ("[4, 3]", "[2, 3, 4]", "[3, 3]")
    ]
    + [
        "(lambda s, u, v: [s, tf.matmul(u, u, adjoint_a=True), tf.matmul(v, v, adjoint_a=True), "
        "tf.matmul(u[..., :3], tf.cast(s[..., None], u.dtype) * tf.linalg.adjoint(v[..., :3]))])"
        "(*tf.svd(F(R(%s, '%s')), True))" % (shape, dtype)
        for dtype in _DTYPES
        for shape in ("[4, 3]", "[2, 3, 4]")
    ]
    + ["tf.self_adjoint_eig(F(SPD(%s, '%s')))" % (s, d) for d in _DTYPES for s in ("[2, 4, 4]", "[3, 6, 6]")]
    + ["tf.svd(F(R(%s, 'float32')), True)" % shape for shape in ("[2, 3, 3]", "[7, 4]", "[2, 5, 9]")]
    + ["tf.self_adjoint_eigvals(F(SPD([2, 4, 4], '%s')))" % dtype for dtype in _DTYPES]
    + ["tf.svd(F(R([2, 4, 3], '%s')), compute_uv=False)" % dtype for dtype in _DTYPES]
)

_SYSTEMS = [
    "tf.%s(F(SPD([2, 3, 3], '%s')), F(R([2, 3, 2], '%s', 1))%s)" % (op, dtype, dtype, options)
    for dtype in _DTYPES
    for op, options in (
        ("matrix_solve", ""),
        ("matrix_solve", ", adjoint=True"),
        ("matrix_triangular_solve", ""),
        ("matrix_triangular_solve", ", lower=False"),
        ("matrix_triangular_solve", ", adjoint=True"),
        ("matrix_triangular_solve", ", lower=False, adjoint=True"),
        ("cholesky_solve", ""),
    )
] + [
    "tf.matrix_triangular_solve(F(R([70, 70]) + 5 * np.eye(70, dtype='f')), F(R([70, 2])))",
    "tf.matrix_triangular_solve(F(R([70, 70]) + 5 * np.eye(70, dtype='f')), F(R([70, 2])), False, True)",
    "tf.matrix_solve_ls(F(R([5, 3])), F(R([5, 2], seed=1)))",
    "tf.matrix_solve_ls(F(R([3, 5])), F(R([3, 2], seed=1)), .3)",
    "tf.matrix_solve_ls(F(R([5, 3], 'complex64')), F(R([5, 2], 'complex64', 1)), .3)",
    "tf.matrix_solve_ls(F(R([2, 5, 3]), [2, None, 3]), F(R([2, 5, 2], seed=1)), .3)",
    "tf.matrix_solve_ls(F(R([3, 5]), None), F(R([3, 2], seed=1)), .3)",
    "tf.matrix_solve_ls(F(R([5, 3])), F(R([5, 2], seed=1)), fast=False)",
    "tf.matrix_solve_ls(F(R([2, 3, 5], 'complex128')), F(R([2, 3, 2], 'complex128', 1)), fast=False)",
    "tf.matrix_solve_ls(F(np.ones([3, 2], 'f')), F(R([3, 2])), fast=False)",
    "tf.matrix_solve_ls(F(R([30, 10, 90, 3])), F(R([30, 10, 90, 1], seed=1)), .5)[0, 0]",
]

_GRADIENT_VALUES = (
    [
        "(lambda x: g(loss(tf.%s(x)%s), x))(F(SPD([2, 3, 3], '%s')))" % (op, part, dtype)
        for dtype in ("float64", "complex128")
        for op, part in (
            ("cholesky", ""),
            ("matrix_inverse", ""),
            ("matrix_determinant", ""),
            ("linalg.slogdet", "[1]"),
            ("linalg.sqrtm", ""),
            ("self_adjoint_eigvals", ""),
        )
    ]
    + [
        "(lambda x: g(loss(tf.%s(x)%s), x))(F(R(%s, 'float64')))" % (op, part, shape)
        for op, part, shape in (
            ("qr", "", "[4, 3]"),
            ("qr", "[0]", "[3, 3]"),
            ("qr", "[1]", "[2, 3, 3]"),
            ("svd", "[0]", "[2, 3, 4]"),
            ("linalg.pinv", "", "[3, 3]"),
            ("linalg.expm", "", "[2, 3, 3]"),
            ("matrix_inverse", "", "[2, 3, 3]"),
            ("linalg.adjoint", "", "[2, 3]"),
        )
    ]
    + [
        "(lambda x: g(loss([tf.square(t) for t in tf.svd(x%s)]), x))(F(R(%s, 'float64')))" % (full, shape)
        for full, shape in (
            ("", "[3, 3]"),
            ("", "[2, 3, 5]"),
            ("", "[5, 3]"),
            (", True", "[3, 4]"),
            (", True", "[4, 3]"),
        )
    ]
    + [
        "(lambda x: g(loss(g(loss(tf.%s), x)[0]), x))(F(SPD([3, 3], 'float64')))" % call
        for call in ("cholesky(x)", "matrix_inverse(x)", "matrix_determinant(x)", "matrix_inverse(x, adjoint=True)")
    ]
    + [
        "(lambda x: g(loss([tf.square(t) for t in tf.self_adjoint_eig(x)]), x))(F(SPD([2, 3, 3], 'float64')))",
    ]
    + [
        "(lambda a, b: g(loss(tf.%s), a, b))(F(SPD([2, 3, 3], '%s')), F(R([2, 3, 2], '%s')))" % (call, dtype, dtype)
        for dtype in ("float64", "complex128")
        for call in (
            "matrix_solve(a, b)",
            "matrix_solve(a, b, adjoint=True)",
            "matrix_triangular_solve(a, b)",
            "matrix_triangular_solve(a, b, False, True)",
            "cholesky_solve(a, b)",
        )
    ]
    + [
        "(lambda a, b: g(loss(tf.matrix_solve_ls(a, b, .3)), a, b))(F(R(%s, 'float64')), F(R(%s, 'float64')))" % shapes
        for shapes in (("[4, 3]", "[4, 2]"), ("[3, 4]", "[3, 2]"))
    ]
    + [
        "(lambda a, b: [t[0, 0] for t in g(loss(tf.matrix_solve_ls(a, b, .3)), a, b)])"
        "(F(R([30, 20, %d, %d], 'float64')), F(R([30, 20, %d, 1], 'float64')))" % (rows, columns, rows)
        for rows, columns in ((18, 4), (4, 18))
    ]
)

_EDGES = [
    "tf.%s(F(np.zeros(%s, 'f')))" % (op, shape)
    for op in ("cholesky", "matrix_inverse", "matrix_determinant", "linalg.slogdet", "qr", "self_adjoint_eig")
    for shape in ("[0, 0]", "[2, 0, 0]", "[0, 2, 2]")
] + [
    "tf.%s(F([[np.nan, 2.], [2., 4.]]))" % op
    for op in ("cholesky", "matrix_inverse", "matrix_determinant", "linalg.slogdet", "svd", "self_adjoint_eig")
]

_TRIDIAGONAL_VALUES = [
    "tf.linalg.tridiagonal_solve(F(R([2, 3, 6], '%s')), F(R([2, 6, 2], '%s', 1))%s)" % (dtype, dtype, options)
    for dtype in _DTYPES
    for options in ("", ", partial_pivoting=False", ", conjugate_rhs=True")
] + [
    "tf.linalg.tridiagonal_solve(F(R([3, 6])), F(R([6])))",
    "tf.linalg.tridiagonal_solve(F(R([3, 6])), F(R([2, 6])), transpose_rhs=True)",
    "tf.linalg.tridiagonal_solve([F(R([5])), F(R([6], seed=1)), F(R([5], seed=2))], F(R([6])), 'sequence')",
    "tf.linalg.tridiagonal_solve(F(R([5, 5])), F(R([5])), 'matrix')",
    "tf.linalg.tridiagonal_matmul(F(R([2, 3, 5])), F(R([2, 5, 2])))",
    "tf.linalg.tridiagonal_matmul(F(R([5, 5], 'complex64')), F(R([5, 2], 'complex64')), 'matrix')",
    "tf.linalg.tridiagonal_matmul([F(R([5])), F(R([5], seed=1)), F(R([5], seed=2))], F(R([5, 1])), 'sequence')",
    (
        "(lambda d, r: g(loss(tf.linalg.tridiagonal_solve(d, r)), d, r))"
        "(F(R([2, 3, 5], 'float64')), F(R([2, 5], 'float64')))"
    ),
    (
        "(lambda d, r: g(loss(tf.linalg.tridiagonal_matmul(d, r)), d, r))"
        "(F(R([3, 5], 'float64')), F(R([5, 2], 'float64')))"
    ),
    "tf.linalg.tridiagonal_solve(F([[1., 2., 3.], [0., 0., 0.], [0., 0., 9.]]), F([1., 2., 3.]))",
    (
        "tf.linalg.tridiagonal_solve(F([[1., 2., 3.], [0., 0., 0.], [0., 0., 9.]]),"
        " F([1., 2., 3.]), partial_pivoting=False)"
    ),
    "tf.linalg.tridiagonal_solve(F([[1.], [0.], [0.]]), F([1.]))",
    "tf.linalg.tridiagonal_solve(F(np.zeros([3, 0], 'f')), F(np.zeros([0], 'f')))",
]

RUNS = (
    "\n".join(_SQUARE + _FACTORS + _SYSTEMS + _GRADIENT_VALUES + _EDGES + _TRIDIAGONAL_VALUES)
    + r"""
tf.cholesky(F([[1., 2.], [2., 1.]]))
tf.cholesky(F([[1., 9.], [.5, 1.]]))
tf.cholesky(F([[0., 0.], [0., 0.]]))
tf.cholesky(F([[1., 2., 3.], [2., 1., 3.]], None))
tf.cholesky(F(np.eye(2, dtype='float16')))
tf.matrix_inverse(F([[1., 2.], [2., 4.]]))
tf.matrix_inverse(F(R([2, 2], 'complex64')), adjoint=True)
tf.matrix_inverse(F([[1., 2., 3.], [2., 1., 3.]], None))
tf.matrix_inverse(F([[np.inf, 2.], [2., 1.]]))
tf.matrix_solve(F([[1., 2.], [2., 4.]]), F([[1.], [2.]]))
tf.matrix_solve(F([[1., 2.], [2., 4.]], None), F([[1.]], None))
tf.matrix_solve(F([[1., 2.]], None), F([[1.]], None))
tf.matrix_solve(F([[[1., 2.], [2., 4.]]], None), F([[1.]], None))
tf.matrix_solve(F(np.ones([2, 3, 3], 'f'), None), F(np.ones([3, 3, 1], 'f'), None))
tf.matrix_solve(F(np.zeros([2, 0, 0], 'f')), F(np.zeros([2, 0, 3], 'f')))
tf.matrix_solve(F(np.eye(3, dtype='f')), F(np.zeros([3, 0], 'f')))
tf.matrix_triangular_solve(F([[1., 2.], [2., 0.]]), F([[1.], [2.]]))
tf.matrix_triangular_solve(F([[1., 2.]], None), F([[1.]], None))
tf.matrix_triangular_solve(F(np.zeros([0, 0], 'f')), F(np.zeros([0, 3], 'f')))
tf.matrix_determinant(F([[1., 2.], [2., 4.]]))
tf.matrix_determinant(F([[1e30, 0.], [0., 1e30]]))
tf.linalg.slogdet(F([[1e30, 0.], [0., 1e30]]))
tf.linalg.slogdet(F([[1., 2.], [2., 4.]]))
tf.linalg.slogdet(F(np.complex64([[1., 2.], [2., 4.]])))
tf.qr(F(np.zeros([3, 0], 'f')), full_matrices=True)
tf.qr(F(np.zeros([2, 0, 3], 'f')), full_matrices=True)
tf.qr(F(np.zeros([2, 2], 'f')))
tf.qr(F([[-1., 2.], [0., 4.]]))
tf.svd(F(np.zeros([2, 2], 'f')))
tf.svd(F([[np.inf, 1.], [2., 3.]]))
tf.linalg.lu(F([[1., 2.], [2., 4.]]))
tf.linalg.lu(F([[1., 2., 3.], [4., 5., 6.]], None))
tf.linalg.lu(F([[1., 2.], [3., 4.]]), tf.int64)
tf.linalg.sqrtm(F([[1., 1.], [0., 1.]]))
tf.linalg.sqrtm(F([[0., -1.], [1., 0.]]))
tf.linalg.sqrtm(F([[-1., 0.], [0., 5.]]))
tf.linalg.sqrtm(F(np.complex64([[-1., 0.], [0., 5.]])))
tf.linalg.sqrtm(F(np.complex128([[1, 2j], [-3, 1 - 1j]])))
tf.linalg.sqrtm(F([[1., 2., 3.], [2., 1., 3.]], None))
tf.linalg.sqrtm(F(SPD([8, 8], 'float64')))
tf.linalg.logm(F(SPD([2, 4, 4], 'complex64')))
tf.linalg.logm(F(SPD([5, 5], 'complex128')))
tf.linalg.logm(F(R([5, 5], 'complex128')))
tf.linalg.logm(F(np.complex64([[1., 1.], [0., 1.]])))
tf.linalg.logm(F(np.complex64([[-1., 1.], [0., -1.]])))
tf.linalg.logm(F(np.complex64([[0., 1.], [0., 1.]])))
tf.linalg.expm(F(9 * R([2, 3, 3])))
tf.linalg.expm(F(30 * R([2, 3, 3], 'float64')))
tf.linalg.expm(F(.001 * R([3, 3], 'float64'), None))
tf.linalg.matrix_rank(F([[1., 2.], [2., 4.]]))
tf.linalg.matrix_rank(F(R([2, 3, 4]), None))
tf.linalg.matrix_rank(F(R([2, 3, 4])), 1.)
tf.linalg.pinv(F([[1., 2.], [2., 4.]]))
tf.linalg.pinv(F(R([2, 3, 4]), None), .9)
tf.linalg.normalize(F(R([3, 4])))
tf.linalg.normalize(F(R([3, 4], 'complex64')), 1, 0)
tf.linalg.adjoint(F(R([2, 3], 'complex64')))
tf.norm(F(R([2, 3, 4])), 2, axis=[0, 1])
tf.norm(F(R([2, 3, 4], 'complex128')), 2, axis=(-1, 0), keepdims=True)
tf.norm(F(R([2, 3, 4])), 2, axis=(1, 2))
tf.linalg.triangular_solve(F([[np.nan, 0.], [1., 1.]]), F(R([2, 2])))
tf.linalg.cholesky_solve(F([[1., 0.], [1., np.nan]]), F(R([2, 2])))
tf.linalg.solve(F(R([2, 3])), F(R([3])))
tf.linalg.solve(F(R([3, 3])), F(R([3])))
tf.linalg.tridiagonal_solve(R([4, 4], 'float64'), R([4], 'float64'), 'matrix')
tf.linalg.tridiagonal_solve(R([4, 4], 'float64'), R([4, 2], 'float64'), 'matrix')
tf.linalg.tridiagonal_solve(F(R([3, 4])), F(R([0])))
tf.linalg.tridiagonal_solve(F(R([0, 4])), F(R([4])))
tf.linalg.tridiagonal_matmul(R([4, 4], 'float64'), R([4, 2], 'float64'), 'matrix')
"""
)
