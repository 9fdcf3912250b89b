"""Picture files: the pixels are those that TensorFlow 1.15.5 gives, and damaged files are refused in its words."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels import gif, jpeg, png
from flowgraph.kernels.pillow import Damaged

GOLDEN = Path(__file__).parent.parent / "golden"
PICTURES = {name: base64.b64decode(text) for name, text in json.loads((GOLDEN / "pictures.json").read_text()).items()}
TOLD = json.loads((GOLDEN / "pictures_told.json").read_text())


def _run(function, name, arguments):
    with tf.Session() as session:
        return session.run(getattr(tf.image, function)(PICTURES[name], **arguments))


@pytest.mark.parametrize("name", PICTURES)
def test_as_tensorflow(name):
    for function, _, arguments, *answer in (record for record in TOLD if record[1] == name):
        where = f"{function}({name}, {arguments})"
        with tf.Graph().as_default():
            if len(answer) == 2:
                with pytest.raises(getattr(tf.errors, answer[0])) as caught:
                    _run(function, name, arguments)
                assert caught.value.message.splitlines()[0] == answer[1], where
                continue
            value = _run(function, name, arguments)
        dtype, shape, packed = answer
        assert (value.dtype, list(value.shape)) == (dtype, shape), where
        expected = np.frombuffer(zlib.decompress(base64.b64decode(packed)), dtype).reshape(shape)
        if function == "decode_and_crop_jpeg" and shape[1] < 23:  # TF's last column knows no colours to its right
            value, expected = value[:, :-1], expected[:, :-1]
        # (TF reads JPEG in a faster and less accurate way where it is not told otherwise)
        is_rough = name.startswith("jpeg") and "dct_method" not in arguments and function != "extract_jpeg_shape"
        assert np.abs(value.astype(int) - expected.astype(int)).max(initial=0) <= (4 if is_rough else 0), where


def test_a_file_that_is_cut_off_can_be_recovered():
    whole = _run("decode_jpeg", "jpeg_rgb", {"channels": 1})
    found = _run("decode_jpeg", "jpeg_cut", {"channels": 1, "try_recover_truncated": True})
    assert (found[:8] == whole[:8]).all()
    assert (found != whole).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_there_and_back(dtype, channels):
    pixels = np.random.RandomState(1).randint(0, np.iinfo(dtype).max + 1, [7, 9, channels]).astype(dtype)
    assert (png.decode(png.encode(pixels), wide=dtype is np.uint16) == pixels).all()


def test_jpeg_says_what_it_is_told():
    from PIL import Image

    pixels = np.zeros([8, 8, 3], np.uint8)
    data = jpeg.encode(pixels, progressive=True, density=("cm", 10, 20), xmp=b"<x/>", downsample=False)
    image = Image.open(io.BytesIO(data))
    assert image.info["progressive"]
    assert (image.info["jfif_unit"], image.info["jfif_density"]) == (2, (10, 20))
    assert image.info["xmp"] == b"<x/>"
    assert image.layer[0][1:3] == (1, 1)
    assert Image.open(io.BytesIO(jpeg.encode(pixels))).layer[0][1:3] == (2, 2)


@pytest.mark.parametrize("decode", [png.decode, jpeg.decode, gif.decode])
@pytest.mark.parametrize("name", ["png_rgb_16", "png_palette_clear", "jpeg_progressive", "gif_three"])
def test_damage_anywhere_is_survived(decode, name):
    """Bits flipped and ends cut off: pixels or Damaged come out, and nothing else."""
    if decode.__module__.rpartition(".")[2] != name.partition("_")[0]:
        return
    random = np.random.RandomState(0)
    for _ in range(150):
        data = bytearray(PICTURES[name])
        data[random.randint(len(data))] ^= 1 << random.randint(8)
        if random.randint(3) == 0:
            del data[random.randint(len(data)) :]
        with contextlib.suppress(Damaged):
            assert decode(bytes(data)).size < 10**7


def test_few_bytes_never_become_many_pixels(monkeypatch):
    """The size in the header is not believed before memory is asked for."""
    monkeypatch.setattr(np, "zeros", None)
    monkeypatch.setattr(png, "opened", None)
    for side in (20_000, 22_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        body = [png._chunk(b"IHDR", header), png._chunk(b"IDAT", zlib.compress(bytes(1000))), png._chunk(b"IEND", b"")]
        with pytest.raises(Damaged):
            png.decode(png.SIGNATURE + b"".join(body))


def test_without_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Exception, match="pip install pillow"):
        _run("decode_png", "png_rgb", {})
    assert _run("decode_bmp", "bmp_rgb", {}).shape == (6, 5, 3)
