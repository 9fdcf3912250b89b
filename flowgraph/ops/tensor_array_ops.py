"""The ops under `tf.TensorArray` (tensor_array.py): each takes the array's handle, and the flow that says when.

The handle is a `Slots` object that lives for one run. What must come first stands in the flow alone: an op that
changes the array gives a new flow, and whatever takes that flow sees the change. So these ops have an effect
(`Effect.ARRAY`), and may still run as soon as their inputs are there.

    TensorArrayV3 ── handle ───┬──────────────┐
            └─ flow ── TensorArrayWriteV3 ── flow ── TensorArrayReadV3 ── value
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.tensor_array import Slots
from flowgraph.shapes import Sizes
from flowgraph.sizes import compatible, merge, to_text

HANDLE: Sizes = (2,)
"""The static shape of a handle: in TF it is a pair of names."""


# -- shape rules ---------------------------------------------------------------------------------------------


def _demand_rank(rank: int, *inputs: Any) -> None:
    for tensor in inputs:
        if tensor.sizes is not None and len(tensor.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")


def _promise(handle: Any) -> tuple[bool, Sizes]:
    """Whether the op that made an array says anything of its elements' shape, and what.

    Its handle may have come through loops and branches. Nothing is said where elements may differ.
    """
    prepended: Sizes = ()
    while isinstance(handle, Tensor) and handle.op.inputs:
        opdef, attrs = handle.op.opdef, handle.op.attrs
        if opdef is TENSOR_ARRAY:
            sizes = attrs["element_shape"]
            says = attrs["identical_element_shapes"] or (sizes is not None and None not in sizes)
            return says, (*prepended, *sizes) if says and sizes is not None and prepended is not None else None
        if opdef is TENSOR_ARRAY_GRAD_WITH_SHAPE:
            more = handle.op.inputs[2].constant_sizes()
            prepended = None if more is None or prepended is None else (*prepended, *more)
        handle = handle.op.inputs[0]
    return False, None


def _element(handle: Any) -> Sizes:
    """What is known of the shape of an array's elements."""
    return _promise(handle)[1]


def _array_sizes(size: Any, **_attrs: Any) -> list[Sizes]:
    _demand_rank(0, size)
    return [HANDLE, ()]


def _write_sizes(handle: Any, index: Any, value: Any, flow_in: Any) -> Sizes:
    _demand_rank(0, index, flow_in)
    merge(_element(handle), value.sizes)
    return ()


def _read_sizes(handle: Any, index: Any, flow_in: Any, *, dtype: DType) -> Sizes:  # noqa: ARG001
    _demand_rank(0, index, flow_in)
    return _element(handle)


def _gather_sizes(handle: Any, indices: Any, flow_in: Any, *, dtype: DType, element_shape: Sizes) -> Sizes:  # noqa: ARG001
    _demand_rank(1, indices)
    _demand_rank(0, flow_in)
    says, element = _promise(handle)
    if not says:
        element = element_shape
    if element is None:
        return None
    return (*(indices.sizes or (None,)), *element)


def _scatter_sizes(handle: Any, indices: Any, value: Any, flow_in: Any) -> Sizes:
    _demand_rank(1, indices)
    _demand_rank(0, flow_in)
    if value.sizes is not None:
        if not value.sizes:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        if indices.sizes is not None and not compatible(indices.sizes, value.sizes[:1]):
            raise ValueError(f"Dimensions must be equal, but are {value.sizes[0]} and {indices.sizes[0]}")
        merge(_element(handle), value.sizes[1:])
    return ()


def _split_sizes(handle: Any, value: Any, lengths: Any, flow_in: Any) -> Sizes:  # noqa: ARG001
    _demand_rank(1, lengths)
    _demand_rank(0, flow_in)
    return ()


def _gradient_array_sizes(handle: Any, flow_in: Any, *rest: Any, source: str) -> list[Sizes]:  # noqa: ARG001
    return [HANDLE, ()]


# -- what they do --------------------------------------------------------------------------------------------


_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


def _c_name(dtype: DType) -> str:
    """What TF's kernels call a dtype."""
    return _C_NAMES.get(dtype.name, dtype.name)


def _make(
    ctx: Any,
    size: Any,
    *,
    dtype: DType,
    element_shape: Sizes,
    dynamic_size: bool,
    clear_after_read: bool,
    identical_element_shapes: bool,
    tensor_array_name: str,
) -> tuple[Slots, Any]:
    if np.ndim(size):
        raise invalid(f"TensorArray size must be scalar, but had shape: {to_text(np.shape(size))}")
    if size < 0:
        raise invalid("Size should be >= 0.")
    name = tensor_array_name or ctx.op.name
    array = Slots(name, dtype, int(size), element_shape, identical_element_shapes, dynamic_size, clear_after_read)
    return array, np.float32(0)


def _at(index: Any) -> int:
    if index.ndim:
        raise invalid(f"TensorArray index must be scalar, but had shape: {to_text(np.shape(index))}")
    return int(index)


