"""What a TensorArray is in one run: a list of arrays, each written once and read once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.kernels.refusal import invalid
from flowgraph.sizes import Sizes, compatible, is_full, merge, to_text

_WRITTEN, _READ, _CLEARED, _ZEROS = 1, 2, 4, 8  # of an entry; one of zeros has been given no array yet
_PLAIN = (_WRITTEN, _WRITTEN | _READ)
_numbers = itertools.count()  # TF's messages call each array by its name and a number


class Slots:
    """The entries of one TensorArray, made anew each time that its op runs, so that no two runs ever share one.

    Entries are kept as copies: what is written may lie in a buffer that something else uses next. Nobody changes
    an entry after it was read, so that reading needs no copy.

    Attributes:
      dtype, element: what each entry must be like; the shape gets known with the first write if all must be alike.
      shape: that of a handle, which stands for the array where TF has it: engines ask every value that they are given.
    """

    shape = (2,)
    __slots__ = (
        "_alike", "_clears", "_closed", "_grows", "_is_gradient", "_name", "_of_sources", "_shapes", "_states",
        "_values", "dtype", "element",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        dtype: DType,
        size: int,
        element: Sizes = None,
        alike: bool = False,
        grows: bool = False,
        clears: bool = True,
    ) -> None:
        self._name = f"{name}_{next(_numbers)}"
        self.dtype, self.element = dtype, element
        self._alike, self._grows, self._clears = alike, grows, clears
        self._is_gradient = self._closed = False
        self._values: list[Any] = [None] * size
        self._shapes: list[Any] = [None] * size
        self._states = bytearray(size)
        self._of_sources: dict[str, Slots] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"a TensorArray of {len(self)} {self.dtype.name} entries of shape {to_text(self.element)}"

    def close(self) -> None:
        """Let go of all entries."""
        self._closed = True
        self._values = [None] * len(self)
        self._states.clear()  # so that no entry is found

    # -- one entry -------------------------------------------------------------------------------------------

    def write(self, index: int, value: Any, is_own: bool = False) -> None:
        """Give an entry its value; an entry of a gradient adds up what it is given.

        Args:
          is_own: whether nobody will change the value any more, so that it needs no copy.

        Raises:
          InvalidArgumentError: there is no such entry, it was written or read before, or the shape does not fit.
        """
        if not 0 <= index < len(self._states):
            self._reach(index)
        shape = value.shape
        if shape != self.element:
            self._demand_shape(index, shape)
        state = self._states[index]
        if state and (state != _WRITTEN | _ZEROS or shape != self._shapes[index]):
            self._write_again(index, value, shape)
        else:
            self._states[index] = _WRITTEN
            self._values[index], self._shapes[index] = value if is_own else value.copy(), shape

    def read(self, index: int) -> Any:
        """The value of an entry, zeros if it has none and its shape is known.

        Raises:
          InvalidArgumentError: there is no such entry, it was read and cleared before, or its shape is not known.
        """
        if not 0 <= index < len(self._states) or self._states[index] not in _PLAIN:
            self._demand_readable(index)
        value = self._values[index]
        if value is None:
            value = self._zeros(self._shapes[index])
        if self._clears:
            self._states[index] |= _READ | _CLEARED
            self._values[index] = None
        else:
            self._states[index] |= _READ
        return value

    def _demand_readable(self, index: int) -> None:
        self._demand_open()
        if not 0 <= index < len(self._states) or not self._states[index]:
            self._fill_up(index)
        if self._states[index] & _CLEARED:
            raise self._refusal(
                f"Could not read index {index} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)."
            )

    def _reach(self, index: int) -> None:
        """Grow until there is an entry `index`."""
        self._demand_open()
        if index < 0 or not self._grows:
            raise self._refusal(f"Tried to write to index {index} but array is not resizeable and size is: {len(self)}")
        self.grow(index + 1)

    def grow(self, size: int) -> None:
        """Have `size` entries, the new ones without a value."""
        more = size - len(self._values)
        self._values += [None] * more
        self._shapes += [None] * more
        self._states += bytes(more)

    def _demand_shape(self, index: int, shape: tuple[int, ...]) -> None:
        if not compatible(self.element, shape):
            raise self._refusal(
                f"Could not write to TensorArray index {index} because the value shape is {to_text(shape)} which is "
                f"incompatible with the TensorArray's inferred element shape: {to_text(self.element)} (consider "
                "setting infer_shape=False)."
            )
        if self._alike and not is_full(self.element):
            self.element = shape

    def _write_again(self, index: int, value: Any, shape: tuple[int, ...]) -> None:
        """A second value for an entry: gradients are added up, anything else is refused."""
        state = self._states[index]
        if state & _READ:
            raise self._refusal(f"Could not write to TensorArray index {index} because it has already been read.")
        if not self._is_gradient:
            raise self._refusal(f"Could not write to TensorArray index {index} because it has already been written to.")
        if shape != self._shapes[index]:
            raise self._refusal(
                f"Could not aggregate to TensorArray index {index} because the existing shape is "
                f"{to_text(self._shapes[index])} but the new input shape is {to_text(shape)}."
            )
        if self.dtype.np.kind in "bO":
            raise invalid(f"tensor_array::AddToTensor type not supported: {self.dtype.name}")
        self._values[index] = self._values[index] + value

    def _fill_up(self, index: int) -> None:
        """Entries that were never written count as zeros, if their shape is known."""
        size = len(self)
        if index < 0 or (index >= size and not self._is_gradient):
            raise invalid(f"Tried to read from index {index} but array size is: {size}")
        if not is_full(self.element):
            raise self._refusal(
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape is not fully "
                f"defined: {to_text(self.element)}.  It is possible you are working with a resizeable TensorArray and "
                "stop_gradients is not allowing the gradients to be written.  If you set the full element_shape "
                "property on the forward TensorArray, the proper all-zeros tensor will be returned instead of "
                "incurring this error."
            )
        self.grow(max(size, index + 1))
        for at in (index, *range(size, index)):
            self._shapes[at] = self.element
            self._states[at] = _WRITTEN | _ZEROS

    def _zeros(self, shape: tuple[int, ...]) -> Any:
        if self.dtype.np.kind == "O":
            raise invalid(f"tensor_array::TensorSetZero type not supported: {self.dtype.name}")
        return np.zeros(shape, self.dtype.np)

    # -- many entries ----------------------------------------------------------------------------------------

    def scatter(self, indices: Any, values: Any) -> None:
        """Give entry `indices[i]` the value `values[i]`."""
        self._demand_open()
        top = int(indices.max(initial=-1))
        if top >= len(self):
            if not self._grows:
                raise invalid(f"Max scatter index must be < array size ({top} vs. {len(self)})")
            self.grow(top + 1)
        count, shape = len(indices), values.shape[1:]
        if shape and count and _counts(indices) and self._are_new(count, shape):
            # all at once, as unstack has it
            if shape != self.element:
                self._demand_shape(0, shape)
            self._values[:count] = values.copy()
            self._shapes[:count] = [shape] * count
            self._states[:count] = bytes([_WRITTEN]) * count
            return
        for row, index in enumerate(indices.tolist()):
            self.write(index, values[row, ...])

    def _are_new(self, count: int, shape: tuple[int, ...]) -> bool:
        """Whether the first entries were given nothing so far, and may have this shape."""
        states = self._states[:count]
        return not any(states) or (states.count(_WRITTEN | _ZEROS) == count and self._shapes[:count] == [shape] * count)

    def split(self, pieces: Sequence[Any]) -> None:
        """Give each entry its piece."""
        self._demand_open()
        if self._grows and len(self) < len(pieces):
            self.grow(len(pieces))
        if len(self) != len(pieces):
            raise invalid(
                f"TensorArray's size is not equal to the size of lengths ({len(self)} vs. {len(pieces)}), and the "
                f"TensorArray is {'' if self._grows else 'not '}marked as dynamically resizeable"
            )
        for index, piece in enumerate(pieces):
            self.write(index, piece)

    def gather(self, indices: Any, element: Sizes) -> Any:
        """The values of some entries, one row each; all entries must fit the shape `element`."""
        self._demand_open()
        self._agree(element)
        if not len(indices):
            if not is_full(element):
                raise _unimplemented(f"element shape {to_text(element)}", "packing")
            return np.zeros((0, *element), self.dtype.np)  # type: ignore[misc]  # it is full
        values = self._read_all(len(indices)) if _counts(indices) else None
        if values is None:
            values = [self.read(index) for index in indices.tolist()]
        shape = values[0].shape
        for number, value in enumerate(values):
            if value.shape != shape:
                raise invalid(
                    f"TensorArray has inconsistent shapes.  Index 0 has shape: {to_text(shape)} but index {number} "
                    f"has shape: {to_text(value.shape)}"
                )
        if shape:
            return np.concatenate(values).reshape(len(values), *shape)
        rows = np.empty(len(values), self.dtype.np)
        rows[:] = [value[()] for value in values]
        return rows

    def _agree(self, element: Sizes) -> None:
        """Note what is known of the shape where entries are read."""
        own = self.element
        if own is not None and element is not None and not compatible(own, element):
            ranks = len(own) != len(element)
            what = (
                f"ranks during merge: {len(own)} vs. {len(element)}"
                if ranks
                else (f"shapes during merge: {to_text(own)} vs. {to_text(element)}")
            )
            raise invalid(f"PartialTensorShape: Incompatible {what}")
        self.element = merge(own, element)

    def _read_all(self, count: int) -> list[Any] | None:
        """The first entries at once; None unless each was written and none was read."""
        if len(self) < count or self._states[:count].count(_WRITTEN) != count:
            return None
        values = self._values[:count]
        if self._clears:
            self._values[:count] = [None] * count
        self._states[:count] = bytes([_WRITTEN | _READ | (_CLEARED if self._clears else 0)]) * count
        return values

    def concat(self, except_first: Sizes) -> tuple[Any, Any]:
        """All values behind each other, and how long each is."""
        self._demand_open()
        if not len(self):
            if not is_full(except_first):
                raise _unimplemented(f"element_shape_except0 {to_text(except_first)}", "concatenating")
            empty = np.zeros((0, *except_first), self.dtype.np)  # type: ignore[misc]  # it is full
            return empty, np.zeros(0, np.int64)
        values = [self.read(index) for index in range(len(self))]
        shapes = [value.shape for value in values]
        if shapes[0] and not compatible(except_first, shapes[0][1:]):
            raise invalid(
                f"TensorArray was passed element_shape_except0 {to_text(except_first)} but index 0 has (excepting "
                f"dimension 0) shape: {to_text(shapes[0][1:])} which does not match."
            )
        for number, shape in enumerate(shapes):
            if not shape:
                raise invalid(
                    f"Concat saw a scalar shape at index {number} but requires at least vectors.  Did you mean to "
                    "call pack?"
                )
            if shape[1:] != shapes[0][1:]:
                raise invalid(
                    "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: "
                    f"{to_text(shapes[0][1:])} but index {number} has (excepting dimension 0) shape: "
                    f"{to_text(shape[1:])}"
                )
        return np.concatenate(values), np.array([shape[0] for shape in shapes], np.int64)

    # -- gradients -------------------------------------------------------------------------------------------

    def gradient(self, source: str, prepend: tuple[int, ...] = ()) -> Slots:
        """The array of the gradients of the entries: the same one each time for one call of `tf.gradients`.

        Its entries are zeros until they are written, and sums afterwards. From now on this array cannot grow.

        Args:
          source: names the call of `tf.gradients`.
          prepend: sizes that each entry of the gradient has before those of the entry itself.
        """
        self._demand_open()
        self._grows = False
        found = self._of_sources.get(source)
        if found is None:
            element = None if self.element is None else (*prepend, *self.element)
            # (an entry of a gradient's gradient is read for each write that was summed up)
            found = Slots("", self.dtype, len(self), element, self._alike, clears=not self._is_gradient)
            found._name, found._is_gradient = f"{self._name}@{source}", True
            for index, (state, shape) in enumerate(zip(self._states, self._shapes, strict=True)):
                if state & _WRITTEN:
                    found._states[index], found._shapes[index] = _WRITTEN | _ZEROS, (*prepend, *shape)
            self._of_sources[source] = found
        return found

    # -- errors ----------------------------------------------------------------------------------------------

    def _demand_open(self) -> None:
        if self._closed:
            raise invalid(f"TensorArray {self._name} has already been closed.")

    def _refusal(self, words: str) -> errors.InvalidArgumentError:
        return invalid(f"TensorArray {self._name}: {words}")


def _counts(indices: Any) -> bool:
    """Whether these are 0, 1, 2 ..."""
    return bool(indices[-1] == len(indices) - 1) and np.array_equal(indices, np.arange(len(indices)))


def _unimplemented(what: str, doing: str) -> errors.UnimplementedError:
    return errors.UnimplementedError(
        None,
        None,
        f"TensorArray has size zero, but {what} is not fully defined. Currently only static shapes are supported when "
        f"{doing} zero-size TensorArrays.",
    )
