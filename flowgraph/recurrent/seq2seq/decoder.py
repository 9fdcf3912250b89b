"""Decoding step by step, as long as a sequence of the batch has not ended: what a decoder is, and the loop."""

from __future__ import annotations

import abc
from contextlib import suppress
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, shape, zeros_like
from flowgraph.ops.compare import logical_not, logical_or
from flowgraph.ops.constant import constant
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.select import where
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop
from flowgraph.recurrent.sizes import zero_states
from flowgraph.recurrent.steps import read_variables_once, transpose_batch_time
from flowgraph.shapes import TensorShape
from flowgraph.variables.block import variable_scope


class Decoder(abc.ABC):
    """What `dynamic_decode` asks for the first inputs and state, and in each step for outputs and what comes next.

    Inputs, states and outputs may be structures of tensors; states may hold TensorArrays.
    """

    @property
    def batch_size(self) -> Any:
        """How many sequences are decoded at once, an int32 scalar."""
        raise NotImplementedError

    @property
    def output_size(self) -> Any:
        """The shape of a step's output without the batch's axis, or a structure of shapes."""
        raise NotImplementedError

    @property
    def output_dtype(self) -> Any:
        """The dtypes of the outputs, in the structure of `output_size`."""
        raise NotImplementedError

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        """Start: `(finished, first_inputs, initial_state)`, where `finished` is a bool vector."""
        raise NotImplementedError

    @abc.abstractmethod
    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """One step: `(outputs, next_state, next_inputs, finished)`; called once, the loop's body is built of it."""
        raise NotImplementedError

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> tuple[Any, Any]:
        """What `dynamic_decode` returns instead of the outputs, time-major, and the last state."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self) -> bool:
        """Whether `finished` of a step holds for good already: no, what has ended once must be remembered.

        A decoder that exchanges the rows of its batch has to do so itself, and says yes.
        """
        return False


def dynamic_decode(
    decoder: Decoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
    **kwargs: Any,
) -> tuple[Any, Any, Any]:
    """Decode until all sequences of the batch have ended.

    Args:
      decoder: a `Decoder`.
      output_time_major: whether the outputs come as `[time, batch, ...]` rather than `[batch, time, ...]`.
      impute_finished: whether sequences that have ended give zeros and keep their state, so that no gradient flows
        through later steps.
      maximum_iterations: how many steps at most, an int32 scalar; by default there is no limit.
      parallel_iterations: how many iterations TF may run at once; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      scope: the variable scope, by default "decoder".
      **kwargs: for decoders that are Keras layers, of which there are none here.

    Returns:
      `(outputs, state, lengths)`: the outputs of all steps in the structure of the decoder's `output_size`, the state
      after the last step, and how many steps each sequence made, int32 `[batch]`.

    Raises:
      TypeError: `decoder` is none, or there is an argument of another name.
      ValueError: `maximum_iterations` is no scalar.

    >>> cell = tf.nn.rnn_cell.BasicRNNCell(2)
    >>> helper = tf.contrib.seq2seq.TrainingHelper(tf.ones([1, 4, 3]), sequence_length=[3])
    >>> decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(1, tf.float32))
    >>> outputs, state, lengths = dynamic_decode(decoder)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(outputs).rnn_output.shape, session.run(lengths))
    (1, 3, 2) [3]
    """
    if not isinstance(decoder, Decoder):
        raise refusal(f"Expected decoder to be type Decoder, but saw: {type(decoder)}", TypeError)
    for argument in kwargs:
        raise refusal(f"dynamic_decode() got an unexpected keyword argument {argument!r}", TypeError)
    with variable_scope(scope, "decoder") as variables:
        read_variables_once(variables)
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, dtype=dt.int32, name="maximum_iterations")
            if maximum_iterations.shape.ndims != 0:
                raise refusal("maximum_iterations must be a scalar")
        outputs, state, lengths = _decode(
            decoder,
            impute_finished,
            maximum_iterations,
            {"parallel_iterations": parallel_iterations, "swap_memory": swap_memory},
        )
        if not output_time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
    return outputs, state, lengths


def _decode(decoder: Decoder, impute_finished: bool, limit: Tensor | None, options: dict[str, Any]) -> Any:
    """The loop: time-major outputs, the last state and the lengths."""
    finished, inputs, state = decoder.initialize()
    zero_outputs = nest.map_structure(
        lambda size, dtype: zero_states(size, decoder.batch_size, dtype), decoder.output_size, decoder.output_dtype
    )
    if limit is not None:
        finished = logical_or(finished, limit <= 0)
    lengths = zeros_like(finished, dtype=dt.int32)
    start = constant(0, dtype=dt.int32)
    sinks = nest.map_structure(
        lambda size, dtype: _sink(decoder, size, dtype), decoder.output_size, decoder.output_dtype
    )

    def goes_on(_time: Any, _sinks: Any, _state: Any, _inputs: Any, finished: Tensor, _lengths: Any) -> Tensor:
        return logical_not(reduce_all(finished))

    def step(time: Tensor, sinks: Any, state: Any, inputs: Any, finished: Tensor, lengths: Tensor) -> Any:
        outputs, new_state, next_inputs, has_ended = decoder.step(time, inputs, state)
        ended = has_ended if decoder.tracks_own_finished else logical_or(has_ended, finished)
        lengths = where(logical_not(finished), fill(shape(lengths), time + 1), lengths)
        nest.assert_same_structure(state, new_state)
        nest.assert_same_structure(sinks, outputs)
        nest.assert_same_structure(inputs, next_inputs)
        if impute_finished:
            outputs = nest.map_structure(lambda out, zero: where(finished, zero, out), outputs, zero_outputs)
            new_state = nest.map_structure(lambda new, old: _unless(finished, old, new), new_state, state)
        sinks = nest.map_structure(lambda sink, out: sink.write(time, out), sinks, outputs)
        return time + 1, sinks, new_state, next_inputs, ended, lengths

    _, sinks, state, _, _, lengths = while_loop(
        goes_on, step, (start, sinks, state, inputs, finished, lengths), maximum_iterations=limit, **options
    )
    outputs = nest.map_structure(lambda sink: sink.stack(), sinks)
    with suppress(NotImplementedError):  # of decoders that want what came out of the steps
        outputs, state = decoder.finalize(outputs, state, lengths)
    return outputs, state, lengths


def _sink(decoder: Decoder, size: Any, dtype: Any) -> TensorArray:
    """Where an output of the steps goes; how many there will be nobody knows."""
    element_shape = None
    if isinstance(size, TensorShape) and size.ndims != 0:
        batch = constant_value(convert_to_tensor(decoder.batch_size, name="batch_size"))
        element_shape = TensorShape([batch]).concatenate(size)
    return TensorArray(dtype, size=0, dynamic_size=True, element_shape=element_shape)


def _unless(finished: Tensor, old: Any, new: Any) -> Any:
    """The new state of sequences that go on, the old one of the others; scalars and arrays belong to all of them."""
    if isinstance(old, TensorArray):
        return new
    new.set_shape(old.shape)
    return new if new.shape.ndims == 0 else where(finished, old, new)
