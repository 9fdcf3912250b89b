"""Gradients against differences: tf.test.compute_gradient and tf.test.compute_gradient_error.

The Jacobian of y with respect to x comes twice: column by column from the gradient ops, each time with another entry
of dy set to one, and row by row from the values of y a little to the right and to the left of x.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.autodiff import gradients
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_session
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.identity import identity
from flowgraph.ops.indexed_slices import IndexedSlices

_ALLOWED = (dt.float16, dt.bfloat16, dt.float32, dt.float64, dt.complex64, dt.complex128)


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """The Jacobian of `y` with respect to `x`, once from gradients and once from differences.

    Must be called where there is a default session. A complex tensor counts as twice as many real numbers.

    Args:
      x: a tensor or a list of them.
      x_shape: its shape (for a list, the list of shapes).
      y: a tensor.
      y_shape: its shape.
      x_init_value: where to take the derivative: an array (a list for a list); by default random numbers in [0, 1).
      delta: how far to go to either side.
      init_targets: ops to run first, such as initializers.
      extra_feed_dict: what else to feed.

    Returns:
      Two arrays of shape [size of x, size of y]; for a list of xs a list of such pairs.

    >>> x = tf.constant([1.0, 2.0])
    >>> y = x * x
    >>> with tf.Session():
    ...     from_gradients, from_differences = compute_gradient(x, [2], y, [2], np.float32([1, 2]))
    >>> from_gradients
    array([[2., 0.],
           [0., 4.]], dtype=float32)
    """
    xs = x if isinstance(x, list) else [x]
    shapes = x_shape if isinstance(x, list) else [x_shape]
    values = x_init_value if isinstance(x, list) and x_init_value is not None else [x_init_value] * len(xs)
    if not isinstance(x, list):
        _run_all(init_targets)
    pairs = [_gradient_op(one, y, y_shape) for one in xs]
    if isinstance(x, list):
        _run_all(init_targets)
    found = [
        _Check(one, shape, y, y_shape, extra_feed_dict or {}).jacobians(value, dx, dy, delta)
        for one, shape, value, (dx, dy) in zip(xs, shapes, values, pairs, strict=False)
    ]
    return found if isinstance(x, list) else found[0]


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """The largest difference between the two Jacobians of `compute_gradient`, which has the same arguments.

    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.Session():
    ...     error = compute_gradient_error(x, [2], tf.square(x), [2])
    >>> bool(error < 1e-3)
    True
    """
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    error: Any = 0
    for of_gradients, of_differences in found if isinstance(found, list) else [found]:
        if of_gradients.size or of_differences.size:
            error = np.maximum(error, np.fabs(of_gradients - of_differences).max())
    return error


def _run_all(targets: Sequence[Any] | None) -> None:
    if targets is not None:
        assert isinstance(targets, list | tuple), "init_targets must be a list"
        for target in targets:
            target.run()


def _gradient_op(x: Tensor, y: Tensor, y_shape: Any) -> tuple[Any, Tensor]:
    """The gradient op, and the tensor to be fed with dy: behind an Identity, so that it is no fetch."""
    with x.graph.as_default():
        fed = constant(1.0, shape=y_shape, dtype=y.dtype)
        through = identity(fed)
    (dx,) = gradients(y, x, through)
    if dx is None:
        raise AssertionError(
            errors.explain("dx = None", details=[f"nothing connects {y.name} with {x.name}"], where=user_site())
        )
    return dx, fed


class _Check:
    """One pair of tensors."""

    def __init__(self, x: Tensor, x_shape: Any, y: Tensor, y_shape: Any, feeds: Mapping[Any, Any]) -> None:
        for name, tensor in (("x", x), ("y", y)):
            if tensor.dtype.base_dtype not in _ALLOWED:
                raise AssertionError(f"Don't support type {tensor.dtype.name} for {name}")
        self.x, self.x_shape, self.y, self.y_shape, self.feeds = x, _as_tuple(x_shape), y, _as_tuple(y_shape), feeds
        self.real = x.dtype.real_dtype.as_numpy_dtype
        self.x_size = math.prod(self.x_shape) * (2 if x.dtype.is_complex else 1)
        self.y_size = math.prod(self.y_shape) * (2 if y.dtype.is_complex else 1)

    def jacobians(self, x_value: Any, dx: Any, dy: Tensor, delta: float) -> tuple[Any, Any]:
        """From gradients and from differences."""
        if x_value is None:
            x_value = np.random.random_sample(self.x_shape).astype(self.x.dtype.as_numpy_dtype)  # noqa: NPY002 (np.random.seed reaches it)
            if self.x.dtype.is_complex:
                x_value.imag = np.random.random_sample(self.x_shape)  # noqa: NPY002
        elif tuple(x_value.shape) != self.x_shape:
            raise AssertionError(f"x_shape = {list(self.x_shape)}, init_data shape = {list(x_value.shape)}")
        return self._from_gradients(x_value, dx, dy), self._from_differences(x_value, delta)

    def _from_gradients(self, x_value: Any, dx: Any, dy: Tensor) -> Any:
        jacobian = np.zeros((self.x_size, self.y_size), self.real)
        session = get_default_session()
        dy_value = np.zeros(self.y_shape, dy.dtype.as_numpy_dtype)
        flat = dy_value.reshape(-1).view(dy.dtype.real_dtype.as_numpy_dtype)
        feeds = {**self.feeds, self.x: x_value, dy: dy_value}
        fetches = [dx.indices, dx.values] if isinstance(dx, IndexedSlices) else dx
        row = math.prod(self.x_shape[1:]) * (2 if self.x.dtype.is_complex else 1)
        for column in range(self.y_size):
            flat[column] = 1
            found = session.run(fetches, feeds)
            if isinstance(dx, IndexedSlices):
                for index, value in zip(*found, strict=True):
                    jacobian[index * row : (index + 1) * row, column] += value.ravel().view(self.real)
            else:
                jacobian[:, column] = np.ascontiguousarray(found).ravel().view(self.real)
            flat[column] = 0
        if not self.y_size:
            self._check_empty(session.run(fetches, feeds), x_value)
        return jacobian

    @staticmethod
    def _check_empty(found: Any, x_value: Any) -> None:
        if isinstance(found, list):
            return
        if found.shape != x_value.shape:
            raise ValueError(f"Empty gradient has wrong shape: expected {x_value.shape}, got {found.shape}")
        if np.any(found):
            raise ValueError("Empty tensor with nonzero gradients")

    def _from_differences(self, x_value: Any, delta: float) -> Any:
        x, y = self.x, self.y
        # a step of `delta` would be lost in bfloat16's few bits
        if y.dtype.base_dtype == dt.bfloat16:
            y = cast(y, dt.float32)
        if x.dtype.base_dtype == dt.bfloat16:
            x_value = np.asarray(x_value).astype(np.float32)
        else:
            x_value = np.asarray(x_value, x.dtype.as_numpy_dtype)
        real, y_real = x_value.real.dtype, y.dtype.real_dtype.as_numpy_dtype
        scale = np.asarray(2 * delta, y_real)[()]
        jacobian = np.zeros((self.x_size, self.y_size), real)
        for row in range(self.x_size):
            values = []
            for step in (delta, -delta):
                moved = np.array(x_value, order="C")
                moved.reshape(-1).view(real)[row] += step
                values.append(y.eval(feed_dict={**self.feeds, x: moved}))
            jacobian[row, :] = np.ravel((values[0] - values[1]) / scale).view(y_real)
        return jacobian


def _as_tuple(shape: Any) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)
