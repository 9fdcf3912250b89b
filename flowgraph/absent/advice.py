"""What to say of names for which no likeness helps: those of before TensorFlow 1.0, other homes, what will not come.

A name stands for all that is inside it, too; the longest that fits is taken.
"""

from __future__ import annotations

RENAMED = {
    "batch_cholesky": "cholesky",
    "batch_cholesky_solve": "cholesky_solve",
    "batch_matmul": "matmul",
    "batch_matrix_band_part": "matrix_band_part",
    "batch_matrix_determinant": "matrix_determinant",
    "batch_matrix_diag": "matrix_diag",
    "batch_matrix_inverse": "matrix_inverse",
    "batch_matrix_solve": "matrix_solve",
    "batch_matrix_transpose": "matrix_transpose",
    "batch_matrix_triangular_solve": "matrix_triangular_solve",
    "batch_self_adjoint_eig": "self_adjoint_eig",
    "batch_svd": "svd",
    "complex_abs": "abs",
    "concat_v2": "concat",
    "contrib.deprecated.audio_summary": "summary.audio",
    "contrib.deprecated.histogram_summary": "summary.histogram",
    "contrib.deprecated.image_summary": "summary.image",
    "contrib.deprecated.merge_all_summaries": "summary.merge_all",
    "contrib.deprecated.merge_summary": "summary.merge",
    "contrib.deprecated.scalar_summary": "summary.scalar",
    "histogram_summary": "summary.histogram",
    "image_summary": "summary.image",
    "inv": "reciprocal",
    "listdiff": "setdiff1d",
    "merge_all_summaries": "summary.merge_all",
    "merge_summary": "summary.merge",
    "mul": "multiply",
    "neg": "negative",
    "nn.bidirectional_rnn": "nn.static_bidirectional_rnn",
    "nn.rnn": "nn.static_rnn",
    "nn.seq2seq": "contrib.legacy_seq2seq",
    "nn.state_saving_rnn": "nn.static_state_saving_rnn",
    "pack": "stack",
    "scalar_summary": "summary.scalar",
    "select": "where",
    "sub": "subtract",
    "train.SummaryWriter": "summary.FileWriter",
    "train.piecewise": "train.piecewise_constant",
    "unpack": "unstack",
}
"""Names that TensorFlow itself has given up, and what it has called these things since 1.0."""

NEAREST = {
    "contrib.keras": "tf.layers, tf.losses and tf.train",
    "contrib.learn.Estimator": "tf.layers, tf.losses and tf.train, with a loop over session.run",
    "contrib.distributions": "tf.distributions",
    "data.experimental": "the methods of tf.data.Dataset",
    "distributions": "tf.random_gamma and its kin; a density is a line of tf.log, tf.exp and tf.lgamma",
    "estimator": "tf.layers, tf.losses and tf.train, with a loop over session.run",
    "contrib.estimator": "tf.layers, tf.losses and tf.train, with a loop over session.run",
    "feature_column": "tf.one_hot, tf.nn.embedding_lookup and tf.concat",
    "keras": "tf.layers, tf.losses and tf.train",
    "keras.datasets": "tf.examples.tutorials.mnist.input_data",
    "keras.layers": "tf.layers",
    "python": "the public name of what is imported from it",
    "saved_model": "tf.saved_model.simple_save and tf.saved_model.loader",
    "raw_ops": "the function of the same name in lower case, as tf.matmul for tf.raw_ops.MatMul",
}
"""What does the work of a thing that is not here and has no like-named kin, in words."""

NEVER = {
    "GradientTape": "it computes at once, and flowgraph builds graphs: use tf.gradients",
    "contrib.cloud": "it needs a service on the network",
    "contrib.cudnn_rnn": "it is for graphics processors: use tf.contrib.rnn",
    "contrib.eager": "it computes at once, and flowgraph builds graphs: use tf.Session and tf.gradients",
    "contrib.ignite": "it needs a service on the network",
    "contrib.kafka": "it needs a service on the network",
    "contrib.kinesis": "it needs a service on the network",
    "contrib.tensorrt": "it is for graphics processors",
    "contrib.tpu": "it is for Google's TPUs",
    "lite": "it is for another machine",
    "tpu": "it is for Google's TPUs",
}
"""What will not come, and why."""
