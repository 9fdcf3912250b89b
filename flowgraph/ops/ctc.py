"""Connectionist temporal classification: labels for sequences of which nobody knows where each label is."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import ctc as kernel
from flowgraph.kernels import ctc_decoders as decoders
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import at_least, flag, whole
from flowgraph.ops.crop_boxes import demand_rank
from flowgraph.ops.identity import prevent_gradient
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import one_of
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, transpose
from flowgraph.ops.sparse_indices import check_sorted
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.sizes import Size, Sizes, to_text

_TYPE = TypeAttr((dt.float32, dt.float64), dt.float32)

# -- shapes ----------------------------------------------------------------------------------------------


def _batch(inputs: Any, sequence_length: Any) -> Size:
    """The batch size that logits and lengths agree on."""
    a = None if inputs.sizes is None else inputs.sizes[1]
    b = None if sequence_length.sizes is None else sequence_length.sizes[0]
    if None not in (a, b) and a != b:
        raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return b if a is None else a


def _loss_sizes(inputs: Any, labels_indices: Any, labels_values: Any, sequence_length: Any, **_: Any) -> list[Sizes]:
    demand_rank(inputs, 3)
    demand_rank(labels_indices, 2)
    demand_rank(labels_values, 1)
    demand_rank(sequence_length, 1)
    rows, values = (None if x.sizes is None else x.sizes[0] for x in (labels_indices, labels_values))
    if None not in (rows, values) and rows != values:
        raise ValueError(f"Dimensions must be equal, but are {rows} and {values}")
    batch = _batch(inputs, sequence_length)
    time, _unknown, classes = (None,) * 3 if inputs.sizes is None else inputs.sizes
    return [(batch,), (time, batch, classes)]


def _greedy_sizes(inputs: Any, sequence_length: Any, **_: Any) -> list[Sizes]:
    demand_rank(inputs, 3)
    demand_rank(sequence_length, 1)
    return [(None, 2), (None,), (2,), (_batch(inputs, sequence_length), 1)]


def _beam_sizes(inputs: Any, sequence_length: Any, *, top_paths: int, beam_width: int, **_: Any) -> list[Sizes]:
    at_least(1, "beam_width", beam_width, "CTCBeamSearchDecoder")
    at_least(1, "top_paths", top_paths, "CTCBeamSearchDecoder")
    demand_rank(inputs, 3)
    demand_rank(sequence_length, 1)
    batch = _batch(inputs, sequence_length)
    return [*([(None, 2)] * top_paths), *([(None,)] * top_paths), *([(2,)] * top_paths), (batch, top_paths)]


# -- what runs -------------------------------------------------------------------------------------------


def _check(inputs: Any, indices: Any, values: Any, times: Any) -> None:
    if inputs.ndim != 3:
        raise invalid("inputs is not a 3-Tensor")
    if times.ndim != 1:
        raise invalid("sequence_length is not a vector")
    if indices.ndim != 2:
        raise invalid("labels_indices is not a matrix")
    if values.ndim != 1:
        raise invalid("labels_values is not a vector")
    if len(times) != inputs.shape[1]:
        raise invalid(
            f"len(sequence_length) != batch_size.  len(sequence_length):  {len(times)} batch_size: {inputs.shape[1]}"
        )
    if len(indices) != len(values):
        raise invalid(
            "labels_indices and labels_values must contain the same number of rows, but saw shapes: "
            f"{to_text(indices.shape)} vs. {to_text(values.shape)}"
        )
    if not inputs.shape[1]:
        raise invalid("batch_size must not be 0")


def _labels(indices: Any, values: Any, batch: int) -> list[list[int]]:
    """The labels of each example of a sparse matrix whose rows they are."""
    bounds = (batch, int(indices[:, 1].max(initial=-1)) + 1)
    try:
        check_sorted(indices, bounds)
    except InvalidArgumentError as error:
        raise invalid(f"label SparseTensor is not valid: {error.message}") from None
    rows: list[list[int]] = [[] for _ in range(batch)]
    for (row, _), value in zip(indices.tolist(), values.tolist(), strict=True):
        rows[row].append(value)
    return rows


def _loss(_xp: Any, inputs: Any, indices: Any, values: Any, times: Any, **rules: bool) -> tuple[Any, Any]:
    _check(inputs, indices, values, times)
    labels = _labels(indices, values, inputs.shape[1])
    for example, time in enumerate(times.tolist()):
        if time > len(inputs):
            raise invalid(f"sequence_length({example}) <= {len(inputs)}")
        if time < 0:
            raise invalid(f"seq_len({example}) < 0")
    return kernel.loss_and_gradient(inputs, labels, times, kernel.Rules(**rules))


def _greedy(_xp: Any, inputs: Any, times: Any, merge_repeated: bool) -> tuple[Any, ...]:
    decoders.check(inputs, times)
    rows, score = decoders.greedy(inputs, times, merge_repeated)
    return (*decoders.as_sparse(rows), score)


def _beam(_xp: Any, inputs: Any, times: Any, beam_width: int, top_paths: int, merge_repeated: bool) -> tuple[Any, ...]:
    decoders.check(inputs, times)
    return decoders.decoded(inputs, times, beam_width, top_paths, merge_repeated)


# -- the ops ---------------------------------------------------------------------------------------------


def _gradient(op: Any, d_loss: Tensor, _: Any) -> list[Any]:
    slopes = prevent_gradient(
        op.outputs[1],
        message="Currently there is no way to take the second  derivative of ctc_loss due to the fused "
        "implementation's interaction  with tf.gradients()",
    )
    return [expand_dims(d_loss, -1) * slopes, None, None, None]


_LABELS = (INT([[0, 0], [0, 1], [1, 0]], dt.int64), INTS(0, 1, 2))

CTC_LOSS = OpDef(
    "CTCLoss(inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32)"
    " -> (loss: T, gradient: T)",
    attrs={
        "preprocess_collapse_repeated": False, "ctc_merge_repeated": True, "ignore_longer_outputs_than_inputs": False,
        "T": _TYPE,
    },
    infer=_loss_sizes,
    forward=_loss,
    gradient=_gradient,
    cases=[
        case(DOUBLE(4, 2, 4), *_LABELS, INTS(4, 3), gradient=False),
        case(FLOAT(4, 2, 4), *_LABELS, INTS(3, 4), ctc_merge_repeated=False, gradient=False),
        case(FLOAT(4, 2, 4), *_LABELS, INTS(1, 0), ignore_longer_outputs_than_inputs=True, gradient=False),
    ],
)  # fmt: skip

CTC_GREEDY_DECODER = OpDef(
    "CTCGreedyDecoder(inputs: T, sequence_length: int32) -> "
    "(decoded_indices: int64, decoded_values: int64, decoded_shape: int64, log_probability: T)",
    attrs={"merge_repeated": False, "T": _TYPE},
    infer=_greedy_sizes,
    forward=_greedy,
    data_shape=True,
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(4, 2, 4), INTS(4, 3)), case(DOUBLE(4, 2, 3), INTS(4, 0), merge_repeated=True)],
)

CTC_BEAM_SEARCH_DECODER = OpDef(
    "CTCBeamSearchDecoder(inputs: T, sequence_length: int32) -> "
    "(decoded_indices: top_paths*int64, decoded_values: top_paths*int64, decoded_shape: top_paths*int64, "
    "log_probability: T)",
    attrs={"beam_width": REQUIRED, "top_paths": REQUIRED, "merge_repeated": True, "T": _TYPE},
    infer=_beam_sizes,
    forward=_beam,
    data_shape=True,
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(4, 2, 4), INTS(4, 3), beam_width=5, top_paths=2),
        case(DOUBLE(4, 2, 3), INTS(4, 0), beam_width=3, top_paths=1, merge_repeated=False),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def ctc_loss(
    labels: Any,
    inputs: Any = None,
    sequence_length: Any = None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits: Any = None,
) -> Tensor:
    """Minus the log of the probability that a network spells some labels, at whatever times: the CTC loss.

    Args:
      labels: an int32 SparseTensor [batch, most labels].
      inputs: logits [time, batch, classes], float32 or float64; the last class is the blank, no label.
      sequence_length: int32 [batch]: how many steps of time each example has.
      preprocess_collapse_repeated: whether equal neighbours among the labels become one first.
      ctc_merge_repeated: whether equal neighbours on a path are one label (which is what CTC means).
      ignore_longer_outputs_than_inputs: whether an example with more labels than time has loss 0, and is no error.
      time_major: False: inputs are [batch, time, classes].
      logits: another name of `inputs`.

    Returns:
      [batch].

    Raises:
      TypeError: labels are no SparseTensor.
      InvalidArgumentError: when it runs, and labels, lengths and logits do not fit each other.

    >>> labels = tf.SparseTensor([[0, 0]], [0], [1, 1])
    >>> run(tf.exp(-ctc_loss(labels, tf.zeros([2, 1, 2]), [2])))  # of four paths, three spell the label
    array([0.75], dtype=float32)
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError(errors.explain("Expected labels (first argument) to be a SparseTensor", where=user_site()))
    inputs = one_of("logits", logits, "inputs", inputs)
    if not time_major:
        inputs = transpose(inputs, [1, 0, 2])
    flags = {
        "preprocess_collapse_repeated": preprocess_collapse_repeated,
        "ctc_merge_repeated": ctc_merge_repeated,
        "ignore_longer_outputs_than_inputs": ignore_longer_outputs_than_inputs,
    }
    attrs: dict[str, Any] = {name: flag(name, value) for name, value in flags.items()}
    return emit(CTC_LOSS, inputs, labels.indices, labels.values, sequence_length, **attrs)[0]


