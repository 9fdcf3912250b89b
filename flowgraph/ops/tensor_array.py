"""tf.TensorArray: an array of tensors that the steps of a loop fill and read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.describe import at
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import colocate_with, control_dependencies, device, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.identity import identity
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array_ops import (
    TENSOR_ARRAY,
    TENSOR_ARRAY_CLOSE,
    TENSOR_ARRAY_CONCAT,
    TENSOR_ARRAY_GATHER,
    TENSOR_ARRAY_GRAD,
    TENSOR_ARRAY_READ,
    TENSOR_ARRAY_SCATTER,
    TENSOR_ARRAY_SIZE,
    TENSOR_ARRAY_SPLIT,
    TENSOR_ARRAY_WRITE,
)
from flowgraph.shapes import TensorShape, as_shape


class TensorArray:
    """An array of tensors of one dtype that lives for one run: each entry is written once and read once.

    Writing gives a new TensorArray object, through which the change is seen: go on with that one. Gradients flow
    through writes and reads. In a `tf.while_loop` a TensorArray may be a loop variable.

    >>> squares = TensorArray(tf.float32, size=3)
    >>> for i in range(3):
    ...     squares = squares.write(i, tf.square(float(i)))
    >>> run(squares.stack())
    array([0., 1., 4.], dtype=float32)

    Attributes:
      is_tensor_array: how branches and loops know one, which pass its flow along.
    """

    is_tensor_array = True

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Tensor | None = None,
        flow: Tensor | None = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        """Make an array of `size` entries, or wrap the `handle` of one.

        Args:
          dtype: the dtype of all entries.
          size: how many entries, an int32 scalar.
          dynamic_size: whether a write beyond the end makes it longer.
          clear_after_read: whether an entry is let go of when it is read, so that it can be read once only; by
            default yes.
          tensor_array_name: what run-time messages call it; by default the op's name.
          handle, flow: those of another TensorArray, given together and without `size`.
          infer_shape: whether all entries must have one shape.
          element_shape: what is known of that shape.
          colocate_with_first_write_call: whether to stand on the device of what is written first.
          name: the op's name.

        Raises:
          ValueError: arguments that make a new array are given with a `handle`, or neither is given.
          TypeError: `handle` is no tensor.
        """
        self._demand_one_source(handle, size, element_shape, dynamic_size, clear_after_read, tensor_array_name)
        self._dynamic_size = bool(dynamic_size)
        self._dtype = as_dtype(dtype).base_dtype
        self._infer_shape = infer_shape
        self._colocates = colocate_with_first_write_call
        # both lists are shared by all objects for one array: what was written first, and the shape of an entry
        self._first_write: list[Tensor] = []
        self._shape = [as_shape(element_shape)]
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is not None:
                if flow is None:
                    raise ValueError("flow must not be None if handle is not None.")
                self._handle, self._flow = handle, flow
                return
            options = {
                "dtype": dtype,
                "element_shape": self._shape[0].sizes,
                "dynamic_size": self._dynamic_size,
                "clear_after_read": True if clear_after_read is None else clear_after_read,
                "identical_element_shapes": infer_shape,
                "tensor_array_name": tensor_array_name or "",
            }
            if colocate_with_first_write_call:
                # its device is that of the first write, whatever the blocks around say
                with device(None), colocate_with(None, ignore_existing=True):
                    self._handle, self._flow = emit(TENSOR_ARRAY, size, name=scope, **options)
            else:
                self._handle, self._flow = emit(TENSOR_ARRAY, size, name=scope, **options)

    @staticmethod
    def _demand_one_source(
        handle: Any, size: Any, element_shape: Any, dynamic_size: Any, clears: Any, own_name: Any
    ) -> None:
        """Either a handle is given, or what a new array needs."""
        if handle is None:
            if size is None:
                raise ValueError("Size must be provided if handle is not provided")
            return
        if own_name:
            raise ValueError("Cannot construct with both handle and tensor_array_name")
        if not isinstance(handle, Tensor):
            raise TypeError(errors.explain("Handle must be a Tensor", details=[f"it is {handle!r}"], where=user_site()))
        given = {
            "size": size,
            "element_shape": element_shape,
            "dynamic_size": dynamic_size,
            "clear_after_read": clears,
        }
        for argument, value in given.items():
            if value is not None:
                raise ValueError(f"Cannot provide both a handle and {argument} at the same time")

    @property
    def flow(self) -> Tensor:
        """A float32 scalar: what takes it runs after all that was done to the array until here."""
        return self._flow

    @property
    def dtype(self) -> DType:
        """The dtype of all entries."""
        return self._dtype

    @property
    def handle(self) -> Tensor:
        """The array itself, as a tensor of dtype resource."""
        return self._handle

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of an entry."""
        return self._shape[0]

    @property
    def dynamic_size(self) -> bool:
        """Whether a write beyond the end makes the array longer."""
        return self._dynamic_size

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The entry at `index`, an int32 scalar; of an entry that nobody wrote zeros, if its shape is known.

        A run raises InvalidArgumentError where there is no such entry, and where one is read a second time.
        """
        value: Tensor = emit(TENSOR_ARRAY_READ, self._handle, index, self._flow, dtype=self._dtype, name=name)
        value.set_shape(self.element_shape)
        return value

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The entries at `indices` (a vector) as the rows of one tensor; they must have one shape.

        >>> array = TensorArray(tf.int32, size=3).unstack([5, 6, 7])
        >>> run(array.gather([2, 0]))
        array([7, 5], dtype=int32)
        """
        element = self.element_shape
        value: Tensor = emit(
            TENSOR_ARRAY_GATHER,
            self._handle,
            indices,
            self._flow,
            dtype=self._dtype,
            element_shape=element.sizes,
            name=name,
        )
        if element.dims is not None:
            value.set_shape([None, *element.dims])
        return value

    def stack(self, name: str | None = None) -> Tensor:
        """All entries as the rows of one tensor; they must have one shape."""
        from flowgraph.ops.range import range as range_of

        with colocate_with(self._handle), name_scope(name, "TensorArrayStack", [self._handle]):
            return self.gather(range_of(0, self.size()), name=name)

    def concat(self, name: str | None = None) -> Tensor:
        """All entries one behind the other along their first axis, the only one in which they may differ.

        >>> array = TensorArray(tf.int32, size=2, infer_shape=False).write(0, [1]).write(1, [2, 3])
        >>> run(array.concat())
        array([1, 2, 3], dtype=int32)
        """
        element = self.element_shape
        value: Tensor = emit(
            TENSOR_ARRAY_CONCAT,
            self._handle,
            self._flow,
            dtype=self._dtype,
            element_shape_except0=element[1:].sizes,
            name=name,
        )[0]
        if element.dims is not None:
            value.set_shape([None, *element.dims[1:]])
        return value

    def size(self, name: str | None = None) -> Tensor:
        """How many entries there are, an int32 scalar."""
        size: Tensor = emit(TENSOR_ARRAY_SIZE, self._handle, self._flow, name=name)
        return size

    # -- writing ---------------------------------------------------------------------------------------------

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array after `value` was written at `index`, an int32 scalar.

        A run raises InvalidArgumentError where there is no such entry, and where one is written a second time.

        Raises:
          ValueError: the shape differs from that of other entries, and `infer_shape` is true.
        """
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = to_tensor(value, None, "value", self._dtype)
            self._take_shape(value.shape)
            with self._beside_first_write(value):
                flow = emit(TENSOR_ARRAY_WRITE, self._handle, index, value, self._flow, name=name)
            return self._with_flow(flow)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """The array after the rows of `value` were written, from entry 0 on.

        >>> run(TensorArray(tf.int32, size=2).unstack([[1, 2], [3, 4]]).read(1))
        array([3, 4], dtype=int32)
        """
        from flowgraph.ops.array import shape
        from flowgraph.ops.range import range as range_of

        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            return self.scatter(range_of(0, shape(value)[0]), value, name=name)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array after the rows of `value` were written at `indices`, a vector.

        Raises:
          ValueError: the rows' shape differs from that of other entries, and `infer_shape` is true.
        """
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = to_tensor(value, None, "value", self._dtype)
            self._take_shape(value.shape[1:])
            with self._beside_first_write(value):
                flow = emit(TENSOR_ARRAY_SCATTER, self._handle, indices, value, self._flow, name=name)
            return self._with_flow(flow)

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """The array after `value` was cut along its first axis into pieces of these `lengths`, one for each entry.

        Raises:
          ValueError: the shape of the pieces differs from that of other entries, and `infer_shape` is true.

        >>> array = TensorArray(tf.int32, size=2, infer_shape=False).split([1, 2, 3], [1, 2])
        >>> run(array.read(1))
        array([2, 3], dtype=int32)
        """
        from flowgraph.ops.cast import cast

        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = to_tensor(value, self._dtype, "value")
            with self._beside_first_write(value):
                lengths = cast(lengths, dt.int64)
                known = constant_value(lengths)
                if value.sizes is not None and known is not None and known.shape and known.max() == known.min():
                    self._take_shape(TensorShape([int(known[0])]).concatenate(value.shape[1:]))
                flow = emit(TENSOR_ARRAY_SPLIT, self._handle, value, lengths, self._flow, name=name)
            return self._with_flow(flow)

    def close(self, name: str | None = None) -> Operation:
        """An op that lets go of all entries; whatever wants one afterwards fails."""
        op: Operation = emit(TENSOR_ARRAY_CLOSE, self._handle, name=name)
        return op

    # -- other views of the same array -----------------------------------------------------------------------

    def identity(self) -> TensorArray:
        """The same array, whose flow waits for what an op made here waits for."""
        return self._with_flow(identity(self._flow))

    def grad(self, source: str, flow: Tensor | None = None, name: str | None = None) -> TensorArray:
        """The array of the gradients of the entries: one for each `source`, which names a call of `tf.gradients`.

        Its entries are zeros at first, and add up what is written to them.

        Args:
          source: the name.
          flow: what must have been done to this array before; by default `self.flow`.
          name: the op's name.
        """
        flow = self._flow if flow is None else flow
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle):
            handle, _ = emit(TENSOR_ARRAY_GRAD, self._handle, flow, source=source, name=name)
            with control_dependencies([handle]):
                flow = identity(flow, name="gradient_flow")
            array = TensorArray(
                self._dtype,
                handle=handle,
                flow=flow,
                infer_shape=self._infer_shape,
                colocate_with_first_write_call=False,
            )
            array._shape = self._shape
            return array

    def _with_flow(self, flow: Tensor) -> TensorArray:
        """This array as it is seen after `flow`."""
        array = TensorArray(
            self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._colocates,
        )
        array._dynamic_size = self._dynamic_size
        array._first_write, array._shape = self._first_write, self._shape
        return array

    def _take_shape(self, shape: TensorShape) -> None:
        """Note the shape of what is written; all entries must agree in it if `infer_shape` is true."""
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(
                errors.explain(
                    f"Inconsistent shapes: saw {shape} but expected {self.element_shape} ",
                    details=[f"the array: {self._handle.name}{at(self._handle.op)}"],
                    mend="infer_shape=False allows entries of different shapes.",
                    where=user_site(),
                )
            )
        if self._infer_shape:
            self._shape[0] = self.element_shape.merge_with(shape)

    @contextmanager
    def _beside_first_write(self, value: Tensor) -> Iterator[None]:
        """Put ops where the first value was that was written."""
        if not self._colocates:
            yield
            return
        if not self._first_write:
            self._first_write.append(value)
        with colocate_with(self._first_write[0]):
            yield
