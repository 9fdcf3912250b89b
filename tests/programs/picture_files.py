"""tf.image: JPEG, PNG, GIF and BMP files, and tf.audio."""

from __future__ import annotations

import json
import os
from base64 import b64decode

import numpy as np

_HERE = os.path.dirname(os.path.abspath(__file__))


def _picture(name):
    """One of the files of tests/golden/pictures.json."""
    with open(os.path.join(_HERE, os.pardir, "golden", "pictures.json")) as file:
        return b64decode(json.load(file)[name])


def _ramp(rows, columns, channels, dtype=np.uint8):
    array = np.arange(rows * columns * channels).reshape(rows, columns, channels)
    return (array * 7 % np.iinfo(dtype).max).astype(dtype)


def any_file(tf):
    names = ["png_rgb", "gif_three", "bmp_rgb", "png_gray"]
    x = tf.placeholder(tf.string, [], name="file")
    runs = []
    third = {"channels": 3, "name": "mine", "expand_animations": False}
    for attrs in ({}, {"channels": 3, "dtype": tf.float32}, third):
        y = tf.image.decode_image(x, **attrs)
        runs += [(y, {x: _picture(name)}) for name in names]
    runs.append((tf.image.decode_image(x, dtype=tf.float16), {x: _picture("png_rgb_16")}))
    return runs


def one_kind(tf):
    x = tf.placeholder(tf.string, name="file")
    y = [
        tf.image.decode_png(x, channels=3),
        tf.image.decode_png(x, dtype=tf.uint16, name="png"),
        tf.image.decode_jpeg(x, channels=1, ratio=2),
        tf.image.decode_gif(x),
        tf.io.is_jpeg(x),
        tf.image.is_jpeg(x, name="asked"),
    ]
    more = [
        tf.image.decode_bmp(_picture("bmp_rgba")),
        tf.image.decode_bmp(tf.constant(_picture("bmp_gray")), channels=1, name="bmp"),
        tf.image.extract_jpeg_shape(_picture("jpeg_rgb")),
        tf.io.extract_jpeg_shape(_picture("jpeg_gray"), tf.int64),
        tf.shape(tf.image.decode_jpeg(_picture("jpeg_rgb"), None, fancy_upscaling=False, acceptable_fraction=0.5)),
        tf.image.decode_jpeg(_picture("jpeg_444"), dct_method="INTEGER_ACCURATE"),
        tf.image.decode_and_crop_jpeg(_picture("jpeg_422"), [2, 3, 5, 4], 3, dct_method="INTEGER_ACCURATE"),
    ]
    return [(y, {x: _picture("png_rgb")}), (more, None)]


def written(tf):
    x = tf.placeholder(tf.uint8, name="image")
    feeds = [{x: _ramp(5, 4, 3)}, {x: _ramp(1, 3, 1)}, {x: _ramp(3, 1, 4)}, {x: _ramp(40, 60, 2)}]
    files = [tf.image.encode_png(x), tf.image.encode_png(x, compression=9, name="small")]
    wide = tf.image.encode_png(tf.constant(_ramp(4, 6, 3, np.uint16)), compression=1)
    y = tf.cast(tf.reshape(x, [5, 4, 3]), tf.float32) / 255.0
    jpeg = [
        tf.image.encode_jpeg(x),
        tf.image.encode_jpeg(x, "rgb", 90, True, True, False, "cm", 10, 20, "", "named"),
        tf.image.adjust_jpeg_quality(y, 50),
        tf.image.adjust_jpeg_quality(x, tf.constant(50)),
    ]
    tf.set_random_seed(3)
    jpeg.append(tf.image.random_jpeg_quality(x, 20, 80))
    jpeg.append(tf.image.random_jpeg_quality(x, 20, 80, seed=4))
    shapes = [tf.shape(tf.image.decode_image(file)) for file in jpeg[:2]] + [tf.shape(image) for image in jpeg[2:]]
    return [(files, feed) for feed in feeds] + [(wide, None), (shapes, feeds[0])]


def sound(tf):
    x = tf.placeholder(tf.float32, name="sound")
    file = tf.audio.encode_wav(x, 44100)
    back = tf.audio.decode_wav(file, name="back")
    more = tf.audio.decode_wav(file, desired_channels=1, desired_samples=4)
    given = np.float32([[0.0, 1.0], [-1.0, 2.0], [-2.0, 0.3], [np.inf, 1e-5], [0.7, -np.inf]])
    return [([file, back.audio, back.sample_rate, more.audio, more.sample_rate], {x: given})]
