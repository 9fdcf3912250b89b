"""`tf.contrib.slim`: layers with shared arguments, losses, known networks, and training in one call."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.contrib import losses
from flowgraph.contrib.slim import (
    data_decoder, data_provider, dataset, dataset_data_provider, learning, model_analyzer, parallel_reader,
    prefetch_queue, queues, tfexample_decoder, utils,
)
from flowgraph.neural.initializers import (
    variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d,
)
from flowgraph.neural.regularizers import (
    apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer,
)
from flowgraph.variables.arg_scope import (
    add_arg_scope, arg_scope, arg_scope_func_key, arg_scoped_arguments, current_arg_scope, has_arg_scope,
)
from flowgraph.neural.slim.batch_norm import batch_norm
from flowgraph.neural.slim.conv import (
    conv1d, conv2d, conv3d, convolution, convolution1d, convolution2d, convolution3d,
)
from flowgraph.neural.slim.conv_transpose import (
    conv2d_transpose, conv3d_transpose, convolution2d_transpose, convolution3d_transpose,
)
from flowgraph.neural.slim.dense import (
    elu, fully_connected, legacy_fully_connected, legacy_linear, legacy_relu, linear, relu, relu6,
)
from flowgraph.neural.slim.embedding import (
    bow_encoder, embed_sequence, embedding_lookup_unique, safe_embedding_lookup_sparse,
)
from flowgraph.neural.slim.gdn import GDN, gdn
from flowgraph.neural.slim.norm import bias_add, group_norm, instance_norm, layer_norm
from flowgraph.neural.slim.pool import avg_pool2d, avg_pool3d, max_pool2d, max_pool3d, pool
from flowgraph.neural.slim.repetition import repeat, stack
from flowgraph.neural.slim.separable import separable_conv2d, separable_convolution2d
from flowgraph.neural.slim.shaping import (
    dense_to_sparse, dropout, flatten, images_to_sequence, maxout, one_hot_encoding, sequence_to_images, softmax,
    unit_norm,
)
from flowgraph.neural.slim.spatial import conv2d_in_plane, convolution2d_in_plane, spatial_softmax
from flowgraph.neural.slim.summaries import (
    summarize_activation, summarize_activations, summarize_biases, summarize_collection, summarize_tensor,
    summarize_tensors, summarize_variables, summarize_weights,
)
from flowgraph.training.optimize_loss import (
    OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, adaptive_clipping_fn, optimize_loss,
)
from flowgraph.platform.deprecation import deprecated, deprecated_arg_values
from flowgraph.saving.assign import assign_from_checkpoint, assign_from_checkpoint_fn
from flowgraph.training.global_step import (
    assert_global_step, assert_or_get_global_step, create_global_step, get_global_step, get_or_create_global_step,
)
from flowgraph.variables.devices import VariableDeviceChooser
from flowgraph.variables.framework import (
    add_model_variable, assign_from_values, assign_from_values_fn, filter_variables, get_local_variables,
    get_model_variables, get_trainable_variables, get_unique_variable, get_variable_full_name, get_variables,
    get_variables_by_name, get_variables_by_suffix, get_variables_to_restore, global_variable, local_variable,
    model_variable, variable,
)

__all__ = [
    "GDN", "OPTIMIZER_CLS_NAMES", "OPTIMIZER_SUMMARIES", "VariableDeviceChooser", "adaptive_clipping_fn",
    "add_arg_scope", "add_model_variable", "apply_regularization", "arg_scope", "arg_scope_func_key",
    "arg_scoped_arguments", "assert_global_step", "assert_or_get_global_step", "assign_from_checkpoint",
    "assign_from_checkpoint_fn", "assign_from_values", "assign_from_values_fn", "avg_pool2d", "avg_pool3d",
    "batch_norm", "bias_add", "bow_encoder", "conv1d", "conv2d", "conv2d_in_plane", "conv2d_transpose",
    "conv3d", "conv3d_transpose", "convolution", "convolution1d", "convolution2d", "convolution2d_in_plane",
    "convolution2d_transpose", "convolution3d", "convolution3d_transpose", "create_global_step",
    "current_arg_scope", "data_decoder", "data_provider", "dataset", "dataset_data_provider", "dense_to_sparse",
    "deprecated", "deprecated_arg_values", "dropout", "elu", "embed_sequence", "embedding_lookup_unique",
    "filter_variables", "flatten", "fully_connected", "gdn", "get_global_step", "get_local_variables",
    "get_model_variables", "get_or_create_global_step", "get_trainable_variables", "get_unique_variable",
    "get_variable_full_name", "get_variables", "get_variables_by_name", "get_variables_by_suffix",
    "get_variables_to_restore", "global_variable", "group_norm", "has_arg_scope", "images_to_sequence",
    "instance_norm", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "layer_norm", "learning",
    "legacy_fully_connected", "legacy_linear", "legacy_relu", "linear", "local_variable", "losses",
    "max_pool2d", "max_pool3d", "maxout", "model_analyzer", "model_variable", "one_hot_encoding",
    "optimize_loss", "parallel_reader", "pool", "prefetch_queue", "queues", "relu", "relu6", "repeat",
    "safe_embedding_lookup_sparse", "separable_conv2d", "separable_convolution2d", "sequence_to_images",
    "softmax", "spatial_softmax", "stack", "sum_regularizer", "summarize_activation", "summarize_activations",
    "summarize_biases", "summarize_collection", "summarize_tensor", "summarize_tensors", "summarize_variables",
    "summarize_weights", "tfexample_decoder", "unit_norm", "utils", "variable", "variance_scaling_initializer",
    "xavier_initializer", "xavier_initializer_conv2d",
]

_absent.watch(__name__)
