"""tensorflow.python.ops.variables."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    Variable, VariableAggregation, VariableSynchronization, all_variables, assert_variables_initialized,
    global_variables, global_variables_initializer, initialize_all_variables, initialize_local_variables,
    initialize_variables, is_variable_initialized, local_variables, local_variables_initializer, model_variables,
    moving_average_variables, report_uninitialized_variables, trainable_variables, variables_initializer,
)

__all__ = [
    "Variable", "VariableAggregation", "VariableSynchronization", "all_variables", "assert_variables_initialized",
    "global_variables", "global_variables_initializer", "initialize_all_variables", "initialize_local_variables",
    "initialize_variables", "is_variable_initialized", "local_variables", "local_variables_initializer",
    "model_variables", "moving_average_variables", "report_uninitialized_variables", "trainable_variables",
    "variables_initializer",
]

_absent.watch(__name__)
