"""TensorFlow 1.x programs, as books and tutorials write them, each a function of the library itself.

A program is a public function `name(tf)` in one of the modules listed here. It builds into the default graph
through the public TF1 API only, so the same function runs under TensorFlow 1.15 (to record golden data) and
under flowgraph (to be compared). It returns None, or a list of `(fetches, feeds)` pairs: the calls of
`sess.run` to make one after another in one session. Feeds come from seeded numpy, random ops that are run
have seeds, so every value is the same on every machine.

The modules keep to what Python 3.7 understands.
"""

from __future__ import annotations

import importlib
import inspect

MODULES = [
    "textbook",
    "picture_files",
    "summaries_shown",
    "mnist_mlp",
    "lenet",
    "regression",
    "schedules",
    "optimizers",
    "optimizer_idioms",
    "averages",
    "layers",
    "cells",
    "cells_wrapped",
    "cells_contrib",
    "layers_more",
    "layers_normalized",
    "layers_keras_style",
    "cells_gated",
    "cells_normed",
    "cells_training",
    "cells_grid",
    "cells_block",
    "cells_spatial",
    "distributions",
    "distributions_gamma",
    "seq2seq",
    "seq2seq_helpers",
    "seq2seq_scheduled",
    "seq2seq_training",
    "seq2seq_attention",
    "seq2seq_monotonic",
    "seq2seq_beam",
    "losses",
    "older_losses",
    "older_metrics",
    "older_metrics_ranked",
    "metrics",
    "metrics_ranked",
    "variables",
    "updates",
    "resource_variables",
    "partitioned",
    "framework_variables",
    "scopes",
    "initial_tensors",
    "naming",
    "constants",
    "operators",
    "idioms",
    "lookups",
    "queues",
    "sampling",
    "tables",
    "ragged",
    "linear_algebra",
    "signals",
    "quantized",
    "inspection",
    "branches",
    "loops",
    "surroundings",
    "tensor_arrays",
    "functional",
    "functional_nested",
    "recurrent_static",
    "recurrent_dynamic",
    "recurrent_gradients",
    "recurrent_bidirectional",
    "recurrent_training",
    "recurrent_raw",
    "recurrent_books",
    "recurrent_variables",
    "legacy_seq2seq",
    "legacy_attention",
    "legacy_choices",
    "seeds",
    "convolution",
    "convolution_nd",
    "fractional",
    "images",
    "image_boxes",
    "sequence_labels",
    "average_losses",
    "largest",
    "morphology",
    "candidates",
    "normalization",
    "gradients_math",
    "gradients_reduce",
    "gradients_array",
    "gradients_nn",
    "gradients_api",
    "gradients_custom",
    "gradients_loops",
    "monitored",
    "sync_replicas",
    "shampoo",
    "optimizers_workers",
    "optimizers_kinds",
    "optimizers_contrib",
    "training_descent",
    "training_adaptive",
    "training_variants",
    "training_nets",
    "training_images",
    "training_generative",
    "training_sequences",
    "training_loops",
    "examples",
    "contrib_layers",
    "savers",
    "contrib_norms",
    "contrib_framework",
    "contrib_train_ops",
    "contrib_training",
    "contrib_embeddings",
    "summaries",
    "summaries_written",
    "parsing",
    "pipelines",
    "contrib_scopes",
    "contrib_batch_norms",
    "beyond",
    "data_pipelines",
    "data_pipelines_files",
    "data_pipelines_more",
    "data_pipelines_sparse",
    "slim_data",
    "data_pipelines_tables",
    "random_fields",
    "attrs_of_none",
]


def all_programs():
    """Every program by its name, `module.function`, in the order of the sources."""
    programs = {}
    for short in MODULES:
        module = importlib.import_module(__name__ + "." + short)
        for name, function in vars(module).items():
            if not name.startswith("_") and _takes_only_tf(function):
                programs[short + "." + name] = function
    return programs


def _takes_only_tf(value):
    return inspect.isfunction(value) and list(inspect.signature(value).parameters) == ["tf"]