def _among(indices: Any) -> Any:
    if indices.ndim != 1:
        raise invalid(f"Expected indices to be a vector, but received shape: {to_text(indices.shape)}")
    return indices


def _written(array: Slots, value: Any) -> Any:
    """What is to be written, as an array of the array's dtype."""
    if type(value) is bytes:
        value = np.array(value, object)
    if value.dtype is not array.dtype.np and value.dtype != array.dtype.np:
        found = _c_name(as_dtype(value.dtype))
        raise invalid(f"TensorArray dtype is {_c_name(array.dtype)} but Op is trying to write dtype {found}.")
    return value


def _demand_asked(array: Slots, dtype: DType) -> None:
    """What is read must be asked for as the array's dtype."""
    if dtype is not array.dtype:
        raise invalid(f"TensorArray dtype is {_c_name(array.dtype)} but Op requested dtype {_c_name(dtype)}.")


def _write(_ctx: Any, array: Slots, index: Any, value: Any, flow: Any) -> Any:
    array.write(_at(index), _written(array, value))
    return flow[()]


def write_own(array: Slots, index: Any, value: Any, flow: Any) -> Any:
    """Write a value that nobody will change any more, which therefore needs no copy."""
    array.write(_at(index), _written(array, value), is_own=True)
    return flow[()]


def _read(_ctx: Any, array: Slots, index: Any, flow: Any, *, dtype: DType) -> Any:  # noqa: ARG001
    _demand_asked(array, dtype)
    return array.read(_at(index))


def _gather(_ctx: Any, array: Slots, indices: Any, flow: Any, *, dtype: DType, element_shape: Sizes) -> Any:  # noqa: ARG001
    _demand_asked(array, dtype)
    return array.gather(_among(indices), element_shape)


def _scatter(_ctx: Any, array: Slots, indices: Any, value: Any, flow: Any) -> Any:
    value = _written(array, value)
    if not value.ndim:
        raise invalid("Input value for unpack must be at least a vector but received shape: []")
    where = _among(indices)
    if len(where) != len(value):
        raise invalid(f"Expected len(indices) == values.shape[0], but saw: {len(where)} vs. {len(value)}")
    array.scatter(where, value)
    return flow[()]


def _split(_ctx: Any, array: Slots, value: Any, lengths: Any, flow: Any) -> Any:
    value = _written(array, value)
    if lengths.ndim != 1:
        raise invalid(f"Expected lengths to be a vector, received shape: {to_text(lengths.shape)}")
    if not value.ndim:
        raise invalid("Expected value to be at least a vector, but received shape: []")
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    if total != len(value) or (lengths < 0).any():
        raise invalid(
            f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is {total} and value's shape "
            f"is: {to_text(value.shape)}"
        )
    array.split(np.split(value, ends[:-1]) if len(ends) else [])
    return flow[()]


def _concat(_ctx: Any, array: Slots, flow: Any, *, dtype: DType, element_shape_except0: Sizes) -> Any:  # noqa: ARG001
    _demand_asked(array, dtype)
    return array.concat(element_shape_except0)


def _close(_ctx: Any, array: Slots) -> tuple[()]:
    array.close()
    return ()


def _gradient_array(_ctx: Any, array: Slots, flow: Any, *, source: str) -> tuple[Slots, Any]:
    return array.gradient(source), flow[()]


def _gradient_array_with_shape(_ctx: Any, array: Slots, flow: Any, prepend: Any, *, source: str) -> tuple[Slots, Any]:
    return array.gradient(source, tuple(prepend.tolist())), flow[()]


# -- gradients -----------------------------------------------------------------------------------------------


def gradient_source(op: Operation, tensor: Tensor) -> str:
    """What names the call of `tf.gradients` in which a tensor was made: each has gradient arrays of its own.

    In the gradient of a gradient that word stands twice in the tensor's name; the call that goes on now has the
    scope around that of `op`.

    Raises:
      ValueError: no scope around the tensor is named as those of `tf.gradients` are.
    """
    scopes = tensor.name.split("/")
    found = [i for i, scope in enumerate(scopes) if scope.startswith("gradients")]
    if not found:
        raise ValueError(
            errors.explain(
                "Expected op/tensor name to start with gradients (excluding scope), got: "
                f"{tensor.name}. This means that a tf.gradients op with this op in its dependency path has a custom "
                "name that does not start with 'gradients'. Please make sure all calls to tf.gradients that have "
                "non-empty 'name' arguments use names that start with 'gradients'.",
                mend="Give tf.gradients no name, or one such as 'gradients_of_the_critic'.",
            )
        )
    source = "/".join(scopes[: found[-1] + 1])
    call = get_default_graph().get_name_scope().rpartition(f"/{op.name}_grad")[0]
    return call if call and source.startswith(f"{call}/") else source


def _gradients_of(op: Operation, dtype: DType, flow: Tensor, source: Tensor) -> Any:
    """The TensorArray of the gradients of the entries of the array that `op` works on."""
    from flowgraph.ops.tensor_array import TensorArray

    array = TensorArray(dtype, handle=op.inputs[0], flow=flow, colocate_with_first_write_call=False)
    return array.grad(source=gradient_source(op, source), flow=flow)


