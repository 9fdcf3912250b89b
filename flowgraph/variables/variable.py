"""tf.Variable: the call, the creators that have a say in it, and what all kinds of variables are."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import Reference, control_dependencies, get_default_graph, get_default_session
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import operators
from flowgraph.ops.array import identity
from flowgraph.ops.cond import cond
from flowgraph.ops.slicing import get_item
from flowgraph.ops.state import is_variable_initialized
from flowgraph.shapes import TensorShape
from flowgraph.trackable import VALUE_KEY, Trackable
from flowgraph.variables import partitioned
from flowgraph.variables.options import VariableAggregation, VariableSynchronization, resource_variables_enabled
from flowgraph.variables.updates import Updates

# -- making variables --------------------------------------------------------------------------------------

_CREATORS = "variable creators"


def _create(options: dict[str, Any]) -> Any:
    """What a call of `tf.Variable` does: ask the creators around it, the innermost first."""
    make: Callable[..., Any] = _make_variable
    for creator in get_default_graph().memory.get(_CREATORS, ()):
        make = functools.partial(creator, make)
    return make(**options)


def _make_variable(use_resource: bool | None = None, **options: Any) -> Any:
    """The last of the creators: makes the variable itself."""
    from flowgraph.variables.ref_variable import RefVariable
    from flowgraph.variables.resource_variable import ResourceVariable
    from flowgraph.variables.scope import get_variable_scope

    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource is None:
        use_resource = resource_variables_enabled()
    if not use_resource:
        return RefVariable(**options)
    del options["expected_shape"]  # which TF does not look at here, either
    return ResourceVariable(**options)


@contextmanager
def variable_creator_scope(variable_creator: Callable[..., Any]) -> Iterator[None]:
    """Let a function make the variables inside the block, or have a say in it.

    Args:
      variable_creator: `f(next_creator, **options)`, which returns a variable. The options are those of
        `tf.Variable`; it may pass them on, changed or not: `next_creator(**options)`.

    >>> def frozen(next_creator, **options):
    ...     return next_creator(**{**options, "trainable": False})
    >>> with variable_creator_scope(frozen):
    ...     v = tf.Variable(1.0)
    >>> tf.trainable_variables()
    []
    """
    memory = get_default_graph().memory
    outer = memory.get(_CREATORS, ())
    memory[_CREATORS] = (*outer, variable_creator)
    try:
        yield
    finally:
        memory[_CREATORS] = outer


def _of_resources(name: str) -> Any:
    """A method that resource variables alone have: `tf.gather` and its like ask whether it is there."""

    def read(self: Any, indices: Any, name: str | None = None) -> Tensor:  # noqa: ARG001
        raise AttributeError

    class Missing:
        def __get__(self, variable: Any, owner: Any = None) -> Any:
            if variable is None:
                return read
            raise AttributeError(f"a reference variable has no {name}: tf.gather and tf.gather_nd read its rows")

    return Missing()


class _VariableType(type):
    """Lets `tf.Variable(...)` return whatever kind of variable is asked for."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not Variable:
            return super().__call__(*args, **kwargs)
        try:
            given = cls.__signature__.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"Variable() {error}") from None
        given.apply_defaults()
        return _create(given.arguments)

    @property
    def __signature__(cls) -> inspect.Signature:
        return _signature(cls)


@functools.cache
def _signature(cls: Any) -> inspect.Signature:
    """How a class of variables is called."""
    found = inspect.signature(cls.__init__)
    return found.replace(parameters=list(found.parameters.values())[1:])


