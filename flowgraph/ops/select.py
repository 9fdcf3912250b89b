"""Choosing: between two tensors entry by entry, and the places where a tensor is not zero."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import BOOL, COMPLEX, FLOAT, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.choose import choose
from flowgraph.ops.array import reshape, shape, zeros, zeros_like
from flowgraph.ops.broadcast import broadcast_gradient_args, incompatible
from flowgraph.ops.reduction import reduce_sum
from flowgraph.sizes import broadcast, merge, to_text

_COUNTABLE = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.complex64, dt.int64, dt.qint8,
    dt.quint8, dt.qint32, dt.bfloat16, dt.uint16, dt.complex128, dt.float16, dt.uint32, dt.uint64, dt.bool,
)  # fmt: skip


def _select_sizes(condition: Any, t: Any, e: Any) -> Any:
    sizes = merge(t.sizes, e.sizes)
    if condition.sizes is None or sizes is None or condition.sizes == ():
        return sizes
    if len(condition.sizes) == 1 and sizes:
        merge(condition.sizes, sizes[:1])
        return sizes
    return merge(sizes, condition.sizes)


def _select_problem(condition: tuple[int, ...], t: tuple[int, ...], e: tuple[int, ...]) -> str | None:
    """TF's words for shapes that do not fit. numpy would broadcast some of them."""
    rows = len(condition) == 1 and len(t) != 1
    if condition and not rows:
        for at, other in ((1, t), (2, e)):
            if other != condition:
                return (
                    "Inputs to operation Select of type Select must have the same size and shape.  "
                    f"Input 0: {to_text(condition)} != input {at}: {to_text(other)}"
                )
    if rows and not t:
        return "'then' must be at least a vector, but saw shape: []"
    if rows and t[0] != condition[0]:
        return f"Number of batches of 'then' must match size of 'cond', but saw: {t[0]} vs. {condition[0]}"
    if t != e:
        return f"'then' and 'else' must have the same size.  but received: {to_text(t)} vs. {to_text(e)}"
    return None


def _select(_xp: Any, condition: Any, t: Any, e: Any) -> Any:
    problem = _select_problem(condition.shape, t.shape, e.shape)
    if problem is not None:
        raise errors.InvalidArgumentError(None, None, problem)
    if condition.ndim == 1 and t.ndim > 1:
        condition = condition.reshape(-1, *[1] * (t.ndim - 1))  # a vector chooses rows
    return choose(condition, t, e)


def _select_grad(op: Any, dy: Tensor) -> list[Any]:
    condition, t, _ = op.inputs
    nothing = zeros_like(t)
    return [None, where(condition, dy, nothing), where(condition, nothing, dy)]


SELECT = OpDef(
    "Select(condition: bool, t: T, e: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=_select_sizes,
    forward=_select,
    gradient=_select_grad,
    cases=[
        case(BOOL(2, 3), FLOAT(2, 3), FLOAT(2, 3)),
        case(BOOL(2), FLOAT(2, 3), FLOAT(2, 3)),
        case(BOOL(), FLOAT(2, 3), FLOAT(2, 3)),
        case(BOOL(0), FLOAT(0, 3), FLOAT(0, 3)),
        case(BOOL(2), RANDOM_INT(2), RANDOM_INT(2), gradient=False),
        case(BOOL(2), COMPLEX(2), COMPLEX(2), gradient=False),
        case(BOOL(2), VALUE([b"a", b"b"], dt.string), VALUE([b"c", b"d"], dt.string), gradient=False),
    ],
)


def _select_v2_sizes(condition: Any, t: Any, e: Any) -> Any:
    if condition.sizes is None or t.sizes is None or e.sizes is None:
        return None
    return broadcast(condition.sizes, broadcast(t.sizes, e.sizes))


def _select_v2_grad(op: Any, dy: Tensor) -> list[Any]:
    condition, t, e = op.inputs
    nothing = zeros([], dtype=dy.dtype.base_dtype)
    of_t = where_v2(condition, dy, nothing)
    t_shape = shape(t)
    output_shape = shape(op.outputs[0])
    of_t = _summed(of_t, t_shape, output_shape)
    of_e = where_v2(condition, nothing, dy)
    return [None, of_t, _summed(of_e, shape(e), output_shape)]


def _summed(grad: Tensor, to_shape: Tensor, from_shape: Tensor) -> Tensor:
    axes, _ = broadcast_gradient_args(to_shape, from_shape)
    return reshape(reduce_sum(grad, keepdims=True, axis=axes), to_shape)


SELECT_V2 = OpDef(
    "SelectV2(condition: bool, t: T, e: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=_select_v2_sizes,
    forward=lambda xp, condition, t, e: choose(condition, t, e),
    gradient=_select_v2_grad,
    elementwise=True,
    failure=lambda condition, t, e: (
        f"then {to_text(t.shape)} and else {to_text(e.shape)} must be broadcastable"
        if incompatible(t, e)
        else f"condition {to_text(condition.shape)}, then {to_text(t.shape)}, and else {to_text(e.shape)} "
        "must be broadcastable"
    ),
    cases=[
        case(BOOL(2, 3), FLOAT(2, 3), FLOAT(2, 3)),
        case(BOOL(2, 1), FLOAT(3), FLOAT()),
        case(BOOL(), FLOAT(2, 1), FLOAT(3)),
        case(BOOL(2), RANDOM_INT(2), RANDOM_INT(), gradient=False),
    ],
)


def _places(xp: Any, x: Any) -> Any:
    if x.ndim == 0:
        raise errors.InvalidArgumentError(None, None, "WhereOp : Unhandled input dimensions: 0")
    return xp.argwhere(x)


WHERE = OpDef(
    "Where(input: T) -> index: int64",
    attrs={"T": TypeAttr(_COUNTABLE, dt.bool)},
    infer=lambda x: (None, None if x.sizes is None else len(x.sizes)),
    forward=_places,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(BOOL(3, 4)), case(VALUE([0.0, 2.0, 0.0])), case(BOOL(0, 2)), case(RANDOM_INT(2, 3, 2))],
)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """The entries of x where `condition` is true and those of y where it is not; or the places where it is.

    Args:
      condition: bools of the shape of x and y, or a vector of them that chooses whole rows, or a single one.
      x, y: tensors of one dtype and shape. Without them, the result is the coordinates of the true (or
        non-zero) entries of `condition`, one row each: int64 of shape [number of them, rank of condition].
      name: the op's name.

    Raises:
      ValueError: only one of x and y is given, or the shapes do not fit.

    >>> run(where([True, False], [1, 2], [10, 20]))
    array([ 1, 20], dtype=int32)
    >>> run(where([[True, False], [True, True]]))
    array([[0, 0],
           [1, 0],
           [1, 1]])
    """
    if x is None and y is None:
        return _where(condition, name)
    _check_both(x, y)
    return emit(SELECT, condition, x, y, name=name)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """As `where`, but `condition`, x and y broadcast.

    >>> run(where_v2([[True], [False]], [1, 2], 0))
    array([[1, 2],
           [0, 0]], dtype=int32)
    """
    if x is None and y is None:
        return _where(condition, name)
    _check_both(x, y)
    return emit(SELECT_V2, condition, x, y, name=name)


def _where(condition: Any, name: str | None) -> Tensor:
    with name_scope(name, "Where", [condition]) as scope:
        condition = convert_to_tensor(condition, preferred_dtype=dt.bool, name="condition")
        return emit(WHERE, condition, name=scope)


def _check_both(x: Any, y: Any) -> None:
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
