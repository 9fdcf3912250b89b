"""Boxes in images: cut out, chosen, drawn, sampled."""

from __future__ import annotations

import numpy as np

from .data import uniform


def some_boxes(count, seed=0):
    """Boxes partly outside the image, some of them flipped."""
    return np.random.RandomState(seed).uniform(-0.3, 1.3, [count, 4]).astype(np.float32)


def overlapping_boxes(count, seed=0):
    rng = np.random.RandomState(seed)
    at = rng.uniform(0, 0.6, [count, 2])
    return np.concatenate([at, at + rng.uniform(0.2, 0.5, [count, 2])], 1).astype(np.float32)


def crops_of_boxes(tf):
    x = tf.placeholder(tf.float32, [2, 5, 6, 3], name="x")
    unknown = tf.placeholder(tf.float32, name="unknown")
    boxes = tf.placeholder(tf.float32, [None, 4], name="boxes")
    whole = tf.constant(np.arange(30, dtype=np.uint8).reshape(1, 5, 6, 1))
    which = [0, 1, 1, 0]
    crops = [
        tf.image.crop_and_resize(x, boxes, which, [3, 4]),
        tf.image.crop_and_resize(x, boxes, box_indices=which, crop_size=[1, 4], extrapolation_value=-2.5, name="row"),
        tf.image.crop_and_resize(x, boxes, which, [3, 1], "nearest"),
        tf.image.crop_and_resize(unknown, boxes, which, tf.constant([3, 4]), method="nearest", extrapolation_value=1),
        tf.image.crop_and_resize(whole, boxes, tf.zeros([4], tf.int32), [2, 2]),
        tf.image.crop_and_resize(tf.cast(x, tf.float64), boxes, which, [5, 6]),
    ]
    grads = tf.gradients([tf.square(crop) for crop in crops], [x, unknown, boxes])
    feed = {x: uniform(2, 5, 6, 3), unknown: uniform(2, 4, 3, 2, seed=1), boxes: some_boxes(4)}
    return [(crops + grads, feed)]


def suppression(tf):
    boxes = tf.placeholder(tf.float32, [None, 4], name="boxes")
    scores = tf.placeholder(tf.float32, [None], name="scores")
    halves = [tf.cast(boxes, tf.float16), tf.cast(scores, tf.float16)]
    outputs = [
        tf.image.non_max_suppression(boxes, scores, 5),
        tf.image.non_max_suppression(boxes, scores, 20, 0.2, 0.1, name="few"),
        tf.image.non_max_suppression(halves[0], halves[1], tf.constant(20), np.float16(0.3), np.float16(0.1)),
        list(tf.image.non_max_suppression_padded(boxes, scores, 20, 0.3)),
        list(tf.image.non_max_suppression_padded(boxes, scores, 20, 0.3, 0.2, pad_to_max_output_size=True)),
        tf.image.non_max_suppression_with_scores(boxes, scores, 20),
        tf.image.non_max_suppression_with_scores(boxes, scores, 20, 0.9, 0.05, 0.1),
        tf.image.non_max_suppression_with_scores(boxes, scores, 5, 1.0, soft_nms_sigma=0.5),
    ]
    feed = {boxes: overlapping_boxes(20), scores: np.abs(uniform(20))}
    return [(outputs, feed), (outputs, {boxes: np.zeros([0, 4], np.float32), scores: np.zeros([0], np.float32)})]


def suppression_of_overlaps(tf):
    rng = np.random.RandomState(3)
    overlaps = rng.uniform(0, 0.8, [12, 12]).astype(np.float32) + 0.2 * np.eye(12, dtype=np.float32)
    np.fill_diagonal(overlaps, 1)
    scores = tf.constant(rng.uniform(0, 1, 12).astype(np.float32))
    outputs = [
        tf.image.non_max_suppression_overlaps(overlaps, scores, 5),
        tf.image.non_max_suppression_overlaps(overlaps, scores, 12, 0.6, 0.3, name="some"),
        tf.image.non_max_suppression([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]], [0.2, 0.3], 4),
    ]
    return [(outputs, {})]


