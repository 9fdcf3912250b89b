"""tensorflow.contrib.training.python.training: the modules of `tf.contrib.training`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import training as _training

_add_views(
    __name__,
    _training,
    {
        "bucket_ops": "bucket bucket_by_sequence_length",
        "hparam": "HParams",
        "resample": "resample_at_rate weighted_resample",
        "sampling_ops": "rejection_sample stratified_sample",
        "training": "add_gradients_summaries clip_gradient_norms clip_gradient_norms_fn create_train_op"
        " multiply_gradients train",
    },
)
