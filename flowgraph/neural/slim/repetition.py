"""The same layer several times (tf.contrib.layers.repeat, stack)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.variables.block import variable_scope


def _name_of(layer: Callable[..., Any], default: str) -> str:
    """What to call a layer's scopes."""
    return str(getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", default))


def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A layer, several times: each takes what the one before gives.

    Args:
      inputs: a tensor.
      repetitions: how many times.
      layer: a function of a tensor, with an argument `scope`.
      *args, **kwargs: its further arguments. `scope` is the scope around all of them.

    >>> layers = tf.contrib.layers
    >>> y = repeat(tf.zeros([1, 4, 4, 1]), 2, layers.conv2d, 8, [3, 3], scope="conv1")
    >>> [v.op.name for v in tf.trainable_variables()]
    ['conv1/conv1_1/weights', 'conv1/conv1_1/biases', 'conv1/conv1_2/weights', 'conv1/conv1_2/biases']
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "repeat") if scope is None else scope
        for number in range(1, repetitions + 1):
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Any, **kwargs: Any) -> Any:
    """A layer, once for each of some arguments: each takes what the one before gives.

    Args:
      inputs: a tensor.
      layer: a function of a tensor, with an argument `scope`.
      stack_args: a list with one argument, or a list of them, for each time.
      **kwargs: further arguments, the same for all. `scope` is the scope around all of them.

    Raises:
      ValueError: `stack_args` is no list.

    >>> y = stack(tf.zeros([1, 4]), tf.contrib.layers.fully_connected, [8, 2], scope="fc")
    >>> [v.op.name for v in tf.trainable_variables()]
    ['fc/fc_1/weights', 'fc/fc_1/biases', 'fc/fc_2/weights', 'fc/fc_2/biases']
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, list | tuple):
        raise refusal("stack_args need to be a list or tuple")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "stack") if scope is None else scope
        for number, given in enumerate(stack_args, start=1):
            args = given if isinstance(given, list | tuple) else [given]
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs
