"""Accumulators of gradients: tf.ConditionalAccumulator and tf.SparseConditionalAccumulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import error_of, invalid, refusal
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.accumulators import DenseAccumulator, SparseAccumulator
from flowgraph.kernels.attempts import Trouble
from flowgraph.ops.cast import cast
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.queue_ops import waiting
from flowgraph.shapes import Sizes, TensorShape

_NUMBERS = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.complex64, dt.int64, dt.qint8, dt.quint8,
    dt.qint32, dt.bfloat16, dt.uint16, dt.complex128, dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip
_ATTRS = {
    "dtype": TypeAttr(_NUMBERS), "shape": REQUIRED, "container": "", "shared_name": "", "reduction_type": "MEAN",
}  # fmt: skip
_DTYPE = {"dtype": TypeAttr(_NUMBERS)}


def _scalar(value: Any) -> int:
    return int(np.ravel(value)[0])


def _at_once(signature: str, forward: Callable[..., Any], **more: Any) -> OpDef:
    """An op that need not wait."""

    def said(_ctx: Any, *inputs: Any, **attrs: Any) -> Any:
        try:
            return forward(*inputs, **attrs)
        except Trouble as trouble:
            raise error_of(trouble) from None

    return OpDef(signature, forward=said, gradient=NO_GRADIENT, effect=Effect.WORLD, **more)


def _nothing(*_inputs: Any, **_attrs: Any) -> list[Sizes]:
    return []


def _set_step(accumulator: Any, step: Any) -> tuple[()]:
    accumulator.set_step(_scalar(step))
    return ()


def _held(ctx: Any, kind: Any, *, dtype: dt.DType, shape: Sizes, reduction_type: str, **_names: Any) -> Any:
    if dtype not in (dt.float16, dt.float32, dt.float64):
        op = f"Op '{ctx.op.opdef.name}' used by node {ctx.op.name}"
        raise invalid(f"No OpKernel was registered to support {op} with these attrs: [dtype={dtype.name}]")
    return ctx.shared(lambda: kind(shape, reduction_type == "MEAN"))


# -- gradients as they are ---------------------------------------------------------------------------------

CONDITIONAL_ACCUMULATOR = OpDef(
    "ResourceConditionalAccumulator() -> handle: resource",
    attrs=_ATTRS,
    infer=lambda **attrs: (2,),
    forward=lambda ctx, **attrs: _held(ctx, DenseAccumulator, **attrs),
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _apply(accumulator: DenseAccumulator, step: Any, gradient: np.ndarray) -> tuple[()]:
    accumulator.apply(_scalar(step), np.asarray(gradient))
    return ()


APPLY_GRADIENT = _at_once(
    "ResourceAccumulatorApplyGradient(handle: resource, local_step: int64, gradient: dtype) -> ()",
    _apply,
    attrs=_DTYPE,
    infer=_nothing,
)
TAKE_GRADIENT = waiting(
    "ResourceAccumulatorTakeGradient(handle: resource, num_required: int32) -> average: dtype",
    lambda accumulator, required, **attrs: accumulator.take(_scalar(required)),
    lambda handle, required, **attrs: None,
    _DTYPE,
)
NUM_ACCUMULATED = _at_once(
    "ResourceAccumulatorNumAccumulated(handle: resource) -> num_accumulated: int32",
    lambda accumulator: np.int32(accumulator.count),
    infer=lambda handle: (),
)
SET_GLOBAL_STEP = _at_once(
    "ResourceAccumulatorSetGlobalStep(handle: resource, new_global_step: int64) -> ()", _set_step, infer=_nothing
)

# -- gradients as rows -------------------------------------------------------------------------------------

SPARSE_CONDITIONAL_ACCUMULATOR = OpDef(
    "SparseConditionalAccumulator() -> handle: &string",
    attrs=_ATTRS,
    infer=lambda **attrs: (2,),
    forward=lambda ctx, **attrs: _held(ctx, SparseAccumulator, **attrs),
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _apply_rows(
    accumulator: SparseAccumulator, step: Any, indices: Any, values: Any, shape: Any, *, has_known_shape: bool
) -> tuple[()]:
    known = np.ravel(shape).tolist() if has_known_shape else None
    accumulator.apply(_scalar(step), np.asarray(indices), np.asarray(values), known)
    return ()


APPLY_ROWS = _at_once(
    "SparseAccumulatorApplyGradient(handle: &string, local_step: int64, gradient_indices: int64, "
    "gradient_values: dtype, gradient_shape: int64) -> ()",
    _apply_rows,
    attrs={**_DTYPE, "has_known_shape": REQUIRED},
    infer=_nothing,
    allows_uninitialized=True,
)
TAKE_ROWS = waiting(
    "SparseAccumulatorTakeGradient(handle: &string, num_required: int32) -> "
    "(indices: int64, values: dtype, shape: int64)",
    lambda accumulator, required, **attrs: accumulator.take(_scalar(required)),
    lambda handle, required, **attrs: [None, None, None],
    _DTYPE,
    allows_uninitialized=True,
)
NUM_ROWS_ACCUMULATED = _at_once(
    "AccumulatorNumAccumulated(handle: &string) -> num_accumulated: int32",
    lambda accumulator: np.int32(accumulator.count),
    infer=lambda handle: (),
    allows_uninitialized=True,
)
SET_GLOBAL_STEP_OF_ROWS = _at_once(
    "AccumulatorSetGlobalStep(handle: &string, new_global_step: int64) -> ()",
    _set_step,
    infer=_nothing,
    allows_uninitialized=True,
)


# -- accumulators as objects -------------------------------------------------------------------------------


def _step(step: Any) -> Tensor:
    return cast(convert_to_tensor(step), dt.int64)


class ConditionalAccumulatorBase:
    """What the two kinds of accumulators have in common.

    Args:
      dtype: the dtype of the gradients.
      shape: their shape, or None.
      accumulator_ref: the handle of the accumulator.
    """

    def __init__(self, dtype: Any, shape: Any, accumulator_ref: Tensor) -> None:
        self._dtype, self._shape, self._accumulator_ref = dtype, TensorShape(shape), accumulator_ref
        self._name = accumulator_ref.op.name.rpartition("/")[2]

    @property
    def accumulator_ref(self) -> Tensor:
        """The handle of the accumulator."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The name of the accumulator, without its scope."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The dtype of the gradients."""
        return self._dtype

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients are gathered, an int32 scalar."""
        return emit(NUM_ACCUMULATED, self._accumulator_ref, name=name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """An op that sets the time step: gradients of earlier steps are dropped."""
        return emit(SET_GLOBAL_STEP, self._accumulator_ref, _step(new_global_step), name=name)


def _made(opdef: OpDef, dtype: Any, shape: Any, shared_name: str | None, name: str | None, reduction: str) -> Tensor:
    if reduction not in ("MEAN", "SUM"):
        raise refusal(
            f"Attr 'reduction_type' of '{opdef.name}' Op passed string '{reduction}' not in: \"MEAN\", \"SUM\"."
        )
    sizes = TensorShape(shape).sizes
    return emit(opdef, dtype=dtype, shape=sizes, shared_name=shared_name, reduction_type=reduction, name=name)


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Gathers gradients of several workers until there are enough of them; whoever takes them waits until then.

    Args:
      dtype: the dtype of the gradients.
      shape: their shape, as far as it is known.
      shared_name: all accumulators of this name in one session are the same.
      name: the op's name.
      reduction_type: "MEAN" or "SUM": what is taken.

    >>> accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    >>> with tf.Session() as sess:
    ...     sess.run(accumulator.apply_grad([1.0, 2.0]))
    ...     sess.run(accumulator.apply_grad([3.0, 5.0]))
    ...     sess.run(accumulator.take_grad(2))
    array([2. , 3.5], dtype=float32)
    """

    def __init__(
        self, dtype: Any, shape: Any = None, shared_name: str | None = None, name: str = "conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:  # fmt: skip
        ref = _made(CONDITIONAL_ACCUMULATOR, dtype, shape, shared_name, name, reduction_type)
        super().__init__(dtype, shape, ref)

    def apply_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Operation:
        """An op that gathers a gradient, if `local_step` is not before the accumulator's time step.

        Raises:
          ValueError: the shape is another one.
        """
        gradient = convert_to_tensor(grad, self._dtype)
        gradient.shape.assert_is_compatible_with(self._shape)
        return emit(APPLY_GRADIENT, self._accumulator_ref, _step(local_step), gradient, name=name)

    def take_grad(self, num_required: Any, name: str | None = None) -> Tensor:
        """The mean or sum of the gradients; waits until there are `num_required`. Then the next time step begins.

        Raises:
          InvalidArgumentError: (when run) `num_required` is not positive.
        """
        taken = emit(TAKE_GRADIENT, self._accumulator_ref, num_required, dtype=self._dtype, name=name)
        taken.set_shape(self._shape)
        return taken


class SparseAccumulatorTakeGradient(NamedTuple):
    """What `tf.SparseConditionalAccumulator.take_grad` returns."""

    indices: Tensor
    values: Tensor
    shape: Tensor


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Gathers gradients that are rows with indices; see `tf.ConditionalAccumulator`.

    The mean of a row is that of the gradients that have it.

    Args:
      dtype, shape, shared_name, name, reduction_type: see `tf.ConditionalAccumulator`.
    """

    def __init__(
        self, dtype: Any, shape: Any = None, shared_name: str | None = None,
        name: str = "sparse_conditional_accumulator", reduction_type: str = "MEAN",
    ) -> None:  # fmt: skip
        ref = _made(SPARSE_CONDITIONAL_ACCUMULATOR, dtype, shape, shared_name, name, reduction_type)
        super().__init__(dtype, shape, ref)

    def apply_indexed_slices_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Operation:
        """An op that gathers IndexedSlices, if `local_step` is not before the accumulator's time step."""
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(
        self, grad_indices: Any, grad_values: Any, grad_shape: Any = None, local_step: Any = 0, name: str | None = None
    ) -> Operation:
        """An op that gathers rows, if `local_step` is not before the accumulator's time step.

        Args:
          grad_indices: the index of each row, ascending.
          grad_values: the rows.
          grad_shape: the shape of the whole gradient, or None.
          local_step: the time step of the gradient.
          name: the op's name.

        Raises:
          InvalidArgumentError: (when run) the shapes do not fit.
        """
        step = _step(local_step)
        indices = cast(grad_indices, dt.int64)
        shape = cast([] if grad_shape is None else grad_shape, dt.int64)
        return emit(
            APPLY_ROWS, self._accumulator_ref, step, indices, grad_values, shape,
            has_known_shape=grad_shape is not None, name=name,
        )  # fmt: skip

    def take_grad(self, num_required: Any, name: str | None = None) -> SparseAccumulatorTakeGradient:
        """Indices, values and shape of the mean or sum; waits until `num_required` gradients are gathered."""
        taken = emit(TAKE_ROWS, self._accumulator_ref, num_required, dtype=self._dtype, name=name)
        return SparseAccumulatorTakeGradient(*taken)

    def take_indexed_slices_grad(self, num_required: Any, name: str | None = None) -> IndexedSlices:
        """The same as IndexedSlices."""
        taken = self.take_grad(num_required, name)
        return IndexedSlices(indices=taken.indices, values=taken.values, dense_shape=taken.shape)

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients are gathered, an int32 scalar."""
        return emit(NUM_ROWS_ACCUMULATED, self._accumulator_ref, name=name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """An op that sets the time step: gradients of earlier steps are dropped."""
        return emit(SET_GLOBAL_STEP_OF_ROWS, self._accumulator_ref, _step(new_global_step), name=name)
