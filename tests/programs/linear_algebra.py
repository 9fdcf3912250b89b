"""Programs with matrices: regressions, Gaussian processes, principal components, orthogonal layers."""

from __future__ import annotations

import numpy as np

from .data import uniform


def normal_equations(tf):
    """Linear regression in one step, as the first chapter of many books has it."""
    x = tf.constant(np.hstack([np.ones([20, 1], np.float32), uniform(20, 3)]), name="X")
    y = tf.constant(uniform(20, 1, seed=1), name="y")
    xt = tf.transpose(x)
    theta = tf.matmul(tf.matmul(tf.matrix_inverse(tf.matmul(xt, x)), xt), y, name="theta")
    return [(theta, None)]


def three_ways_to_least_squares(tf):
    x, y = tf.constant(uniform(12, 3)), tf.constant(uniform(12, 1, seed=1))
    gram = tf.matmul(x, x, transpose_a=True)
    moments = tf.matmul(x, y, transpose_a=True)
    by_cholesky = tf.cholesky_solve(tf.cholesky(gram), moments)
    by_solve = tf.matrix_solve(gram, moments, name="by_solve")
    q, r = tf.qr(x)
    by_qr = tf.matrix_triangular_solve(r, tf.matmul(q, y, transpose_a=True), lower=False)
    by_one_op = tf.matrix_solve_ls(x, y)
    return [([by_cholesky, by_solve, by_qr, by_one_op], None)]


def gaussian_process(tf):
    """The likelihood of a Gaussian process, and a step that makes it larger."""
    x = tf.placeholder(tf.float32, [None, 1], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    length = tf.Variable(0.3, name="length")
    noise = tf.Variable(0.2, name="noise")
    gaps = tf.square(x - tf.transpose(x))
    kernel = tf.exp(-gaps / (2.0 * tf.square(length)))
    kernel += tf.square(noise) * tf.eye(tf.shape(x)[0])
    chol = tf.cholesky(kernel)
    alpha = tf.cholesky_solve(chol, y)
    log_det = 2.0 * tf.reduce_sum(tf.log(tf.diag_part(chol)))
    loss = 0.5 * (tf.reduce_sum(y * alpha) + log_det)
    step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    points = np.linspace(0, 1, 6, dtype=np.float32)[:, None]
    feeds = {x: points, y: np.sin(6 * points)}
    runs = [(step, feeds)] * 3
    return [(tf.global_variables_initializer(), None), (loss, feeds)] + runs + [([loss, length, noise], feeds)]


def multivariate_normal(tf):
    """The density of a normal distribution, by its determinant and by its logarithm, with gradients."""
    mean = tf.Variable([0.5, -0.5], name="mean")
    spread = tf.Variable([[2.0, 0.3], [0.3, 1.0]], name="spread")
    away = tf.expand_dims(tf.constant([1.0, 2.0]) - mean, -1)
    inner = tf.matmul(away, tf.matrix_solve(spread, away), transpose_a=True)
    density = tf.exp(-0.5 * inner) / (2 * np.pi * tf.sqrt(tf.matrix_determinant(spread)))
    log_density = -0.5 * (inner + tf.linalg.logdet(spread) + 2 * np.log(2 * np.pi))
    grads = [tf.gradients(y, [mean, spread]) for y in (density, log_density)]
    return [(tf.global_variables_initializer(), None), ([density, log_density, grads], None)]


def principal_components(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    centred = x - tf.reduce_mean(x, 0)
    s, _, v = tf.svd(centred)
    components = tf.abs(v[:, :2])
    covariance = tf.matmul(centred, centred, transpose_a=True)
    e = tf.self_adjoint_eigvals(covariance)
    return [([s, components, tf.sqrt(tf.reverse(e, [0]))], {x: uniform(10, 4)})]


def orthogonal_layers(tf):
    """Weights that keep lengths, and a penalty that keeps them so."""
    tf.set_random_seed(7)
    with tf.variable_scope("rnn", initializer=tf.orthogonal_initializer()):
        square = tf.get_variable("square", [4, 4])
        tall = tf.get_variable("tall", [5, 3], initializer=tf.orthogonal_initializer(gain=1.5, seed=3))
        wide = tf.get_variable(
            "wide", [2, 2, 6], initializer=tf.initializers.orthogonal(dtype=tf.float64), dtype=tf.float64
        )
    penalty = tf.nn.l2_loss(tf.matmul(square, square, transpose_a=True) - tf.eye(4))
    grads = tf.gradients(penalty + tf.reduce_sum(tf.square(tall)), [square, tall])
    return [(tf.global_variables_initializer(), None), ([square, tall, wide], None), ([penalty * 0.0, grads[1]], None)]


def whitening(tf):
    """A covariance's inverse root, by eigenvalues and by the square root of a matrix."""
    x = uniform(12, 3)
    covariance = tf.constant((x.T.dot(x) / 12 + 0.1 * np.eye(3)).astype(np.float32))
    e, v = tf.self_adjoint_eig(covariance)
    by_eigenvalues = tf.matmul(v * tf.rsqrt(e), v, transpose_b=True)
    by_root = tf.matrix_inverse(tf.matrix_square_root(covariance))
    return [([by_eigenvalues, by_root], None)]


def rotation(tf):
    """The exponential of a skew matrix is a rotation."""
    angle = tf.placeholder(tf.float64, [], name="angle")
    skew = tf.stack([tf.stack([0.0, -angle]), tf.stack([angle, 0.0])])
    turn = tf.linalg.expm(skew)
    point = tf.matmul(turn, np.array([[1.0], [0.0]]))
    return [([turn, point], {angle: 0.5})]
