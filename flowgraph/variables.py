"""tf.Variable: the call, the creators that have a say in it, and what all kinds of variables are."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import Reference, get_default_graph
from flowgraph.variable_updates import Updates

# -- how copies of a variable on several machines would be kept equal ---------------------------------------


class VariableSynchronization(enum.Enum):
    """When the copies of a distributed variable are made equal; here there is one copy."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How updates of the copies of a distributed variable are put together; here there is one copy."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = ONLY_FIRST_REPLICA


def settle_options(
    synchronization: Any, aggregation: Any, trainable: Any, name: str | None
) -> tuple[VariableSynchronization, VariableAggregation, Any]:
    """The three options of a variable that depend on each other, with defaults where they are None.

    Raises:
      ValueError: one of the first two is no member of its enum.
    """
    try:
        aggregation = VariableAggregation(aggregation or 0)
    except ValueError:
        raise ValueError(f"Invalid variable aggregation mode: {aggregation} for variable: {name}") from None
    try:
        synchronization = VariableSynchronization(synchronization or 0)
    except ValueError:
        raise ValueError(
            f"Invalid variable synchronization mode: {synchronization} for variable: {name}"
        ) from None
    if trainable is None:
        trainable = synchronization is not VariableSynchronization.ON_READ
    return synchronization, aggregation, trainable


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
    from flowgraph.ref_variable import RefVariable
    from flowgraph.variable_scope import get_variable_scope

    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource:
        refuse_resource()
    return RefVariable(**options)


def refuse_resource() -> None:
    """Say that there are no resource variables.

    Raises:
      NotImplementedError: always.
    """
    raise NotImplementedError(
        errors.explain(
            "Resource variables (use_resource=True) are not there yet.",
            mend="Leave use_resource away: the variable is then a reference variable, TF 1.x's default.",
            where=user_site(),
        )
    )


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


class Variable(Updates, metaclass=_VariableType):
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
      expected_shape: a shape that the initial value must have.
      constraint: a function that optimizers apply to the variable after each update.
      synchronization, aggregation: how copies on several machines would be kept equal; here there is one.
      shape: the static shape, if not that of the initial value.
      use_resource, variable_def, import_scope: not there yet.

    Raises:
      ValueError: there is no initial value, its shape is unknown, or an argument makes no sense.
      NotImplementedError: `use_resource`, `variable_def` or `import_scope` is given.

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

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("'Variable' object is not iterable.")

    def experimental_ref(self) -> Reference:
        """The variable as a dictionary key."""
        return Reference(self)
