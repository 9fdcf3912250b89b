"""Connectionist temporal classification: the loss of Graves et al. (2006), with its gradient.

A network says for each step of time how likely each class is; the last class is the *blank*. A path through time names
one class a step; collapsed (equal neighbours become one, then blanks go) it spells a sequence of labels. The loss is
-log of the probability of all paths that spell the wanted labels.

With blanks before, between and after the labels (the *states*, 2 * labels + 1 of them) such a path stays in a state,
goes on to the next, or leaves out a blank between two different labels. alpha[t, u] sums the paths that reach state u
at time t, beta[t, u] what can follow. Here all examples of a batch are worked on at once, one step of time after
another; what TensorFlow has in float32 are the class probabilities, the sums of paths are in float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array


class Rules(NamedTuple):
    """How paths spell labels, and what to do with too many of them; see `tf.nn.ctc_loss`."""

    preprocess_collapse_repeated: bool
    ctc_merge_repeated: bool
    ignore_longer_outputs_than_inputs: bool


def wanted_labels(labels: Sequence[Sequence[int]], classes: int, times: Array, rules: Rules) -> list[list[int]]:
    """The labels of each example as they are looked for, without what stands for "no label".

    Raises:
      InvalidArgumentError: in TF's words, where they are no such labels.
    """
    return [_wanted(i, row, classes, int(time), rules) for i, (row, time) in enumerate(zip(labels, times, strict=True))]


def _wanted(example: int, labels: Sequence[int], classes: int, time: int, rules: Rules) -> list[int]:
    if not labels:
        raise invalid(f"Labels length is zero in batch {example}")
    found: list[int] = []
    ended = False
    as_text = ",".join(map(str, labels))
    for i, label in enumerate(labels):
        if rules.preprocess_collapse_repeated and i and label == labels[i - 1]:
            continue
        if label >= classes - 1:
            ended = True
        elif ended:
            raise invalid(
                "Saw a non-null label (index >= num_classes - 1) following a null label, batch: "
                f"{example} num_classes: {classes} labels: {as_text} labels seen so far: {','.join(map(str, found))}"
            )
        else:
            found.append(label)
    if found and min(found) < 0:
        raise invalid(f"All labels must be nonnegative integers, batch: {example} labels: {as_text}")
    if not rules.ignore_longer_outputs_than_inputs and time < len(labels):
        raise invalid(
            f"Not enough time for target transition sequence (required: {len(labels)}, available: {time}){example}"
            "You can turn this error into a warning by using the flag ignore_longer_outputs_than_inputs"
        )
    return found


class States(NamedTuple):
    """The states of the examples of a batch, all arrays [batch, states] but `counts` [batch].

    Attributes:
      classes: the class of each state: blank, label, blank, label ... blank.
      counts: how many states each example has; the rest is filled up with blanks.
      stays: whether a path may stay in a state.
      jumps: whether a path may come from the state before the last.
    """

    classes: Array
    counts: Array
    stays: Array
    jumps: Array

    @classmethod
    def of(cls, labels: Sequence[Sequence[int]], blank: int, merges: bool) -> States:
        """The states that spell `labels`."""
        counts = np.array([2 * len(row) + 1 for row in labels], np.int64)
        classes = np.full((len(labels), max(counts, default=1)), blank, np.int64)
        for row, own in zip(classes, labels, strict=True):
            row[1 : 2 * len(own) : 2] = own
        is_label = classes != blank
        jumps = is_label.copy()
        jumps[:, :2] = False
        if merges:
            jumps[:, 2:] &= classes[:, 2:] != classes[:, :-2]
        return cls(classes, counts, ~is_label | merges, jumps)


def loss_and_gradient(
    inputs: Array, labels: Sequence[Sequence[int]], times: Array, rules: Rules
) -> tuple[Array, Array]:
    """The losses [batch] and how they change with `inputs` [time, batch, classes].

    Args:
      inputs: logits.
      labels: those of each example.
      times: [batch], how many steps of time each example has.
      rules: see `Rules`.

    >>> loss, _ = loss_and_gradient(np.zeros([2, 1, 2]), [[0]], np.array([2]), Rules(False, True, False))
    >>> np.exp(-loss)  # of four paths, three spell the label
    array([0.75])
    """
    classes = inputs.shape[2]
    wanted = wanted_labels(labels, classes, times, rules)
    loss = np.zeros(inputs.shape[1], inputs.dtype)
    gradient = np.zeros(inputs.shape, inputs.dtype)
    too_long = np.array([len(row) for row in labels]) > times
    used = np.flatnonzero((times > 0) & ~(too_long & rules.ignore_longer_outputs_than_inputs))
    if not len(used):
        return loss, gradient
    states = States.of([wanted[i] for i in used], classes - 1, rules.ctc_merge_repeated)
    times = times[used]
    probabilities = _softmax(inputs[: times.max(), used])
    steps = np.broadcast_to(states.classes, (len(probabilities), *states.classes.shape))
    with np.errstate(all="ignore"):
        emitted = np.log(np.take_along_axis(probabilities, steps, 2).astype(np.float64))
        paths = _reaching(emitted, states) + _following(emitted, states, times)
        total = np.logaddexp.reduce(paths[0], axis=1)
        share = np.exp(paths - total[:, None])
    of_class = np.zeros(probabilities.shape)
    time, example, _ = np.ogrid[tuple(map(slice, steps.shape))]
    np.add.at(of_class, (time, example, steps), share)
    of_class[:, total == -np.inf] = 0  # no path at all
    within = np.arange(len(probabilities))[:, None] < times
    loss[used] = -total
    gradient[: len(probabilities), used] = np.where(within[..., None], probabilities - of_class, 0)
    return loss, gradient


def _softmax(logits: Array) -> Array:
    with np.errstate(all="ignore"):
        made = np.exp(logits - logits.max(-1, keepdims=True))
        return made / made.sum(-1, keepdims=True)


def _reaching(emitted: Array, states: States) -> Array:
    """alpha: log of the sum of the paths that are in each state at each time; [time, batch, states]."""
    alpha = np.full(emitted.shape, -np.inf)
    alpha[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(alpha)):
        before = alpha[t - 1]
        made = np.where(states.stays, before, -np.inf)
        made[:, 1:] = np.logaddexp(made[:, 1:], before[:, :-1])
        jumped = np.where(states.jumps[:, 2:], before[:, :-2], -np.inf)
        made[:, 2:] = np.logaddexp(made[:, 2:], jumped)
        alpha[t] = made + emitted[t]
    return alpha


def _following(emitted: Array, states: States, times: Array) -> Array:
    """beta: log of the sum of what can follow each state at each time up to the end; [time, batch, states]."""
    beta = np.full(emitted.shape, -np.inf)
    number = np.arange(emitted.shape[2])
    is_last = (number < states.counts[:, None]) & (number >= states.counts[:, None] - 2)
    beta[times - 1, np.arange(len(times))] = np.where(is_last, 0.0, -np.inf)
    for t in range(len(beta) - 2, -1, -1):
        after = beta[t + 1] + emitted[t + 1]
        made = np.where(states.stays, after, -np.inf)
        made[:, :-1] = np.logaddexp(made[:, :-1], after[:, 1:])
        jumped = np.where(states.jumps[:, 2:], after[:, 2:], -np.inf)
        # a label that is the same as the one before lets nothing jump to it, blanks never jump
        made[:, :-2] = np.logaddexp(made[:, :-2], jumped)
        going_on = t + 1 < times
        beta[t, going_on] = made[going_on]
    return beta
