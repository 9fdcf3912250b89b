"""tf.audio: WAV files as tensors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import wav
from flowgraph.kernels.pillow import Damaged
from flowgraph.ops import attributes
from flowgraph.ops.image_files import demand_rank
from flowgraph.sizes import to_text


class DecodeWav(NamedTuple):
    """What `decode_wav` gives."""

    audio: Tensor
    sample_rate: Tensor


def _decoded_sizes(contents: Any, *, desired_channels: int, desired_samples: int) -> list[Any]:
    demand_rank(contents, 0)
    for what, count in (("channels", desired_channels), ("samples", desired_samples)):
        if count < -1:
            raise ValueError(f"{what} must be non-negative, got {count}")
    wanted = [None if count == -1 else count for count in (desired_samples, desired_channels)]
    return [tuple(wanted), ()]


def _decoded(_xp: Any, contents: Any, *, desired_channels: int, desired_samples: int) -> Any:
    if np.ndim(contents):
        raise invalid(f"contents must be scalar, got shape {to_text(np.shape(contents))}")
    try:
        audio, rate = wav.decode(np.asarray(contents).item())
    except Damaged as error:
        raise invalid(str(error)) from None
    has = audio.shape[1]
    if desired_channels != -1:  # beyond those that there are, the last one again
        audio = audio[:, np.minimum(np.arange(desired_channels), has - 1)]
    if desired_samples != -1:
        audio = audio[:desired_samples]
        audio = np.pad(audio, [(0, desired_samples - len(audio)), (0, 0)])
    return np.ascontiguousarray(audio), np.int32(np.uint32(rate))


_WAV = wav.encode(np.array([[0.5, -0.5], [0.25, 1.0]], np.float32), 8000)

DECODE_WAV = OpDef(
    "DecodeWav(contents: string) -> (audio: float32, sample_rate: int32)",
    attrs={"desired_channels": -1, "desired_samples": -1},
    infer=_decoded_sizes,
    forward=_decoded,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(VALUE(_WAV, dt.string)),
        case(VALUE(_WAV, dt.string), desired_channels=1, desired_samples=3),
    ],
)


def _encoded_sizes(audio: Any, sample_rate: Any) -> tuple[()]:
    demand_rank(audio, 2)
    demand_rank(sample_rate, 0)
    return ()


def _encoded(_xp: Any, audio: Any, sample_rate: Any) -> np.ndarray:
    if np.ndim(audio) != 2:
        raise invalid(f"audio must be 2-dimensional, got shape {to_text(np.shape(audio))}")
    if np.ndim(sample_rate):
        raise invalid(f"sample_rate must be scalar, got shape {to_text(np.shape(sample_rate))}")
    return np.array(wav_file(audio, int(sample_rate)), object)


def wav_file(audio: np.ndarray, rate: int) -> bytes:
    """A WAV file, or TF's error."""
    if not audio.size:
        raise invalid("audio is null")
    if rate <= 0:
        raise invalid(f"sample_rate must be in (0, 2^32), got: {rate % 2**64}")
    if audio.shape[1] >= 1 << 16:
        raise invalid(f"num_channels must be in (0, 2^16), got: {audio.shape[1]}")
    return wav.encode(audio, rate)


ENCODE_WAV = OpDef(
    "EncodeWav(audio: float32, sample_rate: int32) -> contents: string",
    infer=_encoded_sizes,
    forward=_encoded,
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(5, 2), VALUE(8000, dt.int32))],
)


def decode_wav(contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None) -> Any:
    """The sound in a WAV file of 16-bit samples.

    Args:
      contents: a scalar string: the file.
      desired_channels: how many channels to give, the last one again where there are fewer; -1: those of the file.
      desired_samples: how many samples to give, zeros where there are fewer; -1: those of the file.
      name: the op's name.

    Returns:
      A named tuple: `audio`, a float32 [samples, channels] between -1 and 1, and `sample_rate`, an int32 scalar.

    Raises:
      InvalidArgumentError: (when run) the string is no such file.

    >>> sound = decode_wav(encode_wav([[0.5], [-0.25]], 8000))
    >>> run([sound.audio, sound.sample_rate])
    [array([[ 0.5 ],
           [-0.25]], dtype=float32), 8000]
    """
    channels = attributes.whole("desired_channels", desired_channels)
    samples = attributes.whole("desired_samples", desired_samples)
    return DecodeWav(*emit(DECODE_WAV, contents, desired_channels=channels, desired_samples=samples, name=name))


def encode_wav(audio: Any, sample_rate: Any, name: str | None = None) -> Tensor:
    """A WAV file of 16-bit samples.

    Args:
      audio: a float32 [samples, channels] between -1 and 1; what lies beyond is cut off.
      sample_rate: an int32 scalar: samples in a second.
      name: the op's name.

    Returns:
      A scalar string.

    >>> len(run(encode_wav([[0.5], [-0.25]], 8000)))
    48
    """
    return emit(ENCODE_WAV, audio, sample_rate, name=name)
