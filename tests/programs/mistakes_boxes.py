"""Mistakes with boxes in images, labels of sequences, and pools by fractions."""

from __future__ import annotations

import numpy as np

IMAGE = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1).tolist()
BOXES = [[[0.0, 0.0, 1.0, 1.0]], [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0]]]
SCORES = [0.5, 0.6, 0.7]


def _run(tf, fetches):
    with tf.Session() as session:
        session.run(fetches)


def _late(tf, value, dtype="float32"):
    """A value of which the graph knows neither shape nor rank."""
    return tf.placeholder_with_default(np.array(value, dtype), None)


def _crop(tf, image=IMAGE, boxes=BOXES[0], which=(0,), size=(2, 2), **options):
    _run(tf, tf.image.crop_and_resize(image, boxes, which, size, **options))


CROPS = {
    "rank": lambda tf: _crop(tf, image=tf.zeros([4, 4, 1])),
    "late_rank": lambda tf: _crop(tf, image=_late(tf, np.zeros([4, 4, 1]))),
    "three_columns": lambda tf: _crop(tf, boxes=[[0.0, 0.0, 1.0]]),
    "late_three_columns": lambda tf: _crop(tf, boxes=_late(tf, [[0.0, 0.0, 1.0]])),
    "one_box": lambda tf: _crop(tf, boxes=[0.0, 0.0, 1.0, 1.0]),
    "late_one_box": lambda tf: _crop(tf, boxes=_late(tf, [0.0, 0.0, 1.0, 1.0])),
    "two_indices": lambda tf: _crop(tf, which=[0, 1]),
    "late_two_indices": lambda tf: _crop(tf, which=_late(tf, [0, 1], "int32")),
    "scalar_index": lambda tf: _crop(tf, which=0),
    "late_scalar_index": lambda tf: _crop(tf, which=_late(tf, 0, "int32")),
    "no_such_image": lambda tf: _crop(tf, which=[1]),
    "negative_index": lambda tf: _crop(tf, which=[-1]),
    "one_size": lambda tf: _crop(tf, size=[2]),
    "late_one_size": lambda tf: _crop(tf, size=_late(tf, [2], "int32")),
    "size_zero": lambda tf: _crop(tf, size=[0, 2]),
    "late_size_zero": lambda tf: _crop(tf, size=_late(tf, [0, 2], "int32")),
    "size_negative": lambda tf: _crop(tf, size=[-1, 2]),
    "method": lambda tf: _crop(tf, method="cubic"),
    "empty_image": lambda tf: _crop(tf, image=np.zeros([1, 0, 4, 1], np.float32)),
    "no_boxes_given": lambda tf: tf.image.crop_and_resize(IMAGE, BOXES[0]),
    "no_size_given": lambda tf: tf.image.crop_and_resize(IMAGE, BOXES[0], [0]),
    "indices_twice": lambda tf: _crop(tf, box_indices=[0]),
    "extrapolation_text": lambda tf: _crop(tf, extrapolation_value="0"),
}


def _suppress(tf, boxes=BOXES[1], scores=SCORES, most=3, *limits, **options):
    _run(tf, tf.image.non_max_suppression(boxes, scores, most, *limits, **options))


SUPPRESSION = {
    "threshold": lambda tf: _suppress(tf, iou_threshold=1.5),
    "threshold_nan": lambda tf: _suppress(tf, iou_threshold=float("nan")),
    "three_columns": lambda tf: _suppress(tf, [[0.0, 1.0, 1.0]], [1.0]),
    "late_three_columns": lambda tf: _suppress(tf, _late(tf, [[0.0, 1.0, 1.0]]), [1.0]),
    "one_box": lambda tf: _suppress(tf, [0.0, 1.0, 1.0, 1.0], [1.0]),
    "late_one_box": lambda tf: _suppress(tf, _late(tf, [0.0, 1.0, 1.0, 1.0]), [1.0]),
    "one_score": lambda tf: _suppress(tf, scores=[1.0]),
    "late_one_score": lambda tf: _suppress(tf, scores=_late(tf, [1.0])),
    "late_scores_of_scores": lambda tf: _suppress(tf, scores=_late(tf, [[1.0, 1.0, 1.0]])),
    "sizes": lambda tf: _suppress(tf, most=[3]),
    "late_sizes": lambda tf: _suppress(tf, most=_late(tf, [3], "int32")),
    "thresholds": lambda tf: _suppress(tf, iou_threshold=[0.5]),
    "late_thresholds": lambda tf: _suppress(tf, iou_threshold=_late(tf, [0.5])),
    "score_thresholds": lambda tf: _suppress(tf, score_threshold=[0.5]),
    "padded_negative": lambda tf: tf.image.non_max_suppression_padded(
        BOXES[1], SCORES, -5, pad_to_max_output_size=True
    ),
    "sigma": lambda tf: _run(tf, tf.image.non_max_suppression_with_scores(BOXES[1], SCORES, 3, soft_nms_sigma=-1.0)),
}


