"""What all layers share: their scope, their variables, and when these are made (tf.layers.Layer)."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, get_collection, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.neural.layers.bookkeeping import (
    add_new,
    any_is,
    as_tensor,
    depends,
    pieces,
    snake_case,
    twin_of,
)
from flowgraph.neural.layers.keras_style import is_keras_style, own_variable, refuse
from flowgraph.neural.layers.members import LayerMembers
from flowgraph.neural.layers.options import InputSpec
from flowgraph.neural.named.lookup import constraint_of, initializer_of, regularizer_of
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.initializers import GlorotUniform, Zeros
from flowgraph.trackable import HoldsWeights, Trackable
from flowgraph.variables.block import variable_scope
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.scope import VariableScope, get_variable

_NUMBERS = "numbers of layer names"
"""The key of a graph's memory under which the number of layers of each name is kept."""


class Layer(LayerMembers, HoldsWeights, Trackable):
    """A function of a tensor, with variables of its own: `layer(inputs)`.

    A subclass makes its variables in `build(input_shape)`, with `add_weight`, and computes in `call(inputs)`.
    The first call of a layer builds it: opens a variable scope, named after the layer and made unique, in which the
    variables lie; later calls use them again.

    Args:
      trainable: whether its variables are trained.
      name: its name; by default that of its class.
      dtype: that of its variables; by default that of its first input.
      **kwargs: `activity_regularizer`, a function from the output to a penalty, which is divided by the size of the
        batch and added to REGULARIZATION_LOSSES; `weights`, what `set_weights` is called with once the layer is built;
        `autocast`, whether inputs of floats are cast to the layer's dtype. `input_shape` or `batch_input_shape`, and
        `batch_size`, are only told by `get_config`.

    Raises:
      TypeError: there is no argument of that name.

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
        self._initial_weights: Any = kwargs.pop("weights", None)
        self._casts_inputs: bool = kwargs.pop("autocast", False)
        self._remember_input_shape(kwargs)
        for keyword in kwargs:
            raise TypeError("Keyword argument not understood:", keyword)
        self.trainable = trainable
        self.built = False
        self._input_spec: Any = None
        self._dtype: str | None = None if dtype is None else dt.as_dtype(dtype).base_dtype.name
        self._set_name(name)
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._updates: list[tuple[Operation, Any]] = []
        self._losses: list[tuple[Tensor, bool]] = []
        self._penalties: list[tuple[Callable[[], Any], bool]] = []
        self._called_with: Any = None
        self._scope: VariableScope | None = None
        self._is_keras_style = is_keras_style()
        if self._is_keras_style:
            refuse("scope", scope)
            refuse("reuse", self._reuse)
        elif scope:
            with variable_scope(scope) as captured:
                self._scope = captured

    def _remember_input_shape(self, kwargs: dict[str, Any]) -> None:
        shape, whole = kwargs.pop("input_shape", None), kwargs.pop("batch_input_shape", None)
        batch_size = kwargs.pop("batch_size", None)
        if whole is not None or shape is not None:
            self._batch_input_shape = tuple(whole) if whole is not None else (batch_size, *shape)

    def _set_name(self, name: Any) -> None:
        if isinstance(name, str) and name:
            self._name = self._base_name = name
            return
        base = snake_case(type(self).__name__)
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
    def dtype(self) -> str | None:
        """The name of its variables' dtype; None before that of the first input is known."""
        return self._dtype

    @property
    def trainable(self) -> bool:
        """Whether its variables are trained, and its updates belong to training."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value

    @property
    def input_spec(self) -> Any:
        """How its input must look: an InputSpec, or None.

        Raises:
          TypeError: when set, if it is something else.
        """
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        if value is not None and not isinstance(value, InputSpec):
            raise TypeError(f"Layer input_spec must be an instance of InputSpec. Got: {value}")
        self._input_spec = value

    @property
    def activity_regularizer(self) -> Any:
        """The function from the output to a penalty; None: there is none."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

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
    def updates(self) -> list[Any]:
        """The ops to run in each step of training, beside the optimizer's; none if it is not `trainable`."""
        return [update for update, _ in self._updates] if self.trainable or self.stateful else []

    @property
    def losses(self) -> list[Tensor]:
        """The penalties of outputs, and, made anew each time as in TF, those of variables."""
        return [loss for loss, _ in self._all_losses()]

    def get_updates_for(self, inputs: Any) -> list[Operation]:
        """The updates that depend on some tensors; None: those that depend on nothing it was called with."""
        updates = self._updates if self.trainable or self.stateful else []
        if inputs is None:
            return [update for update, given in updates if not depends(update, given)]
        return [update for update, given in updates if depends(update, given) and depends(update, inputs)]

    def get_losses_for(self, inputs: Any) -> list[Tensor]:
        """The penalties that depend on some tensors; None: those that depend on nothing it was called with."""
        losses = self._all_losses()
        if inputs is None:
            return [loss for loss, is_conditional in losses if not is_conditional]
        return [loss for loss, is_conditional in losses if is_conditional and depends(loss.op, inputs)]

    def _all_losses(self) -> list[tuple[Tensor, bool]]:
        penalties = [(penalty(), is_conditional) for penalty, is_conditional in self._penalties]
        return self._losses + [(loss, is_conditional) for loss, is_conditional in penalties if loss is not None]

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
        if self._is_keras_style:
            return self._called_as_in_keras(inputs, *args, **kwargs)
        self._enter_scope_of_own(kwargs.pop("scope", None))
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            if "scope" in inspect.signature(self.call).parameters:
                kwargs["scope"] = scope
            elif "training" in kwargs and not self._call_takes("training"):
                del kwargs["training"]
            inputs = nest.map_structure(as_tensor, inputs)
            if self.input_spec is not None:
                self.input_spec.check(nest.flatten(inputs), self.name)
            with name_scope(scope.original_name_scope):
                outputs = self._called(inputs, *args, **kwargs)
        add_new(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def _called_as_in_keras(self, inputs: Any, *args: Any, scope: Any = None, **kwargs: Any) -> Any:
        refuse("scope", scope)
        if "training" in kwargs and not self._call_takes("training"):
            del kwargs["training"]
        inputs = nest.map_structure(as_tensor, inputs)
        if self.input_spec is not None:
            self.input_spec.check(nest.flatten(inputs), self.name)
        with name_scope(self.name):
            return self._called(inputs, *args, **kwargs)

    def _call_takes(self, argument: str) -> bool:
        parameters = inspect.signature(self.call).parameters
        return argument in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())

    def _called(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What `call` returns, after `build`, with the penalties for it."""
        self._ensure_built(inputs)
        if self._casts_inputs:
            inputs = nest.map_structure(self._cast, inputs)
        outer, self._called_with = self._called_with, inputs
        try:
            outputs = self.call(inputs, *args, **kwargs)
            if outputs is None:
                raise ValueError(
                    f"A layer's `call` method should return a Tensor or a list of Tensors, not None "
                    f"(layer: {self.name})."
                )
            self._penalize(outputs)
        finally:
            self._called_with = outer
        return outputs

    def _cast(self, x: Any) -> Any:
        dtype = dt.as_dtype(self.dtype)
        is_other = isinstance(x, Tensor) and x.dtype.is_floating and dtype.is_floating and x.dtype.base_dtype != dtype
        return cast(x, dtype) if is_other else x

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
            self._dtype = first[0].dtype.base_dtype.name
        self.build(nest.map_structure(lambda x: x.shape, inputs))
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _penalize(self, outputs: Any) -> None:
        if self._activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                penalty = self._activity_regularizer(output)
                self.add_loss(penalty / cast(shape(output)[0], penalty.dtype), inputs=self._called_with)

    # -- what subclasses use -------------------------------------------------------------------------------

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Any:
        """A variable in the layer's scope: one that is there already, if the layer reuses them.

        Args:
          regularizer: a function from the variable to a penalty, which is added to REGULARIZATION_LOSSES.
          trainable: whether it is trained, if the layer is `trainable`; by default it is.
          name, shape, dtype, initializer, constraint, use_resource, synchronization, aggregation, partitioner: see
            `tf.get_variable`; by default the dtype is the layer's.
          **kwargs: nothing but Keras' `experimental_autocast`, which changes nothing here.

        Raises:
          ValueError: `trainable` and ON_READ synchronization do not go together, or the dtype needs an initializer.
          TypeError: there is no argument of that name.
        """
        for keyword in kwargs:
            if keyword != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", keyword)
        if self._is_keras_style:
            return self._own_weight(name, shape, dtype, initializer, regularizer, trainable, constraint, use_resource)
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
        with (
            variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope,
            name_scope(scope.original_name_scope),
        ):
            found_dtype = dt.as_dtype(dtype or self.dtype or dt.float32)
            self._dtype = self._dtype or found_dtype.base_dtype.name
            initializer = initializer_of(scope.initializer if initializer is None else initializer)
            variable = get_variable(
                name,
                shape,
                dtype=found_dtype,
                initializer=initializer or self._default_initializer(name, found_dtype),
                trainable=is_trained,
                constraint=constraint_of(constraint),
                partitioner=partitioner,
                use_resource=use_resource or scope.use_resource,
                synchronization=synchronization,
                aggregation=aggregation,
            )
            if isinstance(variable, Trackable):
                self._track_trackable(variable, name, overwrite=True)
            if regularizer is not None and not any_is(pieces(variable), before):
                for piece in pieces(variable):
                    self._add_penalty(name, piece, regularizer_of(regularizer))
        frozen = not is_trained or not any_is(pieces(variable), get_collection(GraphKeys.TRAINABLE_VARIABLES))
        (self._non_trainable_weights if frozen else self._trainable_weights).append(variable)
        return variable

    def _own_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any,
        initializer: Any,
        regularizer: Any,
        trainable: bool | None,
        constraint: Any,
        use_resource: bool | None,
    ) -> Any:
        """A variable as layers of Keras have them."""
        found_dtype = dt.as_dtype(dtype or self.dtype or dt.float32)
        initializer = initializer_of(initializer) or self._default_initializer(name, found_dtype)
        is_trained = (trainable is None or trainable) and self.trainable
        variable = own_variable(
            name, shape, found_dtype, initializer, is_trained, constraint_of(constraint), use_resource
        )
        self._track_trackable(variable, name, overwrite=True)
        if regularizer is not None:
            self._add_penalty(variable.name.partition(":")[0], variable, regularizer_of(regularizer))
        (self._trainable_weights if is_trained else self._non_trainable_weights).append(variable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """The same as `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def _default_initializer(self, name: str, dtype: dt.DType) -> Any:
        if dtype.is_floating:
            return GlorotUniform()
        if dtype.is_integer or dtype.is_bool:
            return Zeros()
        raise ValueError(
            f"An initializer for variable {name} of type {dtype.base_dtype} is required for layer {self.name}"
        )

    def _add_penalty(self, name: str, variable: Any, regularizer: Callable[[Any], Any]) -> None:
        def penalty() -> Any:
            with name_scope(f"{name}/Regularizer"):
                return regularizer(variable)

        self.add_loss(penalty)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Add penalties to the layer's and to REGULARIZATION_LOSSES.

        Args:
          losses: a scalar tensor, a function that makes one (and is asked again by `losses`), or a list of these.
          inputs: what they depend on, for `get_losses_for`; None: on nothing that the layer is called with.
        """
        for loss in nest.flatten(losses):
            new = loss() if callable(loss) else loss
            if callable(loss):
                self._penalties.append((loss, inputs is not None))
            elif new is not None:
                new = convert_to_tensor(new, dt.float32) if not isinstance(new, Tensor) else new
                self._losses.append((new, inputs is not None))
            add_new([] if new is None else [new], GraphKeys.REGULARIZATION_LOSSES)

    def add_update(self, updates: Any, inputs: Any = None) -> None:  # noqa: ARG002  # graphs know what depends on what
        """Add ops that are to run in each step of training; after a call they are in UPDATE_OPS.

        Args:
          updates: an op, a tensor, a function that makes one, or a list of these.
          inputs: has no effect, as in TensorFlow.
        """
        for update in updates if isinstance(updates, list) else [updates]:
            made = update() if callable(update) else update
            if not isinstance(made, Operation):
                made = made.op if hasattr(made, "op") else convert_to_tensor(made).op
            self._updates.append((made, self._called_with))

    def __deepcopy__(self, memo: dict[int, Any]) -> Layer:
        """A copy with attributes of its own, that shares the graph's tensors and variables."""
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        for name, value in vars(self).items():
            is_scope = isinstance(value, VariableScope)
            vars(twin)[name] = copy.copy(value) if is_scope else twin_of(value, memo)
        return twin
