"""`tf.saved_model`: graphs with their variables' values, in folders that TensorFlow Serving loads too."""
# ruff: noqa: I001  # wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.saved_model import (
    builder, constants, loader, main_op, signature_constants, signature_def_utils, tag_constants, utils,
)
from flowgraph.saved_model.constants import (
    ASSETS_DIRECTORY, ASSETS_KEY, LEGACY_INIT_OP_KEY, MAIN_OP_KEY, SAVED_MODEL_FILENAME_PB,
    SAVED_MODEL_FILENAME_PBTXT, SAVED_MODEL_SCHEMA_VERSION, VARIABLES_DIRECTORY, VARIABLES_FILENAME,
)
from flowgraph.saved_model.signature_constants import (
    CLASSIFY_INPUTS, CLASSIFY_METHOD_NAME, CLASSIFY_OUTPUT_CLASSES, CLASSIFY_OUTPUT_SCORES,
    DEFAULT_SERVING_SIGNATURE_DEF_KEY, PREDICT_INPUTS, PREDICT_METHOD_NAME, PREDICT_OUTPUTS, REGRESS_INPUTS,
    REGRESS_METHOD_NAME, REGRESS_OUTPUTS,
)
from flowgraph.saved_model.tag_constants import GPU, SERVING, TPU, TRAINING
from flowgraph.saving.saved_model import SavedModelBuilder as Builder
from flowgraph.saving.saved_model import simple_save
from flowgraph.saving.saved_model_loader import load, main_op_with_restore, maybe_saved_model_directory
from flowgraph.saving.saved_model_loader import maybe_saved_model_directory as contains_saved_model
from flowgraph.saving.signatures import (
    build_signature_def, build_tensor_info, classification_signature_def, get_tensor_from_tensor_info,
    is_valid_signature, predict_signature_def, regression_signature_def,
)

__all__ = [
    "ASSETS_DIRECTORY", "ASSETS_KEY", "CLASSIFY_INPUTS", "CLASSIFY_METHOD_NAME", "CLASSIFY_OUTPUT_CLASSES",
    "CLASSIFY_OUTPUT_SCORES", "DEFAULT_SERVING_SIGNATURE_DEF_KEY", "GPU", "LEGACY_INIT_OP_KEY", "MAIN_OP_KEY",
    "PREDICT_INPUTS", "PREDICT_METHOD_NAME", "PREDICT_OUTPUTS", "REGRESS_INPUTS", "REGRESS_METHOD_NAME",
    "REGRESS_OUTPUTS", "SAVED_MODEL_FILENAME_PB", "SAVED_MODEL_FILENAME_PBTXT", "SAVED_MODEL_SCHEMA_VERSION",
    "SERVING", "TPU", "TRAINING", "VARIABLES_DIRECTORY", "VARIABLES_FILENAME", "Builder", "build_signature_def",
    "build_tensor_info", "builder", "classification_signature_def", "constants", "contains_saved_model",
    "get_tensor_from_tensor_info", "is_valid_signature", "load", "loader", "main_op", "main_op_with_restore",
    "maybe_saved_model_directory", "predict_signature_def", "regression_signature_def", "signature_constants",
    "signature_def_utils", "simple_save", "tag_constants", "utils",
]

_absent.watch(__name__)