def _overlaps(tf, overlaps, scores=SCORES, most=3, *limits):
    _run(tf, tf.image.non_max_suppression_overlaps(overlaps, scores, most, *limits))


OVERLAPS = {
    "not_square": lambda tf: _overlaps(tf, tf.zeros([2, 3])),
    "late_not_square": lambda tf: _overlaps(tf, _late(tf, np.zeros([2, 3]))),
    "late_two_scores": lambda tf: _overlaps(tf, tf.zeros([3, 3]), _late(tf, [1.0, 2.0])),
    "sizes": lambda tf: _overlaps(tf, tf.zeros([3, 3]), SCORES, [3]),
    "thresholds": lambda tf: _overlaps(tf, tf.zeros([3, 3]), SCORES, 3, [0.5]),
    "late_thresholds": lambda tf: _overlaps(tf, tf.zeros([3, 3]), SCORES, 3, _late(tf, [0.5])),
    "late_score_thresholds": lambda tf: _overlaps(tf, tf.zeros([3, 3]), SCORES, 3, 0.5, _late(tf, [0.5])),
}


def _combined(tf, boxes=None, scores=None, most=2, total=5, *limits):
    boxes = np.zeros([1, 3, 1, 4], np.float32) if boxes is None else boxes
    scores = np.zeros([1, 3, 2], np.float32) if scores is None else scores
    _run(tf, list(tf.image.combined_non_max_suppression(boxes, scores, most, total, *limits)))


COMBINED = {
    "rank": lambda tf: _combined(tf, tf.zeros([3, 1, 4])),
    "late_rank": lambda tf: _combined(tf, _late(tf, np.zeros([3, 1, 4]))),
    "classes": lambda tf: _combined(tf, tf.zeros([1, 3, 3, 4])),
    "late_classes": lambda tf: _combined(tf, _late(tf, np.zeros([1, 3, 3, 4]))),
    "three_columns": lambda tf: _combined(tf, tf.zeros([1, 3, 1, 3])),
    "late_three_columns": lambda tf: _combined(tf, _late(tf, np.zeros([1, 3, 1, 3]))),
    "rank_of_scores": lambda tf: _combined(tf, None, tf.zeros([3, 2])),
    "late_rank_of_scores": lambda tf: _combined(tf, None, _late(tf, np.zeros([3, 2]))),
    "two_scores": lambda tf: _combined(tf, None, tf.zeros([1, 2, 2])),
    "late_two_scores": lambda tf: _combined(tf, None, _late(tf, np.zeros([1, 2, 2]))),
    "no_total": lambda tf: _combined(tf, None, None, 2, 0),
    "late_no_total": lambda tf: _combined(tf, None, None, 2, _late(tf, 0, "int32")),
    "totals": lambda tf: _combined(tf, None, None, 2, [1]),
    "late_totals": lambda tf: _combined(tf, None, None, 2, _late(tf, [1], "int32")),
    "late_sizes": lambda tf: _combined(tf, None, None, _late(tf, [2], "int32")),
    "threshold": lambda tf: _combined(tf, None, None, 2, 5, 2.0),
    "late_thresholds": lambda tf: _combined(tf, None, None, 2, 5, _late(tf, [0.2])),
    "late_score_thresholds": lambda tf: _combined(tf, None, None, 2, 5, 0.2, _late(tf, [0.2])),
}


def _draw(tf, images, boxes=(((0.0, 0.0, 1.0, 1.0),),), **options):
    _run(tf, tf.image.draw_bounding_boxes(images, boxes, **options))


DRAWING = {
    "two_channels": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 2])),
    "rank": lambda tf: _draw(tf, tf.zeros([3, 3, 1])),
    "late_rank": lambda tf: _draw(tf, _late(tf, np.zeros([3, 3, 1]))),
    "rank_of_boxes": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 1]), [[0.0, 0.0, 1.0, 1.0]]),
    "late_rank_of_boxes": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 1]), _late(tf, [[0.0, 0.0, 1.0, 1.0]])),
    "three_columns": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 1]), [[[0.0, 0.0, 1.0]]]),
    "batches": lambda tf: _draw(tf, tf.zeros([2, 3, 3, 1])),
    "few_channels_of_colors": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 4]), colors=[[0.1, 0.2, 0.3]]),
    "one_color": lambda tf: _draw(tf, tf.zeros([1, 3, 3, 1]), colors=[0.1]),
}


