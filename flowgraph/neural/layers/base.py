"""What all layers share: their scope, their variables, and when these are made (tf.layers.Layer)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, get_collection, get_collection_ref, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.variables.block import variable_scope
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.scope import VariableScope, get_variable

_NUMBERS = "numbers of layer names"
"""The key of a graph's memory under which the number of layers of each name is kept."""


def _snake_case(name: str) -> str:
    """A class's name as layers are called.

    >>> _snake_case("MaxPooling2D"), _snake_case("BatchNormalization")
    ('max_pooling2d', 'batch_normalization')
    """
    words = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


class Layer:
    """A function of a tensor, with variables of its own: `layer(inputs)`.

    A subclass makes its variables in `build(input_shape)`, with `add_weight`, and computes in `call(inputs)`.
    The first call of a layer builds it: opens a variable scope, named after the layer and made unique, in which the
    variables lie; later calls use them again.

    Args:
      trainable: whether its variables are trained.
      name: its name; by default that of its class.
      dtype: that of its variables; by default that of its first input.
      activity_regularizer: (by name) a function from the output to a penalty, which is divided by the size of the
        batch and added to REGULARIZATION_LOSSES.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight("factor", [], initializer=tf.constant_initializer(3.0))
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> scale = Scale()
    >>> y = scale(tf.constant([1.0, 2.0]))
    >>> scale.variables
    [<tf.Variable 'scale/factor:0' shape=() dtype=float32_ref>]
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        self._activity_regularizer: Any = kwargs.pop("activity_regularizer", None)
        for keyword in kwargs:
            raise TypeError("Keyword argument not understood:", keyword)
        self.trainable = trainable
        self.built = False
        self.input_spec: InputSpec | None = None
        self._dtype = None if dtype is None else dt.as_dtype(dtype).base_dtype
        self._set_name(name)
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._updates: list[Any] = []
        self._losses: list[Tensor] = []
        self._penalties: list[Callable[[], Any]] = []
        self._scope: VariableScope | None = None
        self._current_scope: VariableScope | None = None
        if scope:
            with variable_scope(scope) as captured:
                self._scope = captured

    def _set_name(self, name: Any) -> None:
        if isinstance(name, str) and name:
            self._name = self._base_name = name
            return
        base = _snake_case(type(self).__name__)
        numbers = get_default_graph().memory.setdefault(_NUMBERS, {})
        numbers[base] = numbers.get(base, 0) + 1
        self._name = f"{base}_{numbers[base]}"
        self._base_name = name.name if isinstance(name, VariableScope) else base

    # -- what it is and has --------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The layer's name, which need not be that of its scope."""
        return self._name

    @property
    def dtype(self) -> DType | None:
        """The dtype of its variables; None before that of the first input is known."""
        return self._dtype

    @property
    def scope_name(self) -> str:
        """The name of its variable scope.

        Raises:
          ValueError: the layer has not been called yet.
        """
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been used yet. The scope '
                "name  is determined the first time the layer instance is called. You must therefore call the layer "
                "before querying `scope_name`."
            )
        return self._scope.name

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables that are trained: none, if the layer is not `trainable`."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The variables that are not trained."""
        weights = self._non_trainable_weights
        return list(weights) if self.trainable else [*self._trainable_weights, *weights]

    @property
    def weights(self) -> list[Any]:
        """All its variables: those that are trained, then the others."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = property(lambda self: self.trainable_weights, doc="The same as `trainable_weights`.")
    non_trainable_variables = property(lambda self: self.non_trainable_weights, doc="As `non_trainable_weights`.")

    @property
    def updates(self) -> list[Any]:
        """The ops to run in each step of training, beside the optimizer's; none if it is not `trainable`."""
        return list(self._updates) if self.trainable else []

    @property
    def losses(self) -> list[Tensor]:
        """The penalties of outputs, and, made anew each time as in TF, those of variables."""
        penalties = [penalty() for penalty in self._penalties]
        return self._losses + [penalty for penalty in penalties if penalty is not None]

    # -- building and calling ------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:  # noqa: ARG002
        """Make the variables, for inputs of a shape; subclasses say how."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Compute the output; subclasses say how."""
        return inputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; the first time, make the variables before."""
        self._enter_scope_of_own(kwargs.pop("scope", None))
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            if "scope" in inspect.signature(self.call).parameters:
                kwargs["scope"] = scope
            inputs = nest.map_structure(_as_tensor, inputs)
            if self.input_spec is not None:
                self.input_spec.check(nest.flatten(inputs), self.name)
            with name_scope(scope.original_name_scope):
                self._ensure_built(inputs)
                outputs = self.call(inputs, *args, **kwargs)
                if outputs is None:
                    raise ValueError(
                        f"A layer's `call` method should return a Tensor or a list of Tensors, not None "
                        f"(layer: {self.name})."
                    )
                self._penalize(outputs)
        _add_new(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def _enter_scope_of_own(self, scope: Any) -> None:
        """Choose the layer's variable scope, when it is first needed."""
        if self._scope is None and self._reuse:
            with variable_scope(self._base_name if scope is None else scope) as captured:
                self._scope = captured
        elif self._scope is None:
            with variable_scope(scope, default_name=self._base_name) as captured:
                self._scope = captured

    def _ensure_built(self, inputs: Any) -> None:
        if self.built:
            return
        first = nest.flatten(inputs)[:1]
        if self._dtype is None and first and hasattr(first[0], "dtype"):
            self._dtype = first[0].dtype.base_dtype
        self.build(nest.map_structure(lambda x: x.shape, inputs))
        self.built = True

    def _penalize(self, outputs: Any) -> None:
        if self._activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in outputs if isinstance(outputs, list | tuple) else [outputs]:
                penalty = self._activity_regularizer(output)
                self.add_loss(penalty / cast(shape(output)[0], penalty.dtype))

    # -- what subclasses use -------------------------------------------------------------------------------

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Callable[[Any], Any] | None = None,
        trainable: bool | None = None,
        constraint: Callable[[Any], Any] | None = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
    ) -> Any:
        """A variable in the layer's scope: one that is there already, if the layer reuses them.

        Args:
          regularizer: a function from the variable to a penalty, which is added to REGULARIZATION_LOSSES.
          trainable: whether it is trained, if the layer is `trainable`; by default it is.
          name, shape, dtype, initializer, constraint, use_resource, synchronization, aggregation, partitioner: see
            `tf.get_variable`; by default the dtype is the layer's.

        Raises:
          ValueError: `trainable` and ON_READ synchronization do not go together.
        """
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only for non-trainable "
                    "variables. You have specified trainable=True and "
                    "synchronization=VariableSynchronization.ON_READ."
                )
            trainable = False
        is_trained = (trainable is None or trainable) and self.trainable
        before = get_collection(GraphKeys.GLOBAL_VARIABLES)
        self._enter_scope_of_own(None)
        reuse = self.built or self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(scope.original_name_scope):
                variable = get_variable(
                    name,
                    shape,
                    dtype=dt.as_dtype(dtype or self.dtype or dt.float32),
                    initializer=scope.initializer if initializer is None else initializer,
                    trainable=is_trained,
                    constraint=constraint,
                    partitioner=partitioner,
                    use_resource=use_resource or scope.use_resource,
                    synchronization=synchronization,
                    aggregation=aggregation,
                )
                if regularizer is not None and not _any_is(_pieces(variable), before):
                    for piece in _pieces(variable):
                        self._add_penalty(name, piece, regularizer)
        frozen = not is_trained or not _any_is(_pieces(variable), get_collection(GraphKeys.TRAINABLE_VARIABLES))
        (self._non_trainable_weights if frozen else self._trainable_weights).append(variable)
        return variable

    add_variable = add_weight

    def _add_penalty(self, name: str, variable: Any, regularizer: Callable[[Any], Any]) -> None:
        def penalty() -> Any:
            with name_scope(f"{name}/Regularizer"):
                return regularizer(variable)

        self._penalties.append(penalty)
        loss = penalty()
        _add_new([] if loss is None else [loss], GraphKeys.REGULARIZATION_LOSSES)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:  # noqa: ARG002  # graphs know what depends on what
        """Add penalties to the layer's and to REGULARIZATION_LOSSES; each is a scalar tensor."""
        new = list(losses) if isinstance(losses, list | tuple) else [losses]
        self._losses += new
        _add_new(new, GraphKeys.REGULARIZATION_LOSSES)

    def add_update(self, updates: Any, inputs: Any = None) -> None:  # noqa: ARG002
        """Add ops that are to run in each step of training; after a call they are in UPDATE_OPS."""
        new = updates if isinstance(updates, list | tuple) else [updates]
        self._updates += [update if isinstance(update, Operation) else update.op for update in new]


def _as_tensor(x: Any) -> Any:
    """What is fed to a layer: numbers become tensors."""
    return convert_to_tensor(x) if isinstance(x, np.ndarray | float | int) else x


def _pieces(variable: Any) -> list[Any]:
    """The pieces of a partitioned variable, or the variable."""
    return list(variable) if hasattr(variable, "_get_variable_list") else [variable]


def _any_is(items: list[Any], among: list[Any]) -> bool:
    known = {id(item) for item in among}
    return any(id(item) in known for item in items)


def _add_new(items: list[Any], collection: str) -> None:
    """Add to a collection what is not in it yet."""
    members = get_collection_ref(collection)
    for item in items:
        if not _any_is([item], members):
            members.append(item)
