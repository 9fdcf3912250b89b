"""The kind of variable that TF 1.x makes by default: a buffer to which ops get a reference.

It is four nodes of the graph. For `w = tf.Variable(tf.zeros([2]), name="w")` they are

    zeros ──► w/Assign ──► w ──► w/read

the buffer `w`, its initializer `w/Assign` with the initial value, and `w/read`, which ops that use `w` take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import (
    GraphKeys,
    colocate_with,
    control_dependencies,
    device,
    get_default_graph,
    name_scope,
)
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.state import assign, variable_op
from flowgraph.shapes import Sizes, as_sizes
from flowgraph.sizes import compatible, is_full, to_tuple_text
from flowgraph.variables.initial_values import guarded
from flowgraph.variables.options import VariableAggregation, VariableSynchronization, settle_options
from flowgraph.variables.protos import adopt
from flowgraph.variables.variable import Variable


class RefVariable(Variable):
    """The kind of variable that TF 1.x makes by default; `Variable` tells of its arguments."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        synchronization: VariableSynchronization | None = None,
        aggregation: VariableAggregation | None = None,
        shape: Any = None,
    ) -> None:
        check_arguments(initial_value, collections, constraint, variable_def, import_scope)
        if variable_def is not None:
            adopt(self, variable_def, import_scope)
            return
        self._synchronization, self._aggregation, self._trainable = settle_options(
            synchronization, aggregation, trainable, name
        )
        self._constraint = constraint
        keys = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
            keys.append(GraphKeys.TRAINABLE_VARIABLES)
        values = [] if callable(initial_value) else [initial_value]
        # a variable belongs to no branch, loop or control_dependencies block
        with control_dependencies(None), name_scope(name, "Variable", values) as scope:
            if not scope:
                raise ValueError(errors.explain("'' is not a valid node name", where=user_site()))
            if callable(initial_value):
                self._hold_result_of(initial_value, dtype, validate_shape, shape, scope)
            else:
                self._hold(initial_value, dtype, validate_shape, shape, scope)
            if expected_shape is not None:
                _check_expected(self._initial_value, as_sizes(expected_shape))
            if validate_shape and not is_full(self._initial_value.sizes):
                raise _unknown_shape(self._initial_value)
            value = guarded(self._initial_value, scope)
            self._initializer_op = assign(self._variable, value, validate_shape=validate_shape).op
            with colocate_with(self._variable.op) if caching_device is None else device(caching_device):
                self._snapshot = identity(self._variable, name="read")
        self.graph.add_to_collections(keys, self)

    def _hold(self, value: Any, dtype: Any, validate_shape: bool, shape: Any, scope: str) -> None:
        """Make the buffer for an initial value."""
        self._initial_value = convert_to_tensor(value, dtype=dtype, name="initial_value")
        if self._initial_value.op.context is not None:
            raise inside_a_branch(self._initial_value, scope)
        self._make_buffer(validate_shape, shape, scope)

    def _hold_result_of(
        self, function: Callable[[], Any], dtype: Any, validate_shape: bool, shape: Any, scope: str
    ) -> None:
        """Make the buffer for what a function returns, whose ops stand beside the variable."""
        with get_default_graph().colocate_with_name(scope[:-1]):
            with name_scope("Initializer"), device(None):
                self._initial_value = convert_to_tensor(function(), dtype=dtype, name="initial_value")
            self._make_buffer(validate_shape, shape, scope)

    def _make_buffer(self, validate_shape: bool, shape: Any, scope: str) -> None:
        sizes: Sizes = None
        if shape is not None:
            sizes = as_sizes(shape)
        elif validate_shape:
            sizes = self._initial_value.sizes
        self._variable = variable_op(sizes, self._initial_value.dtype.base_dtype, name=scope)


def check_arguments(
    initial_value: Any, collections: Any, constraint: Any, variable_def: Any, import_scope: Any
) -> None:
    """Refuse arguments that make no variable, of whatever kind."""
    if variable_def is not None and initial_value is not None:
        raise ValueError("variable_def and initial_value are mutually exclusive.")
    if import_scope is not None and variable_def is None:
        raise ValueError("import_scope is for variable_def, which was not given.")
    if variable_def is not None:
        return
    if initial_value is None:
        raise ValueError(errors.explain("initial_value must be specified.", where=user_site()))
    if collections is not None and not isinstance(collections, list | tuple | set):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. "
            f"Got {collections} of type {type(collections)}"
        )
    if constraint is not None and not callable(constraint):
        raise ValueError("The `constraint` argument must be a callable.")


def inside_a_branch(initial_value: Tensor, scope: str) -> ValueError:
    """The error of an initial value that has a value in one branch of a tf.cond only."""
    return ValueError(
        errors.explain(
            f"Initializer for variable {scope} is from inside a control-flow construct, such as a "
            "loop or conditional. When creating a variable inside a loop or conditional, use a "
            "lambda as the initializer.",
            details=[f"the initial value: {initial_value!r}"],
            where=user_site(),
        )
    )


def _check_expected(initial_value: Tensor, expected: Sizes) -> None:
    if not compatible(initial_value.sizes, expected):
        raise ValueError(
            errors.explain(
                f"initial_value has shape {to_tuple_text(initial_value.sizes)}, "
                f"expected_shape is {to_tuple_text(expected)}",
                where=user_site(),
            )
        )


def _unknown_shape(initial_value: Tensor) -> ValueError:
    return ValueError(
        errors.explain(
            f"initial_value must have a shape specified: {initial_value}",
            mend="initial_value.set_shape(...) adds what you know; validate_shape=False lets the shape vary.",
            where=user_site(),
        )
    )
