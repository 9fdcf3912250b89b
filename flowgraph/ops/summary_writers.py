"""Ops that write summaries into event files themselves: what tf.contrib.summary is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors, protos
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.kernels.event_writers import EventWriter, event
from flowgraph.ops.summary import HISTOGRAM_SUMMARY, REAL, SCALAR_SUMMARY
from flowgraph.ops.summary_shown import AUDIO_SUMMARY, IMAGE_SUMMARY, TENSOR_SUMMARY

_SHOWN = TypeAttr((dt.uint8, dt.float32, dt.float16), dt.float32)


def _held(ctx: Any, *, shared_name: str, container: str) -> EventWriter:
    del container  # of which the session has one
    found: EventWriter = ctx.shared(lambda: EventWriter(shared_name or ctx.op.name))
    return found


SUMMARY_WRITER = OpDef(
    "SummaryWriter() -> writer: resource",
    attrs={"shared_name": "", "container": ""},
    infer=lambda **attrs: (),
    forward=_held,
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _op(signature: str, forward: Callable[..., None], attrs: dict[str, Any] | None = None) -> OpDef:
    """An op that does something with a writer."""

    def done(_ctx: Any, *inputs: Any, **attrs: Any) -> tuple[()]:
        forward(*inputs, **attrs)
        return ()

    return OpDef(
        f"{signature} -> ()",
        attrs=attrs or {},
        infer=lambda *inputs, **attrs: [],
        forward=done,
        gradient=NO_GRADIENT,
        effect=Effect.WORLD,
    )


def _text(value: Any) -> bytes:
    found: bytes = np.asarray(value, object).item()
    return found


def _open(writer: EventWriter, folder: Any, most: Any, milliseconds: Any, suffix: Any) -> None:
    writer.open(_text(folder).decode(), int(most), int(milliseconds) / 1000, _text(suffix).decode())


def _write(summarize: Callable[..., Any]) -> Callable[..., None]:
    """Write what an op of tf.summary would give."""

    def forward(writer: EventWriter, step: Any, *inputs: Any, **attrs: Any) -> None:
        summary = protos.message("Summary").FromString(_text(summarize(*inputs, **attrs)))
        writer.add(event(step, summary=summary))

    return forward


def _tensor(tensor: Any, tag: Any, metadata: Any) -> Any:
    summary = protos.message("Summary").FromString(_text(TENSOR_SUMMARY.forward(np, tag, tensor, metadata)))
    for value in summary.value:
        if not value.metadata.ByteSize():
            value.ClearField("metadata")
    return np.array(summary.SerializeToString(), object)


def _parsed(message: str, data: Any) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return protos.message(message).FromString(_text(data))
    except DecodeError:
        line = f"Bad tf.{message} binary proto tensor string"
        raise errors.DataLossError(None, None, line) from None


def _graph(writer: EventWriter, step: Any, data: Any) -> None:
    writer.add(event(step, graph_def=_parsed("GraphDef", data).SerializeToString()))


CREATE_SUMMARY_FILE_WRITER = _op(
    "CreateSummaryFileWriter(writer: resource, logdir: string, max_queue: int32, flush_millis: int32, "
    "filename_suffix: string)",
    _open,
)
FLUSH_SUMMARY_WRITER = _op("FlushSummaryWriter(writer: resource)", EventWriter.flush)
CLOSE_SUMMARY_WRITER = _op("CloseSummaryWriter(writer: resource)", EventWriter.close)
WRITE_SUMMARY = _op(
    "WriteSummary(writer: resource, step: int64, tensor: T, tag: string, summary_metadata: string)",
    _write(_tensor),
    {"T": TypeAttr()},
)
WRITE_SCALAR_SUMMARY = _op(
    "WriteScalarSummary(writer: resource, step: int64, tag: string, value: T)",
    _write(lambda tag, value: SCALAR_SUMMARY.forward(np, tag, value)),
    {"T": REAL},
)
WRITE_HISTOGRAM_SUMMARY = _op(
    "WriteHistogramSummary(writer: resource, step: int64, tag: string, values: T)",
    _write(lambda tag, values: HISTOGRAM_SUMMARY.forward(np, tag, values)),
    {"T": TypeAttr(REAL.allowed, dt.float32)},
)
WRITE_IMAGE_SUMMARY = _op(
    "WriteImageSummary(writer: resource, step: int64, tag: string, tensor: T, bad_color: uint8)",
    _write(
        lambda tag, tensor, bad_color, *, max_images: IMAGE_SUMMARY.forward(
            np, tag, tensor, max_images=max_images, bad_color=bad_color
        )
    ),
    {"max_images": 3, "T": _SHOWN},
)
WRITE_AUDIO_SUMMARY = _op(
    "WriteAudioSummary(writer: resource, step: int64, tag: string, tensor: float32, sample_rate: float32)",
    _write(
        lambda tag, tensor, rate, *, max_outputs: AUDIO_SUMMARY.forward(np, tag, tensor, rate, max_outputs=max_outputs)
    ),
    {"max_outputs": 3},
)
WRITE_GRAPH_SUMMARY = _op("WriteGraphSummary(writer: resource, step: int64, tensor: string)", _graph)
IMPORT_EVENT = _op(
    "ImportEvent(writer: resource, event: string)",
    lambda writer, data: writer.add(_parsed("Event", data)),
)
