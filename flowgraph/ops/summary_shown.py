"""Summaries of pictures, sound and tensors (tf.summary.image, audio, text, tensor_summary)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import png
from flowgraph.ops import attributes
from flowgraph.ops.audio import wav_file
from flowgraph.ops.summary import as_string, collected, named
from flowgraph.protos.tensors import of_array
from flowgraph.sizes import to_text


def _tag(tag: Any, line: str) -> str:
    if np.ndim(tag):
        raise invalid(line)
    text: str = np.asarray(tag).item().decode(errors="replace")
    return text


def _tags(tag: str, kind: str, most: int, count: int) -> Iterator[str]:
    """The tags of as many of `count` pictures or sounds as may be shown."""
    for i in range(min(most, count)):
        yield f"{tag}/{kind}" if most == 1 else f"{tag}/{kind}/{i}"


# -- pictures ----------------------------------------------------------------------------------------------


def _normalized(picture: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Numbers as bytes: from 0 on where none is negative, else around 127; pixels that are not finite get a colour."""
    finite = np.isfinite(picture).all(axis=-1)
    known = picture[finite]
    # (float32 for float64 pictures, too, as in TF)
    low, high = (float(np.float32(edge)) for edge in ((known.min(), known.max()) if known.size else (np.inf, -np.inf)))
    if low < 0:
        largest = max(abs(low), abs(high))
        scale, offset = (0.0 if largest < _TINY else 127.0 / largest), 128.0
    else:
        scale, offset = (0.0 if high < _TINY else 255.0 / high), 0.0
    of = picture.dtype.type
    numbers = np.where(finite[..., None], picture, 0) * of(scale) + of(offset)
    return np.where(finite[..., None], np.clip(numbers, 0, 255), bad).astype(np.uint8)


_TINY = 1e-6
"""A picture whose numbers are all below that is not made brighter."""


def _images(_xp: Any, tag: Any, tensor: Any, *, max_images: int, bad_color: Any) -> np.ndarray:
    text = _tag(tag, "Tags must be a scalar")
    if np.ndim(tensor) != 4 or tensor.shape[3] not in (1, 3, 4):
        raise invalid(f"Tensor must be 4-D with last dim 1, 3, or 4, not {to_text(np.shape(tensor))}")
    count, rows, columns, depth = tensor.shape
    if max(rows, columns) >= 2**31 or rows * columns >= 2**29:
        raise invalid(f"Tensor too large for summary {to_text(tensor.shape)}")
    colour = np.asarray(bad_color)
    if colour.dtype != np.uint8:
        raise invalid(f"bad_color must be uint8, got {_NAMES.get(colour.dtype.name, colour.dtype.name)}")
    if colour.size < depth:
        raise invalid(f"expected depth <= bad_color.size, got depth = {depth}, bad_color.size = {colour.size}")
    if count and not tensor.size:
        raise invalid(f"input tensor must have non-zero dims. Found: [{', '.join(map(str, tensor.shape))}].")
    values = []
    for name, picture in zip(_tags(text, "image", max_images, count), tensor, strict=False):
        shown = picture if picture.dtype == np.uint8 else _normalized(picture, colour.ravel()[:depth])
        image = {"height": rows, "width": columns, "colorspace": depth, "encoded_image_string": png.encode(shown)}
        values.append({"tag": name, "image": image})
    return as_string(values)


_NAMES = {"float32": "float", "float64": "double", "float16": "half"}

IMAGE_SUMMARY = OpDef(
    "ImageSummary(tag: string, tensor: T) -> summary: string",
    attrs={
        "max_images": 3,
        "T": TypeAttr((dt.uint8, dt.float32, dt.float16, dt.float64), dt.float32),
        "bad_color": np.array([255, 0, 0, 255], np.uint8),
    },
    infer=lambda _tag, _tensor, **attrs: (),
    forward=_images,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE(b"x", dt.string), FLOAT(2, 3, 4, 3)),
        case(VALUE(b"x", dt.string), VALUE(np.ones([1, 2, 2, 1]), dt.uint8), max_images=1),
    ],
)


