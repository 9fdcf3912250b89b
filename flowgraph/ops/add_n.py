"""Sums of many tensors of one shape: AddN, which also adds up gradients, and AccumulateNV2."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import COMPLEX, FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.identity import identity
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.shapes import TensorShape
from flowgraph.sizes import Sizes, merge, to_text


def _merged_sizes(tensors: Sequence[Any]) -> Sizes:
    """The common shape; TF merges from the last input to the first."""
    known: Sizes = tensors[-1].sizes
    for index in range(len(tensors) - 2, -1, -1):
        try:
            known = merge(tensors[index].sizes, known)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {index} with other shapes.") from None
    return known


def _add_up(xp: Any, tensors: Sequence[Any], **_: Any) -> Any:
    for tensor in tensors:
        if tensor.shape != tensors[0].shape:
            raise ValueError("shapes differ")  # which numpy would broadcast
    return reduce(xp.add, tensors) if len(tensors) > 1 else tensors[0].copy()


def _add_n_failure(tensors: Sequence[Any]) -> str | None:
    """TF's words for inputs of different shapes."""
    for index, tensor in enumerate(tensors):
        if tensor.shape != tensors[0].shape:
            return (
                "Inputs to operation {op} of type AddN must have the same size and shape.  "
                f"Input 0: {to_text(tensors[0].shape)} != input {index}: {to_text(tensor.shape)}"
            )
    return None


ADD_N = OpDef(
    "AddN(inputs: N*T) -> sum: T",
    attrs={"T": TypeAttr((*NUMBER_TYPES, dt.variant))},
    infer=_merged_sizes,
    forward=_add_up,
    failure=_add_n_failure,
    gradient=lambda op, dy: [dy] * len(op.inputs),
    elementwise=True,
    cases=[
        case([FLOAT(2, 3), FLOAT(2, 3), FLOAT(2, 3)]),
        case([FLOAT(), FLOAT()]),
        case([FLOAT(0, 2)]),
        case([HALF(2), HALF(2)], gradient=False),
        case([RANDOM_INT(3), RANDOM_INT(3)], gradient=False),
        case([COMPLEX(2), COMPLEX(2)], gradient=False),
    ],
)

ACCUMULATE_N = OpDef(
    "AccumulateNV2(inputs: N*T) -> sum: T",
    attrs={"T": TypeAttr(NUMBER_TYPES), "shape": REQUIRED},
    infer=lambda tensors, *, shape: shape,
    forward=_add_up,
    failure=lambda tensors, *, shape: "Parameters and update must be the same size",
    gradient=lambda op, dy: [dy] * len(op.inputs),
    elementwise=True,
    cases=[
        case([FLOAT(2, 3), FLOAT(2, 3), FLOAT(2, 3)], shape=(2, 3)),
        case([FLOAT(4), FLOAT(4)], shape=(4,)),
        case([RANDOM_INT(3), RANDOM_INT(3)], shape=(3,), gradient=False),
    ],
)


def _to_tensors(inputs: Any) -> list[Any]:
    """The inputs as tensors; IndexedSlices stay what they are."""
    return [x if isinstance(x, Tensor) or _is_sliced(x) else convert_to_tensor(x) for x in inputs]


def _is_sliced(x: Any) -> bool:
    return hasattr(x, "indices") and hasattr(x, "values") and hasattr(x, "dense_shape")


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape.

    Args:
      inputs: a list or tuple of tensors of one dtype and shape.
      name: the op's name.

    Raises:
      ValueError: there are no inputs, or their shapes differ.
      TypeError: their dtypes differ.

    >>> run(add_n([[1., 2.], [3., 4.], [5., 6.]]))
    array([ 9., 12.], dtype=float32)
    """
    if isinstance(inputs, Tensor) or not inputs or not isinstance(inputs, list | tuple):
        iter(inputs)
        raise _bad_inputs("Tensor/IndexedSlices")
    tensors = _to_tensors(inputs)
    if len(tensors) > 1:
        return emit(ADD_N, tensors, name=name)
    only = convert_to_tensor(tensors[0])
    return identity(only, name=name) if name else only


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape, under TF's op that need not wait for all of them.

    Args:
      inputs: a list or tuple of tensors of one dtype and shape.
      shape: what their shape must be.
      tensor_dtype: what their dtype must be.
      name: the op's name.

    Raises:
      ValueError: there are no inputs, or their shapes or dtypes differ.
      TypeError: their dtype is not `tensor_dtype`.

    >>> run(accumulate_n([[1., 2.], [3., 4.]]))
    array([4., 6.], dtype=float32)
    """
    if isinstance(inputs, Tensor) or not inputs or not isinstance(inputs, list | tuple):
        raise _bad_inputs("Tensor")
    tensors = _to_tensors(inputs)
    if any(not isinstance(x, Tensor) or x.dtype != tensors[0].dtype for x in tensors):
        raise _bad_inputs("Tensor")
    common = TensorShape(shape)
    for tensor in tensors:
        common = common.merge_with(tensor.shape)
    if tensor_dtype is not None and tensor_dtype != tensors[0].dtype:
        wanted = as_dtype(tensor_dtype)
        raise TypeError(f"tensor_dtype is {wanted}, but input is of type {tensors[0].dtype}")
    if len(tensors) > 1:
        return emit(ACCUMULATE_N, tensors, shape=common.sizes, name=name)
    return tensors[0] if name is None else identity(tensors[0], name=name)


def _bad_inputs(what: str) -> ValueError:
    line = f"inputs must be a list of at least one {what} with the same dtype and shape"
    return ValueError(errors.explain(line, where=user_site()))
