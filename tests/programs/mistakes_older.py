"""Mistakes with tf.contrib.losses and tf.contrib.metrics."""

from __future__ import annotations

LOSSES = {
    "shapes": lambda tf: tf.contrib.losses.mean_squared_error(tf.zeros([2]), tf.zeros([3])),
    "weights_of_unknown_rank": lambda tf: tf.contrib.losses.mean_squared_error(
        tf.zeros([2]), tf.zeros([2]), tf.placeholder(tf.float32)
    ),
    "losses_of_unknown_rank": lambda tf: tf.contrib.losses.compute_weighted_loss(tf.placeholder(tf.float32)),
    "pairs_of_unknown_rank": lambda tf: tf.contrib.losses.mean_pairwise_squared_error(
        tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    ),
    "no_axis": lambda tf: tf.contrib.losses.cosine_distance(tf.zeros([2, 2]), tf.zeros([2, 2])),
    "two_axes": lambda tf: tf.contrib.losses.cosine_distance(tf.zeros([2, 2]), tf.zeros([2, 2]), axis=1, dim=1),
    "softmax_shapes": lambda tf: tf.contrib.losses.softmax_cross_entropy(tf.zeros([2, 3]), tf.zeros([2, 2])),
}

OTHERS = {
    "keep_prob": lambda tf: tf.contrib.nn.alpha_dropout(tf.zeros([2]), 1.5),
    "hparams_twice": lambda tf: tf.contrib.training.HParams(a=1).add_hparam("a", 2),
}

METRICS = {
    "curve": lambda tf: tf.contrib.metrics.streaming_curve_points(tf.zeros([2]), tf.zeros([2]), curve="AUC"),
    "dynamic_curve": lambda tf: tf.contrib.metrics.streaming_dynamic_auc(tf.zeros([2]), tf.zeros([2]), "AUC"),
    "precision": lambda tf: tf.contrib.metrics.recall_at_precision(tf.zeros([2]), tf.zeros([2]), 1.5),
    "recall": lambda tf: tf.contrib.metrics.precision_at_recall(tf.zeros([2]), tf.zeros([2]), -0.5),
    "one_class": lambda tf: tf.contrib.metrics.cohen_kappa(tf.zeros([2]), tf.zeros([2]), 1),
    "accuracy_of_floats": lambda tf: tf.contrib.metrics.accuracy(tf.zeros([2]), tf.zeros([2])),
    "accuracy_dtypes": lambda tf: tf.contrib.metrics.accuracy(tf.zeros([2]), tf.zeros([2], tf.int32)),
    "nothing_aggregated": lambda tf: tf.contrib.metrics.aggregate_metrics(),
    "labels_no_bools": lambda tf: tf.contrib.metrics.precision_recall_at_equal_thresholds(tf.zeros([2]), tf.zeros([2])),
    "covariance_shapes": lambda tf: tf.contrib.metrics.streaming_covariance(tf.zeros([2]), tf.zeros([3])),
    "probabilities": lambda tf: _updated(
        tf, tf.contrib.metrics.precision_recall_at_equal_thresholds(tf.constant([True]), tf.constant([1.5]))[1]
    ),
}


def _updated(tf, update):
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(update)
