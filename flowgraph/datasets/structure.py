"""What an element of a dataset looks like: specs of its components, nested as the element is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets.nesting import flatten as flatten
from flowgraph.datasets.nesting import flatten_up_to as flatten_up_to
from flowgraph.datasets.nesting import is_nested
from flowgraph.datasets.nesting import map_leaves as map_leaves
from flowgraph.datasets.nesting import pack as pack
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.sparse_serialize import DESERIALIZE_SPARSE, SERIALIZE_MANY_SPARSE, SERIALIZE_SPARSE
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.shapes import TensorShape

# -- specs -------------------------------------------------------------------------------------------------


class TensorSpec:
    """What is known of a tensor: its shape, its dtype and perhaps a name.

    Args:
      shape: its shape.
      dtype: its dtype.
      name: a name.

    >>> TensorSpec([None, 2]).is_compatible_with(tf.zeros([3, 2]))
    True
    """

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Any, dtype: Any = dt.float32, name: str | None = None) -> None:
        self._shape, self._dtype, self._name = TensorShape(shape), as_dtype(dtype), name

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The dtype."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, or None."""
        return self._name

    @property
    def value_type(self) -> Any:
        """The Python type of what this tells of."""
        return Tensor

    @staticmethod
    def from_spec(spec: TensorSpec, name: str | None = None) -> TensorSpec:
        """The same under another name, if one is given."""
        return TensorSpec(spec.shape, spec.dtype, name or spec.name)

    @staticmethod
    def from_tensor(tensor: Any, name: str | None = None) -> TensorSpec:
        """The spec of a tensor, whose op's name it takes unless one is given.

        Raises:
          ValueError: it is no tensor.
        """
        if not isinstance(tensor, Tensor):
            raise refusal("`tensor` should be a tf.Tensor")
        return TensorSpec(tensor.shape, tensor.dtype, name or tensor.op.name)

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether a spec or a tensor may stand where this is asked for."""
        if not hasattr(spec_or_tensor, "dtype"):
            return False
        shape = TensorShape(spec_or_tensor.shape)
        return self._dtype.is_compatible_with(spec_or_tensor.dtype) and self._shape.is_compatible_with(shape)

    def most_specific_compatible_type(self, other: TensorSpec) -> TensorSpec:
        """The spec of what is of this or the other.

        Raises:
          ValueError: there is none.
        """
        if type(other) is not TensorSpec or other.dtype != self._dtype:
            raise refusal(f"Types are not compatible: {self!r} vs {other!r}")
        return TensorSpec(self._shape.most_specific_compatible_shape(other.shape), self._dtype)

    def __reduce__(self) -> Any:
        return TensorSpec, (self._shape, self._dtype, self._name)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorSpec)
            and (self.shape.sizes, self.dtype, self.name) == (other.shape.sizes, other.dtype, other.name)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.shape.sizes, self.dtype))

    @property
    def types(self) -> Any:
        """As `output_types` shows it."""
        return self.dtype

    @property
    def shapes(self) -> Any:
        """As `output_shapes` shows it."""
        return self.shape

    @property
    def classes(self) -> Any:
        """As `output_classes` shows it."""
        return Tensor

    @property
    def carrier(self) -> tuple[DType, TensorShape]:
        """Dtype and shape of the tensor that goes through the pipeline for it."""
        return self.dtype, self.shape

    def encode(self, value: Any) -> Tensor:
        """The tensor that goes through the pipeline for a component."""
        return convert_to_tensor(value)

    def decode(self, tensor: Tensor) -> Any:
        """The component for which a tensor went through the pipeline."""
        return tensor

    def rows_of(self, value: Tensor) -> Tensor:
        """The tensor whose rows go through the pipeline."""
        if value.shape.ndims == 0:
            raise refusal(f"Value {value} has insufficient rank for batching.")
        return value

    def batch(self, size: int | None) -> TensorSpec:
        """The spec of several in a batch."""
        return TensorSpec(TensorShape([size]).concatenate(self.shape), self.dtype)

    def unbatch(self) -> TensorSpec:
        """The spec of a row."""
        if self.shape.ndims == 0:
            raise refusal("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self.shape[1:] if self.shape.ndims is not None else None, self.dtype)


class SparseTensorSpec:
    """A component that is a sparse tensor; through the pipeline go its three parts, in one variant.

    Args:
      shape: its dense shape.
      dtype: its dtype.
    """

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Any, dtype: Any) -> None:
        self.shape, self.dtype = TensorShape(shape), as_dtype(dtype)

    def __repr__(self) -> str:
        return f"SparseTensorSpec({self.shape!r}, {self.dtype!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SparseTensorSpec)
            and (self.shape.sizes, self.dtype) == (other.shape.sizes, other.dtype)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.shape.sizes, self.dtype))

    @property
    def types(self) -> DType:
        """As `output_types` shows it."""
        return self.dtype

    @property
    def shapes(self) -> TensorShape:
        """As `output_shapes` shows it."""
        return self.shape

    @property
    def classes(self) -> Any:
        """As `output_classes` shows it."""
        return SparseTensor

    @property
    def carrier(self) -> tuple[DType, TensorShape]:
        """Dtype and shape of the tensor that goes through the pipeline for it."""
        return dt.variant, TensorShape(None)

    def encode(self, value: Any) -> Tensor:
        """The tensor that goes through the pipeline for a sparse tensor."""
        parts = (value.indices, value.values, value.dense_shape)
        made: Tensor = emit(SERIALIZE_SPARSE, *parts, out_type=dt.variant)
        return made

    def decode(self, tensor: Tensor) -> SparseTensor:
        """The sparse tensor for which a tensor went through the pipeline."""
        made = SparseTensor(*emit(DESERIALIZE_SPARSE, tensor, dtype=self.dtype))
        made.indices.set_shape([None, self.shape.ndims])
        made.dense_shape.set_shape([self.shape.ndims])
        return made

    def rows_of(self, value: Any) -> Tensor:
        """The tensor whose rows go through the pipeline."""
        if self.shape.ndims == 0:
            raise refusal("Unbatching a sparse tensor is only supported for rank >= 1")
        parts = (value.indices, value.values, value.dense_shape)
        made: Tensor = emit(SERIALIZE_MANY_SPARSE, *parts, out_type=dt.variant)
        return made

    def batch(self, size: int | None) -> SparseTensorSpec:
        """The spec of several in a batch."""
        return SparseTensorSpec(TensorShape([size]).concatenate(self.shape), self.dtype)

    def unbatch(self) -> SparseTensorSpec:
        """The spec of a row."""
        if self.shape.ndims == 0:
            raise refusal("Unbatching is only supported for rank >= 1")
        return SparseTensorSpec(self.shape[1:] if self.shape.ndims is not None else None, self.dtype)


class DatasetSpec:
    """A component that is a dataset.

    Args:
      element_spec: that of its elements.
      dataset_shape: the shape of a batch of datasets; () for one.

    >>> DatasetSpec.from_value(tf.data.Dataset.range(3)).element_spec
    TensorSpec(shape=(), dtype=tf.int64, name=None)
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self._element_spec, self._dataset_shape = element_spec, TensorShape(dataset_shape)

    @property
    def element_spec(self) -> Any:
        """That of the elements."""
        return self._element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self._element_spec!r}, {self._dataset_shape!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatasetSpec) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(repr(self))

    def _parts(self) -> Any:
        return self._element_spec, self._dataset_shape.sizes

    @staticmethod
    def from_value(value: Any) -> DatasetSpec:
        """The spec of a dataset."""
        return DatasetSpec(value.element_spec)

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a spec or a dataset may stand where this is asked for."""
        other = spec_or_value if isinstance(spec_or_value, DatasetSpec) else spec_of(spec_or_value)
        if not isinstance(other, DatasetSpec):
            return False
        mine, theirs = flatten(self._element_spec), flatten(other._element_spec)
        return len(mine) == len(theirs) and all(map(_agree, mine, theirs))

    def most_specific_compatible_type(self, other: Any) -> DatasetSpec:
        """The spec of what is of this or the other.

        Raises:
          ValueError: there is none.
        """
        if not isinstance(other, DatasetSpec) or not self.is_compatible_with(other):
            raise refusal(f"No TypeSpec is compatible with both {self} and {other}")
        joint = map_leaves(
            lambda a, b: (
                TensorSpec(a.shape.most_specific_compatible_shape(b.shape), a.dtype)
                if isinstance(a, TensorSpec)
                else a.most_specific_compatible_type(b)
            ),
            self._element_spec,
            other._element_spec,
        )
        return DatasetSpec(joint, self._dataset_shape)

    @property
    def types(self) -> DatasetSpec:
        """As `output_types` shows it."""
        return self

    shapes = classes = types

    @property
    def carrier(self) -> tuple[DType, TensorShape]:
        """Dtype and shape of the tensor that goes through the pipeline for it."""
        return dt.variant, self._dataset_shape

    def encode(self, value: Any) -> Tensor:
        """The tensor that goes through the pipeline for a dataset."""
        found: Tensor = value._variant_tensor
        return found

    def decode(self, tensor: Tensor) -> Any:
        """The dataset that a tensor holds."""
        from flowgraph.datasets.dataset import Dataset

        return Dataset._over(tensor, self._element_spec)

    def rows_of(self, value: Any) -> Tensor:  # noqa: ARG002
        """Datasets have no rows."""
        raise refusal("Unbatching a dataset is only supported for rank >= 1")

    def batch(self, size: int | None) -> DatasetSpec:
        """The spec of several in a batch."""
        return DatasetSpec(self._element_spec, TensorShape([size]).concatenate(self._dataset_shape))

    def unbatch(self) -> DatasetSpec:
        """The spec of a row."""
        if self._dataset_shape.ndims == 0:
            raise refusal("Unbatching a dataset is only supported for rank >= 1")
        return DatasetSpec(self._element_spec, self._dataset_shape[1:])


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, DatasetSpec):
        return one.is_compatible_with(other)
    return type(other) is type(one) and one.dtype == other.dtype and one.shape.is_compatible_with(other.shape)


def spec_of(value: Any) -> Any:
    """The spec of an element: nested as it is.

    Raises:
      TypeError: a component is none that goes through a pipeline.
    """
    from flowgraph.datasets.dataset import Dataset
    from flowgraph.datasets.optional import Optional, OptionalSpec

    if isinstance(value, Dataset):
        return DatasetSpec(value.element_spec)
    if isinstance(value, Optional):
        return OptionalSpec(value.value_structure)
    if isinstance(value, SparseTensor):
        return SparseTensorSpec(value.get_shape(), value.dtype)
    if is_nested(value):
        return map_leaves(spec_of, value)
    tensor = convert_to_tensor(value)
    return TensorSpec(tensor.shape, tensor.dtype.base_dtype)


def normalized(element: Any) -> Any:
    """An element with its components as tensors."""
    from flowgraph.datasets.dataset import Dataset

    with name_scope("normalize_element"):
        made = [
            part if isinstance(part, Dataset | SparseTensor) else convert_to_tensor(part, name=f"component_{at}")
            for at, part in enumerate(flatten(element))
        ]
    return pack(element, made)


def encoded(spec: Any, element: Any) -> list[Tensor]:
    """The tensors that go through the pipeline for an element."""
    return [one.encode(part) for one, part in zip(flatten(spec), flatten_up_to(spec, element), strict=True)]


def decoded(spec: Any, tensors: Sequence[Tensor]) -> Any:
    """The element for which tensors went through the pipeline."""
    return pack(spec, [one.decode(tensor) for one, tensor in zip(flatten(spec), tensors, strict=True)])


def flat_attrs(spec: Any) -> dict[str, Any]:
    """The attrs of a dataset's op that say what its elements look like."""
    carriers = [one.carrier for one in flatten(spec)]
    return {
        "output_types": tuple(dtype for dtype, _ in carriers),
        "output_shapes": tuple(shape.sizes for _, shape in carriers),
    }


def from_legacy(types: Any, shapes: Any, classes: Any) -> Any:
    """The specs that `output_types`, `output_shapes` and `output_classes` tell of."""
    flat = zip(flatten(types), flatten_up_to(types, shapes), flatten_up_to(types, classes), strict=True)
    return pack(types, [_from_legacy(*row) for row in flat])


def _from_legacy(dtype: Any, shape: Any, kind: Any) -> Any:
    if isinstance(kind, DatasetSpec):
        return kind
    if kind is SparseTensor:
        return SparseTensorSpec(shape, dtype)
    if kind is not Tensor:
        raise TypeError(f"Could not build a structure for output class {kind!r}")
    return TensorSpec(shape, dtype)


def either(one: Any, other: Any) -> Any:
    """The spec of what is of this or the other."""
    if isinstance(one, DatasetSpec):
        return one.most_specific_compatible_type(other)
    return type(one)(one.shape.most_specific_compatible_shape(other.shape), one.dtype)
