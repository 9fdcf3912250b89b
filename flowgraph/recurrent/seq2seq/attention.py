"""Attention: how much each place of a memory matters to a query.

Luong's compares the query with each place by a product, Bahdanau's by a small net.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.core import Dense
from flowgraph.ops.array import shape
from flowgraph.ops.hyperbolic import tanh
from flowgraph.ops.initializers import Constant, Ones, Zeros
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.softmax import softmax
from flowgraph.ops.unary import rsqrt, square
from flowgraph.recurrent.seq2seq.memory import mask_scores, prepare_memory
from flowgraph.recurrent.sizes import zero_states
from flowgraph.shapes import dimension_value
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable


class AttentionMechanism:
    """What `AttentionWrapper` asks how much each place of the memory matters.

    A mechanism is called with a query and its state, and returns alignments `[batch, places]` and its next state.
    """

    @property
    def alignments_size(self) -> Any:
        """How many places the memory has."""
        raise NotImplementedError

    @property
    def state_size(self) -> Any:
        """The size of the mechanism's state."""
        raise NotImplementedError


class MemoryAttention(AttentionMechanism):
    """What the mechanisms share: a memory, its keys, and scores that become probabilities.

    Subclasses say in `_score` how well a query goes with each key, inside a variable scope named `_scope_name`.

    Args:
      query_layer: a layer for queries, or None.
      memory: `[batch, time, ...]`.
      probability_fn: makes alignments of scores and the mechanism's state.
      memory_sequence_length: how long each sequence is; what lies behind does not matter.
      memory_layer: the layer that makes keys of the memory.
      check_inner_dims_defined: whether all sizes but those of batch and time must be known.
      score_mask_value: the score of what lies behind the end of a sequence; by default minus infinity.
      custom_key_value_fn: makes keys and values of keys and memory.
      name: the scope of the new ops.
    """

    _scope_name = ""
    _score_bias_init: Any = None

    def __init__(
        self,
        query_layer: Any,
        memory: Any,
        probability_fn: Callable[[Tensor, Any], Tensor],
        memory_sequence_length: Any = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: Any = None,
        custom_key_value_fn: Callable[[Any, Any], Any] | None = None,
        name: str | None = None,
    ) -> None:
        for what, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not isinstance(layer, Layer):
                raise refusal(f"{what} is not a Layer: {type(layer).__name__}", TypeError)
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        self.dtype = memory_layer.dtype
        if not callable(probability_fn):
            raise refusal(f"probability_fn must be callable, saw type: {type(probability_fn).__name__}", TypeError)
        if score_mask_value is None:
            score_mask_value = dt.as_dtype(self.dtype).as_numpy_dtype(-np.inf)
        self._probability_fn = lambda score, state: probability_fn(
            mask_scores(score, memory_sequence_length, score_mask_value), state
        )
        with name_scope(name, "BaseAttentionMechanismInit", nest.flatten(memory)):
            self._values = prepare_memory(memory, memory_sequence_length, check_inner_dims_defined)
            self._keys = self.memory_layer(self._values) if self.memory_layer else self._values
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = dimension_value(self._keys.shape[0]) or shape(self._keys)[0]
            self._alignments_size = dimension_value(self._keys.shape[1]) or shape(self._keys)[1]

    @property
    def memory_layer(self) -> Any:
        """The layer that makes keys of the memory."""
        return self._memory_layer

    @property
    def query_layer(self) -> Any:
        """The layer that queries go through, or None."""
        return self._query_layer

    @property
    def values(self) -> Any:
        """What the memory says at each place: `[batch, time, ...]`."""
        return self._values

    @property
    def keys(self) -> Any:
        """What queries are compared with: `[batch, time, units]`."""
        return self._keys

    @property
    def batch_size(self) -> Any:
        """How many sequences the memory holds: an int, or a scalar for the run to know."""
        return self._batch_size

    @property
    def alignments_size(self) -> Any:
        """How many places the memory has: an int, or a scalar for the run to know."""
        return self._alignments_size

    @property
    def state_size(self) -> Any:
        """The size of the mechanism's state: the alignments are the state."""
        return self._alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Tensor:
        """The alignments before the first step: zeros."""
        return zero_states(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Tensor:
        """The mechanism's state before the first step."""
        return self.initial_alignments(batch_size, dtype)

    def __call__(self, query: Tensor, state: Any) -> tuple[Tensor, Tensor]:
        """How much each place matters to a query `[batch, depth]`: `(alignments, next_state)`, which are the same."""
        with variable_scope(None, self._scope_name, [query]):
            score = self._score(query)
            if self._score_bias_init is not None:
                score += get_variable("attention_score_bias", dtype=query.dtype, initializer=self._score_bias_init)
        alignments = self._probability_fn(score, state)
        return alignments, alignments

    def _score(self, query: Tensor) -> Tensor:
        raise NotImplementedError


# -- Luong ---------------------------------------------------------------------------------------------------


class LuongAttention(MemoryAttention):
    """Multiplicative attention (Luong et al., 2015): the score is the product of query and key.

    Args:
      num_units: the size of keys, and that of queries.
      memory: `[batch, time, depth]`, such as the outputs of an encoder.
      memory_sequence_length: how long each sequence is, all of them positive; what lies behind does not matter.
      scale: whether scores are multiplied by a variable, `attention_g`.
      probability_fn: makes alignments of scores; by default `tf.nn.softmax`.
      score_mask_value: the score of what lies behind the end of a sequence; by default minus infinity.
      dtype: that of the layer for keys; by default float32.
      custom_key_value_fn: makes keys and values of keys and memory.
      name: the scope of the new ops.

    >>> memory = tf.constant([[[1.0, 0.0], [0.0, 1.0]]])
    >>> with tf.variable_scope("same", initializer=tf.initializers.identity()):
    ...     attention = LuongAttention(2, memory)
    >>> alignments, _ = attention(tf.constant([[2.0, 1.0]]), state=None)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(alignments))
    [[0.731059 0.268941]]
    """

    _scope_name = "luong_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        probability_fn: Callable[[Tensor], Tensor] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[[Any, Any], Any] | None = None,
        name: str = "LuongAttention",
    ) -> None:
        super().__init__(
            query_layer=None,
            memory_layer=dense_for("memory_layer", num_units, dtype),
            memory=memory,
            probability_fn=_of_scores_alone(probability_fn),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._name = name

    def _score(self, query: Tensor) -> Tensor:
        return luong_score(query, self._keys, self._scale)


def luong_score(query: Tensor, keys: Tensor, scale: bool) -> Tensor:
    """The product of the query with each key, `[batch, places]`; times a variable, `attention_g`, if it is scaled.

    Raises:
      ValueError: query and keys are not of one size.
    """
    factor = _variable("attention_g", (), query.dtype, Ones) if scale else None
    depth, units = query.shape[-1], keys.shape[-1]
    if depth != units:
        raise refusal(
            f"Incompatible or unknown inner dimensions between query and keys.  Query ({query}) has units: {depth}.  "
            f"Keys ({keys}) have units: {units}.  Perhaps you need to set num_units to the keys' dimension ({units})?"
        )
    score = squeeze(matmul(expand_dims(query, 1), keys, transpose_b=True), [1])
    return score if factor is None else factor * score


# -- Bahdanau ------------------------------------------------------------------------------------------------


class BahdanauAttention(MemoryAttention):
    """Additive attention (Bahdanau et al., 2015): the score is v . tanh(W1 key + W2 query).

    Args:
      num_units: the size of that hidden layer.
      memory: `[batch, time, depth]`, such as the outputs of an encoder.
      memory_sequence_length: how long each sequence is, all of them positive; what lies behind does not matter.
      normalize: whether v is normalized to a length that is trained, and a bias is added before tanh.
      probability_fn: makes alignments of scores; by default `tf.nn.softmax`.
      score_mask_value: the score of what lies behind the end of a sequence; by default minus infinity.
      dtype: that of the layers; by default float32.
      custom_key_value_fn: makes keys and values of keys and memory.
      name: the scope of the new ops.

    >>> attention = BahdanauAttention(4, memory=tf.ones([1, 3, 2]), memory_sequence_length=[2])
    >>> alignments, _ = attention(tf.ones([1, 5]), state=None)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(alignments))
    [[0.5 0.5 0. ]]
    """

    _scope_name = "bahdanau_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        probability_fn: Callable[[Tensor], Tensor] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[[Any, Any], Any] | None = None,
        name: str = "BahdanauAttention",
    ) -> None:
        super().__init__(
            query_layer=dense_for("query_layer", num_units, dtype),
            memory_layer=dense_for("memory_layer", num_units, dtype),
            memory=memory,
            probability_fn=_of_scores_alone(probability_fn),
            custom_key_value_fn=custom_key_value_fn,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name

    def _score(self, query: Tensor) -> Tensor:
        return bahdanau_score(self, query, self._num_units, self._normalize)


def bahdanau_score(mechanism: MemoryAttention, query: Tensor, units: int, normalize: bool) -> Tensor:
    """What the small net makes of the query and each key, `[batch, places]`.

    Its variables are v, `attention_v`, and if it is normalized its length, `attention_g`, and a bias, `attention_b`.
    """
    processed = mechanism.query_layer(query) if mechanism.query_layer else query
    v = _variable("attention_v", [units], query.dtype, None)
    if not normalize:
        return reduce_sum(v * tanh(mechanism.keys + expand_dims(processed, 1)), [2])
    length = _variable("attention_g", (), query.dtype, Constant(math.sqrt(1.0 / units)))
    bias = _variable("attention_b", [units], query.dtype, Zeros())
    processed = expand_dims(processed, 1)
    v = length * v * rsqrt(reduce_sum(square(v)))
    return reduce_sum(v * tanh(mechanism.keys + processed + bias), [2])


def _of_scores_alone(probability_fn: Callable[[Tensor], Tensor] | None) -> Callable[[Tensor, Any], Tensor]:
    """A function of scores, by default softmax, as one of scores and a state."""
    function = probability_fn or softmax
    return lambda score, _: function(score)


def dense_for(name: str, units: int, dtype: Any) -> Dense:
    """The layer of a mechanism for queries or keys; float32 by default."""
    return Dense(units, name=name, use_bias=False, dtype=dt.float32 if dtype is None else dtype)


def _variable(name: str, shape: Any, dtype: Any, initializer: Any) -> Any:
    return get_variable(name, shape, dtype=dtype, initializer=initializer)
