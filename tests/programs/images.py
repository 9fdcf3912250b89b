"""Images as tensors: sizes, crops, flips."""

from __future__ import annotations

import numpy as np

from .data import uniform


def resizers(tf):
    x = tf.placeholder(tf.float32, [2, 4, 5, 2], name="x")
    whole = tf.constant(np.arange(24, dtype=np.uint8).reshape(1, 3, 4, 2))
    outputs = []
    for resize in (tf.image.resize_bilinear, tf.image.resize_nearest_neighbor, tf.image.resize_bicubic):
        outputs.append(resize(x, [3, 7]))
        outputs.append(resize(x, [6, 9], align_corners=True))
        outputs.append(resize(x, [6, 9], half_pixel_centers=True, name="centers"))
    grads = tf.gradients([tf.square(y) for y in outputs], x)
    outputs.append(tf.image.resize_area(x, [3, 7]))
    outputs += [tf.image.resize_nearest_neighbor(whole, [2, 2]), tf.image.resize_bilinear(whole, [2, 2])]
    return [(outputs + grads, {x: uniform(2, 4, 5, 2)})]


def resize_images(tf):
    x = tf.placeholder(tf.float32, [4, 5, 2], name="x")
    batch = tf.placeholder(tf.float32, [None, None, 5, 2], name="batch")
    outputs = [tf.image.resize_images(x, [6, 7], method) for method in range(4)]
    outputs += [
        tf.image.resize_images(batch, [6, 7], "bicubic", align_corners=True),
        tf.image.resize(batch, [4, 5], tf.image.ResizeMethod.NEAREST_NEIGHBOR),
        tf.image.resize_images(x, [4, 5], name="same"),
        tf.image.resize_images(x, [8, 8], preserve_aspect_ratio=True),
        tf.image.resize_images(batch, tf.stack([tf.shape(x)[0], 7])),
    ]
    tf.gradients(outputs[4], batch)
    return [(outputs, {x: uniform(4, 5, 2), batch: uniform(2, 4, 5, 2, seed=1)})]


def crops_and_pads(tf):
    x = tf.placeholder(tf.float32, [4, 6, 2], name="x")
    batch = tf.placeholder(tf.float32, [None, None, None, 2], name="batch")
    outputs = []
    for image in (x, batch):
        outputs += [
            tf.image.central_crop(image, 0.5),
            tf.image.pad_to_bounding_box(image, 1, 2, 7, 9),
            tf.image.crop_to_bounding_box(image, 1, 2, 3, 3),
            tf.image.resize_image_with_crop_or_pad(image, 6, 3),
            tf.image.resize_image_with_crop_or_pad(image, tf.constant(3), 9),
            tf.image.resize_image_with_pad(image, 5, 5),
        ]
    outputs.append(tf.image.central_crop(x, 1.0))
    return [(outputs, {x: uniform(4, 6, 2), batch: uniform(2, 4, 6, 2, seed=1)})]


def flips_and_turns(tf):
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    batch = tf.placeholder(tf.float32, [4, 2, 3, 2], name="batch")
    unknown = tf.placeholder(tf.float32, name="unknown")
    outputs = []
    for image in (x, batch, unknown):
        outputs += [
            tf.image.flip_left_right(image),
            tf.image.flip_up_down(image),
            tf.image.transpose_image(image),
            tf.image.random_flip_left_right(image, seed=1),
            tf.image.random_flip_up_down(image),
        ]
    for image in (x, batch):
        outputs += [tf.image.rot90(image), tf.image.rot90(image, 2), tf.image.rot90(image, tf.constant(7), name="turn")]
    feed = {x: uniform(2, 3, 2), batch: uniform(4, 2, 3, 2, seed=1), unknown: uniform(2, 3, 2, seed=2)}
    return [(outputs, feed), (outputs, feed)]


