"""WAV files: what TensorFlow 1.15.5 says to damaged ones (recorded by hand from its answers)."""

from __future__ import annotations

import struct

import numpy as np
import pytest

import flowgraph as tf

SHORT = "Data too short when trying to read string"


def wav(samples=(0, 1000, -1000, 32767, -32768, 5), channels=1, width=None, before=b"", after=b"", size=None, **fields):
    """A WAV file, right in all fields but those that are given."""
    data = struct.pack(f"<{len(samples)}h", *samples)
    width = 2 * channels if width is None else width
    has = {
        "riff": b"RIFF",
        "wave": b"WAVE",
        "fmt": b"fmt ",
        "length": 16,
        "kind": 1,
        "rate": 8000,
        "bits": 16,
        **fields,
    }
    per_second = has.get("per_second", has["rate"] * width)
    form = struct.pack("<IHHIIHH", has["length"], has["kind"], channels, has["rate"], per_second, width, has["bits"])
    form += has.get("extra", b"")
    chunk = b"data" + struct.pack("<I", len(data) if size is None else size) + data
    body = has["wave"] + has["fmt"] + form + before + chunk + after
    return has["riff"] + struct.pack("<I", len(body)) + body


def decoded(data, **options):
    with tf.Session() as session:
        return session.run(tf.audio.decode_wav(data, **options))


DAMAGED = {
    "Header mismatch: Expected RIFF but found RIFX": wav(riff=b"RIFX"),
    "Header mismatch: Expected WAVE but found WAVX": wav(wave=b"WAVX"),
    "Header mismatch: Expected fmt  but found junk": wav(fmt=b"junk"),
    "Bad audio format for WAV: Expected 1 (PCM), but got3": wav(kind=3),
    "Can only read 16-bit WAV files, but received 8": wav(bits=8),
    "Bad file size for WAV: Expected 16 or 18, but got40": wav(length=40),
    "Bad bytes per sample in WAV header: Expected 2 but got 4": wav(width=4),
    "Bad bytes per second in WAV header: Expected 16000 but got 7 (sample_rate=8000, bytes_per_sample=2)": wav(
        per_second=7
    ),
    "Bad number of channels for WAV: Expected at least 1, but got 0": wav(channels=0),
    "More than one data chunk found in WAV": wav(after=b"data" + struct.pack("<I", 4) + b"abcd"),
    "WAV data chunk 'data' is too large: 4294967295 bytes, but the limit is 2147483647": wav(size=2**32 - 1),
    "No data chunk found in WAV": wav()[:36],
}


@pytest.mark.parametrize("line", DAMAGED)
def test_damaged_files(line):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        decoded(DAMAGED[line])
    assert caught.value.message.splitlines()[0] == line


@pytest.mark.parametrize("data", [wav()[:30], wav()[:12], wav()[:6], wav()[:40], wav(after=b"LI"), wav(size=1000), b""])
def test_files_that_are_cut_off(data):
    with pytest.raises(tf.errors.InvalidArgumentError, match=SHORT):
        decoded(data)


def test_what_is_around_the_samples_is_passed_over():
    for data in (wav(length=18, extra=b"\0\0"), wav(before=b"LIST" + struct.pack("<I", 5) + b"abcde")):
        audio, rate = decoded(data)
        expected = [0.0, 0.030517578125, -0.030517578125, 0.999969482421875, -1.0, 0.000152587890625]
        assert (audio[:, 0].tolist(), rate) == (expected, 8000)


def test_channels_and_samples_as_wanted():
    data = wav(channels=3)
    assert (decoded(data, desired_channels=4).audio[:, 3] == decoded(data).audio[:, 2]).all()
    assert decoded(data, desired_channels=1, desired_samples=3).audio.shape == (3, 1)
    assert decoded(data, desired_samples=3).audio[2].tolist() == [0.0, 0.0, 0.0]
    assert decoded(data, desired_samples=1).audio.shape == (1, 3)
    assert tf.audio.decode_wav(data, 2, 5).audio.shape.as_list() == [5, 2]


@pytest.mark.parametrize(
    ("audio", "rate", "line"),
    [
        (np.zeros([0, 2]), 3, "audio is null"),
        (np.zeros([5, 2]), -3, r"sample_rate must be in \(0, 2\^32\), got: 18446744073709551613"),
        (np.zeros([2, 70000]), 3, r"num_channels must be in \(0, 2\^16\), got: 70000"),
    ],
)
def test_what_cannot_be_written(audio, rate, line):
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="^" + line):
        session.run(tf.audio.encode_wav(audio.astype(np.float32), rate))