def _sample(tf, size=(40, 50, 3), boxes=(((0.1, 0.2, 0.8, 0.9),),), **options):
    _run(tf, list(tf.image.sample_distorted_bounding_box(size, boxes, seed=1, **options)))


SAMPLING = {
    "no_boxes": lambda tf: _sample(tf, boxes=tf.zeros([1, 0, 4])),
    "outside": lambda tf: _sample(tf, boxes=[[[0.1, 0.2, 0.8, 1.5]]]),
    "negative_cover": lambda tf: _sample(tf, min_object_covered=-1.0),
    "covers": lambda tf: _sample(tf, min_object_covered=[0.2]),
    "late_covers": lambda tf: _sample(tf, min_object_covered=_late(tf, [0.2])),
    "one_aspect": lambda tf: _sample(tf, aspect_ratio_range=[1.0]),
    "aspect_zero": lambda tf: _sample(tf, aspect_ratio_range=[0.0, 1.0]),
    "aspect_no_list": lambda tf: _sample(tf, aspect_ratio_range=3),
    "one_area": lambda tf: _sample(tf, area_range=[1.0]),
    "area_zero": lambda tf: _sample(tf, area_range=[0.0, 0.5]),
    "area_large": lambda tf: _sample(tf, area_range=[0.25, 1.5]),
    "attempts": lambda tf: _sample(tf, max_attempts=0),
    "two_sizes": lambda tf: _sample(tf, [40, 50]),
    "late_two_sizes": lambda tf: _sample(tf, _late(tf, [40, 50], "int32")),
    "sizes_of_sizes": lambda tf: _sample(tf, [[40, 50, 3]]),
    "late_sizes_of_sizes": lambda tf: _sample(tf, _late(tf, [[40, 50, 3]], "int32")),
    "negative_size": lambda tf: _sample(tf, [-2, 50, 3]),
    "late_rank_of_boxes": lambda tf: _sample(tf, boxes=_late(tf, [[0.1, 0.2, 0.8, 0.9]])),
    "late_three_columns": lambda tf: _sample(tf, boxes=_late(tf, [[[0.1, 0.2, 0.8]]])),
}


def _glimpse(tf, image=IMAGE, size=(2, 2), offsets=((0.0, 0.0),)):
    _run(tf, tf.image.extract_glimpse(image, size, offsets))


GLIMPSES = {
    "rank": lambda tf: _glimpse(tf, tf.zeros([4, 4, 1])),
    "late_rank": lambda tf: _glimpse(tf, _late(tf, np.zeros([4, 4, 1]))),
    "one_size": lambda tf: _glimpse(tf, size=[2]),
    "late_one_size": lambda tf: _glimpse(tf, size=_late(tf, [2], "int32")),
    "one_number": lambda tf: _glimpse(tf, offsets=[[0.0]]),
    "late_one_number": lambda tf: _glimpse(tf, offsets=_late(tf, [[0.0]])),
    "late_vector": lambda tf: _glimpse(tf, offsets=_late(tf, [0.0, 0.0])),
    "batches": lambda tf: _glimpse(tf, offsets=[[0.0, 0.0]] * 2),
    "late_batches": lambda tf: _glimpse(tf, offsets=_late(tf, [[0.0, 0.0]] * 2)),
}


def _loss(tf, indices, values, times=(4, 4), inputs=None, **options):
    inputs = tf.zeros([4, 2, 4]) if inputs is None else inputs
    labels = tf.SparseTensor(np.array(indices, np.int64), values, [2, 3])
    _run(tf, tf.nn.ctc_loss(labels, inputs, times, **options))


TWO = ((0, 0), (1, 0))

