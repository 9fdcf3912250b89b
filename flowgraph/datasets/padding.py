"""Dataset.padded_batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.numbers import number, rows_of
from flowgraph.datasets.structure import SparseTensorSpec, TensorSpec, flatten, flatten_up_to, pack
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_ops as ops
from flowgraph.shapes import TensorShape


def padded_batch(dataset: Dataset, batch_size: Any, padded_shapes: Any, padding_values: Any, drop: Any) -> Dataset:
    """See `Dataset.padded_batch`."""
    spec = dataset.element_spec
    specs = flatten(spec)
    if any(isinstance(one, SparseTensorSpec) for one in specs):
        raise refusal("Batching of padded sparse tensors is not currently supported", TypeError)
    size = number(batch_size, "batch_size")
    if padding_values is None:
        values = [_zero(one.types) for one in specs]
    else:
        values = flatten_up_to(spec, padding_values)
    pairs = zip(flatten_up_to(spec, padded_shapes), specs, strict=True)
    shapes = [_shape_tensor(shape, one.shape) for shape, one in pairs]
    fills = [_fill(value, one.dtype) for value, one in zip(values, specs, strict=True)]
    drops = convert_to_tensor(drop, dt.bool, "drop_remainder")
    rows = rows_of(size, drops)
    batched = [
        TensorSpec(TensorShape([rows]).concatenate(TensorShape(shape.constant_sizes())), one.dtype)
        for shape, one in zip(shapes, specs, strict=True)
    ]
    return dataset._next(ops.PADDED_BATCH_DATASET, size, shapes, fills, drops, spec=pack(spec, batched))


def _zero(dtype: Any) -> Any:
    if dtype == dt.string:
        return ""
    if not isinstance(dtype, dt.DType):
        line = "Unable to create padding for field of type 'variant' because t.base_type == dtypes.variant == "
        raise refusal(line + f"{dt.variant}.", TypeError)
    return np.zeros((), dtype.as_numpy_dtype)


def _shape_tensor(padded: Any, shape: TensorShape) -> Tensor:
    """The shape to fill up to, as a tensor.

    Raises:
      ValueError, TypeError: it is none, or smaller than the elements.
    """
    try:
        sizes = TensorShape(padded).as_list()
        tensor = convert_to_tensor([-1 if size is None else size for size in sizes], dt.int64)
        known = TensorShape(padded)
    except (TypeError, ValueError):
        tensor = convert_to_tensor(padded, preferred_dtype=dt.int64)
        about = f"Padded shape {padded} must be a 1-D tensor of tf.int64 values, but its "
        if tensor.shape.ndims not in (None, 1):
            raise refusal(f"{about}shape was {tensor.shape}.") from None
        if tensor.dtype != dt.int64:
            raise refusal(f"{about}element type was {tensor.dtype.name}.", TypeError) from None
        known = TensorShape(tensor.constant_sizes())
    if not _holds(known, shape):
        raise refusal(
            f"The padded shape {known} is not compatible with the corresponding input component shape {shape}."
        )
    return tensor


def _holds(padded: TensorShape, shape: TensorShape) -> bool:
    if padded.sizes is None or shape.sizes is None:
        return True
    if len(padded.sizes) != len(shape.sizes):
        return False
    pairs = zip(padded.sizes, shape.sizes, strict=True)
    return not any(a is not None and b is not None and a < b for a, b in pairs)


def _fill(value: Any, dtype: Any) -> Tensor:
    tensor = convert_to_tensor(value, name="padding_value")
    if not tensor.shape.is_compatible_with([]):
        raise refusal(f"Padding value should be a scalar, but is not: {tensor}")
    if tensor.dtype != dtype:
        raise refusal(f"Padding value tensor ({tensor}) does not match output type: {dtype!r}", TypeError)
    return tensor
