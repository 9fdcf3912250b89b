"""Iterators over datasets: tf.data.Iterator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import structure
from flowgraph.datasets.nesting import same_nesting
from flowgraph.datasets.structure import TensorSpec, flat_attrs, flatten, map_leaves
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.function import Factory, FunctionGraph, library_of
from flowgraph.ir.graph import Graph
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import add_to_collection, colocate_with, device, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.dataset_functions import (
    ITERATOR,
    ITERATOR_FROM_STRING_HANDLE,
    ITERATOR_GET_NEXT,
    ITERATOR_TO_STRING_HANDLE,
    MAKE_ITERATOR,
    ONE_SHOT_ITERATOR,
)
from flowgraph.protos.registry import op_def
from flowgraph.shapes import TensorShape

_COLLECTION = "iterators"
_ENOUGH = 1000
"""How many ops a one-shot iterator's function has before it takes one of them twice."""


def _on_cpu(opdef: Any, *inputs: Any, **attrs: Any) -> Tensor:
    """An op on the processor, unless the user says where."""
    if get_default_graph()._devices:
        made: Tensor = emit(opdef, *inputs, **attrs)
        return made
    with device("/cpu:0"):
        made = emit(opdef, *inputs, **attrs)
    return made


def _spec(output_types: Any, output_shapes: Any, output_classes: Any) -> Any:
    """What a user says of elements, as specs."""
    types = map_leaves(dt.as_dtype, output_types)
    if output_shapes is None:
        shapes = map_leaves(lambda _type: TensorShape(None), types)
    else:
        shapes = map_leaves(lambda _type, shape: TensorShape(shape), types, output_shapes)
    if output_classes is None:
        return map_leaves(lambda dtype, shape: TensorSpec(shape, dtype), types, shapes)
    return structure.from_legacy(types, shapes, output_classes)