def combined_suppression(tf):
    boxes = overlapping_boxes(40).reshape(2, 10, 2, 4) * 1.2
    scores = tf.placeholder(tf.float32, [2, None, 2], name="scores")
    outputs = [
        list(tf.image.combined_non_max_suppression(boxes, scores, 3, 5)),
        list(tf.image.combined_non_max_suppression(boxes[:, :, :1], scores, 4, 20, 0.3, 0.2, pad_per_class=True)),
        list(tf.image.combined_non_max_suppression(boxes, scores, 4, 20, clip_boxes=False, name="whole")),
    ]
    return [(outputs, {scores: np.abs(uniform(2, 10, 2))})]


def drawn_boxes(tf):
    x = tf.placeholder(tf.float32, [2, 9, 8, 3], name="x")
    unknown = tf.placeholder(tf.float32, [None, None, None, None], name="unknown")
    boxes = tf.placeholder(tf.float32, [None, None, 4], name="boxes")
    outputs = [
        tf.image.draw_bounding_boxes(x, boxes),
        tf.image.draw_bounding_boxes(x, boxes, colors=[[0.1, 0.2, 0.3, 1.0], [0.5, 0.6, 0.7, 0.8]]),
        tf.image.draw_bounding_boxes(unknown, boxes, name="gray"),
        tf.image.draw_bounding_boxes(unknown, boxes, "coloured", tf.constant([[0.25]])),
    ]
    values = np.concatenate([overlapping_boxes(12).reshape(2, 6, 4), some_boxes(10).reshape(2, 5, 4)], 1)
    feed = {x: uniform(2, 9, 8, 3), unknown: uniform(2, 5, 6, 1), boxes: values}
    return [(outputs, feed)]


def sampled_parts(tf):
    tf.set_random_seed(7)
    size = tf.placeholder(tf.int64, [3], name="size")
    boxes = tf.placeholder(tf.float32, [None, None, 4], name="boxes")
    none = tf.zeros([1, 0, 4])
    parts = [
        tf.image.sample_distorted_bounding_box(size, boxes, seed=3),
        tf.image.sample_distorted_bounding_box(size, boxes, 1, 2, 0.6, [0.5, 2.0], [0.2, 0.9], name="large"),
        tf.image.sample_distorted_bounding_box([30, 90, 3], boxes, seed2=9, min_object_covered=tf.constant(0.9)),
        tf.image.sample_distorted_bounding_box(
            np.array([90, 30, 1], np.int16), none, 5, 6, area_range=(0.3, 0.4), use_image_if_no_bounding_boxes=True
        ),
        tf.image.sample_distorted_bounding_box(size, boxes, seed=4, min_object_covered=1.0, max_attempts=2),
    ]
    feed = {size: [60, 80, 3], boxes: overlapping_boxes(3, seed=2).reshape(1, 3, 4).clip(0, 1)}
    return [([list(part) for part in parts], feed)] * 6


def glimpses(tf):
    x = tf.placeholder(tf.float32, [3, 12, 14, 2], name="x")
    offsets = tf.constant([[0.0, 0.0], [0.3, -0.2], [-0.4, 0.25]])
    pixels = tf.constant([[5.0, 6.0], [4.5, 7.5], [8.0, 3.0]])
    outputs = [
        tf.image.extract_glimpse(x, [3, 4], offsets),
        tf.image.extract_glimpse(x, tf.constant([4, 3]), offsets + 0.5, centered=False, name="from_corner"),
        tf.image.extract_glimpse(x, [3, 3], pixels / 2, True, False, uniform_noise=False),
        tf.image.extract_glimpse(x, [5, 5], pixels, False, False),
        tf.image.extract_image_patches(x, [1, 3, 2, 1], [1, 2, 2, 1], [1, 1, 2, 1], "SAME"),
        tf.image.extract_patches(x, sizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="VALID"),
    ]
    return [(outputs, {x: uniform(3, 12, 14, 2)})]
