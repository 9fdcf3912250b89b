"""What a layer says about itself: its arguments, sizes and values; and the members that serve only Keras' networks."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from flowgraph import errors, nest
from flowgraph.dtypes import as_dtype
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_graph, get_default_session
from flowgraph.neural.named.lookup import described
from flowgraph.ops.constant import placeholder
from flowgraph.ops.state import is_variable_initialized
from flowgraph.shapes import TensorShape
from flowgraph.trackable import in_name_scope
from flowgraph.variables.lists import variables_initializer

_SEEN = "variables of layers that were asked for values"
"""The key of a graph's memory under which stand the variables that need no initialization any more."""
_ASSIGNMENTS = "assignments of values to variables of layers"
"""The key of a graph's memory for the op that sets a variable, and the placeholder that feeds it."""


class LayerMembers:
    """What `tf.layers.Layer` has beside building and calling."""

    name: Any
    weights: Any
    built: bool
    trainable: Any
    dtype: Any
    supports_masking = False
    stateful = False
    """Whether its updates run also when it is not `trainable`."""

    _arguments: tuple[str, ...] = ()
    """Which attributes `get_config` tells, in this order."""

    # -- its arguments -------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values.

        Raises:
          NotImplementedError: a subclass has arguments of its own, and does not tell them.

        >>> tf.layers.Flatten(name="flat").get_config()
        {'name': 'flat', 'trainable': True, 'dtype': None, 'data_format': 'channels_last'}
        """
        config = {"name": self.name, "trainable": self.trainable}
        if hasattr(self, "_batch_input_shape"):
            config["batch_input_shape"] = self._batch_input_shape
        config["dtype"] = self.dtype
        own = [name for name in inspect.getfullargspec(type(self).__init__).args[1:] if name not in config]
        if own and not self._arguments and type(self).get_config is LayerMembers.get_config:
            raise NotImplementedError(
                errors.explain(
                    "Layers with arguments in `__init__` must override `get_config`.",
                    details=[f"{type(self).__name__} has {', '.join(own)}."],
                    where=user_site(),
                )
            )
        return config | {name: described(getattr(self, name)) for name in self._arguments}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """A layer like the one whose `get_config` gave `config`: the same arguments, other variables.

        >>> tf.layers.Dense.from_config(tf.layers.Dense(3, "relu").get_config()).activation.__name__
        'relu'
        """
        return cls(**config)

    # -- sizes and values ----------------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output, given the input's; subclasses say how.

        >>> tf.layers.Conv2D(8, 3, strides=2).compute_output_shape([None, 28, 28, 1])
        TensorShape([Dimension(None), Dimension(13), Dimension(13), Dimension(8)])
        """
        raise NotImplementedError

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:  # noqa: ARG002
        """The mask of the outputs: that of the inputs, if the layer supports masks at all.

        Raises:
          TypeError: there is a mask, and it does not.
        """
        if self.supports_masking:
            return mask
        if any(single is not None for single in nest.flatten(mask)):
            line = f"Layer {self.name} does not support masking, but was passed an input_mask: {mask}"
            raise TypeError(errors.explain(line, where=user_site()))
        return None

    def count_params(self) -> int:
        """How many numbers its variables hold.

        Raises:
          ValueError: it has not been built yet.

        >>> layer = tf.layers.Dense(3)
        >>> y = layer(tf.zeros([1, 4]))
        >>> layer.count_params()
        15
        """
        if not self.built:
            line = (
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You can build it "
                f"manually via: `{self.name}.build(batch_input_shape)`."
            )
            raise ValueError(errors.explain(line, where=user_site()))
        return sum(math.prod(weight.shape.as_list()) for weight in self.weights)

    def get_weights(self) -> list[Any]:
        """The values of its variables in the default session, numpy arrays.

        Variables without a value get their initial one first.

        Raises:
          RuntimeError: there is no default session.

        >>> layer = tf.layers.Dense(1, kernel_initializer="ones")
        >>> y = layer(tf.zeros([1, 2]))
        >>> with tf.Session():
        ...     layer.get_weights()
        [array([[1.],
               [1.]], dtype=float32), array([0.], dtype=float32)]
        """
        values: list[Any] = _session_with_values(self.weights).run(self.weights)
        return values

    def set_weights(self, weights: Any) -> None:
        """Set its variables in the default session, to one array each, in the order of `get_weights`.

        Raises:
          ValueError: they are too many or too few, or one does not have its variable's shape.
          RuntimeError: there is no default session.
        """
        if len(weights) != len(self.weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a  weight list of length '
                f"{len(weights)}, but the layer was expecting {len(self.weights)} weights. Provided weights: "
                f"{str(weights)[:50]}..."
            )
        for variable, value in zip(self.weights, weights, strict=True):
            if not variable.shape.is_compatible_with(value.shape):
                raise ValueError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight shape {value.shape}"
                )
        if weights:
            pairs = [
                (*_assignment(variable, value), value) for variable, value in zip(self.weights, weights, strict=True)
            ]
            feed = {source: value for source, _, value in pairs}
            _session_with_values(self.weights).run([assign for _, assign, _ in pairs], feed)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The layers that it has as attributes, and theirs."""
        found: list[Any] = []
        waiting = list(_layers_in(self))
        while waiting:
            layer = waiting.pop(0)
            if layer is not self and not any(layer is other for other in found):
                found.append(layer)
                waiting += _layers_in(layer)
        return tuple(found)

    # -- what only Keras' networks have --------------------------------------------------------------------

    @property
    def dynamic(self) -> bool:
        """False: layers build graphs."""
        return False

    @property
    def graph(self) -> None:
        """None, as in TensorFlow 1.15: layers do not remember their graph."""
        return None

    @property
    def metrics(self) -> list[Any]:
        """None of them: metrics of layers are Keras' own."""
        return []

    def add_metric(self, value: Any, aggregation: Any = None, name: Any = None) -> NoReturn:
        """Keras' metrics of layers are not there: this raises NotImplementedError."""
        details = [f"asked for: value={value}, aggregation={aggregation!r}, name={name!r}"]
        line = "Metrics that belong to layers are Keras' own, and not there."
        mend = "Compute the value with `tf.metrics`, beside the layer."
        raise NotImplementedError(errors.explain(line, details=details, mend=mend, where=user_site()))

    @property
    def inbound_nodes(self) -> list[Any]:
        """None: only in Keras' networks layers know what they are connected to."""
        return []

    outbound_nodes = inbound_nodes

    @property
    def input(self) -> Any:
        """Raises AttributeError, as in TensorFlow: only layers of Keras' networks know their input."""
        raise _unknown(AttributeError, f"Layer {self.name} is not connected, no input to return.")

    @property
    def output(self) -> Any:
        """Raises AttributeError, as in TensorFlow: only layers of Keras' networks know their output."""
        raise _unknown(AttributeError, f"Layer {self.name} has no inbound nodes.")

    input_mask, output_mask = input, output

    @property
    def input_shape(self) -> Any:
        """Raises AttributeError, as `input`."""
        raise _unknown(AttributeError, "The layer has never been called and thus has no defined input shape.")

    @property
    def output_shape(self) -> Any:
        """Raises AttributeError, as `output`; see `compute_output_shape`."""
        raise _unknown(AttributeError, "The layer has never been called and thus has no defined output shape.")

    def get_input_at(self, node_index: int) -> Any:
        """Raises RuntimeError, as in TensorFlow; see `input`."""
        raise _not_at(node_index, "input")

    def get_output_at(self, node_index: int) -> Any:
        """Raises RuntimeError, as in TensorFlow; see `output`."""
        raise _not_at(node_index, "output")

    get_input_mask_at, get_output_mask_at = get_input_at, get_output_at

    def get_input_shape_at(self, node_index: int) -> Any:
        """Raises RuntimeError, as in TensorFlow; see `input_shape`."""
        raise _not_at(node_index, "input shape")

    def get_output_shape_at(self, node_index: int) -> Any:
        """Raises RuntimeError, as in TensorFlow; see `output_shape`."""
        raise _not_at(node_index, "output shape")

    @property
    def name_scope(self) -> Any:
        """Raises AttributeError, as in TensorFlow: layers of `tf.layers` have `scope_name`."""
        raise _unknown(AttributeError, f"{type(self).__name__!r} object has no attribute '_scope_name'")

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """A method that runs under `name_scope`, which layers of `tf.layers` do not have."""
        return in_name_scope(method)


