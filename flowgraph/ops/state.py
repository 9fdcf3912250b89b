"""Variables as ops: the one that holds a buffer, and those that put something into it.

An op that takes `ref: &T` gets the variable's cell and changes the buffer in place. Its output is the
variable itself: `tf.assign(v, 1.0)` is `v` under another name, with the promise that it was assigned to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.shapes import Sizes
from flowgraph.sizes import compatible, merge, to_text

VARIABLE_V2 = OpDef(
    "VariableV2() -> ref: &dtype",
    attrs={"shape": REQUIRED, "dtype": TypeAttr(), "container": "", "shared_name": ""},
    infer=lambda *, shape, dtype, container, shared_name: shape,
    forward=lambda ctx, *, shape, dtype, container, shared_name: ctx.cell(),
    gradient=MISSING_GRADIENT,
    effect=Effect.STATE,
)


def variable_op(shape: Sizes, dtype: dt.DType, name: str) -> Tensor:
    """The reference to a new variable; `tf.Variable` is what users call."""
    return emit(VARIABLE_V2, shape=shape, dtype=dtype, name=name)


# -- assignment --------------------------------------------------------------------------------------------


def _assigned_sizes(ref: Any, value: Any, *, validate_shape: bool, **_attrs: Any) -> Sizes:
    return merge(ref.sizes, value.sizes) if validate_shape else value.sizes


def _assign(_ctx: Any, cell: Any, value: Any, *, validate_shape: bool, **_attrs: Any) -> Any:
    """Copy the value into the variable's buffer; a new buffer if there is none, or none of that shape."""
    if not isinstance(value, np.ndarray):
        value = np.asarray(value, cell.op.attrs["dtype"].np)
    with cell.lock:
        if validate_shape:
            has = cell.op.attrs["shape"] if cell.array is None else cell.array.shape
            if not compatible(has, value.shape):
                raise invalid(
                    "Assign requires shapes of both tensors to match. "
                    f"lhs shape= {to_text(has)} rhs shape= {to_text(value.shape)}"
                )
        cell.write(value)
    return cell


ASSIGN = OpDef(
    "Assign(ref: &T, value: T) -> output_ref: &T",
    attrs={"T": TypeAttr(), "validate_shape": True, "use_locking": True},
    infer=_assigned_sizes,
    forward=_assign,
    gradient=NO_GRADIENT,
    effect=Effect.WRITE,
    allows_uninitialized=True,
    moves=lambda op: op.attrs["validate_shape"] is False,
)


def _updated_sizes(ref: Any, value: Any, **_attrs: Any) -> Sizes:
    return merge(ref.sizes, value.sizes)


