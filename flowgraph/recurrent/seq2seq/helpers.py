"""What feeds a decoder: helpers choose from a step's output and say what the next step is fed."""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.ranking import argmax
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.shaping import tile
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.recurrent.seq2seq.sampling import categorical_sample
from flowgraph.recurrent.steps import transpose_batch_time
from flowgraph.shapes import TensorShape


class Helper(abc.ABC):
    """What a `BasicDecoder` asks for its first inputs, and in each step for a sample and the next inputs."""

    @property
    @abc.abstractmethod
    def batch_size(self) -> Any:
        """How many sequences there are, an int32 scalar."""
        raise NotImplementedError("batch_size has not been implemented")

    @property
    @abc.abstractmethod
    def sample_ids_shape(self) -> TensorShape:
        """The shape of the sample of one sequence."""
        raise NotImplementedError("sample_ids_shape has not been implemented")

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self) -> DType:
        """The dtype of samples."""
        raise NotImplementedError("sample_ids_dtype has not been implemented")

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Start: `(finished, first_inputs)`."""

    @abc.abstractmethod
    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What is chosen from the outputs of a step."""

    @abc.abstractmethod
    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """What comes after a step: `(finished, next_inputs, next_state)`."""


class CustomHelper(Helper):
    """A helper made of three functions.

    Args:
      initialize_fn: `() -> (finished, first_inputs)`.
      sample_fn: `(time, outputs, state) -> sample_ids`; all are called with arguments by name.
      next_inputs_fn: `(time, outputs, state, sample_ids) -> (finished, next_inputs, next_state)`.
      sample_ids_shape: the shape of one sequence's sample; by default a scalar.
      sample_ids_dtype: the dtype of samples; by default int32.
    """

    def __init__(
        self,
        initialize_fn: Callable[[], Any],
        sample_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any],
        sample_ids_shape: Any = None,
        sample_ids_dtype: Any = None,
    ) -> None:
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._batch_size: Any = None
        self._sample_ids_shape = TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or dt.int32

    @property
    def batch_size(self) -> Any:
        """How many sequences there are: as many as `finished` has entries.

        Raises:
          ValueError: `initialize` has not been called yet.
        """
        if self._batch_size is None:
            raise refusal("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of the sample of one sequence."""
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> DType:
        """The dtype of samples."""
        return self._sample_ids_dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Start: `(finished, first_inputs)`."""
        with name_scope(name, f"{type(self).__name__}Initialize"):
            finished, first = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = size(finished)
        return finished, first

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What is chosen from the outputs of a step."""
        with name_scope(name, f"{type(self).__name__}Sample", (time, outputs, state)):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """What comes after a step: `(finished, next_inputs, next_state)`."""
        with name_scope(name, f"{type(self).__name__}NextInputs", (time, outputs, state)):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class _TokenHelper(Helper):
    """A helper whose samples are the numbers of tokens, int32, one for each sequence."""

    _batch_size: Tensor

    @property
    def batch_size(self) -> Tensor:
        """How many sequences there are, an int32 scalar."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of the sample of one sequence: a scalar."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self) -> DType:
        """The dtype of samples."""
        return dt.int32


class TrainingHelper(_TokenHelper):
    """Feeds what the decoder should have said so far, the right inputs of each step; samples the most likely token.

    Args:
      inputs: `[batch, time, ...]`.
      sequence_length: how long each sequence is, int32 `[batch]`.
      time_major: whether `inputs` are `[time, batch, ...]`.
      name: the scope of the new ops.

    Raises:
      ValueError: `sequence_length` is no vector.

    >>> helper = TrainingHelper(tf.constant([[[1.0], [2.0]], [[3.0], [4.0]]]), sequence_length=[2, 1])
    >>> finished, first_inputs = helper.initialize()
    >>> run(first_inputs)
    array([[1.],
           [3.]], dtype=float32)
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False, name: str | None = None) -> None:
        with name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = convert_to_tensor(inputs, name="inputs")
            self._inputs = inputs
            if not time_major:
                inputs = transpose_batch_time(inputs)
            self._input_array = unstacked(inputs)
            self._sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.shape.ndims != 1:
                raise refusal(
                    f"Expected sequence_length to be a vector, but received shape: {self._sequence_length.shape}"
                )
            self._zero_inputs = zeros_like(inputs[0, :])
            self._batch_size = size(sequence_length)

    @property
    def inputs(self) -> Tensor:
        """The inputs of all steps, as given."""
        return self._inputs

    @property
    def sequence_length(self) -> Tensor:
        """How long each sequence is."""
        return self._sequence_length

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Start: sequences of length 0 are finished, the others are fed their first inputs."""
        with name_scope(name, "TrainingHelperInitialize"):
            finished = equal(0, self._sequence_length)
            return finished, self._inputs_unless(reduce_all(finished), 0)

    def sample(
        self, time: Any, outputs: Any, state: Any = None, name: str | None = None, **unused_kwargs: Any
    ) -> Tensor:
        """The number of the largest output."""
        del state, unused_kwargs
        with name_scope(name, "TrainingHelperSample", [time, outputs]):
            return cast(argmax(outputs, axis=-1), dt.int32)

    def next_inputs(
        self,
        time: Any,
        outputs: Any,
        state: Any,
        sample_ids: Any = None,
        name: str | None = None,
        **unused_kwargs: Any,
    ) -> tuple[Tensor, Any, Any]:
        """The inputs of the next step, whatever was sampled."""
        del sample_ids, unused_kwargs
        with name_scope(name, "TrainingHelperNextInputs", [time, outputs, state]):
            next_time = time + 1
            finished = next_time >= self._sequence_length
            return finished, self._inputs_unless(reduce_all(finished), next_time), state

    def _inputs_unless(self, all_finished: Tensor, time: Any) -> Tensor:
        """The inputs of a step; zeros when no sequence goes on."""
        return cond(all_finished, lambda: self._zero_inputs, lambda: self._input_array.read(time))


class GreedyEmbeddingHelper(_TokenHelper):
    """Feeds the embedding of the token that the decoder found most likely in the step before.

    Args:
      embedding: a table, see `tf.nn.embedding_lookup`, or a function from tokens `[batch]` to inputs.
      start_tokens: the tokens to begin with, int32 `[batch]`.
      end_token: the token that ends a sequence, an int32 scalar.

    Raises:
      ValueError: `start_tokens` is no vector, or `end_token` no scalar.

    >>> table = tf.constant([[0.0, 1.0], [2.0, 3.0]])
    >>> helper = GreedyEmbeddingHelper(table, start_tokens=[1, 1, 0], end_token=1)
    >>> finished, first_inputs = helper.initialize()
    >>> run([finished, first_inputs])
    [array([False, False, False]), array([[2., 3.],
           [2., 3.],
           [0., 1.]], dtype=float32)]
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dt.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtype=dt.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise refusal("start_tokens must be a vector")
        self._batch_size = size(start_tokens)
        if self._end_token.shape.ndims != 0:
            raise refusal("end_token must be a scalar")
        self._start_inputs = self._embedding_fn(self._start_tokens)

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Start: nothing is finished, and the start tokens are fed."""
        del name  # nor do the other methods make a scope
        return tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """The number of the largest output."""
        del time, state, name
        return argmax(_demand_tensor(outputs), axis=-1, output_type=dt.int32)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Tensor, Any, Any]:
        """Sequences whose sample was the end token are finished; the others are fed its embedding."""
        del time, outputs, name
        finished = equal(sample_ids, self._end_token)
        inputs = cond(
            reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(sample_ids)
        )  # when all have ended any inputs will do
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds the embedding of a token drawn from the decoder's logits in the step before.

    Args:
      embedding: a table, see `tf.nn.embedding_lookup`, or a function from tokens `[batch]` to inputs.
      start_tokens: the tokens to begin with, int32 `[batch]`.
      end_token: the token that ends a sequence, an int32 scalar.
      softmax_temperature: what the logits are divided by: above 1 samples are more random, below less.
      seed: the seed of the draws.

    Raises:
      ValueError: `start_tokens` is no vector, or `end_token` no scalar.
    """

    def __init__(
        self,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        softmax_temperature: Any = None,
        seed: Any = None,
    ) -> None:
        super().__init__(embedding, start_tokens, end_token)
        self._softmax_temperature = softmax_temperature
        self._seed = seed

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """A token drawn by its logit."""
        del time, state, name
        logits = _demand_tensor(outputs)
        if self._softmax_temperature is not None:
            logits = logits / self._softmax_temperature
        return categorical_sample(logits=logits, seed=self._seed)


