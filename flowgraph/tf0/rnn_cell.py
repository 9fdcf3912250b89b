"""Recurrent cells, as before TensorFlow 1.0: with `input_size`, and a cell may stand several times in a stack."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from flowgraph import absent as _absent
from flowgraph.ir.tensor import Tensor
from flowgraph.nn import rnn_cell as _new
from flowgraph.recurrent.projections import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "EmbeddingWrapper",
    "GRUCell",
    "InputProjectionWrapper",
    "LSTMCell",
    "MultiRNNCell",
    "OutputProjectionWrapper",
]
__all__ += [name for name in _new.__all__ if name not in __all__]


class BasicRNNCell(_new.BasicRNNCell):
    """The simplest cell; the size of its inputs, which it finds by itself, may be given."""

    def __init__(self, num_units: int, input_size: Any = None, activation: Any = None, **kwargs: Any) -> None:
        _no_size(input_size)
        super().__init__(num_units, activation=activation, **kwargs)


class GRUCell(_new.GRUCell):
    """A gated recurrent unit."""

    def __init__(self, num_units: int, input_size: Any = None, activation: Any = None, **kwargs: Any) -> None:
        _no_size(input_size)
        super().__init__(num_units, activation=activation, **kwargs)


class _JoinedState:
    """A cell that is given `c` and `h` in one tensor, as cells were by default in the beginning, gives them so, too."""

    _state_is_tuple: bool

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        if isinstance(state, Tensor):
            self._state_is_tuple = False
        return super().call(inputs, state)  # type: ignore[misc]


class BasicLSTMCell(_JoinedState, _new.BasicLSTMCell):
    """An LSTM without peepholes.

    >>> BasicLSTMCell(4, 1.0, None, False).state_size
    8
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        state_is_tuple: bool = True,
        activation: Any = None,
        **kwargs: Any,
    ) -> None:
        _no_size(input_size)
        super().__init__(num_units, forget_bias, state_is_tuple, activation, **kwargs)


class LSTMCell(_JoinedState, _new.LSTMCell):
    """An LSTM with peepholes, clipping and projection, where asked for."""

    def __init__(self, num_units: int, input_size: Any = None, *args: Any, **kwargs: Any) -> None:
        if isinstance(input_size, bool):  # it is `use_peepholes`, in the new order
            args, input_size = (input_size, *args), None
        _no_size(input_size)
        super().__init__(num_units, *args, **kwargs)


class MultiRNNCell(_new.MultiRNNCell):
    """Cells on top of each other. One that stands there several times has weights of its own in each place.

    >>> cell = MultiRNNCell([BasicRNNCell(2)] * 3)
    >>> _ = tf.nn.static_rnn(cell, [tf.zeros([1, 2])], dtype=tf.float32)
    >>> len(tf.trainable_variables())
    6
    """

    def __init__(self, cells: Sequence[Any], state_is_tuple: bool = True) -> None:
        different: list[Any] = []
        for cell in cells:
            different.append(copy.deepcopy(cell) if any(cell is other for other in different) else cell)
        super().__init__(different, state_is_tuple)


def _no_size(input_size: Any) -> None:
    """TensorFlow has ignored it since 0.9: the size of the inputs is that of the inputs."""


def __getattr__(name: str) -> object:
    return getattr(_new, name)


_absent.watch(__name__, "nn.rnn_cell")