def _update(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """A forward that lets a numpy function change the buffer."""

    def forward(_ctx: Any, cell: Any, value: Any, **_attrs: Any) -> Any:
        with cell.lock:
            buffer = cell.read()
            if np.shape(value) != buffer.shape:
                raise invalid("Parameters and update must be the same size")
            ufunc(buffer, value, out=buffer)
        return cell

    return forward


ASSIGN_ADD = OpDef(
    "AssignAdd(ref: &T, value: T) -> output_ref: &T",
    attrs={"T": TypeAttr(NUMBER_TYPES), "use_locking": False},
    infer=_updated_sizes,
    forward=_update(np.add),
    gradient=NO_GRADIENT,
    effect=Effect.WRITE,
)

ASSIGN_SUB = OpDef(
    "AssignSub(ref: &T, value: T) -> output_ref: &T",
    attrs={"T": TypeAttr(NUMBER_TYPES), "use_locking": False},
    infer=_updated_sizes,
    forward=_update(np.subtract),
    gradient=NO_GRADIENT,
    effect=Effect.WRITE,
)


def is_reference(ref: Any, function: str, method: str | None = None) -> bool:
    """Whether an op that takes a reference will do; else `ref` has the method that TF looks for then.

    Args:
      ref: what is to be a variable.
      function: the name of the function that wants one.
      method: the method that TF looks for, if that is not `function`.

    Raises:
      AttributeError: `ref` is a plain tensor, or no tensor at all.
    """
    dtype = getattr(ref, "dtype", None)
    if isinstance(dtype, dt.DType):
        if dtype.is_ref:
            return True
        if not isinstance(ref, Tensor) and hasattr(ref, method or function):
            return False
    missing = (method or function) if isinstance(dtype, dt.DType) else "dtype"
    raise AttributeError(
        errors.explain(
            f"'{type(ref).__name__}' object has no attribute '{missing}'",
            details=[f"the first argument of tf.{function}: {ref!r}"],
            mend="Only a variable can be changed, x = tf.Variable(...); every run computes a tensor anew.",
            where=user_site(),
        )
    )


def assign(
    ref: Any,
    value: Any,
    validate_shape: bool | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """Give a variable a value, when the result is run.

    Args:
      ref: the variable, or a part of it such as `variable[1:3]`.
      value: its new value, of the variable's dtype.
      validate_shape: False lets the variable take any shape; by default the shapes must match.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the op's name.

    (Of a resource variable the shape is always checked as far as it is known; the functions that add and subtract
    leave the name away, as TF does.)

    Returns:
      The variable itself, as it is after the assignment.

    Raises:
      AttributeError: `ref` is no variable.
      ValueError: the shapes do not match.

    >>> v = tf.Variable([1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(assign(v, v * 2))
    array([2., 4.], dtype=float32)
    """
    if isinstance(ref, Tensor) and ref.op.type == "StridedSlice":
        return ref.assign(value, name=name)  # type: ignore[attr-defined]
    if not is_reference(ref, "assign"):
        return ref.assign(value, name=name)
    return emit(ASSIGN, ref, value, validate_shape=validate_shape, use_locking=use_locking, name=name)


def assign_add(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Add `value` to a variable in place, when the result is run.

    Args:
      ref: the variable.
      value: what to add: the variable's dtype and shape.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the op's name.

    Returns:
      The variable itself, as it is after the update.

    Raises:
      AttributeError: `ref` is no variable.
      ValueError: the shapes do not match; there is no broadcasting here.

    >>> v = tf.Variable(1)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     [int(sess.run(assign_add(v, 2))) for _ in range(3)]
    [3, 5, 7]
    """
    if not is_reference(ref, "assign_add"):
        return ref.assign_add(value)
    return emit(ASSIGN_ADD, ref, value, use_locking=use_locking, name=name)


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Subtract `value` from a variable in place, when the result is run; see `assign_add`.

    >>> v = tf.Variable([5.0, 6.0])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(assign_sub(v, [1.0, 1.0]))
    array([4., 5.], dtype=float32)
    """
    if not is_reference(ref, "assign_sub"):
        return ref.assign_sub(value)
    return emit(ASSIGN_SUB, ref, value, use_locking=use_locking, name=name)


# -- what is asked of a variable ---------------------------------------------------------------------------

IS_VARIABLE_INITIALIZED = OpDef(
    "IsVariableInitialized(ref: &dtype) -> is_initialized: bool",
    attrs={"dtype": TypeAttr()},
    infer=lambda ref: (),
    forward=lambda ctx, cell: np.bool_(cell.array is not None),
    gradient=MISSING_GRADIENT,
    effect=Effect.READ,
    allows_uninitialized=True,
)


def is_variable_initialized(variable: Any, name: str | None = None) -> Tensor:
    """A bool tensor: whether a variable has a value by then.

    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as sess:
    ...     before = sess.run(is_variable_initialized(v))
    ...     sess.run(v.initializer)
    ...     print(before, sess.run(is_variable_initialized(v)))
    False True
    """
    if not is_reference(variable, "is_variable_initialized", "is_initialized"):
        return variable.is_initialized(name=name)
    return emit(IS_VARIABLE_INITIALIZED, variable, name=name)


def _scalar_sizes(ref: Any, **_attrs: Any) -> Sizes:
    if ref.sizes is not None and len(ref.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(ref.sizes)}")
    return ()


def _count(_ctx: Any, cell: Any, *, limit: int) -> Any:
    with cell.lock:
        buffer = cell.read()
        before = buffer.copy()
        if before >= limit:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
        buffer += 1
    return before


COUNT_UP_TO = OpDef(
    "CountUpTo(ref: &T) -> output: T",
    attrs={"limit": REQUIRED, "T": TypeAttr(INDEX)},
    infer=_scalar_sizes,
    forward=_count,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """The value of an integer variable, which then grows by one; when it has reached `limit` the run fails.

    Args:
      ref: a scalar int32 or int64 variable.
      limit: where counting ends.
      name: the op's name.

    Raises:
      OutOfRangeError: (when run) the variable is at `limit`.

    >>> v = tf.Variable(0)
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     count = count_up_to(v, 2)
    ...     print(sess.run(count), sess.run(count))
    0 1
    """
    if not is_reference(ref, "count_up_to", "handle"):
        from flowgraph.ops.resource import RESOURCE_COUNT_UP_TO

        return emit(RESOURCE_COUNT_UP_TO, ref.handle, limit=int(limit), T=ref.dtype, name=name)
    return emit(COUNT_UP_TO, ref, limit=int(limit), name=name)


# -- gradient descent --------------------------------------------------------------------------------------


def _descended_sizes(var: Any, alpha: Any, delta: Any, **_attrs: Any) -> Sizes:
    if alpha.sizes is not None and len(alpha.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(alpha.sizes)}")
    return merge(var.sizes, delta.sizes)


def _descend(_ctx: Any, cell: Any, alpha: Any, delta: Any, **_attrs: Any) -> Any:
    if np.ndim(alpha) != 0:
        raise invalid(f"alpha is not a scalar: {to_text(alpha.shape)}")
    with cell.lock:
        buffer = cell.read()
        if np.shape(delta) != buffer.shape:
            raise invalid(f"var and delta do not have the same shape{to_text(buffer.shape)} {to_text(np.shape(delta))}")
        np.subtract(buffer, delta * alpha, out=buffer)
    return cell


APPLY_GRADIENT_DESCENT = OpDef(
    "ApplyGradientDescent(var: &T, alpha: T, delta: T) -> out: &T",
    attrs={"T": TypeAttr(NUMBER_TYPES), "use_locking": False},
    infer=_descended_sizes,
    forward=_descend,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)


def apply_gradient_descent(
    var: Any, alpha: Any, delta: Any, use_locking: bool = False, name: str | None = None
) -> Tensor:
    """One step of gradient descent in place: var -= alpha * delta.

    Args:
      var: the variable.
      alpha: the learning rate, a scalar.
      delta: the gradient, of the variable's shape.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the op's name.

    Returns:
      The variable itself, as it is after the step.
    """
    return emit(APPLY_GRADIENT_DESCENT, var, alpha, delta, use_locking=use_locking, name=name)
