"""tf.variable_scope: a block that gives `tf.get_variable` a name to put before its variables, and defaults."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from flowgraph.ir.emit import graph_of
from flowgraph.ir.graph import NameScope
from flowgraph.variables.scope import AUTO_REUSE, VariableScope, scopes_of_thread

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
      use_resource: whether variables made inside are resource variables.
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
            self._name = scopes_of_thread().unused(name) if target is None else name
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
        scopes = scopes_of_thread()
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
