"""What all recurrent cells share: how they are called, where their variables lie, the zeros they begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, get_collection, name_scope
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.named.lookup import activation_of, described
from flowgraph.ops.array import shape
from flowgraph.ops.hyperbolic import tanh
from flowgraph.ops.static_value import get_static_value
from flowgraph.recurrent.sizes import zero_states
from flowgraph.shapes import TensorShape
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable_scope


class RNNCell(Layer):
    """One step of a recurrent net: `output, new_state = cell(inputs, state)`.

    A subclass says its `state_size` and `output_size` and computes in `call(inputs, state)`. It may make variables
    there with `tf.get_variable`; they belong to the cell.

    Args:
      trainable, name, dtype: see `tf.layers.Layer`.

    >>> class Sum(RNNCell):
    ...     state_size = output_size = 2
    ...     def call(self, inputs, state):
    ...         total = state + inputs * tf.get_variable("w", [], initializer=tf.ones_initializer())
    ...         return total, total
    >>> cell = Sum()
    >>> output, state = cell(tf.ones([1, 2]), cell.zero_state(1, tf.float32))
    >>> output, [v.name for v in cell.variables]
    (<tf.Tensor 'sum/add:0' shape=(1, 2) dtype=float32>, ['sum/w:0'])
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step.

        Args:
          inputs: [batch, size].
          state: [batch, state_size]; a structure of such tensors if `state_size` is a structure.
          scope: a variable scope, or the name of one, to put in place of the cell's name.

        Returns:
          The output, [batch, output_size], and the new state, like `state`.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=self._own_variable) as opened:
                return super().__call__(inputs, state, scope=opened)
        around = self.__dict__.setdefault("rnncell_scope", None)
        if around is None:
            around = self.rnncell_scope = variable_scope(get_variable_scope(), custom_getter=self._own_variable)
        with around:
            return super().__call__(inputs, state)

    def _own_variable(self, getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Get a variable, and note that it is the cell's."""
        variable = getter(*args, **kwargs)
        parts = list(variable) if hasattr(variable, "_get_variable_list") else [variable]
        is_trained = any(parts[0] is known for known in get_collection(GraphKeys.TRAINABLE_VARIABLES))
        own = self._trainable_weights if is_trained else self._non_trainable_weights
        if all(variable is not known for known in own):
            own.append(variable)
        return variable

    @property
    def state_size(self) -> Any:
        """The size of the state: a number, a shape, or a structure of them."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """The size of the output: a number or a shape."""
        raise NotImplementedError("Abstract method")

    def build(self, _: Any) -> None:
        """Nothing: variables may be made in `call`."""

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values, of the cells of `tf.nn.rnn_cell`; of others what all have.

        >>> tf.nn.rnn_cell.BasicRNNCell(3, name="plain").get_config()
        {'name': 'plain', 'trainable': True, 'dtype': None, 'num_units': 3, 'activation': 'tanh', 'reuse': None}
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        return config | {name: described(getattr(self, f"_{name}")) for name in self._arguments}

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """The state to begin with: zeros.

        Args:
          inputs: a tensor of which batch size and dtype may be taken.
          batch_size, dtype: those, if there are no inputs.

        Raises:
          ValueError: neither says what they are, or they contradict each other.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            _check_alike(inputs, batch_size, dtype)
            batch_size = inputs.shape.dims[0].value or shape(inputs)[0]
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise refusal(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """A state of zeros.

        Args:
          batch_size: a number, or a scalar tensor.
          dtype: the dtype.

        >>> cell = tf.nn.rnn_cell.BasicLSTMCell(2)
        >>> run(cell.zero_state(1, tf.float32))
        LSTMStateTuple(c=array([[0., 0.]], dtype=float32), h=array([[0., 0.]], dtype=float32))
        """
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return zero_states(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables in `build`, as layers do."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        """One step: see `RNNCell`.

        Args:
          *args, **kwargs: handed on to `call`.
        """
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


def _check_alike(inputs: Any, batch_size: Any, dtype: Any) -> None:
    rows = inputs.shape.dims[0].value
    if batch_size is not None:
        given = get_static_value(batch_size, partial=True)
        if rows != given:
            raise refusal(
                "batch size from input tensor is different from the input param. "
                f"Input tensor batch: {rows}, batch_size: {batch_size}"
            )
    if dtype is not None and inputs.dtype != dtype:
        raise refusal(
            "dtype from input tensor is different from the input param. "
            f"Input tensor dtype: {inputs.dtype}, dtype: {dtype}"
        )


def assert_like_rnncell(cell_name: str, cell: Any) -> None:
    """Refuse what is no cell.

    Raises:
      TypeError: something that cells have is missing.
    """
    has_start = hasattr(cell, "get_initial_state") or hasattr(cell, "zero_state")
    checks = [
        (hasattr(cell, "output_size"), "'output_size' property is missing"),
        (hasattr(cell, "state_size"), "'state_size' property is missing"),
        (has_start, "either 'zero_state' or 'get_initial_state' method is required"),
        (callable(cell), "is not callable"),
    ]
    missing = ", ".join(text for holds, text in checks if not holds)
    if missing:
        raise refusal(f"The argument {cell_name!r} ({cell}) is not an RNNCell: {missing}.", TypeError)


def check_float(dtype: Any) -> None:
    """Refuse a dtype in which there is no sigmoid.

    Raises:
      ValueError: it is neither floating nor complex.
    """
    if dtype is None:
        return
    dtype = dt.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise refusal(f"RNN cell only supports floating point inputs, but saw dtype: {dtype}")


def check_floats(*structures: Any) -> None:
    """Refuse inputs and states in which there is no sigmoid."""
    for tensor in nest.flatten(structures):
        check_float(tensor.dtype)


def depth_of(input_shape: Any) -> int:
    """The size of the inputs' last axis.

    Raises:
      ValueError: it is unknown.
    """
    sizes = tuple(TensorShape(input_shape).as_list())
    if sizes[-1] is None:
        raise refusal(f"Expected inputs.shape[-1] to be known, saw shape: {sizes}")
    depth: int = sizes[-1]
    return depth


def activation_or_tanh(activation: Any) -> Callable[[Any], Any]:
    """The function that an activation is or names; by default tanh."""
    if not activation:
        return tanh
    return activation_of(activation)
