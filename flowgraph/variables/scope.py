"""tf.get_variable and tf.variable_scope: variables found by name, and defaults for those in a block."""

from __future__ import annotations

import enum
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import graph_of
from flowgraph.ir.graph import NameScope, user_site
from flowgraph.ir.scope import GraphKeys, get_collection, get_default_graph, name_scope
from flowgraph.variables.store import VariableStore
from flowgraph.variables.variable import VariableAggregation, VariableSynchronization


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
        self.reuse = reuse
        self.name = name
        self.original_name_scope = name_scope
        self.initializer = initializer
        self.regularizer = regularizer
        self.caching_device = caching_device
        self.partitioner = partitioner
        self.custom_getter = custom_getter
        self.dtype = dtype
        self.use_resource = use_resource
        self.constraint = constraint

    def reuse_variables(self) -> None:
        """From here on, `tf.get_variable` in this scope only finds variables."""
        self.reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Set the initializer of variables to come."""
        self.initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """Set the regularizer of variables to come."""
        self.regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        """Set the device for reading variables to come."""
        self.caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        """Set the partitioner of variables to come."""
        self.partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Set the custom getter of variables to come."""
        self.custom_getter = custom_getter

    def set_dtype(self, dtype: Any) -> None:
        """Set the dtype of variables to come."""
        self.dtype = dtype

    def set_use_resource(self, use_resource: bool | None) -> None:
        """Set whether variables to come are resource variables."""
        self.use_resource = use_resource

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
        **options: Any,
    ) -> Any:
        """Find or make a variable, with the scope's prefix and defaults; see `tf.get_variable`."""
        full_name = f"{self.name}/{name}" if self.name else name
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


def _scopes() -> _Scopes:
    memory = get_default_graph().memory
    if "variable scopes" not in memory:
        memory["variable scopes"] = _Scopes()
    found: _Scopes = memory["variable scopes"]
    return found


