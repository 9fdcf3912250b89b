"""A decoder made of a cell and a helper, which says what the cell is fed."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.neural.layers.base import Layer
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.seq2seq.decoder import Decoder
from flowgraph.recurrent.seq2seq.helpers import Helper
from flowgraph.shapes import TensorShape


class BasicDecoderOutput(NamedTuple):
    """What a step of `BasicDecoder` gives.

    Attributes:
      rnn_output: that of the cell, after the output layer if there is one.
      sample_id: what the helper chose from it.
    """

    rnn_output: Any
    sample_id: Any


class BasicDecoder(Decoder):
    """A decoder that calls a cell in each step, lets a helper choose from its output, and asks it for the next inputs.

    Args:
      cell: a recurrent cell.
      helper: a `Helper`.
      initial_state: the state of the cell at first: a structure of tensors and TensorArrays.
      output_layer: a layer that is applied to what the cell gives before the helper sees it, such as
        `tf.layers.Dense(classes)`.

    Raises:
      TypeError: an argument is of another kind.
    """

    def __init__(self, cell: Any, helper: Helper, initial_state: Any, output_layer: Layer | None = None) -> None:
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise refusal(f"helper must be a Helper, received: {type(helper)}", TypeError)
        if output_layer is not None and not isinstance(output_layer, Layer):
            raise refusal(f"output_layer must be a Layer, received: {type(output_layer)}", TypeError)
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def batch_size(self) -> Any:
        """How many sequences are decoded at once: the helper knows."""
        return self._helper.batch_size

    def _rnn_output_size(self) -> Any:
        return size_after(self._output_layer, self._cell.output_size)

    @property
    def output_size(self) -> BasicDecoderOutput:
        """The shapes of what the cell, or the output layer, and the helper give for one sequence."""
        return BasicDecoderOutput(self._rnn_output_size(), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """The dtypes of what they give: the cell's output has that of the state."""
        dtype = nest.flatten(self._initial_state)[0].dtype
        outputs = nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BasicDecoderOutput(outputs, self._helper.sample_ids_dtype)

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:  # noqa: ARG002
        """What is finished before the first step, the first inputs, both from the helper, and the state."""
        return (*self._helper.initialize(), self._initial_state)

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """Call the cell and ask the helper: `(outputs, next_state, next_inputs, finished)`."""
        with name_scope(name, "BasicDecoderStep", (time, inputs, state)):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, inputs, state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), state, inputs, finished


def size_after(layer: Layer | None, size: Any) -> Any:
    """The shape of a cell's output for one sequence after a layer; a structure, if it is one."""
    if layer is None:
        return size
    batch = nest.map_structure(lambda one: TensorShape([None]).concatenate(one), size)
    return nest.map_structure(lambda shape: shape[1:], layer.compute_output_shape(batch))
