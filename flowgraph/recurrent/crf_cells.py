"""The recurrences of a conditional random field, as cells (`tf.contrib.crf`)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dimension import dimension_value
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import stack
from flowgraph.ops.range import range as count_up
from flowgraph.ops.ranking import argmax
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.statistics import reduce_logsumexp
from flowgraph.recurrent.base import RNNCell


class _TransitionCell(RNNCell):
    """A cell whose state has a number for each tag.

    Args:
      transition_params: the score of each pair of neighbouring tags, [tags, tags].
    """

    def __init__(self, transition_params: Any) -> None:
        self._transition_params = expand_dims(transition_params, 0)
        self._num_tags = dimension_value(transition_params.shape[0])

    @property
    def state_size(self) -> Any:
        """The number of tags."""
        return self._num_tags

    @property
    def output_size(self) -> Any:
        """The number of tags."""
        return self._num_tags

    def _scores(self, state: Any) -> Tensor:
        """What each tag scores after each tag before it, [batch, tags before, tags]."""
        return expand_dims(state, 2) + self._transition_params


class CrfForwardRnnCell(_TransitionCell):
    """Sums over all sequences of tags up to a step: its state is, for each last tag, the logarithm of their scores.

    Args:
      transition_params: the score of each pair of neighbouring tags, [tags, tags].
    """

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Tensor, Tensor]:
        """From the unary scores and the state of before, both [batch, tags], the new state, which is the output too."""
        del scope  # there are no variables
        alphas = inputs + reduce_logsumexp(self._scores(state), [1])
        return alphas, alphas


class CrfDecodeForwardRnnCell(_TransitionCell):
    """Finds the best sequences of tags up to a step: its state is, for each last tag, the best score.

    Args:
      transition_params: the score of each pair of neighbouring tags, [tags, tags].
    """

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Tensor, Tensor]:
        """From the unary scores and the state of before, the best tag before each tag, and the new state."""
        del scope  # there are no variables
        scores = self._scores(state)
        best = inputs + reduce_max(scores, [1])
        return cast(argmax(scores, 1), dtype=dt.int32), best


class CrfDecodeBackwardRnnCell(RNNCell):
    """Walks back along the best tags before each tag.

    Args:
      num_tags: the number of tags.
    """

    def __init__(self, num_tags: int) -> None:
        self._num_tags = num_tags

    @property
    def state_size(self) -> int:
        """One tag."""
        return 1

    @property
    def output_size(self) -> int:
        """One tag."""
        return 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Tensor, Tensor]:
        """From the best tags before each tag, [batch, tags], and the tag itself, [batch, 1], the tag before it."""
        del scope  # there are no variables
        tag = squeeze(state, axis=[1])
        rows = count_up(shape(inputs)[0])
        before = expand_dims(gather_nd(inputs, stack([rows, tag], axis=1)), axis=-1)
        return before, before
