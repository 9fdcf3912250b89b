"""Values that may be missing: tf.data.experimental.Optional."""

from __future__ import annotations

import abc
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import structure
from flowgraph.datasets.structure import flat_attrs
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import optionals as ops
from flowgraph.shapes import TensorShape


class Optional(abc.ABC):
    """A value that may be missing: which of the two, is known when the graph runs.

    >>> from flowgraph.datasets import structure
    >>> some = Optional.from_value(tf.constant(3))
    >>> none = Optional.none_from_structure(structure.TensorSpec([], tf.int32))
    >>> run([some.has_value(), some.get_value(), none.has_value()])
    [True, 3, False]
    """

    @abc.abstractmethod
    def has_value(self, name: str | None = None) -> Tensor:
        """Whether there is a value, a bool scalar.

        Args:
          name: the op's name.
        """

    @abc.abstractmethod
    def get_value(self, name: str | None = None) -> Any:
        """The value.

        Args:
          name: the op's name.

        Raises:
          InvalidArgumentError: (when run) there is none.
        """

    @property
    @abc.abstractmethod
    def value_structure(self) -> Any:
        """The specs of the value's components, nested as it is."""

    @staticmethod
    def from_value(value: Any) -> Optional:
        """One that has a value.

        Args:
          value: tensors, nested by tuples and dicts.
        """
        with name_scope("optional") as scope:
            with name_scope("value"):
                spec = structure.spec_of(value)
                encoded = structure.encoded(spec, value)
            return _Held(emit(ops.OPTIONAL_FROM_VALUE, encoded, name=scope), spec)

    @staticmethod
    def none_from_structure(value_structure: Any) -> Optional:
        """One that has no value.

        Args:
          value_structure: the specs of the value that it could have.
        """
        return _Held(emit(ops.OPTIONAL_NONE), value_structure)


class _Held(Optional):
    def __init__(self, variant: Tensor, spec: Any) -> None:
        self._variant_tensor, self._spec = variant, spec

    def has_value(self, name: str | None = None) -> Tensor:
        made: Tensor = emit(ops.OPTIONAL_HAS_VALUE, self._variant_tensor, name=name)
        return made

    def get_value(self, name: str | None = None) -> Any:
        with name_scope(name, "OptionalGetValue", [self._variant_tensor]) as scope:
            flat = emit(ops.OPTIONAL_GET_VALUE, self._variant_tensor, name=scope, **flat_attrs(self._spec))
            return structure.decoded(self._spec, flat)

    @property
    def value_structure(self) -> Any:
        return self._spec


class OptionalSpec:
    """A component of a dataset's elements that is an `Optional`.

    Args:
      value_structure: the specs of the value.

    >>> OptionalSpec.from_value(Optional.from_value(tf.constant(3)))
    OptionalSpec(TensorSpec(shape=(), dtype=tf.int32, name=None))
    """

    __slots__ = ("_value_structure",)

    def __init__(self, value_structure: Any) -> None:
        self._value_structure = value_structure

    def __repr__(self) -> str:
        return f"OptionalSpec({self._value_structure!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OptionalSpec) and self._value_structure == other._value_structure

    def __hash__(self) -> int:
        return hash(repr(self))

    @staticmethod
    def from_value(value: Optional) -> OptionalSpec:
        """The spec of an optional."""
        return OptionalSpec(value.value_structure)

    @property
    def types(self) -> OptionalSpec:
        """As `output_types` shows it."""
        return self

    shapes = classes = types

    @property
    def carrier(self) -> tuple[dt.DType, TensorShape]:
        """Dtype and shape of the tensor that goes through the pipeline for it."""
        return dt.variant, TensorShape([])

    def encode(self, value: Any) -> Tensor:
        """The tensor that goes through the pipeline for an optional."""
        found: Tensor = value._variant_tensor
        return found

    def decode(self, tensor: Tensor) -> Optional:
        """The optional that a tensor holds."""
        return _Held(tensor, self._value_structure)

    def rows_of(self, value: Any) -> Tensor:  # noqa: ARG002
        """Optionals have no rows."""
        raise refusal("Unbatching an optional is not supported")

    def batch(self, size: int | None) -> OptionalSpec:  # noqa: ARG002
        """Optionals are not batched."""
        raise refusal("Batching optionals is not supported", NotImplementedError)

    def unbatch(self) -> OptionalSpec:
        """Optionals have no rows."""
        raise refusal("Unbatching an optional is not supported")


def get_next_as_optional(iterator: Any) -> Optional:
    """The next element of an iterator, which is missing where there are no more.

    Args:
      iterator: the iterator.

    >>> element = get_next_as_optional(tf.data.Dataset.range(1).make_one_shot_iterator())
    >>> has = element.has_value()
    >>> with tf.Session() as sess:
    ...     print(sess.run(has), sess.run(has))
    True False
    """
    spec = iterator.element_spec
    return _Held(emit(ops.ITERATOR_GET_NEXT_AS_OPTIONAL, iterator._iterator_resource, **flat_attrs(spec)), spec)
