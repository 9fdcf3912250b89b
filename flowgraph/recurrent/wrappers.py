"""Cells around a cell: with dropout, with a shortcut past it, on a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import device as on_device
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.division import div
from flowgraph.ops.dropout import dropout_v2
from flowgraph.ops.joining import concat
from flowgraph.ops.random import random_uniform
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.unary import floor
from flowgraph.recurrent.base import RNNCell, assert_like_rnncell
from flowgraph.recurrent.cells import LSTMStateTuple
from flowgraph.shapes import TensorShape
from flowgraph.trackable import Trackable


class CellAround(RNNCell):
    """A cell that calls another one, `cell`, and has its sizes and its first state."""

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell

    @property
    def state_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)


class CellWrapper(CellAround):
    """A cell that does something around another one, in whose variable scope it lies."""

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        if isinstance(cell, Trackable):
            self._track_trackable(cell, "cell")

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: see `RNNCell`."""
        return self._step(inputs, state, lambda inputs, state: self.cell(inputs, state, scope=scope))

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        return self._step(inputs, state, self.cell.call)

    def _step(self, inputs: Any, state: Any, step: Callable[[Any, Any], Any]) -> Any:
        """The step of the cell inside, and what is done around it."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values.

        Raises:
          NotImplementedError: one of them is a function of the user's.
        """
        own = super().get_config()
        inner = {"cell": {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}}
        shared = {name: own.pop(name) for name in ("name", "trainable", "dtype")}
        return shared | inner | own

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:  # noqa: ARG003
        """A wrapper like the one whose `get_config` gave `config`, in which a cell has taken the place of its own.

        Raises:
          ValueError: there is no cell in it.
        """
        options = dict(config)
        cell = options.pop("cell")
        try:
            assert_like_rnncell("cell", cell)
        except TypeError:
            raise refusal(
                "RNNCellWrapper cannot reconstruct the wrapped cell. Please overwrite the cell in the config with a "
                "RNNCell instance."
            ) from None
        return cls(cell, **options)


class DropoutWrapper(CellWrapper):
    """Dropout on a cell's inputs, outputs and states.

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: the probability with which an entry of the inputs, of the
        outputs and of the new state is kept; a number or a scalar tensor. 1 adds no ops.
      variational_recurrent: whether all steps and all rows of a run drop the same entries (Gal and Ghahramani 2016).
      input_size: the size of the inputs, a shape or a structure of shapes; needed for variational dropout of them.
      dtype: the dtype of all of them; needed for variational dropout.
      seed: a number from which those of the ops are made.
      dropout_state_filter_visitor: a function that takes any part of the state and says whether to drop of it: a bool,
        or a structure of bools; by default all but the `c` of an LSTM.
      **kwargs: see `tf.layers.Layer`.

    Raises:
      TypeError: `cell` is no cell, or the visitor no function.
      ValueError: a probability is not in [0, 1], or something is missing that variational dropout needs.

    >>> cell = DropoutWrapper(tf.nn.rnn_cell.BasicRNNCell(3), output_keep_prob=0.5, seed=1)
    >>> output, state = cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
    >>> output, state
    (<tf.Tensor 'dropout/mul_1:0' shape=(2, 3) dtype=float32>, <tf.Tensor 'basic_rnn_cell/Tanh:0' ...
    """

    _arguments = (
        "input_keep_prob", "output_keep_prob", "state_keep_prob", "variational_recurrent", "input_size", "seed",
    )  # fmt: skip

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise refusal("dropout_state_filter_visitor must be callable", TypeError)
        self._dropout_state_filter = dropout_state_filter_visitor or _all_but_memory
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability(input_keep_prob, "input_keep_prob")
            self._state_keep_prob = _probability(state_keep_prob, "state_keep_prob")
            self._output_keep_prob = _probability(output_keep_prob, "output_keep_prob")
        self._variational_recurrent, self._input_size, self._seed = variational_recurrent, input_size, seed
        self._recurrent_noise: dict[str, Any] = {"input": None, "state": None, "output": None}
        if variational_recurrent:
            self._draw_once(dtype)

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        _demand_no_function("dropout_state_filter_visitor", self._dropout_state_filter is not _all_but_memory)
        return super().get_config()

    def _draw_once(self, dtype: Any) -> None:
        """Make the random numbers of variational dropout, which all steps share."""
        if dtype is None:
            raise refusal("When variational_recurrent=True, dtype must be provided")
        sizes = {"state": self.cell.state_size, "output": self.cell.output_size}
        if _drops(self._input_keep_prob):
            if self._input_size is None:
                raise refusal(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be "
                    "provided"
                )
            sizes = {"input": self._input_size, **sizes}
        for slot, structure in sizes.items():
            # Lambdas are called at once; a row of size 1 stands for all rows.
            self._recurrent_noise[slot] = _map_numbered(
                structure,
                lambda i, size, slot=slot: random_uniform(
                    concat(([1], TensorShape(size).as_list()), 0), seed=self._seed_of(slot, i), dtype=dtype
                ),
                structure,
            )

    def _seed_of(self, slot: str, index: int) -> int | None:
        """The seed of the i-th tensor of a slot, as TF makes it of the wrapper's seed."""
        import hashlib

        if self._seed is None:
            return None
        digest = hashlib.md5(f"{self._seed}{slot}_{index}".encode(), usedforsecurity=False).hexdigest()
        return int(digest[:8], 16) & 0x7FFFFFFF

    def _step(self, inputs: Any, state: Any, step: Callable[[Any, Any], Any]) -> Any:
        if _drops(self._input_keep_prob):
            inputs = self._dropped(inputs, "input", self._input_keep_prob, inputs)
        output, new_state = step(inputs, state)
        if _drops(self._state_keep_prob):
            wanted = nest.get_traverse_shallow_structure(self._dropout_state_filter, new_state)
            new_state = self._dropped(new_state, "state", self._state_keep_prob, wanted)
        if _drops(self._output_keep_prob):
            output = self._dropped(output, "output", self._output_keep_prob, output)
        return output, new_state

    def _dropped(self, values: Any, slot: str, keep_prob: Any, wanted: Any) -> Any:
        """Values with some entries dropped, except where `wanted` has a False in their place."""

        def at_each_step(i: int, wants: Any, value: Tensor) -> Tensor:
            return value if wants is False else dropout_v2(value, 1.0 - keep_prob, seed=self._seed_of(slot, i))

        def always_the_same(_: int, wants: Any, value: Tensor, noise: Tensor) -> Tensor:
            return value if wants is False else _scaled_where_kept(value, noise, keep_prob)

        if self._variational_recurrent:
            return _map_numbered(wanted, always_the_same, wanted, values, self._recurrent_noise[slot])
        return _map_numbered(wanted, at_each_step, wanted, values)