def same_shape(self: Any, input_shape: Any) -> Any:  # noqa: ARG001  # a method, for layers that change no shape
    """The output's shape is the input's."""
    return input_shape


def shape_of(input_shape: Any) -> list[int | None]:
    """A shape as a list."""
    sizes: list[int | None] = TensorShape(input_shape).as_list()
    return sizes


def _layers_in(layer: Any) -> Iterator[LayerMembers]:
    """The layers among a layer's attributes, also in lists and dicts."""
    for _, value in sorted(vars(layer).items()):
        members = nest.flatten(value) if isinstance(value, list | tuple | dict) else [value]
        yield from (member for member in members if isinstance(member, LayerMembers))


def _unknown(error: type[Exception], line: str) -> Exception:
    details = ["Layers keep no record of what they are called with, as in TensorFlow 1.15."]
    mend = "Keep the tensors: y = layer(x); their shapes are x.shape and y.shape."
    return error(errors.explain(line, details=details, mend=mend, where=user_site()))


def _not_at(_node_index: int, what: str) -> Exception:
    return _unknown(RuntimeError, f"The layer has never been called and thus has no defined {what}.")


def _session_with_values(variables: list[Any]) -> Any:
    """The default session, in which these variables have values."""
    session = get_default_session()
    if session is None:
        line = "There is no default session that holds the values of the layer's variables."
        raise RuntimeError(errors.explain(line, mend="with tf.Session() as session: ...", where=user_site()))
    graph = get_default_graph()
    seen = graph.memory.setdefault(_SEEN, set())
    new = [variable for variable in variables if variable not in seen]
    if new:
        has_value = session.run([is_variable_initialized(variable) for variable in new])
        without = [variable for variable, has in zip(new, has_value, strict=True) if not has]
        if without:
            session.run(variables_initializer(without))
        seen.update(new)
    return session


def _assignment(variable: Any, value: Any) -> tuple[Any, Any]:
    """The placeholder of a variable's new value, and the op that sets it."""
    known = get_default_graph().memory.setdefault(_ASSIGNMENTS, {})
    if variable not in known:
        source = placeholder(as_dtype(variable.dtype).base_dtype, shape=value.shape)
        known[variable] = source, variable.assign(source)
    assignment: tuple[Any, Any] = known[variable]
    return assignment
