"""tensorflow.python.ops.variable_scope."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    AUTO_REUSE, VariableAggregation, VariableScope, VariableSynchronization, disable_resource_variables,
    enable_resource_variables, get_local_variable, get_variable, get_variable_scope, no_regularizer,
    resource_variables_enabled, variable_creator_scope, variable_op_scope, variable_scope,
)

__all__ = [
    "AUTO_REUSE", "VariableAggregation", "VariableScope", "VariableSynchronization", "disable_resource_variables",
    "enable_resource_variables", "get_local_variable", "get_variable", "get_variable_scope", "no_regularizer",
    "resource_variables_enabled", "variable_creator_scope", "variable_op_scope", "variable_scope",
]

_absent.watch(__name__)
