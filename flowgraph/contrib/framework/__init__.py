"""`tf.contrib.framework`: variables by scope and from checkpoints, shared arguments, deprecated names, checks."""

from flowgraph import absent as _absent
from flowgraph.contrib.framework import nest
from flowgraph.ir.convert import is_tensor
from flowgraph.ir.names import (
    get_graph_from_inputs,
    get_name_scope,
    get_placeholders,
    prepend_name_scope,
    strip_name_scope,
)
from flowgraph.ops.case import smart_case, smart_cond, smart_constant_value
from flowgraph.ops.py_func_nested import py_func
from flowgraph.ops.rank_checks import assert_same_float_dtype, assert_scalar
from flowgraph.ops.right_shape import with_same_shape, with_shape
from flowgraph.ops.sorting import argsort, sort
from flowgraph.ops.sparse_tensor import convert_to_tensor_or_sparse_tensor
from flowgraph.ops.tensor_helpers import assert_scalar_int, reduce_sum_n, remove_squeezable_dimensions
from flowgraph.platform.deprecation import deprecated, deprecated_arg_values, deprecated_args
from flowgraph.saving.assign import assign_from_checkpoint, assign_from_checkpoint_fn
from flowgraph.saving.older_readers import list_variables, load_checkpoint, load_variable
from flowgraph.training.global_step import (
    assert_global_step,
    assert_or_get_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
from flowgraph.variables.arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from flowgraph.variables.devices import VariableDeviceChooser
from flowgraph.variables.framework import (
    add_model_variable,
    assign_from_values,
    assign_from_values_fn,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
)

__all__ = [
    "VariableDeviceChooser", "add_arg_scope", "add_model_variable", "arg_scope", "arg_scoped_arguments",
    "argsort", "assert_global_step", "assert_or_get_global_step", "assert_same_float_dtype", "assert_scalar",
    "assert_scalar_int", "assign_from_checkpoint", "assign_from_checkpoint_fn", "assign_from_values",
    "assign_from_values_fn", "convert_to_tensor_or_sparse_tensor", "create_global_step", "current_arg_scope",
    "deprecated", "deprecated_arg_values", "deprecated_args", "filter_variables", "get_global_step",
    "get_graph_from_inputs", "get_local_variables", "get_model_variables", "get_name_scope",
    "get_or_create_global_step", "get_placeholders", "get_trainable_variables", "get_unique_variable",
    "get_variable_full_name", "get_variables", "get_variables_by_name", "get_variables_by_suffix",
    "get_variables_to_restore", "global_variable", "has_arg_scope", "is_tensor", "list_variables",
    "load_checkpoint", "load_variable", "local_variable", "model_variable",
    "nest", "prepend_name_scope", "py_func", "reduce_sum_n", "remove_squeezable_dimensions",
    "smart_case", "smart_cond", "smart_constant_value", "sort", "strip_name_scope", "variable", "with_same_shape",
    "with_shape",
]  # fmt: skip

_absent.watch(__name__)