class Iterator:
    """How far a session has gone through a dataset: each run of what `get_next` returns takes the next element.

    Args:
      iterator_resource: the handle of the iterator.
      initializer: the op that begins anew, or None.
      output_types, output_shapes, output_classes: of the elements, nested as they are.

    >>> iterator = tf.data.Dataset.range(2).make_one_shot_iterator()
    >>> element = iterator.get_next()
    >>> with tf.Session() as sess:
    ...     print(sess.run(element), sess.run(element))
    0 1
    """

    def __init__(
        self, iterator_resource: Any, initializer: Any, output_types: Any, output_shapes: Any, output_classes: Any
    ) -> None:
        if output_types is None or output_shapes is None or output_classes is None:
            line = (
                "If `structure` is not specified, all of `output_types`, `output_shapes`, and `output_classes` must "
                "be specified."
            )
            raise refusal(line)
        self._begin(iterator_resource, initializer, structure.from_legacy(output_types, output_shapes, output_classes))

    def _begin(self, resource: Tensor, initializer: Operation | None, spec: Any) -> None:
        self._iterator_resource, self._initializer, self._element_spec = resource, initializer, spec
        self._string_handle: Tensor = emit(ITERATOR_TO_STRING_HANDLE, resource)
        add_to_collection(_COLLECTION, resource)

    @staticmethod
    def _of(resource: Tensor, initializer: Operation | None, spec: Any) -> Iterator:
        made: Iterator = object.__new__(Iterator)
        made._begin(resource, initializer, spec)
        return made

    @staticmethod
    def from_structure(
        output_types: Any, output_shapes: Any = None, shared_name: str | None = None, output_classes: Any = None
    ) -> Iterator:
        """An iterator without a dataset: `make_initializer` gives ops that begin with one or another.

        Args:
          output_types: the dtypes of the components, nested as the elements are.
          output_shapes: their shapes; unknown by default.
          shared_name: all iterators of this name in one session are the same.
          output_classes: their Python types; tensors by default.

        >>> train, test = tf.data.Dataset.range(10), tf.data.Dataset.range(100, 110)
        >>> iterator = Iterator.from_structure(tf.int64, [])
        >>> element = iterator.get_next()
        >>> begin = iterator.make_initializer(test)
        >>> with tf.Session() as sess:
        ...     sess.run(begin)
        ...     print(sess.run(element))
        100
        """
        spec = _spec(output_types, output_shapes, output_classes)
        resource = _on_cpu(ITERATOR, shared_name=shared_name or "", container="", **flat_attrs(spec))
        return Iterator._of(resource, None, spec)

    @staticmethod
    def from_string_handle(
        string_handle: Any, output_types: Any, output_shapes: Any = None, output_classes: Any = None
    ) -> Iterator:
        """The iterator that a string stands for: which one, is said when the graph runs.

        Args:
          string_handle: a string scalar, mostly a placeholder; `sess.run(iterator.string_handle())` gives what to feed.
          output_types, output_shapes, output_classes: see `from_structure`.
        """
        spec = _spec(output_types, output_shapes, output_classes)
        handle = convert_to_tensor(string_handle, dt.string)
        return Iterator._of(_on_cpu(ITERATOR_FROM_STRING_HANDLE, handle, **flat_attrs(spec)), None, spec)

    @property
    def initializer(self) -> Operation:
        """The op that begins (again) with the first element.

        Raises:
          ValueError: this iterator has none.
        """
        if self._initializer is None:
            raise refusal("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset: Any, name: str | None = None) -> Operation:
        """An op that begins with the first element of a dataset, whose elements are as this iterator's.

        Args:
          dataset: the dataset.
          name: the op's name.

        Raises:
          ValueError: its elements are nested otherwise.
          TypeError: they have other dtypes or shapes, or are nested by other types.
        """
        with name_scope(name, "make_initializer") as scope:
            self._check(dataset)
        with colocate_with(self._iterator_resource.op):
            made: Operation = emit(MAKE_ITERATOR, dataset._variant_tensor, self._iterator_resource, name=scope)
        return made

    def _check(self, dataset: Any) -> None:
        if not same_nesting(self._element_spec, dataset.element_spec):
            only_types = same_nesting(self._element_spec, dataset.element_spec, by_types=False)
            line = "The two structures don't have the same nested structure."
            raise refusal(line, TypeError if only_types else ValueError)
        pairs = list(zip(flatten(self._element_spec), flatten(dataset.element_spec), strict=True))
        for what, same, line in (
            ("classes", _same_class, "output classes {0!r} but got dataset with output class {1!r}."),
            ("types", _same_type, "output types {0!r} but got dataset with output types {1!r}."),
            ("shapes", _same_shape, "output shapes compatible with {0!r} but got dataset with output shapes {1!r}."),
        ):
            if not all(same(one, other) for one, other in pairs):
                said = [_legacy(spec, what) for spec in (self._element_spec, dataset.element_spec)]
                raise refusal("Expected " + line.format(*said), TypeError)

    def get_next(self, name: str | None = None) -> Any:
        """The next element: each run takes one.

        Args:
          name: the op's name.

        Returns:
          Tensors, nested as the elements are. Call this once, not in a loop: each call adds an op.

        Raises:
          OutOfRangeError: (when run) there are no more.
          FailedPreconditionError: (when run) the initializer has not been run.
        """
        flat = emit(ITERATOR_GET_NEXT, self._iterator_resource, name=name, **flat_attrs(self._element_spec))
        return structure.decoded(self._element_spec, flat)

    def string_handle(self, name: str | None = None) -> Tensor:
        """A string that stands for this iterator; see `from_string_handle`.

        Args:
          name: the op's name, for an op of its own.
        """
        if name is None:
            return self._string_handle
        made: Tensor = emit(ITERATOR_TO_STRING_HANDLE, self._iterator_resource, name=name)
        return made

    @property
    def element_spec(self) -> Any:
        """The specs of the components, nested as the elements are."""
        return self._element_spec

    @property
    def output_types(self) -> Any:
        """The dtypes of the components, nested as the elements are."""
        return _legacy(self._element_spec, "types")

    @property
    def output_shapes(self) -> Any:
        """The shapes of the components, nested as the elements are."""
        return _legacy(self._element_spec, "shapes")

    @property
    def output_classes(self) -> Any:
        """The Python types of the components, nested as the elements are."""
        return _legacy(self._element_spec, "classes")


def _legacy(spec: Any, what: str) -> Any:
    return map_leaves(lambda one: getattr(one, what), spec)


def _same_class(one: Any, other: Any) -> bool:
    return one.classes is other.classes or one == other


def _same_type(one: Any, other: Any) -> bool:
    return bool(one.types == other.types)


def _same_shape(one: Any, other: Any) -> bool:
    return not hasattr(one, "shape") or one.shape.is_compatible_with(other.shape)


def get_output_types(dataset_or_iterator: Any) -> Any:
    """The dtypes of the components of elements, nested as they are.

    Args:
      dataset_or_iterator: a dataset or an iterator.

    >>> get_output_types(tf.data.Dataset.range(3))
    tf.int64
    """
    return _legacy(spec_of_items(dataset_or_iterator), "types")


def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The shapes of the components of elements, nested as they are.

    Args:
      dataset_or_iterator: a dataset or an iterator.

    >>> get_output_shapes(tf.data.Dataset.from_tensors({"a": [1, 2]}))
    {'a': TensorShape([Dimension(2)])}
    """
    return _legacy(spec_of_items(dataset_or_iterator), "shapes")


def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The Python types of the components of elements, nested as they are.

    Args:
      dataset_or_iterator: a dataset or an iterator.

    >>> get_output_classes(tf.data.Dataset.range(3)) is tf.Tensor
    True
    """
    return _legacy(spec_of_items(dataset_or_iterator), "classes")


def spec_of_items(item: Any) -> Any:
    """The specs of the elements of a dataset or an iterator.

    Raises:
      TypeError: it is neither.
    """
    try:
        return item.element_spec
    except AttributeError:
        line = f"`dataset_or_iterator` must be a Dataset or Iterator object, but got {type(item)}."
        raise refusal(line, TypeError) from None


# -- iterators that begin by themselves ----------------------------------------------------------------------


class _Copying(FunctionGraph):
    """The body of a function that needs nothing from outside: what it would capture is copied into it.

    As in TF an op that is taken twice is copied twice; not so where the copies are too many already.
    """

    def __init__(self, outer: Graph) -> None:
        super().__init__(outer)
        self._copied: dict[Operation, Operation] = {}

    def capture(self, tensor: Tensor, scope: str = "") -> Tensor:
        """A copy of a tensor of the graph around, whose inputs are copied before it."""
        if tensor.graph is self:
            return tensor
        copies: dict[Operation, list[Operation]] = {}
        left = [(tensor.op, False)]
        with self.name_scope(f"{scope}/" if scope else None):
            while left:
                op, has_inputs = left.pop()
                if has_inputs:
                    inputs = [copies[one.op].pop().outputs[one.index] for one in reversed(op.inputs)]
                    copies.setdefault(op, []).append(self._copy(op, inputs[::-1]))
                elif self.version > _ENOUGH and op in self._copied:
                    copies.setdefault(op, []).append(self._copied[op])
                else:
                    left.append((op, True))
                    left.extend((one.op, False) for one in reversed(op.inputs))
        return self._copied[tensor.op].outputs[tensor.index]

    def _copy(self, op: Operation, inputs: Sequence[Tensor]) -> Operation:
        dtypes, sizes = [one.dtype for one in op.outputs], [one.sizes for one in op.outputs]
        made = self._copied[op] = self.add(op.opdef, self.unique_name(op.name), tuple(inputs), op.attrs, dtypes, sizes)
        return made


def one_shot(dataset: Any) -> Iterator:
    """An iterator over a dataset that needs nothing from outside.

    Raises:
      ValueError: it needs a placeholder, or something that a session keeps.
    """
    _check_captures(dataset._variant_tensor)
    graph = _Copying(get_default_graph())
    with graph.as_default():
        output = graph.capture(dataset._with_options())
    factory = Factory(graph, output)
    library_of(graph)[factory.name] = factory
    resource = emit(ONE_SHOT_ITERATOR, dataset_factory=factory.name, **flat_attrs(dataset.element_spec))
    return Iterator._of(resource, None, dataset.element_spec)


def _check_captures(variant: Tensor) -> None:
    seen: set[Operation] = set()
    left = [variant.op]
    while left:
        op = left.pop()
        if op in seen:
            continue
        seen.add(op)
        kept = f"(name:{op.name}, type:{op.type}) by value."
        if op.type == "Placeholder" and not isinstance(op.graph, FunctionGraph):
            raise refusal(f"Cannot capture a placeholder {kept}")
        known = op_def(op.type)
        if known is not None and known.is_stateful and not any(out.dtype == dt.variant for out in op.outputs):
            raise refusal(
                "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not "
                "support datasets that capture stateful objects, such as a `Variable` or `LookupTable`. In these "
                "cases, use `Dataset.make_initializable_iterator()`. (Original error: Cannot capture a stateful node "
                f"{kept})"
            )
        left.extend(tensor.op for tensor in reversed(op.inputs))