def _store() -> VariableStore:
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
    return _scopes().current


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
      partitioner, use_resource: not there yet.
      custom_getter: a function `f(getter, name, **options)` that is called instead, and may call `getter`.
      synchronization, aggregation: as for `tf.Variable`.

    Raises:
      ValueError: a variable of that name exists and the scope does not reuse, or the other way round; or the
        variable that was found has another shape or dtype.
      NotImplementedError: a partitioner or use_resource=True is given.

    >>> with tf.variable_scope("layer"):
    ...     w = get_variable("w", [2, 3])
    >>> with tf.variable_scope("layer", reuse=True):
    ...     print(get_variable("w") is w, w.name)
    True layer/w:0
    """
    options = dict(locals())
    return get_variable_scope().get_variable(_store(), **options)


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


def no_regularizer(_: Any) -> None:
    """As `regularizer` of a variable or a scope: none, whatever the scope around has."""


# -- the with statement --------------------------------------------------------------------------------------

_DEFAULTS = (
    "initializer", "regularizer", "caching_device", "partitioner", "custom_getter", "dtype", "use_resource",
)  # fmt: skip
"""What a scope takes over from the one around it unless it is told otherwise."""


class variable_scope:  # noqa: N801 (a `with` block under TF's name)
    """A block in which `tf.get_variable` puts a name before its variables and has other defaults.

    Ops made inside get the name as well, made unique: it opens a name scope, too.

    Args:
      name_or_scope: the scope's name inside the current one; or a scope to enter again, with its own full
        name; or None: use `default_name`.
      default_name: the name to make unique, when `name_or_scope` is None.
      values: tensors that ops in the block will use: it works on their graph.
      initializer, regularizer, caching_device, partitioner, custom_getter, dtype, constraint: defaults for
        variables made inside.
      reuse: True: variables inside must be there already; tf.AUTO_REUSE: they are made if they are not; None:
        as the scope around. What a scope says holds for those inside it.
      use_resource: not there yet.
      auxiliary_name_scope: False: ops made inside keep the current name scope.

    Raises:
      TypeError: there is neither a scope nor a default name, or one of the wrong type.
      ValueError: `reuse` is none of its values, or True without a name.

    >>> with variable_scope("net", initializer=tf.zeros_initializer()) as scope:
    ...     b = tf.get_variable("b", [2])
    ...     c = tf.constant(1.0, name="c")
    >>> b.name, c.name
    ('net/b:0', 'net/c:0')
    >>> with variable_scope(scope, reuse=True):
    ...     tf.get_variable("b", [2]) is b, tf.constant(1.0, name="c").name
    (True, 'net_1/c:0')
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: str | None = None,
        values: Sequence[Any] | None = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        use_resource: bool | None = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> None:
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if not any(reuse is choice for choice in (True, False, None, AUTO_REUSE)):
            raise ValueError("The reuse parameter must be True or False or None.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(f"The auxiliary_name_scope must be `True` or `False`, while get {auxiliary_name_scope}")
        self._name_or_scope, self._default_name = name_or_scope, default_name
        self._reuse = reuse or None
        self._has_name_scope = auxiliary_name_scope
        self._constraint = constraint
        given = (
            initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource,
        )  # fmt: skip
        pairs = zip(_DEFAULTS, given, strict=True)
        self._given = {option: value for option, value in pairs if value is not None}
        self._graph = graph_of(values or ())
        self._name_scope: Any = None
        self._fixed: VariableScope | None = None  # of a scope that is entered again: what it became
        self._name = ""  # of a scope that is opened: its name inside the current one
        self._opened_as: str | None = None
        self._is_settled = False
        self._exits: list[ExitStack] = []

    def __enter__(self) -> VariableScope:
        with ExitStack() as stack:
            stack.enter_context(self._graph.as_default())
            if not self._is_settled:
                self._settle(stack)
            elif self._name_scope is not None:
                stack.enter_context(self._name_scope)
            scope = stack.enter_context(self._entered())
            self._exits.append(stack.pop_all())
        return scope

    def __exit__(self, *exc: Any) -> None:
        self._exits.pop().__exit__(*exc)

    def _settle(self, stack: ExitStack) -> None:
        """Work out, on entering for the first time, what this scope is; enters its name scope."""
        target = self._name_or_scope
        if target is not None and not isinstance(target, VariableScope | str):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        if target is None and self._reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        if isinstance(target, VariableScope):
            name = target.name.rpartition("/")[2]
        else:
            name = target if isinstance(target, str) else self._default_name or ""
        if not self._has_name_scope:
            current = self._graph.get_name_scope()
            self._name_scope = NameScope(self._graph, f"{current}/" if current else "")
        elif name:
            self._name_scope = NameScope(self._graph, name)
        if self._name_scope is not None:
            self._opened_as = stack.enter_context(self._name_scope)
        if isinstance(target, VariableScope):
            self._fixed = self._derived(target, target.name, target.original_name_scope, target.reuse)
        else:
            self._name = _scopes().unused(name) if target is None else name
        self._is_settled = True

    def _derived(self, base: VariableScope, name: str, opened_as: str, reuse: Any) -> VariableScope:
        """A scope with the defaults of `base` but for those that were given."""
        options = {option: getattr(base, option) for option in _DEFAULTS} | self._given
        if base.custom_getter is not None and "custom_getter" in self._given:
            options["custom_getter"] = _getter_around(self._given["custom_getter"], base.custom_getter)
        return VariableScope(self._reuse or reuse, name, name_scope=opened_as, constraint=self._constraint, **options)

    @contextmanager
    def _entered(self) -> Iterator[VariableScope]:
        """Make the scope the current one."""
        scopes = _scopes()
        outer = scopes.current
        scope = self._fixed
        if scope is None:
            name = f"{outer.name}/{self._name}" if outer.name else self._name
            opened_as = self._name if self._opened_as is None else self._opened_as
            scope = self._derived(outer, name, opened_as, outer.reuse)
        scopes.open(scope.name)
        before = dict(scopes.opened)
        scopes.current = scope
        try:
            yield scope
        finally:
            if scopes.current is not scope:
                raise RuntimeError("Improper nesting of variable_scope.")
            if self._fixed is not None:
                scopes.opened = before
            else:
                scopes.close_inner(scope.name)
            scopes.current = outer


def _getter_around(custom_getter: Callable[..., Any], inner: Callable[..., Any]) -> Callable[..., Any]:
    """A custom getter whose `getter` is the one of the scope around."""

    def both(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return custom_getter(functools.partial(inner, getter), *args, **kwargs)

    return both


@contextmanager
def variable_op_scope(
    values: Sequence[Any],
    name_or_scope: Any,
    default_name: str | None = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: bool | None = None,
    constraint: Any = None,
) -> Iterator[VariableScope]:
    """The older form of `tf.variable_scope`, which takes the values first."""
    with variable_scope(
        name_or_scope, default_name, values, initializer, regularizer, caching_device, partitioner, custom_getter,
        reuse, dtype, use_resource, constraint,
    ) as scope:  # fmt: skip
        yield scope
