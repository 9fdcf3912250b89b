"""Record what TensorFlow 1.15.5 makes of the files in pictures.json, whole and damaged, and of WAV files.

    python3.7 tests/golden/make_pictures.py

writes tests/golden/pictures_told.json: a list of [function of tf.image, file, arguments, dtype, shape, pixels] or,
where TF refuses, [function, file, arguments, exception, first line]. The pixels are zlib and base64.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

HERE = Path(__file__).resolve().parent
PICTURES = {name: base64.b64decode(text) for name, text in json.loads((HERE / "pictures.json").read_text()).items()}
_WINDOWS = ([2, 3, 5, 7], [0, 0, 19, 23], [0, 0, 20, 23], [-1, 0, 3, 3], [3, 3, 0, 3])
_NO_END = "jpeg_no_end"
"""A part of it TF reads without noticing that the end is missing; Pillow reads the whole and does notice."""
_ACCURATE = {"dct_method": "INTEGER_ACCURATE"}


def questions(name):
    """The functions to ask of a file, with their arguments."""
    kind = name.split("_")[0]
    if kind == "png":
        yield from (("decode_png", {"channels": channels}) for channels in (0, 1, 2, 3, 4))
        yield from (("decode_png", {"dtype": "uint16", "channels": channels}) for channels in (0, 1, 4))
        yield "decode_jpeg", {}
        yield "decode_gif", {}
    elif kind == "jpeg":
        yield from (("decode_jpeg", {"channels": channels}) for channels in (0, 1, 4))
        yield from (("decode_jpeg", dict(_ACCURATE, ratio=ratio)) for ratio in (1, 2, 3, 4, 8) if name != "jpeg_bomb")
        yield from (
            ("decode_and_crop_jpeg", dict(_ACCURATE, crop_window=window)) for window in _WINDOWS if name != _NO_END
        )
        yield from (
            ("decode_png", {"dtype": "uint16"}),
            ("decode_jpeg", {"dct_method": "odd"}),
            ("extract_jpeg_shape", {}),
        )
    elif kind == "gif":
        yield from (("decode_gif", {}), ("decode_png", {}), ("decode_jpeg", {"channels": 1}))
        yield "decode_png", {"dtype": "uint16"}
    elif kind == "bmp":
        yield from (("decode_bmp", {"channels": channels}) for channels in (0, 1, 2, 3, 4))
        yield "decode_png", {}
    else:
        for function in ("decode_png", "decode_jpeg", "decode_gif", "decode_bmp", "decode_image", "extract_jpeg_shape"):
            yield function, {}


def answer(function, name, arguments):
    """What TensorFlow says, as JSON."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        try:
            value = session.run(getattr(tf.image, function)(PICTURES[name], **arguments))
        except tf.errors.OpError as error:
            return [type(error).__name__, error.message.splitlines()[0]]
        pixels = base64.b64encode(zlib.compress(value.tobytes(), 9)).decode()
        return [str(value.dtype), list(value.shape), pixels]


def main():
    told = [[function, name, arguments] for name in PICTURES for function, arguments in questions(name)]
    told = [record + answer(*record) for record in told]
    lines = ",\n".join(json.dumps(record) for record in told)
    (HERE / "pictures_told.json").write_text("[\n" + lines + "\n]\n")
    sys.stdout.write("%d answers\n" % len(told))


if __name__ == "__main__":
    main()