def _write_gradient(op: Operation, flow: Tensor) -> Sequence[Any]:
    array = _gradients_of(op, op.inputs[2].dtype.base_dtype, flow, flow)
    return [None, None, array.read(op.inputs[1]), flow]


def _read_gradient(op: Operation, dy: Tensor) -> Sequence[Any]:
    # the flow from before the read: the array's last size must be known before there can be one of gradients
    array = _gradients_of(op, op.attrs["dtype"], op.inputs[2], dy)
    return [None, None, array.write(op.inputs[1], dy).flow]


def _gather_gradient(op: Operation, dy: Tensor) -> Sequence[Any]:
    array = _gradients_of(op, op.attrs["dtype"], op.inputs[2], dy)
    return [None, None, array.scatter(op.inputs[1], dy).flow]


def _scatter_gradient(op: Operation, flow: Tensor) -> Sequence[Any]:
    array = _gradients_of(op, op.inputs[2].dtype.base_dtype, flow, flow)
    return [None, None, array.gather(op.inputs[1]), flow]


def _split_gradient(op: Operation, flow: Tensor) -> Sequence[Any]:
    array = _gradients_of(op, op.inputs[1].dtype.base_dtype, flow, flow)
    return [None, array.concat(), None, flow]


def _concat_gradient(op: Operation, dy: Tensor, _: Any) -> Sequence[Any]:
    array = _gradients_of(op, op.attrs["dtype"], op.inputs[1], dy)
    return [None, array.split(dy, lengths=op.outputs[1]).flow]


# -- the ops -------------------------------------------------------------------------------------------------

TENSOR_ARRAY = OpDef(
    "TensorArrayV3(size: int32) -> (handle: resource, flow: float32)",
    attrs={
        "dtype": TypeAttr(),
        "element_shape": None,
        "dynamic_size": False,
        "clear_after_read": True,
        "identical_element_shapes": False,
        "tensor_array_name": "",
    },
    infer=_array_sizes,
    forward=_make,
    gradient=NO_GRADIENT,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_GRAD = OpDef(
    "TensorArrayGradV3(handle: resource, flow_in: float32) -> (grad_handle: resource, flow_out: float32)",
    attrs={"source": REQUIRED},
    infer=_gradient_array_sizes,
    forward=_gradient_array,
    gradient=NO_GRADIENT,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_GRAD_WITH_SHAPE = OpDef(
    "TensorArrayGradWithShape(handle: resource, flow_in: float32, shape_to_prepend: int32)"
    " -> (grad_handle: resource, flow_out: float32)",
    attrs={"source": REQUIRED},
    infer=_gradient_array_sizes,
    forward=_gradient_array_with_shape,
    gradient=NO_GRADIENT,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_WRITE = OpDef(
    "TensorArrayWriteV3(handle: resource, index: int32, value: T, flow_in: float32) -> flow_out: float32",
    attrs={"T": TypeAttr()},
    infer=_write_sizes,
    forward=_write,
    gradient=_write_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_READ = OpDef(
    "TensorArrayReadV3(handle: resource, index: int32, flow_in: float32) -> value: dtype",
    attrs={"dtype": TypeAttr()},
    infer=_read_sizes,
    forward=_read,
    gradient=_read_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_GATHER = OpDef(
    "TensorArrayGatherV3(handle: resource, indices: int32, flow_in: float32) -> value: dtype",
    attrs={"dtype": TypeAttr(), "element_shape": None},
    infer=_gather_sizes,
    forward=_gather,
    gradient=_gather_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_SCATTER = OpDef(
    "TensorArrayScatterV3(handle: resource, indices: int32, value: T, flow_in: float32) -> flow_out: float32",
    attrs={"T": TypeAttr()},
    infer=_scatter_sizes,
    forward=_scatter,
    gradient=_scatter_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_CONCAT = OpDef(
    "TensorArrayConcatV3(handle: resource, flow_in: float32) -> (value: dtype, lengths: int64)",
    attrs={"dtype": TypeAttr(), "element_shape_except0": None},
    infer=lambda handle, flow_in, **_: [None, (None,)],
    forward=_concat,
    gradient=_concat_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_SPLIT = OpDef(
    "TensorArraySplitV3(handle: resource, value: T, lengths: int64, flow_in: float32) -> flow_out: float32",
    attrs={"T": TypeAttr()},
    infer=_split_sizes,
    forward=_split,
    gradient=_split_gradient,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_SIZE = OpDef(
    "TensorArraySizeV3(handle: resource, flow_in: float32) -> size: int32",
    infer=lambda handle, flow_in: (),
    forward=lambda _ctx, array, _flow: np.int32(len(array)),
    gradient=NO_GRADIENT,
    effect=Effect.ARRAY,
)

TENSOR_ARRAY_CLOSE = OpDef(
    "TensorArrayCloseV3(handle: resource) -> ()",
    infer=lambda handle: [],
    forward=_close,
    gradient=NO_GRADIENT,
    effect=Effect.ARRAY,
)
