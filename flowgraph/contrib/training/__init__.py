"""`tf.contrib.training`: hyperparameters, batches of alike or chosen examples, and helpers of training loops."""

from flowgraph import absent as _absent
from flowgraph.monitored.monitored_training import train
from flowgraph.queues.buckets import bucket, bucket_by_sequence_length
from flowgraph.queues.sampling import rejection_sample, resample_at_rate, stratified_sample, weighted_resample
from flowgraph.training.hparams import HParams, parse_values
from flowgraph.training.train_op import (
    add_gradients_summaries,
    clip_gradient_norms,
    clip_gradient_norms_fn,
    create_train_op,
    multiply_gradients,
)

__all__ = [
    "HParams",
    "add_gradients_summaries",
    "bucket",
    "bucket_by_sequence_length",
    "clip_gradient_norms",
    "clip_gradient_norms_fn",
    "create_train_op",
    "multiply_gradients",
    "parse_values",
    "rejection_sample",
    "resample_at_rate",
    "stratified_sample",
    "train",
    "weighted_resample",
]

_absent.watch(__name__)
