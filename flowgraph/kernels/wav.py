"""WAV files of 16-bit samples."""

from __future__ import annotations

import struct

import numpy as np

from flowgraph.kernels.pillow import Damaged

_MOST = 2**31 - 1
_SHORT = "Data too short when trying to read string"


def encode(audio: np.ndarray, rate: int) -> bytes:
    """A WAV file of samples [samples, channels] between -1 and 1; what lies beyond is cut off.

    >>> encode(np.float32([[0.0], [-1.0]]), 8000)[-4:]
    b'\\x00\\x00\\x00\\x80'
    """
    channels = audio.shape[1]
    scaled = np.nan_to_num(np.clip(audio.astype(np.float64) * 32768, -32768, 32767), nan=0.0)
    samples = np.trunc(scaled + np.copysign(0.5, scaled)).clip(-32768, 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 % 2**32, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


class _Reader:
    """Bytes that are read from the beginning to the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise Damaged(_SHORT)
        self.at += count
        return self.data[self.at - count : self.at]

    def expect(self, text: bytes) -> None:
        found = self.take(4)
        if found != text:
            raise Damaged(f"Header mismatch: Expected {text.decode()} but found {found.decode('latin-1')}")

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))


def decode(data: bytes) -> tuple[np.ndarray, int]:
    """The samples of a WAV file, [samples, channels] between -1 and 1, and how many there are in a second.

    Raises:
      Damaged: it is no such file; the text is TF's.
    """
    reader = _Reader(data)
    reader.expect(b"RIFF")
    reader.take(4)
    reader.expect(b"WAVE")
    reader.expect(b"fmt ")
    channels, rate, width = _format(reader)
    samples: np.ndarray | None = None
    while reader.at < len(data):
        name, (size,) = reader.take(4), reader.numbers("<I")
        if size > _MOST:
            chunk = name.decode("latin-1")
            raise Damaged(f"WAV data chunk '{chunk}' is too large: {size} bytes, but the limit is {_MOST}")
        if name != b"data":
            reader.at += size
            continue
        if samples is not None:
            raise Damaged("More than one data chunk found in WAV")
        samples = np.frombuffer(reader.take(size // width * width), "<i2").reshape(-1, channels)
    if samples is None:
        raise Damaged("No data chunk found in WAV")
    return samples.astype(np.float32) / np.float32(32768), rate


def _format(reader: _Reader) -> tuple[int, int, int]:
    """The channels, the samples in a second, and the bytes of a sample of all channels."""
    (size,) = reader.numbers("<I")
    if size not in (16, 18):
        raise Damaged(f"Bad file size for WAV: Expected 16 or 18, but got{size}")
    kind, channels, rate, per_second, width, bits = reader.numbers("<HHIIHH")
    if kind != 1:
        raise Damaged(f"Bad audio format for WAV: Expected 1 (PCM), but got{kind}")
    if channels < 1:
        raise Damaged(f"Bad number of channels for WAV: Expected at least 1, but got {channels}")
    if bits != 16:
        raise Damaged(f"Can only read 16-bit WAV files, but received {bits}")
    if width != 2 * channels:
        raise Damaged(f"Bad bytes per sample in WAV header: Expected {2 * channels} but got {width}")
    if per_second != rate * width % 2**32:
        line = f"Bad bytes per second in WAV header: Expected {rate * width} but got {per_second}"
        raise Damaged(f"{line} (sample_rate={rate}, bytes_per_sample={width})")
    if size == 18:
        reader.take(2)
    return channels, rate, width
