"""Mistakes with losses and metrics."""

from __future__ import annotations

LOSSES = {
    "labels_none": lambda tf: tf.losses.absolute_difference(None, [1.0]),
    "predictions_none": lambda tf: tf.losses.mean_squared_error([1.0], None),
    "logits_none": lambda tf: tf.losses.hinge_loss([1.0], None),
    "multi_class_labels_none": lambda tf: tf.losses.sigmoid_cross_entropy(None, [1.0]),
    "onehot_labels_none": lambda tf: tf.losses.softmax_cross_entropy(None, [[1.0]]),
    "sparse_labels_none": lambda tf: tf.losses.sparse_softmax_cross_entropy(None, [[1.0]]),
    "weights_none": lambda tf: tf.losses.mean_squared_error([1.0], [2.0], None),
    "sparse_weights_none": lambda tf: tf.losses.sparse_softmax_cross_entropy([0], [[1.0]], None),
    "shapes": lambda tf: tf.losses.mean_squared_error([1.0, 2.0], [1.0]),
    "ranks": lambda tf: tf.losses.huber_loss([[1.0, 2.0]], [1.0, 2.0]),
    "sigmoid_shapes": lambda tf: tf.losses.sigmoid_cross_entropy([[1.0]], [[1.0, 2.0]]),
    "softmax_shapes": lambda tf: tf.losses.softmax_cross_entropy([[1.0, 0.0]], [[1.0, 2.0, 3.0]]),
    "sparse_ranks": lambda tf: tf.losses.sparse_softmax_cross_entropy([[1, 0]], [[1.0, 2.0]]),
    "sparse_labels_float": lambda tf: tf.losses.sparse_softmax_cross_entropy([1.0], [[1.0, 2.0]]),
    "cosine_without_axis": lambda tf: tf.losses.cosine_distance([1.0], [1.0]),
    "cosine_axis_and_dim": lambda tf: tf.losses.cosine_distance([1.0], [1.0], axis=0, dim=0),
    "weights_rank": lambda tf: tf.losses.mean_squared_error(tf.zeros([2, 3]), tf.zeros([2, 3]), [1.0, 2.0]),
    "weights_size": lambda tf: tf.losses.log_loss(tf.zeros([2, 3]), tf.zeros([2, 3]), [[1.0], [2.0], [3.0]]),
    "pairwise_weights": lambda tf: tf.losses.mean_pairwise_squared_error(tf.zeros([2, 3]), tf.zeros([2, 3]), [1.0]),
    "softmax_weights": lambda tf: tf.losses.softmax_cross_entropy([[1.0, 0.0]], [[1.0, 2.0]], [[1.0]]),
    "reduction": lambda tf: tf.losses.compute_weighted_loss([1.0], reduction="mean"),
    "reduction_none": lambda tf: tf.losses.hinge_loss([1.0], [1.0], reduction=None),
    "no_losses": lambda tf: tf.losses.get_total_loss(),
    "text": lambda tf: tf.losses.absolute_difference("a", "b"),
}


def weights_do_not_fit_at_run_time(tf):
    weights = tf.placeholder(tf.float32, None, name="weights")
    loss = tf.losses.mean_squared_error(tf.zeros([2, 3]), tf.ones([2, 3]), weights)
    tf.Session().run(loss, {weights: [1.0, 2.0]})


def weights_of_other_size_at_run_time(tf):
    weights = tf.placeholder(tf.float32, [None, 1], name="weights")
    loss = tf.losses.mean_squared_error(tf.zeros([2, 3]), tf.ones([2, 3]), weights)
    tf.Session().run(loss, {weights: [[1.0], [2.0], [3.0]]})


METRICS = {
    "accuracy_shapes": lambda tf: tf.metrics.accuracy([1, 2], [1, 2, 3]),
    "mean_of_text": lambda tf: tf.metrics.mean("a"),
    "mean_weights": lambda tf: tf.metrics.mean([1.0, 2.0], [1.0, 2.0, 3.0]),
    "mean_weights_rank": lambda tf: tf.metrics.mean([[[1.0]]], [1.0]),
    "mean_tensor_unknown": lambda tf: tf.metrics.mean_tensor(tf.placeholder(tf.float32)),
    "mean_tensor_partly_known": lambda tf: tf.metrics.mean_tensor(tf.placeholder(tf.float32, [None])),
    "errors_of_other_dtypes": lambda tf: tf.metrics.mean_squared_error([1, 2], [1.0, 2.0]),
    "auc_curve": lambda tf: tf.metrics.auc([1], tf.constant([0.5]), curve="roc"),
    "auc_summation": lambda tf: tf.metrics.auc([1], tf.constant([0.5]), summation_method="middle"),
    "auc_of_lists": lambda tf: tf.metrics.auc([1], [0.5]),
    "auc_shapes": lambda tf: tf.metrics.auc([1, 0], tf.constant([0.5])),
    "specificity_range": lambda tf: tf.metrics.sensitivity_at_specificity([1], tf.constant([0.5]), 1.5),
    "sensitivity_range": lambda tf: tf.metrics.specificity_at_sensitivity([1], tf.constant([0.5]), -0.5),
    "average_precision_k": lambda tf: tf.metrics.average_precision_at_k([[1]], tf.constant([[0.5]]), 0),
    "recall_k_too_large": lambda tf: tf.metrics.recall_at_k(tf.zeros([1, 1], tf.int64), tf.constant([[0.5]]), 2),
    "recall_labels_rank": lambda tf: tf.metrics.recall_at_k(tf.zeros([1, 1, 1], tf.int64), tf.ones([1, 2]), 2),
    "recall_labels_int32": lambda tf: tf.metrics.recall_at_k([[1]], tf.ones([1, 2]), 2),
    "mean_iou_of_lists": lambda tf: tf.metrics.mean_iou([1], [1], 2),
    "mean_iou_shapes": lambda tf: tf.metrics.mean_iou(tf.constant([1]), tf.constant([1, 0]), 2),
    "count_weights_rank": lambda tf: tf.metrics.true_positives([[[1]]], [[[1]]], [1.0]),
}


def no_probabilities(tf):
    _, update = tf.metrics.auc([1.0, 0.0], tf.constant([0.5, 1.5], tf.float64))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(update)


def class_out_of_range(tf):
    _, update = tf.metrics.mean_iou(tf.constant([0, 3]), tf.constant([0, 1]), 2)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(update)


def metric_weights_do_not_fit_at_run_time(tf):
    weights = tf.placeholder(tf.float32, [None], name="weights")
    _, update = tf.metrics.mean(tf.zeros([3]), weights)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(update, {weights: [1.0, 2.0]})
