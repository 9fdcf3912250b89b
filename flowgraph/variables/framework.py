"""Variables as tf.contrib.framework makes and finds them: what tf-slim and its readers use."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collection, device, get_collection
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.constant import placeholder
from flowgraph.ops.control_flow import group
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.scope import VariableScope, get_variable, get_variable_scope
from flowgraph.variables.variable import Variable

# -- making --------------------------------------------------------------------------------------------------


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: bool | None = None
) -> Any:
    """A variable that is not trained, in the collection LOCAL_VARIABLES; see `tf.Variable`."""
    return Variable(
        initial_value,
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES],
        validate_shape=validate_shape,
        use_resource=use_resource,
        name=name,
    )


def global_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: bool | None = None
) -> Any:
    """A variable that is not trained, in the collection GLOBAL_VARIABLES; see `tf.Variable`."""
    return Variable(
        initial_value,
        trainable=False,
        collections=[GraphKeys.GLOBAL_VARIABLES],
        validate_shape=validate_shape,
        use_resource=use_resource,
        name=name,
    )


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """As `tf.get_variable`, on a device, and with a custom getter that is called straight.

    Args:
      device: the device to put it on.
      name, shape, dtype, initializer, regularizer, trainable, collections, caching_device, partitioner, use_resource,
        synchronization, aggregation: as for `tf.get_variable`.
      custom_getter: a function that is called instead of `tf.get_variable`, with these arguments and `reuse`.
    """
    getter: Callable[..., Any] = get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=get_variable_scope().reuse)
    keys = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    with _on(device):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=list(dict.fromkeys(keys)),
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )


def _on(place: Any) -> Any:
    return device(place or "")


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = dt.float32,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """As `variable`, also in the collection MODEL_VARIABLES.

    >>> w = tf.contrib.framework.model_variable("w", [2])
    >>> tf.model_variables()
    [<tf.Variable 'w:0' shape=(2,) dtype=float32_ref>]
    """
    return variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=[*(collections or ()), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES],
        caching_device=caching_device,
        device=device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def add_model_variable(var: Any) -> None:
    """Add a variable to the collection MODEL_VARIABLES, if it is not in it."""
    if all(var is not other for other in get_collection(GraphKeys.MODEL_VARIABLES)):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


# -- finding -------------------------------------------------------------------------------------------------


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """The variables of a collection in a scope, and with a last part of the name.

    Args:
      scope: a variable scope, or a regular expression that the beginning of a name must match.
      suffix: what the name must end with.
      collection: the collection to look in.

    >>> with tf.variable_scope("a"):
    ...     w, b = tf.get_variable("w", [1]), tf.get_variable("b", [1])
    >>> tf.contrib.framework.get_variables("a", suffix="b")
    [<tf.Variable 'a/b:0' shape=(1,) dtype=float32_ref>]
    """
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        scope = f"{scope or ''}.*{suffix}{'' if ':' in suffix else ':'}"
    return get_collection(collection, scope)


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The model variables in a scope, and with a last part of the name; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The local variables in a scope, and with a last part of the name; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The trainable variables in a scope, and with a last part of the name; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The global variables whose names end so; see `get_variables`."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The global variables of that name in whatever scope; see `get_variables`."""
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name: str) -> Any:
    """The global variable of that full name.

    Raises:
      ValueError: there is none.
    """
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise refusal(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise refusal(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variables_to_restore(include: Any = None, exclude: Any = None) -> list[Any]:
    """The global variables in some scopes, but for those in other scopes.

    Args:
      include: a list of scopes; by default all variables are in.
      exclude: a list of scopes to leave out.

    Raises:
      TypeError: an argument is no list.
    """
    for name, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, list | tuple):
            raise TypeError(f"{name} is provided but is not a list or a tuple.")
    found = get_variables() if include is None else [var for scope in include for var in get_variables(scope)]
    out = {id(var) for scope in exclude or () for var in get_variables(scope)}
    return [var for var in found if id(var) not in out]


def filter_variables(
    var_list: Sequence[Any],
    include_patterns: Sequence[str] | None = None,
    exclude_patterns: Sequence[str] | None = None,
    reg_search: bool = True,
) -> list[Any]:
    """Those of some variables whose names match one pattern at least, and none of others.

    Args:
      var_list: the variables.
      include_patterns, exclude_patterns: regular expressions; by default all are in, and none is out.
      reg_search: whether a pattern may match anywhere in a name; else at its beginning.
    """
    matches = re.search if reg_search else re.match

    def in_any(var: Any, patterns: Sequence[str]) -> bool:
        return any(matches(pattern, var.name) for pattern in patterns)

    found = [var for var in var_list if include_patterns is None or in_any(var, include_patterns)]
    return [var for var in found if exclude_patterns is None or not in_any(var, exclude_patterns)]


def get_variable_full_name(var: Any) -> str:
    """The name of a variable; of a piece of a partitioned variable that of the whole."""
    whole = var._get_save_slice_info()
    name: str = whole.full_name if whole is not None else var.op.name
    return name


# -- giving them values --------------------------------------------------------------------------------------


def assign_from_values(var_names_to_values: Mapping[str, np.ndarray]) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An op that gives global variables values, and the feeds for it: the values do not become part of the graph.

    Args:
      var_names_to_values: an array for each name.

    Raises:
      ValueError: there is no variable of some name.

    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> op, feeds = tf.contrib.framework.assign_from_values({"v": np.array([3.0, 4.0])})
    >>> with tf.Session() as sess:
    ...     sess.run(op, feeds)
    ...     sess.run(v)
    array([3., 4.], dtype=float32)
    """
    feeds: dict[Tensor, np.ndarray] = {}
    changes = []
    for name, value in var_names_to_values.items():
        found = get_collection(GraphKeys.GLOBAL_VARIABLES, name)
        if not found:
            raise refusal(f"Variable {name} wasn't found")
        if len(found) > 1:
            found = [var for var in found if var.op.name == name]
        if not found:
            raise refusal(f"Variable {name} doesn't uniquely identify a variable")
        var = found[0]
        fed = placeholder(var.dtype.base_dtype, shape=var.get_shape(), name=f"placeholder/{var.op.name}")
        changes.append(var.assign(fed))
        feeds[fed] = value.reshape(var.get_shape().as_list())
    return group(*changes), feeds


def assign_from_values_fn(var_names_to_values: Mapping[str, np.ndarray]) -> Callable[[Any], Any]:
    """As `assign_from_values`: a function of a session that gives the variables their values in it."""
    op, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(op, feeds)
