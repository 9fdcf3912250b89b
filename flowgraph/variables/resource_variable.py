"""Resource variables: `tf.Variable(..., use_resource=True)`.

A handle and ops that take it. For `w = tf.Variable(tf.zeros([2]), name="w", use_resource=True)` the nodes are

    zeros ──► w/Assign ◄── w ──► w/Read/ReadVariableOp        w ──► w/IsInitialized/VarIsInitializedOp

the handle `w`, its initializer, the read that a session fetches and feeds for `w`, and the question whether there is a
value. Each op that uses `w` gets a read of its own, `mul/ReadVariableOp`: the value at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import (
    GraphKeys,
    colocate_with,
    control_dependencies,
    device,
    get_default_graph,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.resource import ASSIGN_VARIABLE_OP, VAR_IS_INITIALIZED_OP, read_variable, variable_handle
from flowgraph.ops.resource_rows import resource_gather, resource_gather_nd
from flowgraph.shapes import Sizes, TensorShape, as_sizes
from flowgraph.sizes import compatible, to_tuple_text
from flowgraph.variables.initial_values import guarded
from flowgraph.variables.options import VariableAggregation, VariableSynchronization, settle_options
from flowgraph.variables.protos import adopt
from flowgraph.variables.ref_variable import check_arguments, inside_a_branch
from flowgraph.variables.resource_updates import ResourceUpdates
from flowgraph.variables.variable import Variable


class BaseResourceVariable(ResourceUpdates, Variable):
    """What a handle knows how to do; `ResourceVariable` makes one, and updates give it back."""

    _handle: Tensor
    _sizes: Sizes
    _dtype: DType
    _graph_element: Tensor
    _cached_value: Tensor | None

    def __init__(self) -> None:
        raise NotImplementedError  # calling `tf.Variable(..., use_resource=True)` makes one

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self) -> Tensor:
        return read_variable(self._handle, self._dtype)

    def value(self) -> Tensor:
        """The tensor that an op which uses the variable takes: a new read of it, or the cached one."""
        if self._cached_value is not None:
            return self._cached_value
        with colocate_with(None, ignore_existing=True), device(self._handle.device):
            return self._read()

    _AsTensor = value

    def read_value(self) -> Tensor:
        """A new read of the variable, made where control dependencies around this call say."""
        with name_scope("Read"), device(self._handle.device):
            value = self._read()
        return identity(value)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows with these numbers, without reading the others: what `tf.gather(variable, indices)` calls.

        >>> v = tf.Variable([1.0, 2.0, 3.0], use_resource=True)
        >>> with tf.Session() as sess:
        ...     sess.run(v.initializer)
        ...     sess.run(v.sparse_read([2, 0]))
        array([3., 1.], dtype=float32)
        """
        with name_scope("Gather" if name is None else name) as scope:
            value = resource_gather(self._handle, indices, self._dtype, name=scope)
        return identity(value)

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """The cells or slices that vectors of indices point at: what `tf.gather_nd(variable, indices)` calls."""
        with name_scope("GatherNd" if name is None else name) as scope:
            value = resource_gather_nd(self._handle, indices, self._dtype, name=scope)
        return identity(value)

    def is_initialized(self, name: str | None = None) -> Tensor:
        """A bool tensor: whether the variable has a value by then."""
        return emit(VAR_IS_INITIALIZED_OP, self._handle, name=name)

    # -- what stands for it ----------------------------------------------------------------------------------

    @property
    def handle(self) -> Tensor:
        """The tensor that stands for the variable itself, of dtype `tf.resource`."""
        return self._handle

    def _ref(self) -> Tensor:
        raise AttributeError(
            errors.explain(
                f"'{type(self).__name__}' object has no attribute '_ref'",
                details=[f"the variable: {self!r}"],
                mend="Make it with use_resource=False where an op wants a reference.",
                where=user_site(),
            )
        )

    def _by_reference(self) -> Tensor:
        return self.read_value().op.inputs[0]

    def _as_graph_element(self) -> Tensor:
        """What a session fetches and feeds for it."""
        return self._graph_element

    @property
    def op(self) -> Operation:
        """The op that makes the handle."""
        return self._handle.op

    @property
    def create(self) -> Operation:
        """The op that gives the variable its initial value."""
        return self._initializer_op

    @property
    def graph(self) -> Graph:
        """The graph that the variable belongs to."""
        return self._handle.graph

    # -- what is known of it ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the handle: 'w:0'."""
        return self._handle.name

    @property
    def dtype(self) -> DType:
        """The dtype of the value; it is no reference."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape.of(self._sizes)

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Not there for resource variables, as in TF: give `shape` when you make one.

        Raises:
          NotImplementedError: always.
        """
        raise NotImplementedError(
            errors.explain(
                "ResourceVariable does not implement set_shape()",
                details=[f"asked for: {shape}"],
                mend="tf.Variable(..., shape=...) gives it a static shape.",
                where=user_site(),
            )
        )

    @property
    def device(self) -> str:
        """The device asked for when the variable was made."""
        return self._handle.device

    def eval(self, session: Any = None) -> Any:
        """The value in a session, by default the default session."""
        return self._graph_element.eval(session=session)

    def numpy(self) -> Any:
        """Not there in graphs, as in TF.

        Raises:
          NotImplementedError: always.
        """
        raise NotImplementedError(
            errors.explain(
                "numpy() is only available when eager execution is enabled.",
                mend="sess.run(variable) gives its value in a session.",
                where=user_site(),
            )
        )

    def __bool__(self) -> bool:
        return bool(self.read_value())

    def __copy__(self) -> BaseResourceVariable:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        raise NotImplementedError("__deepcopy__() is only available when eager execution is enabled.")