SEQUENCES = {
    "no_sparse_labels": lambda tf: tf.nn.ctc_loss([1, 2], tf.zeros([5, 2, 4]), [2, 3]),
    "no_inputs": lambda tf: _loss(tf, TWO, [1, 2], inputs=tf.zeros([2, 4])),
    "inputs_twice": lambda tf: _loss(tf, TWO, [1, 2], logits=tf.zeros([4, 2, 4])),
    "late_rank": lambda tf: _loss(tf, TWO, [1, 2], inputs=_late(tf, np.zeros([2, 4]))),
    "one_length": lambda tf: _loss(tf, TWO, [1, 2], [4]),
    "late_one_length": lambda tf: _loss(tf, TWO, [1, 2], _late(tf, [4], "int32")),
    "too_long": lambda tf: _loss(tf, TWO, [1, 2], [5, 4]),
    "negative_length": lambda tf: _loss(tf, TWO, [1, 2], [-1, 4]),
    "no_time": lambda tf: _loss(tf, TWO, [1, 2], [4, 0]),
    "little_time": lambda tf: _loss(tf, ((0, 0), (0, 1), (1, 0)), [1, 2, 1], [1, 4]),
    "no_labels": lambda tf: _loss(tf, ((0, 0),), [1]),
    "blank_between": lambda tf: _loss(tf, ((0, 0), (0, 1), (1, 0)), [3, 0, 2]),
    "negative_label": lambda tf: _loss(tf, ((0, 0), (0, 1), (1, 0)), [0, -1, 2]),
    "third_example": lambda tf: _loss(tf, (*TWO, (2, 0)), [0, 1, 2]),
    "order": lambda tf: _loss(tf, ((1, 0), (0, 0)), [0, 1]),
    "repeated": lambda tf: _loss(tf, ((0, 0), (0, 0)), [0, 1]),
    "flag_number": lambda tf: _loss(tf, TWO, [1, 2], ctc_merge_repeated=1),
    "greedy_too_long": lambda tf: _run(tf, tf.nn.ctc_greedy_decoder(tf.zeros([4, 2, 4]), [5, 4])[1]),
    "greedy_one_length": lambda tf: tf.nn.ctc_greedy_decoder(tf.zeros([4, 2, 4]), [5]),
    "greedy_late_one_length": lambda tf: _run(
        tf, tf.nn.ctc_greedy_decoder(tf.zeros([4, 2, 4]), _late(tf, [4], "int32"))[1]
    ),
    "greedy_late_rank": lambda tf: _run(tf, tf.nn.ctc_greedy_decoder(_late(tf, np.zeros([2, 4])), [4])[1]),
    "beam_width": lambda tf: tf.nn.ctc_beam_search_decoder(tf.zeros([4, 2, 4]), [4, 4], 0),
    "beam_no_paths": lambda tf: tf.nn.ctc_beam_search_decoder(tf.zeros([4, 2, 4]), [4, 4], 3, 0),
    "beam_many_paths": lambda tf: _run(tf, tf.nn.ctc_beam_search_decoder(tf.zeros([4, 2, 4]), [4, 4], 2, 3)[1]),
    "beam_few_leaves": lambda tf: _run(tf, tf.nn.ctc_beam_search_decoder(tf.zeros([4, 2, 4]), [4, 0], 3, 3)[1]),
    "beam_too_long": lambda tf: _run(tf, tf.nn.ctc_beam_search_decoder(tf.zeros([4, 2, 4]), [5, 4])[1]),
}


def second_derivative_of_ctc_loss(tf):
    x = tf.zeros([4, 2, 4])
    labels = tf.SparseTensor(np.array(TWO, np.int64), [1, 2], [2, 1])
    return tf.gradients(tf.gradients(tf.nn.ctc_loss(labels, x, [4, 4]), x), x)


FRACTIONS = {
    "three_ratios": lambda tf: tf.nn.fractional_max_pool(IMAGE, [1.0, 1.5, 1.7]),
    "one_ratio": lambda tf: tf.nn.fractional_avg_pool(IMAGE, 1.5),
    "rank": lambda tf: tf.nn.fractional_max_pool(tf.zeros([4, 4, 1]), [1.0, 1.5, 1.7, 1.0]),
    "late_rank": lambda tf: _run(
        tf, list(tf.nn.fractional_max_pool(_late(tf, np.zeros([4, 4, 1])), [1.0, 1.5, 1.7, 1.0]))
    ),
    "seed": lambda tf: _run(tf, list(tf.nn.fractional_max_pool(IMAGE, [1.0, 1.5, 1.7, 1.0], seed=3))),
    "matrix_pool": lambda tf: tf.nn.max_pool_v2(tf.zeros([3, 4]), 2, 2, "VALID"),
    "average_of_a_scalar": lambda tf: tf.nn.compute_average_loss(3.0),
    "late_average_of_a_scalar": lambda tf: _run(tf, tf.nn.compute_average_loss(_late(tf, 3.0))),
    "weights": lambda tf: tf.nn.compute_average_loss([1.0, 2.0, 3.0], [1.0, 2.0]),
}


def fractional_averages_of_an_unknown_shape(tf):
    x = tf.placeholder(tf.float32, [None, 6, 6, 1])
    return tf.gradients(tf.nn.fractional_avg_pool(x, [1.0, 1.5, 1.7, 1.0])[0], x)
