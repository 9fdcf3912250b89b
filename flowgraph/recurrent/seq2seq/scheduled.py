"""Scheduled sampling: in training, now and then feed what the decoder said itself rather than what it should have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import logical_not, logical_or
from flowgraph.ops.cond import cond
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import reduce_all, reduce_any
from flowgraph.ops.scattering import scatter_nd
from flowgraph.ops.select import where
from flowgraph.recurrent.seq2seq.helpers import TrainingHelper, embedding_function, unstacked
from flowgraph.recurrent.seq2seq.sampling import bernoulli_sample, categorical_sample
from flowgraph.recurrent.steps import transpose_batch_time


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """A `TrainingHelper` that with some probability feeds the embedding of a token drawn from the last logits.

    Args:
      inputs: `[batch, time, ...]`.
      sequence_length: how long each sequence is, int32 `[batch]`.
      embedding: a table, see `tf.nn.embedding_lookup`, or a function from tokens to inputs.
      sampling_probability: how likely that is, a scalar or a vector.
      time_major: whether `inputs` are `[time, batch, ...]`.
      seed: the seed of the tokens.
      scheduling_seed: the seed of the choice between the two.
      name: the scope of the new ops.

    Raises:
      ValueError: a shape does not fit.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        embedding: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        scheduling_seed: Any = None,
        name: str | None = None,
    ) -> None:
        with name_scope(name, "ScheduledEmbeddingSamplingWrapper", [embedding, sampling_probability]):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _probability(sampling_probability)
            self._seed = seed
            self._scheduling_seed = scheduling_seed
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    def sample(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, name: str | None = None
    ) -> Tensor:
        """A token for each sequence for which one is to be drawn, -1 for the others."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs, state]):
            is_drawn = bernoulli_sample(
                self._sampling_probability, dt.bool, sample_shape=self.batch_size, seed=self._scheduling_seed
            )
            return where(is_drawn, categorical_sample(outputs, seed=self._seed), fill([self.batch_size], -1))

    def next_inputs(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Tensor, Any, Any]:
        """The right inputs, or the embedding of what was drawn."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, right, state = super().next_inputs(time, outputs, state, sample_ids, name=name)

            def mixed() -> Tensor:
                drawn = _rows_where(sample_ids > -1)
                others = _rows_where(sample_ids <= -1)
                tokens = gather_nd(sample_ids, drawn)
                kept = gather_nd(right, others)
                fed = self._embedding_fn(tokens)
                return _put_together(shape(right), drawn, fed, others, kept)

            return finished, cond(reduce_all(finished), lambda: right, mixed), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """A `TrainingHelper` that with some probability feeds the last output.

    Args:
      inputs: `[batch, time, ...]`.
      sequence_length: how long each sequence is, int32 `[batch]`.
      sampling_probability: how likely that is, a scalar or a vector.
      time_major: whether `inputs` are `[time, batch, ...]`.
      seed: the seed of the choices.
      next_inputs_fn: from outputs to inputs; by default outputs are fed as they are.
      auxiliary_inputs: more inputs, of the same shape but for the last axis, that are fed in each step, right or not,
        behind the others.
      name: the scope of the new ops.

    Raises:
      ValueError: a shape does not fit.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        next_inputs_fn: Callable[[Any], Any] | None = None,
        auxiliary_inputs: Any = None,
        name: str | None = None,
    ) -> None:
        with name_scope(name, "ScheduledOutputTrainingHelper", [inputs, auxiliary_inputs, sampling_probability]):
            self._sampling_probability = _probability(sampling_probability)
            self._auxiliary_array = None
            if auxiliary_inputs is not None:
                inputs = convert_to_tensor(inputs, name="inputs")
                auxiliary_inputs = convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = concat((inputs, auxiliary_inputs), -1)
                if not time_major:
                    auxiliary_inputs = transpose_batch_time(auxiliary_inputs)
                self._auxiliary_array = unstacked(auxiliary_inputs)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    def sample(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, name: str | None = None
    ) -> Tensor:
        """1 for each sequence that is fed its output, 0 for the others."""
        with name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return bernoulli_sample(self._sampling_probability, sample_shape=self.batch_size, seed=self._seed)

    def next_inputs(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Tensor, Any, Any]:
        """The right inputs, or the outputs."""
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, right, state = super().next_inputs(time, outputs, state, sample_ids, name=name)
            sample_ids = cast(sample_ids, dt.bool)

            def mixed() -> Tensor:
                if self._next_inputs_fn is None:
                    return where(sample_ids, self._with_auxiliary(outputs, time), right)
                chosen = _rows_where(sample_ids)
                others = _rows_where(logical_not(sample_ids))
                own = gather_nd(outputs, chosen)
                kept = gather_nd(right, others)
                fed = self._with_auxiliary(self._next_inputs_fn(own), time, chosen)
                return _put_together(shape(right), chosen, fed, others, kept)

            all_finished = reduce_all(finished)
            none_chosen = logical_not(reduce_any(sample_ids))
            return finished, cond(logical_or(all_finished, none_chosen), lambda: right, mixed), state

    def _with_auxiliary(self, inputs: Tensor, time: Any, rows: Tensor | None = None) -> Tensor:
        """Inputs, and behind them the auxiliary ones of the next step: those of some rows, or of all."""
        if self._auxiliary_array is None:
            return inputs
        auxiliary = self._auxiliary_array.read(time + 1)
        if rows is not None:
            auxiliary = gather_nd(auxiliary, rows)
        return concat((inputs, auxiliary), -1)


def _probability(sampling_probability: Any) -> Tensor:
    probability = convert_to_tensor(sampling_probability, name="sampling_probability")
    if probability.shape.ndims not in (0, 1):
        raise refusal(f"sampling_probability must be either a scalar or a vector. saw shape: {probability.shape}")
    return probability


def _rows_where(condition: Tensor) -> Tensor:
    """The places where a vector is true, int32 `[count, 1]`."""
    return cast(where(condition), dt.int32)


def _put_together(sizes: Tensor, places: Tensor, rows: Tensor, other_places: Tensor, other_rows: Tensor) -> Tensor:
    """A tensor of the shape `sizes`, some of whose rows come from one tensor, the others from another."""
    return scatter_nd(places, rows, sizes) + scatter_nd(other_places, other_rows, sizes)
