"""The kind of variable that TF 1.x makes by default: a buffer to which ops get a reference.

It is four nodes of the graph. For `w = tf.Variable(tf.zeros([2]), name="w")` they are

    zeros ──► w/Assign ──► w ──► w/read

the buffer `w`, its initializer `w/Assign` with the initial value, and `w/read`, which ops that use `w` take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.initial_values import guarded
from flowgraph.ir.convert import convert_to_tensor, register_tensor_conversion_function
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import (
    GraphKeys,
    colocate_with,
    control_dependencies,
    device,
    get_default_graph,
    get_default_session,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import operators
from flowgraph.ops.array import identity
from flowgraph.ops.cond import cond
from flowgraph.ops.slicing import get_item
from flowgraph.ops.state import assign, is_variable_initialized, variable_op
from flowgraph.shapes import Sizes, TensorShape, as_sizes
from flowgraph.sizes import compatible, is_full, to_tuple_text
from flowgraph.variables import Variable, VariableAggregation, VariableSynchronization, settle_options


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
        _check_arguments(initial_value, collections, constraint, variable_def, import_scope)
        self._synchronization, self._aggregation, self._trainable = settle_options(
            synchronization, aggregation, trainable, name
        )
        self._constraint = constraint
        self._caching_device = caching_device
        self._save_slice_info: Any = None
        keys = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
            keys.append(GraphKeys.TRAINABLE_VARIABLES)
        values = [] if callable(initial_value) else [initial_value]
        # a variable belongs to no branch, loop or control_dependencies block
        with control_dependencies(None), name_scope(name, "Variable", values) as scope:
            if callable(initial_value):
                self._hold_result_of(initial_value, dtype, validate_shape, shape, scope)
            else:
                self._hold(initial_value, dtype, validate_shape, shape, scope)
            if expected_shape is not None:
                _check_expected(self._initial_value, as_sizes(expected_shape))
            if validate_shape and not is_full(self._initial_value.sizes):
                raise _unknown_shape(self._initial_value)
            value = guarded(self._initial_value, scope)
            self._initializer_op: Operation = assign(self._variable, value, validate_shape=validate_shape).op
            with colocate_with(self._variable.op) if caching_device is None else device(caching_device):
                self._snapshot = identity(self._variable, name="read")
        self.graph.add_to_collections(keys, self)

    def _hold(self, value: Any, dtype: Any, validate_shape: bool, shape: Any, scope: str) -> None:
        """Make the buffer for an initial value."""
        self._initial_value: Tensor = convert_to_tensor(value, dtype=dtype, name="initial_value")
        if self._initial_value.op.context is not None:
            raise ValueError(
                errors.explain(
                    f"Initializer for variable {scope} is from inside a control-flow construct, such as a "
                    "loop or conditional. When creating a variable inside a loop or conditional, use a "
                    "lambda as the initializer.",
                    details=[f"the initial value: {self._initial_value!r}"],
                    where=user_site(),
                )
            )
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
        self._variable: Tensor = variable_op(sizes, self._initial_value.dtype.base_dtype, name=scope)

    def __getitem__(self, entries: Any) -> Tensor:
        """A part of the value, as of a tensor; and `variable[1:3].assign(value)` changes that part.

        >>> v = tf.Variable([1.0, 2.0, 3.0])
        >>> with tf.Session() as sess:
        ...     sess.run(v.initializer)
        ...     sess.run(v[1:]), sess.run(v[0].assign(9.0))
        (array([2., 3.], dtype=float32), array([9., 2., 3.], dtype=float32))
        """
        return get_item(self.value(), entries, self)

    # -- its nodes -------------------------------------------------------------------------------------------

    def _ref(self) -> Tensor:
        """The reference that ops need to change the variable."""
        return self._variable

    _as_graph_element = _ref

    def value(self) -> Tensor:
        """The tensor that ops which use the variable take: `w/read`."""
        return self._snapshot

    _AsTensor = value

    def read_value(self) -> Tensor:
        """A new tensor of the variable's value, read where control dependencies around this call say."""
        return identity(self._variable, name="read")

    def initialized_value(self) -> Tensor:
        """The variable's value if it has one, else its initial value: to initialize another variable with.

        >>> a = tf.Variable(tf.random_normal([2], seed=1))
        >>> b = tf.Variable(a.initialized_value())
        >>> with tf.Session() as sess:
        ...     sess.run(tf.global_variables_initializer())
        ...     sess.run(a - b)
        array([0., 0.], dtype=float32)
        """
        with control_dependencies(None):
            return cond(is_variable_initialized(self), self.read_value, lambda: self.initial_value)

    @property
    def op(self) -> Operation:
        """The op that holds the buffer."""
        return self._variable.op

    @property
    def initializer(self) -> Operation:
        """The op that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self) -> Tensor:
        """The tensor with which the initializer fills the variable."""
        return self._initial_value

    @property
    def graph(self) -> Graph:
        """The graph that the variable belongs to."""
        return self._variable.graph

    # -- what is known of it ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the buffer's tensor: 'w:0'."""
        return self._variable.name

    @property
    def _shared_name(self) -> str:
        return self._variable.op.name

    @property
    def dtype(self) -> DType:
        """The dtype, as a reference: `tf.float32_ref`; `dtype.base_dtype` is that of the value."""
        return self._variable.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._variable.shape

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self._variable.shape

    def set_shape(self, shape: Any) -> None:
        """Add what is known of the static shape, for a variable made with `validate_shape=False`."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    @property
    def device(self) -> str:
        """The device asked for when the variable was made."""
        return self._variable.device

    @property
    def trainable(self) -> bool:
        """Whether optimizers change it."""
        return self._trainable

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The function that optimizers apply to it after each update, or None."""
        return self._constraint

    @property
    def synchronization(self) -> VariableSynchronization:
        """As given when the variable was made."""
        return self._synchronization

    @property
    def aggregation(self) -> VariableAggregation:
        """As given when the variable was made."""
        return self._aggregation

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    # -- in a session ----------------------------------------------------------------------------------------

    def eval(self, session: Any = None) -> Any:
        """The value in a session, by default the default session."""
        return self._variable.eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Put a value into the variable in a session, by default the default one; adds no op to the graph.

        Raises:
          ValueError: there is no session, or the value has another shape.

        >>> v = tf.Variable([1, 2])
        >>> with tf.Session():
        ...     v.load([3, 4])
        ...     v.eval()
        array([3, 4], dtype=int32)
        """
        session = session or get_default_session()
        if session is None:
            raise ValueError(
                "Either session argument should be provided or default session should be established"
            )
        session.run(self._initializer_op, {self._initializer_op.inputs[1]: value})


operators.install(RefVariable, lambda variable: variable.value())


def _check_arguments(
    initial_value: Any, collections: Any, constraint: Any, variable_def: Any, import_scope: Any
) -> None:
    if variable_def is not None or import_scope is not None:
        if variable_def is not None and initial_value is not None:
            raise ValueError("variable_def and initial_value are mutually exclusive.")
        raise NotImplementedError("tf.Variable does not take variable_def or import_scope yet.")
    if initial_value is None:
        raise ValueError(errors.explain("initial_value must be specified.", where=user_site()))
    if collections is not None and not isinstance(collections, list | tuple | set):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. "
            f"Got {collections} of type {type(collections)}"
        )
    if constraint is not None and not callable(constraint):
        raise ValueError("The `constraint` argument must be a callable.")


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


def _to_tensor(
    variable: RefVariable, dtype: DType | None = None, _name: str | None = None, as_ref: bool = False
) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            errors.explain(
                f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
                f"'{variable.dtype.name}'",
                details=[f"the variable: {variable!r}"],
                mend=f"tf.cast(variable, tf.{dtype.name}) converts its value.",
                where=user_site(),
            )
        )
    return variable._ref() if as_ref else variable.value()


register_tensor_conversion_function(
    RefVariable, lambda value, dtype=None, name=None, as_ref=False: _to_tensor(value, dtype, name, as_ref)
)