def colors(tf):
    x = tf.placeholder(tf.float32, [2, 2, 3, 3], name="x")
    hsv = tf.image.rgb_to_hsv(x)
    outputs = [
        hsv,
        tf.image.hsv_to_rgb(x),
        tf.image.rgb_to_grayscale(x),
        tf.image.grayscale_to_rgb(x[..., :1]),
        tf.image.rgb_to_yiq(x),
        tf.image.yiq_to_rgb(x),
        tf.image.rgb_to_yuv(x),
        tf.image.yuv_to_rgb(x),
        tf.image.grayscale_to_rgb(tf.placeholder_with_default(uniform(2, 2, 1), [None, None, None])),
    ]
    outputs += tf.gradients(hsv * tf.constant([1.0, 2.0, 3.0]), x)
    outputs += tf.gradients(outputs[2:8], x)
    return [(outputs, {x: np.abs(uniform(2, 2, 3, 3))})]


def adjustments(tf):
    x = tf.placeholder(tf.float32, [2, 2, 3, 3], name="x")
    whole = tf.constant(np.arange(36, dtype=np.uint8).reshape(1, 3, 4, 3) * 7)
    outputs = []
    for image in (x, whole):
        outputs += [
            tf.image.adjust_brightness(image, 0.2),
            tf.image.adjust_contrast(image, 0.7),
            tf.image.adjust_gamma(image, 1.5, 0.9),
            tf.image.adjust_hue(image, 0.3),
            tf.image.adjust_saturation(image, 1.5, name="saturation"),
            tf.image.per_image_standardization(image),
        ]
    outputs.append(tf.image.adjust_gamma(x, tf.constant(2.0)))
    return [(outputs, {x: np.abs(uniform(2, 2, 3, 3))})]


def random_adjustments(tf):
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [2, 2, 3, 3], name="x")
    outputs = [
        tf.image.random_brightness(x, 0.3),
        tf.image.random_contrast(x, 0.3, 0.8, seed=1),
        tf.image.random_hue(x, 0.3),
        tf.image.random_saturation(x, 0.5, 2.0, seed=2),
        tf.image.random_brightness(tf.cast(x * 255, tf.uint8), 0.1),
    ]
    feed = {x: np.abs(uniform(2, 2, 3, 3))}
    return [(outputs, feed), (outputs, feed)]


def pixel_types(tf):
    x = tf.placeholder(tf.float32, [5], name="x")
    whole = tf.constant(np.array([0, 1, 100, 200, 255], np.uint8))
    wide = tf.constant(np.array([0, 1, 1000, 2**30, 2**31 - 1], np.int32))
    outputs = []
    for image in (x, whole, wide):
        for dtype in (tf.uint8, tf.int16, tf.float16, tf.float32, tf.float64):
            outputs.append(tf.image.convert_image_dtype(image, dtype))
            outputs.append(tf.image.convert_image_dtype(image, dtype, saturate=True, name="saturated"))
    return [(outputs, {x: [0.0, 0.1, 0.5, 0.999, 1.0]})]


def likeness(tf):
    a = tf.placeholder(tf.float32, [2, 24, 26, 2], name="a")
    b = tf.placeholder(tf.float32, [None, None, None, None], name="b")
    whole = tf.constant((np.arange(24 * 26 * 2) % 251).astype(np.uint8).reshape(24, 26, 2))
    outputs = [
        tf.image.psnr(a, b, max_val=1.0),
        tf.image.ssim(a, b, 1.0),
        tf.image.ssim(whole, whole + 3, 255, filter_size=5, filter_sigma=1.0, k1=0.02, k2=0.04),
        tf.image.ssim_multiscale(a, b, 1.0, power_factors=[0.3, 0.7]),
        tf.image.psnr(whole, whole + 3, 255, name="whole"),
    ]
    x, y = np.abs(uniform(2, 24, 26, 2)), np.abs(uniform(2, 24, 26, 2, seed=1))
    return [(outputs + tf.gradients(outputs[1], a), {a: x, b: 0.7 * x + 0.3 * y})]


def edges(tf):
    x = tf.placeholder(tf.float32, [2, 4, 5, 3], name="x")
    single = tf.placeholder(tf.float32, [None, None, 3], name="single")
    outputs = [
        tf.image.total_variation(x),
        tf.image.total_variation(single, name="single_variation"),
        *tf.image.image_gradients(x),
        tf.image.sobel_edges(x),
    ]
    return [(outputs + tf.gradients(outputs, x), {x: uniform(2, 4, 5, 3), single: uniform(4, 5, 3, seed=1)})]
