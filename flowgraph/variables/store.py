"""The variables that tf.get_variable made in a graph, by name; making one, and finding it again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, add_to_collection, colocate_with, control_dependencies, name_scope
from flowgraph.ops.initializers import GlorotUniform, Zeros
from flowgraph.shapes import Sizes, as_sizes
from flowgraph.sizes import compatible, is_full, to_tuple_text
from flowgraph.variables.variable import Variable, VariableAggregation, VariableSynchronization, settle_options


class VariableStore:
    """What `tf.get_variable` made in one graph. Names are full: variable scopes have been put before them."""

    def __init__(self) -> None:
        self._variables: dict[str, Any] = {}

    def get_variable(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = dt.float32,
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
        """The variable of that name, found or made: by `custom_getter`, if there is one.

        Raises:
          ValueError: `reuse` forbids what would be done, or the arguments do not fit the variable.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        synchronization, aggregation, trainable = settle_options(synchronization, aggregation, trainable, name)
        options = {
            "name": name,
            "shape": shape,
            "dtype": getattr(dtype, "base_dtype", dtype),
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        if custom_getter is None:
            return self._get(constraint=constraint, **options)
        if _takes(custom_getter, "constraint"):
            options["constraint"] = constraint
        return custom_getter(getter=self._get, **options)

    def _get(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = dt.float32,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        constraint: Any = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
    ) -> Any:
        """What a custom getter gets as `getter`."""
        if partitioner is not None and not (isinstance(shape, Sequence) and not shape):
            _refuse_partitioner(partitioner)
        if initializer is not None and not callable(initializer) and shape is not None:
            raise ValueError(
                errors.explain(
                    "If initializer is a constant, do not specify shape.",
                    details=[f"{name}: shape = {shape}, initializer = {initializer!r}"],
                    where=user_site(),
                )
            )
        dtype, sizes = as_dtype(dtype), as_sizes(shape)
        known = self._variables.get(name)
        if known is not None:
            return _reused(known, name, sizes, dtype, reuse)
        if reuse is True:
            raise self._unknown(name)
        value, value_dtype = _initial_value(name, sizes, dtype, initializer)
        made = self._variables[name] = Variable(
            initial_value=value,
            name=name,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            dtype=value_dtype,
            validate_shape=validate_shape,
            constraint=constraint,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if regularizer:
            _regularize(made, name, regularizer)
        return made

    def _unknown(self, name: str) -> ValueError:
        """The error for a variable that is to be found and is not there."""
        short = name.rpartition("/")[2]
        near = [other for other in self._variables if other.rpartition("/")[2] == short]
        if not near:
            from difflib import get_close_matches  # slow to import, and seldom needed

            near = get_close_matches(name, self._variables, n=3, cutoff=0.75)
        rows = [(f"there is {other}", errors.made_at(self._variables[other].op.site)) for other in near[:10]]
        return ValueError(
            errors.explain(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). "
                "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?",
                details=rows or [f"no variable of another scope is called {short}, either"],
                where=user_site(),
            )
        )


def _takes(function: Callable[..., Any], argument: str) -> bool:
    parameters = inspect.signature(function).parameters
    return argument in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _refuse_partitioner(partitioner: Any) -> None:
    if not callable(partitioner):
        raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
    raise NotImplementedError(
        errors.explain(
            "Partitioned variables (partitioner=...) are not there yet.",
            mend="Leave the partitioner away: in one process a variable in one piece does the same.",
            where=user_site(),
        )
    )


def _reused(variable: Any, name: str, sizes: Sizes, dtype: DType, reuse: Any) -> Any:
    """A variable that is there already, if it may be used again and is what was asked for."""
    site = variable.op.site
    made_at = f"{errors.place(site)}: {errors.source_line(site)}".rstrip(": ") if site else "an unknown place"
    if reuse is False:
        raise ValueError(
            errors.explain(
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
                "reuse=tf.AUTO_REUSE in VarScope? Originally defined at:",
                details=[made_at],
                mend="to share the variable: with tf.variable_scope(scope, reuse=tf.AUTO_REUSE): ...\n"
                "to have a second one: another name, or another tf.variable_scope around it\n"
                "to build the graph anew, as when a notebook cell runs again: tf.reset_default_graph()",
                where=user_site(),
            )
        )
    found = None
    if not compatible(sizes, variable.shape.sizes):
        found = f"shape {to_tuple_text(sizes)} and found shape {to_tuple_text(variable.shape.sizes)}"
    elif not dtype.is_compatible_with(variable.dtype):
        found = f"dtype {dtype.name} and found dtype {variable.dtype.name}"
    if found:
        raise ValueError(
            errors.explain(
                f"Trying to share variable {name}, but specified {found}.",
                details=[f"the variable was made at {made_at}"],
                where=user_site(),
            )
        )
    return variable


def _initial_value(name: str, sizes: Sizes, dtype: DType, initializer: Any) -> tuple[Any, DType | None]:
    """What to hand to `tf.Variable`: an initial value, or a function that makes one, and the dtype for it."""
    if initializer is None:
        initializer = _default_initializer(name, dtype)
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    if is_full(sizes):
        return lambda: initializer(list(sizes or ()), dtype=dtype, partition_info=None), dtype.base_dtype
    if _needs_no_arguments(initializer):
        return initializer, None
    raise ValueError(
        errors.explain(
            "The initializer passed is not valid. It should be a callable with no arguments and the shape "
            "should not be provided or an instance of `tf.keras.initializers.*' and `shape` should be fully "
            "defined.",
            details=[f"{name}: shape = {to_tuple_text(sizes)}, initializer = {initializer!r}"],
            mend=f"tf.get_variable({name.rpartition('/')[2]!r}, shape=[...])",
            where=user_site(),
        )
    )


def _default_initializer(name: str, dtype: DType) -> Any:
    if dtype.is_floating:
        return GlorotUniform()
    if dtype.is_integer or dtype.is_bool or dtype.base_dtype is dt.string:
        return Zeros()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype!s} is required")


def _needs_no_arguments(function: Callable[..., Any]) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters)


def _regularize(variable: Any, name: str, regularizer: Callable[[Any], Any]) -> None:
    """Add what the regularizer makes of a new variable to the losses of the graph."""
    with colocate_with(variable), name_scope(f"{name}/Regularizer/"), control_dependencies(None):
        loss = regularizer(variable)
    if loss is not None:
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