class Variable(Updates, Trackable, metaclass=_VariableType):
    """A value that lives in a session, lasts from run to run, and is changed by ops.

    Wherever a tensor is expected a variable stands for its value. It has no value in a session before its
    initializer has run there: `sess.run(tf.global_variables_initializer())`.

    Args:
      initial_value: a tensor, or anything that becomes one; or a function without arguments that gives one.
      trainable: whether optimizers change it (the collection `tf.trainable_variables()`); by default they do.
      collections: the keys of the collections to add it to; by default [GraphKeys.GLOBAL_VARIABLES].
      validate_shape: False lets it change its shape; else that of the initial value must be known, and stays.
      caching_device: a device for the op that reads the variable.
      name: its name, 'Variable' by default; made unique.
      dtype: the dtype to convert the initial value to.
      expected_shape: a shape that the initial value must have (as in TF, that of a reference variable only).
      constraint: a function that optimizers apply to the variable after each update.
      synchronization, aggregation: how copies on several machines would be kept equal; here there is one.
      shape: the static shape, if not that of the initial value.
      use_resource: whether it is a resource variable: each op that uses it then reads it anew, at a moment that its
        dependencies fix. By default as the variable scope says, or `tf.enable_resource_variables()`.
      variable_def: a VariableDef, instead of an initial value: the variable is the one whose ops it names, which are in
        the graph already.
      import_scope: a scope to put before the names in `variable_def`.

    Raises:
      ValueError: there is no initial value, its shape is unknown, or an argument makes no sense.
      KeyError: the graph lacks an op that `variable_def` names.

    >>> w = tf.Variable([[1.0, 2.0]], name="w")
    >>> w
    <tf.Variable 'w:0' shape=(1, 2) dtype=float32_ref>
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(w + 1)
    array([[2., 3.]], dtype=float32)
    """

    is_tensor_like = True
    __array_priority__ = 100  # numpy leaves `array + variable` to us

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
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        raise NotImplementedError  # calling the class makes one of its subclasses

    _variable: Tensor
    _initial_value: Tensor
    _initializer_op: Operation
    _snapshot: Tensor
    _trainable: bool
    _constraint: Callable[[Any], Any] | None
    _synchronization: VariableSynchronization
    _aggregation: VariableAggregation
    _save_slice_info: partitioned.SaveSliceInfo | None = None
    SaveSliceInfo = partitioned.SaveSliceInfo

    def _set_save_slice_info(self, save_slice_info: partitioned.SaveSliceInfo) -> None:
        """Note of which whole this variable is a piece."""
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self) -> partitioned.SaveSliceInfo | None:
        return self._save_slice_info

    def _gather_saveables_for_checkpoint(self) -> dict[str, Any]:
        return {VALUE_KEY: self}

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("'Variable' object is not iterable.")

    def experimental_ref(self) -> Reference:
        """The variable as a dictionary key."""
        return Reference(self)

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

    def _by_reference(self) -> Tensor:
        """What stands for it where a reference will do, and a value too."""
        return self._ref()

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

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import variable_html

        return variable_html(self)

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    # -- parts and protos ------------------------------------------------------------------------------------

    sparse_read = _of_resources("sparse_read")
    gather_nd = _of_resources("gather_nd")

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The variable as a VariableDef, which names its ops.

        Args:
          export_scope: a scope that is left out of the names; a variable outside of it gives None.
        """
        from flowgraph.variables.protos import variable_def

        return variable_def(self, export_scope)

    @staticmethod
    def from_proto(variable_def: Any, import_scope: str | None = None) -> Any:
        """The variable of a VariableDef; its ops must be in the graph.

        Args:
          variable_def: the message.
          import_scope: a scope that is put before the names.
        """
        from flowgraph.variables.protos import variable_of

        return variable_of(variable_def, import_scope)

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
            raise ValueError("Either session argument should be provided or default session should be established")
        session.run(self._initializer_op, {self._initializer_op.inputs[1]: value})


operators.install(Variable, lambda variable: variable.value())


def _to_tensor(
    variable: Variable,
    dtype: DType | None = None,
    name: str | None = None,  # noqa: ARG001  # no op is made that could have a name
    as_ref: bool = False,
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
    return variable._by_reference() if as_ref else variable.value()


register_tensor_conversion_function(Variable, _to_tensor)