def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True
) -> tuple[list[SparseTensor], Tensor]:
    """The labels on the most likely path.

    Args:
      inputs: logits [time, batch, classes], float32 or float64; the last class is the blank.
      sequence_length: int32 [batch]: how many steps of time each example has.
      merge_repeated: whether equal neighbours on the path are one label.

    Returns:
      A list with one int64 SparseTensor [batch, most labels], and minus the sums of the logits, [batch, 1].

    >>> logits = tf.log([[[0.1, 0.9, 0.0]], [[0.1, 0.9, 0.0]], [[0.2, 0.2, 0.6]]])
    >>> (decoded,), _ = ctc_greedy_decoder(logits, [3])
    >>> run(decoded.values)
    array([1])
    """
    indices, values, shape, score = emit(
        CTC_GREEDY_DECODER, inputs, sequence_length, merge_repeated=flag("merge_repeated", merge_repeated)
    )
    return [SparseTensor(indices, values, shape)], score


def ctc_beam_search_decoder(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1, merge_repeated: bool = True
) -> tuple[list[SparseTensor], Tensor]:
    """The most likely sequences of labels, as far as a search finds them that keeps the best beginnings.

    Args:
      inputs: logits [time, batch, classes], float32 or float64; the last class is the blank.
      sequence_length: int32 [batch]: how many steps of time each example has.
      beam_width: how many beginnings it keeps.
      top_paths: how many sequences are wanted.
      merge_repeated: whether equal neighbours in the result become one (a path has been collapsed before).

    Returns:
      `top_paths` int64 SparseTensors [batch, most labels], and the logs of their probabilities, [batch, top_paths].

    Raises:
      InvalidArgumentError: when it runs, and there are not as many sequences.

    >>> logits = tf.log([[[0.6, 0.4]], [[0.6, 0.4]]])
    >>> (decoded,), log_probability = ctc_beam_search_decoder(logits, [2])
    >>> run([decoded.values, tf.exp(log_probability)])
    [array([0]), array([[0.84]], dtype=float32)]
    """
    made = emit(
        CTC_BEAM_SEARCH_DECODER, inputs, sequence_length, beam_width=whole("beam_width", beam_width),
        top_paths=whole("top_paths", top_paths), merge_repeated=flag("merge_repeated", merge_repeated),
    )  # fmt: skip
    indices, values, shapes, log_probability = _grouped(made, int(top_paths))
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)], log_probability