def image(
    name: str, tensor: Any, max_outputs: int = 3, collections: Sequence[Any] | None = None, family: str | None = None
) -> Tensor:
    """A summary of pictures, which go into it as PNG.

    Numbers that are no bytes are scaled for each picture: the largest becomes 255, or, where some are negative, zero
    becomes 128 and the farthest from it 1 or 255. A pixel with a number that is not finite becomes red.

    Args:
      name: the name of the op, and the tag under which TensorBoard shows it.
      tensor: [batch, rows, columns, 1, 3 or 4] of uint8 or floats.
      max_outputs: how many pictures of the batch go into it at most.
      collections: the collections for the op; by default SUMMARIES.
      family: what TensorBoard groups it with: it goes before the tag.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      InvalidArgumentError: when run, where the tensor has another shape.

    >>> summary = tf.Summary.FromString(run(image("x", tf.zeros([2, 4, 5, 3]))))
    >>> [(value.tag, value.image.height, value.image.width) for value in summary.value]
    [('x/image/0', 4, 5), ('x/image/1', 4, 5)]
    """
    with named(name, family, [tensor]) as (tag, scope):
        most = attributes.whole("max_images", 3 if max_outputs is None else max_outputs)
        attributes.at_least(1, "max_images", most, "ImageSummary")
        return collected(emit(IMAGE_SUMMARY, tag, tensor, max_images=most, name=scope), collections)


# -- sound -------------------------------------------------------------------------------------------------


def _sounds(_xp: Any, tag: Any, tensor: Any, sample_rate: Any, *, max_outputs: int) -> np.ndarray:
    text = _tag(tag, "Tag must be a scalar")
    if np.ndim(tensor) not in (2, 3):
        raise invalid(f"Tensor must be 3-D or 2-D, got: {to_text(np.shape(tensor))}")
    if np.size(sample_rate) != 1:
        raise invalid(f"sample_rate must be scalar, got shape {to_text(np.shape(sample_rate))}")
    rate = np.ravel(sample_rate)[0]
    if not rate > 0:
        raise invalid("sample_rate must be > 0")
    batch = tensor if tensor.ndim == 3 else tensor[..., None]
    values = []
    for name, sound in zip(_tags(text, "audio", max_outputs, len(batch)), batch, strict=False):
        frames, channels = sound.shape
        file = wav_file(sound, int(rate))
        audio = {"sample_rate": rate, "num_channels": channels, "length_frames": frames, "content_type": "audio/wav"}
        values.append({"tag": name, "audio": {**audio, "encoded_audio_string": file}})
    return as_string(values)


AUDIO_SUMMARY = OpDef(
    "AudioSummaryV2(tag: string, tensor: float32, sample_rate: float32) -> summary: string",
    attrs={"max_outputs": 3},
    infer=lambda _tag, _tensor, _rate, **attrs: (),
    forward=_sounds,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE(b"x", dt.string), FLOAT(2, 3, 2), VALUE(8000.0, dt.float32)),
        case(VALUE(b"x", dt.string), FLOAT(2, 3), VALUE(8000.0, dt.float32), max_outputs=1),
    ],
)


def _sounds_of_old(_xp: Any, tag: Any, tensor: Any, *, sample_rate: float, max_outputs: int) -> np.ndarray:
    return _sounds(_xp, tag, tensor, np.float32(sample_rate), max_outputs=max_outputs)


OLD_AUDIO_SUMMARY = OpDef(
    "AudioSummary(tag: string, tensor: float32) -> summary: string",
    attrs={"sample_rate": REQUIRED, "max_outputs": 3},
    infer=lambda _tag, _tensor, **attrs: (),
    forward=_sounds_of_old,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(b"x", dt.string), FLOAT(2, 3, 2), sample_rate=8000.0)],
)
"""Of graphs that were written before 2016."""


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[Any] | None = None,
    family: str | None = None,
) -> Tensor:
    """A summary of sounds, which go into it as WAV.

    Args:
      name: the name of the op, and the tag under which TensorBoard offers it.
      tensor: float32 [batch, samples, channels] or [batch, samples], between -1 and 1.
      sample_rate: samples in a second: a float32 scalar.
      max_outputs: how many sounds of the batch go into it at most.
      collections: the collections for the op; by default SUMMARIES.
      family: what TensorBoard groups it with: it goes before the tag.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      InvalidArgumentError: when run, where the tensor has another shape, or the rate is not positive.

    >>> summary = tf.Summary.FromString(run(audio("x", tf.zeros([1, 10]), 8000, max_outputs=1)))
    >>> [(value.tag, value.audio.length_frames) for value in summary.value]
    [('x/audio', 10)]
    """
    with named(name, family, [tensor]) as (tag, scope):
        rate = convert_to_tensor(sample_rate, dtype=dt.float32, name="sample_rate")
        most = attributes.whole("max_outputs", 3 if max_outputs is None else max_outputs)
        attributes.at_least(1, "max_outputs", most, "AudioSummaryV2")
        return collected(emit(AUDIO_SUMMARY, tag, tensor, rate, max_outputs=most, name=scope), collections)


# -- tensors -----------------------------------------------------------------------------------------------


