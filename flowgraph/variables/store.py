"""The variables that tf.get_variable made in a graph, by name; making one, and finding it again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collection, colocate_with, control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.initializers import GlorotUniform, Zeros
from flowgraph.ops.slicing import slice as slice_of
from flowgraph.shapes import Sizes, TensorShape, as_sizes
from flowgraph.sizes import compatible, is_full, to_tuple_text
from flowgraph.variables.options import (
    VariableAggregation,
    VariableSynchronization,
    resource_variables_enabled,
    settle_options,
)
from flowgraph.variables.partitioned import (
    PartitionedVariable,
    PartitionInfo,
    SaveSliceInfo,
    pieces_asked_for,
    pieces_of,
)
from flowgraph.variables.variable import Variable


class VariableStore:
    """What `tf.get_variable` made in one graph. Names are full: variable scopes have been put before them."""

    def __init__(self) -> None:
        self._variables: dict[str, Any] = {}
        self._partitioned: dict[str, PartitionedVariable] = {}

    @property
    def variables(self) -> dict[str, Any]:
        """The variables by their full names; of a partitioned one, each piece."""
        return self._variables

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
        options = {
            "shape": shape,
            "dtype": dtype,
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "constraint": constraint,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        is_scalar = isinstance(shape, Sequence) and not shape
        if partitioner is not None and not is_scalar:
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with name_scope(None):
                return self.get_partitioned(name, partitioner, **options)
        if reuse is True and partitioner is None and name in self._partitioned:
            return self.get_partitioned(name, None, **options)
        if f"{name}/part_0" in self._variables:
            raise ValueError(
                errors.explain(
                    "No partitioner was provided, but a partitioned version of the variable was found: "
                    f"{name}/part_0. Perhaps a variable of the same name was already created with partitioning?",
                    details=[f"{name}/part_0 was {errors.made_at(self._variables[f'{name}/part_0'].op.site)}"],
                    where=user_site(),
                )
            )
        return self._single(name, None, **options)

    def get_partitioned(
        self,
        name: str,
        partitioner: Any,
        shape: Any = None,
        dtype: Any = dt.float32,
        initializer: Any = None,
        reuse: Any = None,
        **options: Any,
    ) -> PartitionedVariable:
        """A variable in pieces, found or made.

        Raises:
          ValueError: `reuse` forbids what would be done, or the arguments do not fit the variable.
        """
        if name in self._variables:
            raise refusal(
                "A partitioner was provided, but an unpartitioned version of the variable was found: "
                f"{name}.  Perhaps a variable of the same name was already created without partitioning?"
            )
        dtype, whole = as_dtype(dtype), TensorShape(shape)
        if isinstance(initializer, Tensor):
            whole = whole.merge_with(initializer.shape)
        partitions = None if reuse and not partitioner else pieces_asked_for(partitioner, whole, dtype)
        known = self._partitioned.get(name)
        if known is not None:
            return _reused_pieces(known, name, whole, dtype, partitions, reuse)
        if reuse is True or partitions is None:
            raise refusal(
                f"PartitionedVariable {name} does not exist, or was not created with tf.get_variable(). Did you mean "
                "to set reuse=False or reuse=tf.AUTO_REUSE in VarScope?"
            )
        sizes = [int(size or 0) for size in whole.as_list()]
        pieces = pieces_of(sizes, partitions)
        self._check_pieces_there(name, len(pieces))
        made = []
        for i, (offset, piece) in enumerate(pieces):
            part = f"{name}/part_{i}"
            with name_scope(f"{part}/PartitionedInitializer"):
                init, of_value = _cut(initializer, dtype, offset, piece)
            if of_value is not None:
                dtype = of_value
            info = PartitionInfo(sizes, offset)
            is_value = initializer is not None and not callable(initializer)
            with name_scope(None):
                variable = self._single(
                    part, info, shape=None if is_value else piece, dtype=dtype, initializer=init, reuse=reuse, **options
                )
            variable._set_save_slice_info(SaveSliceInfo(name, sizes, offset, piece))
            made.append(variable)
        result = self._partitioned[name] = PartitionedVariable(name, whole, dtype, made, partitions)
        return result

    def _check_pieces_there(self, name: str, count: int) -> None:
        """Where the first piece was made otherwise: all of them must be there, and no more."""
        if f"{name}/part_0" not in self._variables:
            return
        line = (
            "Partitioner returned a different partitioning than what was already found.  Partitioner returned "
            f"{count} shards, and shard {name}/part_0 was found, but "
        )
        if f"{name}/part_{count - 1}" not in self._variables:
            raise refusal(f"{line}{name}/part_{count - 1} was not.")
        if f"{name}/part_{count}" in self._variables:
            raise refusal(f"{line}so was the extra shard {name}/part_{count}.")

    def _single(
        self,
        name: str,
        partition_info: PartitionInfo | None,
        shape: Any = None,
        dtype: Any = dt.float32,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        constraint: Any = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
    ) -> Any:
        """A variable in one piece, or a piece."""
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
        value, value_dtype = _initial_value(name, sizes, dtype, initializer, partition_info)
        made = self._variables[name] = Variable(
            initial_value=value,
            name=name,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            dtype=value_dtype,
            validate_shape=validate_shape,
            constraint=constraint,
            use_resource=resource_variables_enabled() if use_resource is None else use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if regularizer:
            _regularize(made, name, regularizer)
        return made

    def _unknown(self, name: str) -> ValueError:
        """The error for a variable that is to be found and is not there."""
        short = name.rstrip("/").rpartition("/")[2]  # the name of an optimizer's slot ends with a slash
        near = [other for other in self._variables if other.rstrip("/").rpartition("/")[2] == short]
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


def _cut(initializer: Any, dtype: DType, offset: list[int], piece: list[int]) -> tuple[Any, DType | None]:
    """What initializes one piece, and the dtype if a tensor gives it."""
    if initializer is None or callable(initializer):
        return initializer, None
    if isinstance(initializer, Tensor):
        part = slice_of(initializer, offset, piece)
        return part, part.dtype.base_dtype
    return slice_of(convert_to_tensor(initializer, dtype=dtype), offset, piece), None


def _reused_pieces(
    known: PartitionedVariable, name: str, shape: TensorShape, dtype: DType, partitions: Any, reuse: Any
) -> PartitionedVariable:
    """A variable in pieces that is there already, if it may be used again and is what was asked for."""
    if reuse is False:
        raise refusal(
            f"Partitioned variable with name {name} already exists. Did you mean to set reuse=True or "
            "reuse=tf.AUTO_REUSE in VarScope?"
        )
    found = None
    if not shape.is_compatible_with(known.get_shape()):
        found = f"shape {shape} and found shape {known.get_shape()}"
    elif not dtype.is_compatible_with(known.dtype):
        found = f"dtype {dtype.name} and found dtype {known.dtype.name}"
    elif partitions is not None and known._get_partitions() != partitions:
        found = f"partitions {partitions} and found partitions {known._get_partitions()}"
    if found:
        raise refusal(f"Trying to reuse partitioned variable {name}, but specified {found}.")
    return known


def _reused(variable: Any, name: str, sizes: Sizes, dtype: DType, reuse: Any) -> Any:
    """A variable that is there already, if it may be used again and is what was asked for."""
    site = variable.op.site
    made_at = f"{errors.place(site)}: {errors.source_line(site)}".rstrip(": ") if site else "an unknown place"
    if reuse is False:
        raise ValueError(
            errors.explain(
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
                f"reuse=tf.AUTO_REUSE in VarScope?{'' if hasattr(variable, 'handle') else ' Originally defined at:'}",
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


def _initial_value(
    name: str, sizes: Sizes, dtype: DType, initializer: Any, partition_info: PartitionInfo | None
) -> tuple[Any, DType | None]:
    """What to hand to `tf.Variable`: an initial value, or a function that makes one, and the dtype for it."""
    if initializer is None:
        initializer = _default_initializer(name, dtype)
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    if is_full(sizes):
        shape = list(sizes or ())
        return lambda: initializer(shape, dtype=dtype, partition_info=partition_info), dtype.base_dtype
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
