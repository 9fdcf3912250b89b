"""tf.make_template: functions that make their variables at the first call, and use them again at every later one."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, get_collection, get_collection_ref
from flowgraph.platform import logs
from flowgraph.trackable import Trackable
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import VariableScope, scopes_of_thread
from flowgraph.variables.variable import Variable


class _Calls(threading.local):
    """The templates that a thread is calling, the innermost last."""

    def __init__(self) -> None:
        self.open: list[Template] = []


_CALLS = _Calls()


class Template(Trackable):
    """A function with variables of its own; made by `tf.make_template`.

    Calling it calls the function in the template's variable scope, which every call but the first reuses.
    """

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Callable[..., Any] | None = None,
    ) -> None:
        if name is None:
            raise ValueError(errors.explain("name cannot be None.", where=user_site()))
        self._name, self._func, self._unique_name, self._custom_getter = name, func, unique_name, custom_getter
        self._made_at = user_site()
        self._scope: VariableScope | None = None
        self._was_called = False  # to its end: it has its variables
        self._called_inside: list[Template] = []
        if create_scope_now:
            scope_name = unique_name or scopes_of_thread().unused(name)
            with variable_scope(scope_name, custom_getter=custom_getter, auxiliary_name_scope=False) as scope:
                self._scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the template's scope."""
        if self._scope is not None:
            with variable_scope(self._scope, reuse=self._was_called):
                return self._call(args, kwargs)
        with variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter) as scope:
            self._scope = scope
            return self._call(args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        all_before = len(get_collection_ref(GraphKeys.GLOBAL_VARIABLES))
        trainable_before = len(get_collection_ref(GraphKeys.TRAINABLE_VARIABLES))
        if _CALLS.open and not self._was_called:
            _CALLS.open[-1]._called_inside.append(self)
        _CALLS.open.append(self)
        try:
            result = self._func(*args, **kwargs)
            if self._was_called:
                _demand_no_more(GraphKeys.TRAINABLE_VARIABLES, trainable_before)
        except Exception as error:
            if error.args and isinstance(error.args[0], str):
                words = f"{error.args[0]}\n\noriginally defined at:\n  {errors.made_at(self._made_at)}"
                error.args = (words, *error.args[1:])
            raise
        finally:
            _CALLS.open.pop()
        if self._was_called and len(get_collection_ref(GraphKeys.GLOBAL_VARIABLES)) > all_before:
            logs.info(
                "New variables created when calling a template after the first time, perhaps you used tf.Variable when "
                "you meant tf.get_variable: %s",
                get_collection_ref(GraphKeys.GLOBAL_VARIABLES)[all_before:],
            )
        if not self._was_called:
            self._was_called = True
            self._track_made()
        return result

    def _track_made(self) -> None:
        """Let what the function made belong to the template: variables, and templates that it called."""
        prefix = self.variable_scope_name or ""
        inside: set[int] = set()
        for template in self._called_inside:
            self._track_trackable(template, (template.variable_scope_name or "")[len(prefix) : -1], overwrite=True)
            inside.update(map(id, template.variables))
        for variable in self.variables:
            if id(variable) not in inside and isinstance(variable, Variable):
                self._track_trackable(variable, variable.op.name[len(prefix) :], overwrite=True)

    @property
    def name(self) -> str:
        """The name that the template was given."""
        return self._name

    @property
    def func(self) -> Callable[..., Any]:
        """The function."""
        return self._func

    @property
    def variable_scope(self) -> VariableScope | None:
        """The scope of the variables; None before there is one."""
        return self._scope

    var_scope = variable_scope

    @property
    def variable_scope_name(self) -> str | None:
        """The name of the scope with a slash at its end; None before there is one."""
        if self._scope is None:
            return None
        name = self._scope.name
        return name if not name or name.endswith("/") else f"{name}/"

    def _made(self, key: str) -> list[Any]:
        return get_collection(key, self.variable_scope_name) if self._was_called else []

    @property
    def variables(self) -> list[Any]:
        """The global and local variables that the template made."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self) -> list[Any]:
        """The trainable variables that the template made."""
        return self._made(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The global variables that the template made and optimizers leave alone."""
        trainable = {id(variable) for variable in self.trainable_variables}
        return [variable for variable in self.global_variables if id(variable) not in trainable]

    @property
    def global_variables(self) -> list[Any]:
        """The global variables that the template made."""
        return self._made(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Any]:
        """The local variables that the template made."""
        return self._made(GraphKeys.LOCAL_VARIABLES)

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables


def _demand_no_more(key: str, before: int) -> None:
    """Refuse trainable variables that a later call made: each call would make others, and none would be shared."""
    made = get_collection_ref(key)[before:]
    if made:
        line = (
            "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable "
            f"when you meant tf.get_variable: {made}"
        )
        raise ValueError(errors.explain(line, where=user_site()))


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Callable[..., Any] | None = None,
    **kwargs: Any,
) -> Template:
    """A function that makes variables when it is called first, and uses the same ones at every later call.

    Args:
      name_: the name of its variable scope, made unique.
      func_: the function; it makes its variables by `tf.get_variable`.
      create_scope_now_: whether the scope is opened here, not where the template is called first.
      unique_name_: the name of the scope, not made unique: instead of `name_`.
      custom_getter_: the scope's custom getter; see `tf.variable_scope`.
      **kwargs: arguments for every call of `func_`.

    Returns:
      The function, with `variables`, `trainable_variables`, `variable_scope` and others to look at.

    Raises:
      ValueError: `name_` is None; or, in a later call, a trainable variable is made.

    >>> def scaled(x):
    ...     return x * tf.get_variable("scale", [], initializer=tf.constant_initializer(2.0))
    >>> scale = make_template("shared", scaled)
    >>> y = scale(scale(3.0))
    >>> [variable.name for variable in scale.variables]
    ['shared/scale:0']
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     print(sess.run(y))
    12.0
    """
    func = functools.partial(func_, **kwargs) if kwargs else func_
    return Template(name_, func, create_scope_now_, unique_name_, custom_getter_)