def _grouped(made: Any, paths: int) -> tuple[Any, Any, Any, Tensor]:
    return made[:paths], made[paths : 2 * paths], made[2 * paths : 3 * paths], made[-1]


def ctc_beam_search_decoder_v2(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[SparseTensor], Tensor]:
    """`ctc_beam_search_decoder` that leaves equal neighbours as they are.

    >>> logits = tf.log([[[0.9, 0.1]], [[0.1, 0.9]], [[0.9, 0.1]]])
    >>> (decoded,), _ = ctc_beam_search_decoder_v2(logits, [3])
    >>> run(decoded.values)
    array([0, 0])
    """
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)


def ctc_loss_v2(
    labels: Any,
    logits: Any,
    label_length: Any,  # noqa: ARG001 (sparse labels know it)
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,  # noqa: ARG001 (for dense labels)
    blank_index: int | None = None,
    name: str | None = None,  # noqa: ARG001 (for dense labels)
) -> Tensor:
    """The CTC loss with the blank at any place among the classes; of sparse labels only.

    Args:
      labels: an int32 SparseTensor [batch, most labels].
      logits: [time, batch, classes], float32 or float64.
      label_length: not looked at: sparse labels have their lengths in them.
      logit_length: int32 [batch]: how many steps of time each example has.
      logits_time_major: False: logits are [batch, time, classes].
      unique: not looked at with sparse labels.
      blank_index: the class that is no label; a negative one counts from the end.
      name: not looked at with sparse labels.

    Returns:
      [batch].

    Raises:
      ValueError: blank_index is not given.
      NotImplementedError: labels are a dense tensor.

    >>> labels = tf.SparseTensor([[0, 0]], [1], [1, 1])
    >>> run(tf.exp(-ctc_loss_v2(labels, tf.zeros([2, 1, 2]), None, [2], blank_index=0)))
    array([0.75], dtype=float32)
    """
    if not isinstance(labels, SparseTensor):
        raise NotImplementedError(
            errors.explain(
                "ctc_loss_v2 of dense labels is not implemented",
                mend="labels as a tf.SparseTensor, and blank_index=0 where they count from 1.",
                where=user_site(),
            )
        )
    if blank_index is None:
        line = "blank_index must be given when using SparseTensor labels."
        raise ValueError(errors.explain(line, where=user_site()))
    if blank_index < 0:
        blank_index += _classes(logits)
    if blank_index != _classes(logits) - 1:
        parts = [
            logits[:, :, :blank_index],
            logits[:, :, blank_index + 1 :],
            logits[:, :, blank_index : blank_index + 1],
        ]
        logits = concat(parts, axis=2)
        values = where(labels.values < blank_index, labels.values, labels.values - 1)
        labels = SparseTensor(labels.indices, values, labels.dense_shape)
    return ctc_loss(labels, inputs=logits, sequence_length=logit_length, time_major=logits_time_major)


def _classes(logits: Tensor) -> Any:
    """The number of classes: a number where it is known and not 0, else a tensor."""
    return (None if logits.sizes is None else logits.sizes[2]) or shape(logits)[2]
