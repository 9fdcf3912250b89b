"""tf.get_variable: variables found by name in the current variable scope, with its defaults (see `block.py`)."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, get_collection, get_default_graph, name_scope
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.store import VariableStore


class _ReuseMode(enum.Enum):
    """The third answer to whether variables are to be reused."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE
"""As `reuse` of a scope: `tf.get_variable` finds a variable that is there, and else makes it."""


class VariableScope:
    """The prefix and the defaults that `tf.get_variable` uses: `with tf.variable_scope(...) as scope`.

    Attributes:
      name: the prefix of the variables' names, without the slash.
      original_name_scope: the name scope that was opened with it, with a slash.
      reuse: True: variables must be there; False: they must not; AUTO_REUSE: either.
      initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource, constraint:
        what `tf.get_variable` takes when it is not given one.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = dt.float32,
        use_resource: bool | None = None,
        constraint: Any = None,
    ) -> None:
        self._reuse = reuse
        self._name = name
        self._name_scope = name_scope
        self._initializer = initializer
        self._regularizer = regularizer
        self._caching_device = caching_device
        self._partitioner = partitioner
        self._custom_getter = custom_getter
        self._dtype = dtype
        self._use_resource = use_resource
        self._constraint = constraint

    name = property(lambda self: self._name, doc="The prefix of the variables' names.")
    original_name_scope = property(lambda self: self._name_scope, doc="The name scope that was opened with it.")
    reuse = property(lambda self: self._reuse, doc="Whether variables must be there, must not, or either.")
    initializer = property(lambda self: self._initializer, doc="The default initializer.")
    regularizer = property(lambda self: self._regularizer, doc="The default regularizer.")
    caching_device = property(lambda self: self._caching_device, doc="The default device for reading.")
    partitioner = property(lambda self: self._partitioner, doc="The default partitioner.")
    custom_getter = property(lambda self: self._custom_getter, doc="The default custom getter.")
    dtype = property(lambda self: self._dtype, doc="The default dtype.")
    use_resource = property(lambda self: self._use_resource, doc="Whether variables are resource variables.")
    constraint = property(lambda self: self._constraint, doc="The default constraint.")

    def reuse_variables(self) -> None:
        """From here on, `tf.get_variable` in this scope only finds variables."""
        self._reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Set the initializer of variables to come."""
        self._initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """Set the regularizer of variables to come."""
        self._regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        """Set the device for reading variables to come."""
        self._caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        """Set the partitioner of variables to come."""
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Set the custom getter of variables to come."""
        self._custom_getter = custom_getter

    def set_dtype(self, dtype: Any) -> None:
        """Set the dtype of variables to come."""
        self._dtype = dtype

    def set_use_resource(self, use_resource: bool | None) -> None:
        """Set whether variables to come are resource variables."""
        self._use_resource = use_resource

    def get_collection(self, name: Any) -> list[Any]:
        """The members of a collection that belong to this scope."""
        return get_collection(name, f"{self.name}/" if self.name else "")

    def trainable_variables(self) -> list[Any]:
        """The trainable variables of this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        """The global variables of this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        """The local variables of this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        var_store: VariableStore,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        custom_getter: Callable[..., Any] | None = None,
        constraint: Any = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
    ) -> Any:
        """Find or make a variable, with the scope's prefix and defaults; see `tf.get_variable`."""
        full_name = f"{self.name}/{name}" if self.name else name
        options: dict[str, Any] = {
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "custom_getter": custom_getter,
            "constraint": constraint,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        for option in ("caching_device", "partitioner", "custom_getter", "constraint", "use_resource"):
            if options.get(option) is None:
                options[option] = getattr(self, option)
        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                _check_dtype(initializer, dtype)
            return var_store.get_variable(
                full_name,
                shape=shape,
                dtype=self.dtype if dtype is None else dtype,
                initializer=self.initializer if initializer is None else initializer,
                regularizer=self.regularizer if regularizer is None else regularizer,
                reuse=self.reuse if reuse is None else reuse,
                **options,
            )

    def __repr__(self) -> str:
        return f"<tf.VariableScope '{self.name}' reuse={self.reuse}>"


def _check_dtype(initializer: Any, dtype: Any) -> None:
    given = convert_to_tensor(initializer).dtype.base_dtype
    if given != dtype:
        raise ValueError(
            errors.explain(
                f"Initializer type '{given!s}' and explicit dtype '{dtype!s}' don't match.",
                mend=f"Leave dtype away, or give it an initial value of {dt.as_dtype(dtype).name}.",
                where=user_site(),
            )
        )


class _Scopes(threading.local):
    """What one thread knows of a graph's variable scopes: the current one, and how often each was opened."""

    def __init__(self) -> None:
        self.current = VariableScope(False)
        self.opened: dict[str, int] = {}

    def open(self, name: str) -> None:
        self.opened[name] = self.opened.get(name, 0) + 1

    def close_inner(self, name: str) -> None:
        """Default names inside a scope start anew when it is opened again."""
        for inner in self.opened:
            if inner.startswith(f"{name}/"):
                self.opened[inner] = 0

    def unused(self, prefix: str) -> str:
        """`prefix`, or `prefix_1`, `prefix_2` ...: the first that no scope inside the current one has."""
        full = f"{self.current.name}/{prefix}" if self.current.name else prefix
        if not self.opened.get(full):
            return prefix
        number = 1
        while self.opened.get(f"{full}_{number}"):
            number += 1
        return f"{prefix}_{number}"


def scopes_of_thread() -> _Scopes:
    """What this thread knows of the variable scopes of the default graph."""
    memory = get_default_graph().memory
    if "variable scopes" not in memory:
        memory["variable scopes"] = _Scopes()
    found: _Scopes = memory["variable scopes"]
    return found


def variable_store() -> VariableStore:
    """What `get_variable` made in the default graph."""
    memory = get_default_graph().memory
    if "variable store" not in memory:
        memory["variable store"] = VariableStore()
    found: VariableStore = memory["variable store"]
    return found


def get_variable_scope() -> VariableScope:
    """The current variable scope.

    >>> with tf.variable_scope("net"):
    ...     get_variable_scope().name
    'net'
    """
    return scopes_of_thread().current


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """The variable of this name in the current variable scope: made, or found, as the scope's `reuse` says.

    Args:
      name: its name, to which the scope's is prefixed.
      shape: its shape; not needed when the initializer is a value.
      dtype: its dtype, float32 by default.
      initializer: an initializer object, a function `f(shape, dtype=..., partition_info=...)`, or a value (a
        tensor, array or list); by default the scope's, or else Glorot's uniform numbers for floats and zeros
        for integers.
      regularizer: a function of the variable; its result is added to the collection REGULARIZATION_LOSSES.
      trainable, collections, caching_device, validate_shape, constraint: as for `tf.Variable`.
      partitioner: a function `f(shape=..., dtype=...)` that says into how many pieces each axis is cut, such as
        `tf.fixed_size_partitioner(2)`; the result is then a PartitionedVariable.
      use_resource: whether it is a resource variable; by default as the scope, or as it is the default.
      custom_getter: a function `f(getter, name, **options)` that is called instead, and may call `getter`.
      synchronization, aggregation: as for `tf.Variable`.

    Raises:
      ValueError: a variable of that name exists and the scope does not reuse, or the other way round; or the
        variable that was found has another shape or dtype.

    >>> with tf.variable_scope("layer"):
    ...     w = get_variable("w", [2, 3])
    >>> with tf.variable_scope("layer", reuse=True):
    ...     print(get_variable("w") is w, w.name)
    True layer/w:0
    """
    options = dict(locals())
    return get_variable_scope().get_variable(variable_store(), **options)


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = False,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """As `tf.get_variable`, for a variable that is not trained and that checkpoints leave out.

    Raises:
      ValueError: `trainable` is true.
    """
    options = dict(locals())
    if options.pop("trainable"):
        raise ValueError("A local variable is not trainable: use tf.get_variable.")
    options["collections"] = [*(collections or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(trainable=False, **options)


def get_partitioned_variable(**options: Any) -> Any:
    """What `tf.create_partitioned_variables` makes: a variable in pieces that has the current scope's own name.

    Raises:
      ValueError: the scope has a custom getter, which has no say in this.
    """
    scope = get_variable_scope()
    if scope.custom_getter is not None:
        raise ValueError(
            "Private access to _get_partitioned_variable is not allowed when a custom getter is set.  Current custom "
            f"getter: {scope.custom_getter}.  It is likely that you're using create_partitioned_variables.  If so, "
            "consider instead using get_variable with a non-empty partitioner parameter instead."
        )
    for option in ("initializer", "regularizer", "constraint", "caching_device", "dtype", "use_resource"):
        if options.get(option) is None:
            options[option] = getattr(scope, option)
    with name_scope(None):
        return variable_store().get_partitioned(scope.name, reuse=scope.reuse, **options)


def no_regularizer(_: Any) -> None:
    """As `regularizer` of a variable or a scope: none, whatever the scope around has."""