def _demand_no_function(name: str, is_given: bool) -> None:
    if is_given:
        raise refusal(f"get_config cannot describe the function that was given as {name}.", NotImplementedError)


def _probability(value: Any, name: str) -> Any:
    """A number, if its value is known, or a tensor."""
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if known < 0 or known > 1:
        raise refusal(f"Parameter {name} must be between 0 and 1: {int(known)}")
    return float(known)


def _drops(keep_prob: Any) -> bool:
    return not isinstance(keep_prob, float) or keep_prob < 1


def _all_but_memory(part: Any) -> Any:
    """Which parts of a state are dropped of by default."""
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, TensorArray)


def _scaled_where_kept(value: Tensor, noise: Tensor, keep_prob: Any) -> Tensor:
    kept = floor(keep_prob + noise)
    result = div(value, keep_prob) * kept
    result.set_shape(value.shape)
    return result


def _map_numbered(shallow: Any, function: Callable[..., Any], *structures: Any) -> Any:
    """`nest.map_structure_up_to` of a function that is told the number of each leaf, too."""
    numbers = nest.pack_sequence_as(shallow, range(len(nest.flatten(shallow))))
    return nest.map_structure_up_to(shallow, function, numbers, *structures)


class ResidualWrapper(CellWrapper):
    """A shortcut past a cell: its inputs are added to its outputs.

    Args:
      cell: the cell.
      residual_fn: a function of inputs and outputs, in place of the sum.
      **kwargs: see `tf.layers.Layer`.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: when called, if the shapes differ.

    >>> cell = ResidualWrapper(tf.nn.rnn_cell.BasicRNNCell(3))
    >>> cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))[0]
    <tf.Tensor 'add:0' shape=(2, 3) dtype=float32>
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        _demand_no_function("residual_fn", self._residual_fn is not None)
        return super().get_config()

    def _step(self, inputs: Any, state: Any, step: Callable[[Any, Any], Any]) -> Any:
        outputs, new_state = step(inputs, state)
        return (self._residual_fn or _sums)(inputs, outputs), new_state


def _sums(inputs: Any, outputs: Any) -> Any:
    nest.assert_same_structure(inputs, outputs)
    nest.map_structure(lambda x, y: x.shape.assert_is_compatible_with(y.shape), inputs, outputs)
    return nest.map_structure(lambda x, y: x + y, inputs, outputs)


class DeviceWrapper(CellWrapper):
    """A cell whose ops say on which device to run.

    Args:
      cell: the cell.
      device: see `tf.device`.
      **kwargs: see `tf.layers.Layer`.

    Raises:
      TypeError: `cell` is no cell.

    >>> cell = DeviceWrapper(tf.nn.rnn_cell.BasicRNNCell(3), "/cpu:0")
    >>> cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))[0].device
    '/device:CPU:0'
    """

    _arguments = ("device",)

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside, on the device."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]), on_device(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def _step(self, inputs: Any, state: Any, step: Callable[[Any, Any], Any]) -> Any:
        with on_device(self._device):
            return step(inputs, state)