class ResourceVariable(BaseResourceVariable):
    """A variable behind a handle; `tf.Variable` tells of its arguments.

    >>> w = tf.Variable([1.0, 2.0], name="w", use_resource=True)
    >>> w
    <tf.Variable 'w:0' shape=(2,) dtype=float32>
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run([w, w.assign_add([1.0, 1.0])])
    [array([1., 2.], dtype=float32), array([2., 3.], dtype=float32)]
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,  # noqa: ARG002  (without effect in TF, too)
        caching_device: Any = None,
        name: str | None = None,
        dtype: Any = None,
        variable_def: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        distribute_strategy: Any = None,
        synchronization: VariableSynchronization | None = None,
        aggregation: VariableAggregation | None = None,
        shape: Any = None,
    ) -> None:
        check_arguments(initial_value, collections, constraint, variable_def, import_scope)
        if variable_def is not None:
            adopt(self, variable_def, import_scope)
            return
        if distribute_strategy is not None:
            raise NotImplementedError("tf.Variable does not take distribute_strategy: there is one device here.")
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
            self._make_handle(initial_value, dtype, shape, scope)
            self._make_ops(caching_device, scope)
            self.graph.add_to_collections(keys, self)

    def _make_handle(self, initial_value: Any, dtype: Any, shape: Any, scope: str) -> None:
        """The initial value, and the handle of a variable for it."""
        with get_default_graph().colocate_with_name(scope[:-1]):
            with name_scope("Initializer"), device(None):
                value = initial_value() if callable(initial_value) else initial_value
                self._initial_value = convert_to_tensor(value, dtype=dtype, name="initial_value")
            self._sizes = self._initial_value.sizes if shape is None else as_sizes(shape)
            if not compatible(self._sizes, self._initial_value.sizes):
                raise ValueError(
                    errors.explain(
                        f"The initial value's shape ({to_tuple_text(self._initial_value.sizes)}) is not compatible "
                        f"with the explicitly supplied `shape` argument ({shape}).",
                        where=user_site(),
                    )
                )
            self._dtype = self._initial_value.dtype.base_dtype
            self._handle = variable_handle(self._sizes, self._dtype, scope[:-1], name=scope)
        if self._initial_value.op.context is not None:
            raise inside_a_branch(self._initial_value, scope)

    def _make_ops(self, caching_device: Any, scope: str) -> None:
        """The ops that come with every resource variable."""
        with name_scope("IsInitialized"):
            emit(VAR_IS_INITIALIZED_OP, self._handle)
        with name_scope("Assign") as assign, colocate_with(None, ignore_existing=True), device(self._handle.device):
            value = guarded(self._initial_value, scope)
            self._initializer_op = emit(ASSIGN_VARIABLE_OP, self._handle, value, name=assign)
        self._cached_value = None
        with name_scope("Read"):
            with device(self._handle.device):
                self._graph_element = self._read()
            if caching_device is not None:
                with colocate_with(None, ignore_existing=True), device(caching_device):
                    self._cached_value = identity(self._graph_element)


class UnreadVariable(BaseResourceVariable):
    """A resource variable after an update: what is read of it is read after that."""

    def __init__(self, variable: BaseResourceVariable, update: Operation) -> None:
        self._handle, self._sizes, self._dtype = variable._handle, variable._sizes, variable._dtype
        self._trainable, self._constraint, self._cached_value = True, None, None
        self._synchronization, self._aggregation = VariableSynchronization.AUTO, VariableAggregation.NONE
        self._initializer_op = self._initial_value = None  # type: ignore[assignment]  # TF has none here
        self._update = update
        self._graph_element = self._read()

    def _read(self) -> Tensor:
        with control_dependencies([self._update]):
            return super()._read()

    def value(self) -> Tensor:
        """A new read, after the update."""
        return self._read()

    _AsTensor = value

    def read_value(self) -> Tensor:
        """A new read, after the update."""
        return self._read()

    @property
    def name(self) -> str:
        """The name of the update."""
        return self._update.name

    @property
    def op(self) -> Operation:
        """The update."""
        return self._update