class InferenceHelper(Helper):
    """Feeds what a function makes of the samples of another.

    Args:
      sample_fn: from a step's outputs to samples.
      sample_shape: the shape of one sequence's sample.
      sample_dtype: the dtype of samples.
      start_inputs: the first inputs, `[batch, ...]`.
      end_fn: from samples to a bool vector: which sequences have ended.
      next_inputs_fn: from samples to the next inputs; by default the samples are these.
    """

    def __init__(
        self,
        sample_fn: Callable[[Any], Any],
        sample_shape: Any,
        sample_dtype: Any,
        start_inputs: Any,
        end_fn: Callable[[Any], Any],
        next_inputs_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        self._sample_fn = sample_fn
        self._end_fn = end_fn
        self._sample_shape = TensorShape(sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn
        self._batch_size = shape(start_inputs)[0]
        self._start_inputs = convert_to_tensor(start_inputs, name="start_inputs")

    @property
    def batch_size(self) -> Tensor:
        """How many sequences there are, an int32 scalar."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of the sample of one sequence."""
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> DType:
        """The dtype of samples."""
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Start: nothing is finished."""
        del name  # nor do the other methods make a scope
        return tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What `sample_fn` makes of the outputs."""
        del time, state, name
        return self._sample_fn(outputs)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """What `next_inputs_fn` makes of the samples, and which of them end a sequence."""
        del time, outputs, name
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state


def embedding_function(embedding: Any) -> Callable[[Any], Any]:
    """A function from tokens to inputs: the one given, or a look-up in the table given."""
    return embedding if callable(embedding) else lambda ids: embedding_lookup(embedding, ids)


def unstacked(inputs: Tensor) -> TensorArray:
    """An array of the rows of a tensor."""
    array = TensorArray(inputs.dtype, size=shape(inputs)[0], element_shape=inputs.shape[1:])
    return array.unstack(inputs)


def _demand_tensor(outputs: Any) -> Tensor:
    if not isinstance(outputs, Tensor):
        raise refusal(f"Expected outputs to be a single Tensor, got: {type(outputs)}", TypeError)
    return outputs