def _tensor(_xp: Any, tag: Any, tensor: Any, metadata: Any) -> np.ndarray:
    text = _tag(tag, "tag must be scalar")
    told = _metadata(np.ravel(metadata)[0])
    array = np.asarray(tensor)
    return as_string([{"tag": text, "tensor": of_array(array, dt.as_dtype(array.dtype), 0), "metadata": told}])


def _metadata(data: bytes) -> Any:
    """A SummaryMetadata; an empty one where the bytes are none, as in TF."""
    from google.protobuf.message import DecodeError

    try:
        return protos.message("SummaryMetadata").FromString(data)
    except DecodeError:
        return protos.message("SummaryMetadata")()


TENSOR_SUMMARY = OpDef(
    "TensorSummaryV2(tag: string, tensor: T, serialized_summary_metadata: string) -> summary: string",
    attrs={"T": TypeAttr()},
    infer=lambda _tag, _tensor, _metadata: (),
    forward=_tensor,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE(b"x", dt.string), FLOAT(2, 3), VALUE(b"", dt.string)),
        case(VALUE(b"x", dt.string), VALUE([b"a", b"b"], dt.string), VALUE(b"", dt.string)),
    ],
)


def _node(ctx: Any, tensor: Any, **_attrs: Any) -> np.ndarray:
    array = np.asarray(tensor)
    return as_string([{"node_name": ctx.op.name, "tensor": of_array(array, dt.as_dtype(array.dtype), 0)}])


OLD_TENSOR_SUMMARY = OpDef(
    "TensorSummary(tensor: T) -> summary: string",
    attrs={"T": TypeAttr(), "description": "", "labels": (), "display_name": ""},
    infer=lambda _tensor, **attrs: (),
    forward=_node,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
    cases=[case(FLOAT(2, 3)), case(VALUE([b"a", b"b"], dt.string))],
)
"""Of graphs from before TensorFlow 1.3; its tag is the name of the node, for which it is given the run's context."""


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: str | None = None,
    collections: Sequence[Any] | None = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Tensor:
    """A summary that holds a tensor as it is, for plugins of TensorBoard.

    Args:
      name: the name of the op, and the tag.
      tensor: any tensor.
      summary_description: what TensorBoard says of it.
      collections: the collections for the op; by default SUMMARIES.
      summary_metadata: a SummaryMetadata message: which plugin shows it.
      family: what TensorBoard groups it with: it goes before the tag.
      display_name: what TensorBoard calls it instead of its tag.

    Returns:
      A scalar string: a Summary in TF's form.

    >>> summary = tf.Summary.FromString(run(tensor_summary("x", [1.0, 2.0])))
    >>> tf.make_ndarray(summary.value[0].tensor)
    array([1., 2.], dtype=float32)
    """
    metadata = protos.message("SummaryMetadata")() if summary_metadata is None else summary_metadata
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with named(name, family, [tensor]) as (tag, scope):
        summary = emit(TENSOR_SUMMARY, tag, tensor, metadata.SerializeToString(), name=scope)
        return collected(summary, collections)


def text(name: str, tensor: Any, collections: Sequence[Any] | None = None) -> Tensor:
    """A summary of strings, which TensorBoard shows as Markdown, vectors and matrices of them as tables.

    Args:
      name: the name of the op, and the tag.
      tensor: a tensor of strings.
      collections: the collections for the op; by default SUMMARIES.

    Returns:
      A scalar string: a Summary in TF's form.

    Raises:
      ValueError: the tensor has no strings.

    >>> summary = tf.Summary.FromString(run(text("said", tf.constant("*hello*"))))
    >>> summary.value[0].metadata.plugin_data.plugin_name, summary.value[0].tensor.string_val[0]
    ('text', b'*hello*')
    """
    if tensor.dtype != dt.string:
        raise refusal(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    plugin = protos.message("SummaryMetadata.PluginData")(plugin_name="text")
    metadata = protos.message("SummaryMetadata")(plugin_data=plugin)
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def get_summary_description(node_def: Any) -> Any:
    """The SummaryDescription in a NodeDef of TensorSummary, an op that old graphs have.

    Args:
      node_def: a NodeDef.

    Raises:
      ValueError: it is of another op.
    """
    if node_def.op != "TensorSummary":
        raise refusal(f"Can't get_summary_description on {node_def.op}")
    from google.protobuf import json_format

    description = node_def.attr["description"].s.decode()
    return json_format.Parse(description, protos.message("SummaryDescription")())


# -- summaries that are written by ops ------------------------------------------------------------------


def all_v2_summary_ops() -> list[Any]:
    """The ops of the default graph that write summaries themselves: tf.contrib.summary's.

    >>> all_v2_summary_ops()
    []
    """
    return get_collection(GraphKeys._SUMMARY_COLLECTION)
