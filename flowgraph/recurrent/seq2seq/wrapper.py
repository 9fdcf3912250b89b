"""A cell that attends: AttentionWrapper, and its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.neural.layers.core import Dense
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.right_shape import with_same_shape
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.recurrent.base import RNNCell, assert_like_rnncell
from flowgraph.recurrent.seq2seq.attention import AttentionMechanism
from flowgraph.recurrent.sizes import zero_states
from flowgraph.shapes import TensorShape, dimension_value


class AttentionWrapperState(NamedTuple):
    """The state of an `AttentionWrapper`; with several mechanisms the last three are tuples, an entry for each.

    Attributes:
      cell_state: that of the wrapped cell.
      attention: what attention gave in the step before.
      time: the number of the step, an int32 scalar.
      alignments: how much each place mattered in the step before.
      alignment_history: a TensorArray of the alignments of all steps, or ().
      attention_state: the state of the mechanism.
    """

    cell_state: Any
    attention: Any
    time: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """This state with other parts, which must have the same shapes.

        Args:
          **kwargs: new parts by their names.

        Raises:
          ValueError: a shape is another.

        >>> attention = tf.contrib.seq2seq.LuongAttention(2, tf.ones([1, 3, 2]))
        >>> cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(2), attention)
        >>> state = cell.zero_state(1, tf.float32).clone(cell_state=tf.ones([1, 2]))
        >>> run(state.cell_state)
        array([[1., 1.]], dtype=float32)
        """

        def checked(old: Any, new: Any) -> Any:
            both = isinstance(old, Tensor) and isinstance(new, Tensor)
            return with_same_shape(old, new) if both else new

        return nest.map_structure(checked, self, self._replace(**kwargs))


def compute_attention(
    attention_mechanism: Any, cell_output: Tensor, attention_state: Any, attention_layer: Any
) -> tuple[Tensor, Tensor, Any]:
    """What the memory says where it matters: `(attention, alignments, next_attention_state)`.

    Args:
      attention_mechanism: an `AttentionMechanism`.
      cell_output: the query, `[batch, depth]`.
      attention_state: the mechanism's state.
      attention_layer: a layer that makes the attention of query and context, or None: the context is the attention.
    """
    alignments, next_state = attention_mechanism(cell_output, state=attention_state)
    context = squeeze(matmul(expand_dims(alignments, 1), attention_mechanism.values), [1])
    if attention_layer is None:
        return context, alignments, next_state
    return attention_layer(concat([cell_output, context], 1)), alignments, next_state


class AttentionWrapper(RNNCell):
    """A cell that looks at a memory after each step: its output, the query, says where; what it finds there, the
    attention, is the output, and is fed to the cell with the next inputs.

    Args:
      cell: the recurrent cell.
      attention_mechanism: an `AttentionMechanism`, or a list of them, whose attentions are put side by side.
      attention_layer_size: the size of the attention, which a layer without bias makes of query and context; a list
        of sizes for several mechanisms. By default the attention is the context alone.
      alignment_history: whether to keep the alignments of all steps in the state.
      cell_input_fn: makes the cell's inputs of inputs and attention; by default they are put side by side.
      output_attention: whether the output is the attention rather than the cell's own output.
      initial_cell_state: what `zero_state` gives as the cell's state, such as an encoder's last state.
      name: the name of the cell.
      attention_layer: a layer in place of one of `attention_layer_size`, or a list of them.
      attention_fn: makes the attention; called with mechanism, query, the mechanism's state and the layer, returns
        attention, alignments and next state.
      dtype: that of the cell's variables.

    Raises:
      TypeError: an argument is of another kind.
      ValueError: there are more mechanisms than sizes or layers, or less, or both sizes and layers.

    >>> attention = tf.contrib.seq2seq.LuongAttention(4, tf.ones([2, 3, 5]))
    >>> cell = AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), attention, attention_layer_size=6)
    >>> output, state = cell(tf.ones([2, 1]), cell.zero_state(2, tf.float32))
    >>> output.shape, state.alignments.shape
    (TensorShape([Dimension(2), Dimension(6)]), TensorShape([Dimension(2), Dimension(3)]))
    """

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[[Any, Any], Any] | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
        attention_fn: Callable[..., Any] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, list | tuple)
        self._attention_mechanisms = _mechanisms(attention_mechanism)
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise refusal(f"cell_input_fn must be callable, saw type: {type(cell_input_fn).__name__}", TypeError)
        self._cell = cell
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: concat([inputs, attention], -1))
        self._choose_layers(attention_layer_size, attention_layer)
        self._attention_fn = attention_fn or compute_attention
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        with name_scope(name, "AttentionWrapperInit"):
            self._initial_cell_state = None
            if initial_cell_state is not None:
                self._initial_cell_state = self._checked_initial_state(initial_cell_state)

    def _choose_layers(self, sizes: Any, layers: Any) -> None:
        """Set the layers that make the attentions, if there are any, and the size of all attentions together."""
        mechanisms = self._attention_mechanisms
        self._attention_layers: tuple[Any, ...] | None = None
        if sizes is not None and layers is not None:
            raise refusal("Only one of attention_layer_size and attention_layer should be set")
        if sizes is not None:
            sizes = _one_for_each(sizes, mechanisms, "attention_layer_size", "integer")
            self._attention_layers = tuple(
                Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.dtype)
                for size, mechanism in zip(sizes, mechanisms, strict=True)
            )
            self._attention_layer_size = sum(sizes)
        elif layers is not None:
            self._attention_layers = _one_for_each(layers, mechanisms, "attention_layer", "layer")
            self._attention_layer_size = sum(
                layer.compute_output_shape([None, self._cell.output_size + _depth(mechanism)])[-1].value
                for layer, mechanism in zip(self._attention_layers, mechanisms, strict=True)
            )
        else:
            self._attention_layer_size = sum(_depth(mechanism) for mechanism in mechanisms)

    def _checked_initial_state(self, state: Any) -> Any:
        last = nest.flatten(state)[-1]
        batch_size = dimension_value(last.shape[0]) or shape(last)[0]
        message = (
            f"When constructing AttentionWrapper {self._base_name}: Non-matching batch sizes between the memory "
            "(encoder output) and initial_cell_state.  Are you using the BeamSearchDecoder?  You may need to tile "
            "your initial state via the tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width."
        )
        with control_dependencies(self._batch_size_checks(batch_size, message)):
            return nest.map_structure(lambda part: identity(part, name="check_initial_cell_state"), state)

    def _batch_size_checks(self, batch_size: Any, message: str) -> list[Operation]:
        return [
            assert_equal(batch_size, mechanism.batch_size, message=message) for mechanism in self._attention_mechanisms
        ]

    def _item_or_tuple(self, entries: Iterable[Any]) -> Any:
        """A tuple with an entry for each mechanism; the entry itself if not a list of mechanisms was given."""
        found = tuple(entries)
        return found if self._is_multi else found[0]

    @property
    def output_size(self) -> Any:
        """The size of the attention, or that of the cell's output."""
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """The sizes of the parts of the state."""
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(each.alignments_size for each in mechanisms),
            attention_state=self._item_or_tuple(each.state_size for each in mechanisms),
            alignment_history=self._item_or_tuple(
                each.alignments_size if self._alignment_history else () for each in mechanisms
            ),
        )

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """The state to begin with: `initial_cell_state` or the cell's own, and attention to nothing.

        Args:
          batch_size: that of the memory; with a `BeamSearchDecoder`, which takes a memory made by `tile_batch`, the
            product of batch size and beam width.
          dtype: the dtype.
        """
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            message = (
                f"When calling zero_state of AttentionWrapper {self._base_name}: Non-matching batch sizes between the "
                "memory (encoder output) and the requested batch size.  Are you using the BeamSearchDecoder?  If so, "
                "make sure your encoder output has been tiled to beam_width via tf.contrib.seq2seq.tile_batch, and "
                "the batch_size= argument passed to zero_state is batch_size * beam_width."
            )
            with control_dependencies(self._batch_size_checks(batch_size, message)):
                cell_state = nest.map_structure(lambda part: identity(part, name="checked_cell_state"), cell_state)
            mechanisms = self._attention_mechanisms
            alignments = [each.initial_alignments(batch_size, dtype) for each in mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state,
                time=zeros([], dtype=dt.int32),
                attention=zero_states(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(each.initial_state(batch_size, dtype) for each in mechanisms),
                alignment_history=self._item_or_tuple(
                    TensorArray(dtype, size=0, dynamic_size=True, element_shape=each.shape)
                    if self._alignment_history
                    else ()
                    for each in alignments
                ),
            )

    def call(self, inputs: Any, state: AttentionWrapperState) -> tuple[Any, AttentionWrapperState]:
        """One step: the cell, then attention with its output as the query."""
        if not isinstance(state, AttentionWrapperState):
            raise refusal(
                f"Expected state to be instance of AttentionWrapperState. Received type {type(state)} instead.",
                TypeError,
            )
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        cell_output, cell_state = self._cell(cell_inputs, state.cell_state)
        cell_output = self._checked_output(cell_output)
        attentions, next_state = self._attend(cell_output, state)
        attention = concat(attentions, 1)
        next_state = next_state._replace(time=state.time + 1, cell_state=cell_state, attention=attention)
        return attention if self._output_attention else cell_output, next_state

    def _checked_output(self, output: Tensor) -> Tensor:
        batch_size = dimension_value(output.shape[0]) or shape(output)[0]
        message = (
            f"When applying AttentionWrapper {self.name}: Non-matching batch sizes between the memory (encoder "
            "output) and the query (decoder output).  Are you using the BeamSearchDecoder?  You may need to tile "
            "your memory input via the tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width."
        )
        with control_dependencies(self._batch_size_checks(batch_size, message)):
            return identity(output, name="checked_cell_output")

    def _attend(self, query: Tensor, state: AttentionWrapperState) -> tuple[list[Any], AttentionWrapperState]:
        """The attention of each mechanism, and the state with what attention has changed of it."""
        states = state.attention_state if self._is_multi else [state.attention_state]
        histories = state.alignment_history if self._is_multi else [state.alignment_history]
        layers = self._attention_layers or (None,) * len(self._attention_mechanisms)
        steps = []
        for mechanism, layer, before, history in zip(
            self._attention_mechanisms, layers, states, histories, strict=True
        ):
            attention, alignments, after = self._attention_fn(mechanism, query, before, layer)
            kept = history.write(state.time, alignments) if self._alignment_history else ()
            steps.append((attention, alignments, after, kept))
        attentions, all_alignments, next_states, kept_alignments = zip(*steps, strict=True)
        return list(attentions), state._replace(
            alignments=self._item_or_tuple(all_alignments),
            attention_state=self._item_or_tuple(next_states),
            alignment_history=self._item_or_tuple(kept_alignments),
        )


def _mechanisms(given: Any) -> tuple[Any, ...]:
    """The mechanisms of a list, or the one given."""
    if isinstance(given, list | tuple):
        for each in given:
            if not isinstance(each, AttentionMechanism):
                raise refusal(
                    "attention_mechanism must contain only instances of AttentionMechanism, saw type: "
                    f"{type(each).__name__}",
                    TypeError,
                )
        return tuple(given)
    if not isinstance(given, AttentionMechanism):
        raise refusal(
            "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism instances, saw "
            f"type: {type(given).__name__}",
            TypeError,
        )
    return (given,)


def _one_for_each(given: Any, mechanisms: tuple[Any, ...], argument: str, what: str) -> tuple[Any, ...]:
    """The entries of a list, or the one given; there must be as many as mechanisms."""
    entries = tuple(given) if isinstance(given, list | tuple) else (given,)
    if len(entries) != len(mechanisms):
        raise refusal(
            f"If provided, {argument} must contain exactly one {what} per attention_mechanism, saw: {len(entries)} vs "
            f"{len(mechanisms)}"
        )
    return entries


def _depth(mechanism: Any) -> Any:
    """The size of what a memory says at each place."""
    return dimension_value(mechanism.values.shape[-1])
