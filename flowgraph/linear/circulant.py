"""Operators that are diagonal after a Fourier transform: convolutions that go round."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import assert_no_zeros, assert_real, broadcast_batches
from flowgraph.linear.rotate import rotate_transpose
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import ones, rank, reshape, shape, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_less, assert_positive
from flowgraph.ops.complex import complex as complex_op
from flowgraph.ops.complex import conj, imag, real
from flowgraph.ops.fft import FORWARD, INVERSE
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_prod, reduce_sum
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log
from flowgraph.shapes import TensorShape


def to_complex(x: Tensor) -> Tensor:
    """Complex numbers of the same precision."""
    if x.dtype.is_complex:
        return x
    return cast(x, dt.complex128 if x.dtype == dt.float64 else dt.complex64)


class BaseCirculant(LinearOperator):
    """A batch of (nested block) circulant matrices, given by their spectrum."""

    def __init__(
        self,
        spectrum: Any,
        block_depth: int,
        input_output_dtype: Any,
        is_non_singular: bool | None,
        is_self_adjoint: bool | None,
        is_positive_definite: bool | None,
        is_square: bool | None,
        name: str,
    ) -> None:
        self._block_depth = block_depth
        with name_scope(name, values=[spectrum]):
            self._spectrum = convert_to_tensor(spectrum, name="spectrum")
            axes = self._spectrum.shape.ndims
            if axes is not None and axes < block_depth:
                raise refusal(
                    f"Argument spectrum must have at least {block_depth} dimensions.  Found: {self._spectrum}"
                )
            if not self._spectrum.dtype.is_complex:
                if is_self_adjoint is False:
                    raise refusal("A real spectrum always corresponds to a self-adjoint operator.")
                is_self_adjoint = True
            if is_square is False:
                raise refusal("A [[nested] block] circulant operator is always square.")
            sizes = shape(self._spectrum)
            self._block_shape_tensor = sizes[-block_depth:]
            self._spectrum_complex = to_complex(self._spectrum)
            self._abs_spectrum = abs_op(self._spectrum)
            self._conj_spectrum = conj(self._spectrum_complex)
            super().__init__(
                as_dtype(input_output_dtype), [self._spectrum], is_non_singular, is_self_adjoint,
                is_positive_definite, True, name,
            )  # fmt: skip

    @property
    def block_depth(self) -> int:
        """How deeply blocks are nested: over how many axes the transform goes."""
        return self._block_depth

    @property
    def block_shape(self) -> TensorShape:
        """What is known of the shape of a spectrum."""
        return self.spectrum.shape[-self.block_depth :]

    def block_shape_tensor(self) -> Tensor:
        """The shape of a spectrum, as a run finds it."""
        return self._block_shape_tensor

    @property
    def spectrum(self) -> Tensor:
        """The eigenvalues."""
        return self._spectrum

    def convolution_kernel(self, name: str = "convolution_kernel") -> Tensor:
        """The first column: what a product convolves with."""
        with self._name_scope(name):
            return cast(INVERSE[self.block_depth](to_complex(self._spectrum_complex)), self.dtype)

    def _shape(self) -> TensorShape:
        known = self._spectrum.shape
        inner = known[-self.block_depth :]
        size = inner.num_elements()
        return known[: -self.block_depth].concatenate(TensorShape([size, size]))

    def _shape_tensor(self) -> Tensor:
        sizes = shape(self._spectrum)
        batch = sizes[: -self.block_depth]
        size = reduce_prod(sizes[-self.block_depth :])
        return concat((batch, [size, size]), 0)

    # -- assertions ----------------------------------------------------------------------------------------------

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum") -> Operation:
        """An op that fails where the matrix is not one of real numbers."""
        epsilon = np.finfo(self.dtype.real_dtype.as_numpy_dtype).eps
        with self._name_scope(name):
            limit = epsilon * self.domain_dimension_tensor()
            imaginary = imag(self.convolution_kernel())
            return assert_less(abs_op(imaginary), limit, message="Spectrum was not Hermitian")

    def _assert_non_singular(self) -> Operation:
        return assert_no_zeros(self.spectrum, message="Singular operator:  Spectrum contained zero values.")

    def _assert_positive_definite(self) -> Operation:
        message = "Not positive definite:  Real part of spectrum was not all positive."
        return assert_positive(real(self.spectrum), message=message)

    def _assert_self_adjoint(self) -> Operation:
        message = "Not self-adjoint:  The spectrum contained non-zero imaginary part."
        return assert_real(self.spectrum, message=message)

    # -- products ------------------------------------------------------------------------------------------------

    def _with_spectrum(self, x: Tensor, spectrum: Tensor) -> tuple[Tensor, Tensor]:
        """Both as batches of one shape."""
        columns = reshape(spectrum, concat((self.batch_shape_tensor(), [-1, 1]), axis=0))
        x, columns = broadcast_batches((x, columns))
        batch = shape(x)[:-2]
        return x, reshape(columns, concat((batch, self.block_shape_tensor()), axis=0))

    def _to_blocks(self, matrix: Tensor) -> Tensor:
        """The columns as the last axes, in the form of the spectrum."""
        vectors = rotate_transpose(matrix, 1)
        if vectors.shape.is_fully_defined() and self.block_shape.is_fully_defined():
            return reshape(vectors, vectors.shape[:-1].concatenate(self.block_shape))
        return reshape(vectors, concat((shape(vectors)[:-1], self.block_shape_tensor()), 0))

    def _from_blocks(self, blocks: Tensor) -> Tensor:
        depth = self.block_depth
        if blocks.shape.is_fully_defined():
            sizes = blocks.shape.as_list()
            flat: Any = [*sizes[:-depth], blocks.shape[-depth:].num_elements()]
        else:
            run_time = shape(blocks)
            leading, inner = run_time[:-depth], run_time[-depth:]
            flat = concat((leading, [reduce_prod(inner)]), 0)
        return rotate_transpose(reshape(blocks, flat), -1)

    def _filtered(self, x: Tensor, adjoint: bool, inverse: bool) -> Tensor:
        """Each frequency multiplied by its part of the spectrum, or divided by it."""
        spectrum = self._conj_spectrum if adjoint else self._spectrum_complex
        if not inverse:
            x = cast(x, spectrum.dtype)
        x, spectrum = self._with_spectrum(x, spectrum)
        found = FORWARD[self.block_depth](to_complex(self._to_blocks(x)))
        found = found / spectrum if inverse else spectrum * found
        return cast(self._from_blocks(INVERSE[self.block_depth](to_complex(found))), self.dtype)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._filtered(adjoint_of(x) if adjoint_arg else x, adjoint, inverse=False)

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._filtered(adjoint_of(rhs) if adjoint_arg else rhs, adjoint, inverse=True)

    def _determinant(self) -> Tensor:
        axes = [-(i + 1) for i in range(self.block_depth)]
        return cast(reduce_prod(self.spectrum, axis=axes), self.dtype)

    def _log_abs_determinant(self) -> Tensor:
        axes = [-(i + 1) for i in range(self.block_depth)]
        return cast(reduce_sum(log(self._abs_spectrum), axis=axes), self.dtype)

    def _diag_part(self) -> Tensor:
        if self.shape.is_fully_defined():
            sizes: Any = self.shape[:-1]
            count: Any = self.domain_dimension.value
        else:
            sizes = self.shape_tensor()[:-1]
            count = self.domain_dimension_tensor()
        each = ones(sizes, dtype=self.dtype)
        value = self.trace() / cast(count, self.dtype)
        return value[..., None] * each

    def _trace(self) -> Tensor:
        if self.spectrum.shape.is_fully_defined():
            count: Any = len(self.spectrum.shape)
            axes: Any = np.arange(count - self.block_depth, count, dtype=np.int32)
        else:
            count = rank(self.spectrum)
            axes = range_op(count - self.block_depth, count)
        real_part = reduce_sum(real(self.spectrum), axis=axes)
        if not self.dtype.is_complex:
            return cast(real_part, self.dtype)
        if self.is_self_adjoint:
            imaginary = zeros_like(real_part)
        else:
            imaginary = reduce_sum(imag(self.spectrum), axis=axes)
        return cast(complex_op(real_part, imaginary), self.dtype)


class LinearOperatorCirculant(BaseCirculant):
    """A circulant matrix: each column is the one before, moved round by one.

    Args:
      spectrum: the Fourier transform of the first column, a tensor [..., N].
      input_output_dtype: the dtype of what it is multiplied by.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise; of a spectrum of floats always.
      is_positive_definite: likewise.
      is_square: likewise; always.
      name: the scope of its ops.

    Raises:
      ValueError: no axes, or hints that cannot be.

    >>> operator = LinearOperatorCirculant([6.0, 2.0, 2.0], tf.float32)
    >>> run(operator.trace())
    10.0
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dt.complex64,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant",
    ) -> None:
        hints = is_non_singular, is_self_adjoint, is_positive_definite, is_square
        super().__init__(spectrum, 1, input_output_dtype, *hints, name)

    def _adjoint(self) -> LinearOperator:
        spectrum = conj(self.spectrum) if self.spectrum.dtype.is_complex else self.spectrum
        return LinearOperatorCirculant(spectrum, **self._hints(), is_square=True)

    def _inverse(self) -> LinearOperator:
        return LinearOperatorCirculant(1.0 / self.spectrum, **self._hints(), is_square=True)


class LinearOperatorCirculant2D(BaseCirculant):
    """A block circulant matrix with circulant blocks: a convolution of images that goes round.

    Args:
      spectrum: a tensor [..., N0, N1]; see `LinearOperatorCirculant` for the other arguments.

    >>> LinearOperatorCirculant2D(tf.ones([2, 3])).shape
    TensorShape([Dimension(6), Dimension(6)])
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dt.complex64,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant2D",
    ) -> None:
        hints = is_non_singular, is_self_adjoint, is_positive_definite, is_square
        super().__init__(spectrum, 2, input_output_dtype, *hints, name)


class LinearOperatorCirculant3D(BaseCirculant):
    """A nested block circulant matrix: a convolution of volumes that goes round.

    Args:
      spectrum: a tensor [..., N0, N1, N2]; see `LinearOperatorCirculant` for the other arguments.

    >>> LinearOperatorCirculant3D(tf.ones([2, 3, 4])).shape
    TensorShape([Dimension(24), Dimension(24)])
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dt.complex64,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant3D",
    ) -> None:
        hints = is_non_singular, is_self_adjoint, is_positive_definite, is_square
        super().__init__(spectrum, 3, input_output_dtype, *hints, name)
