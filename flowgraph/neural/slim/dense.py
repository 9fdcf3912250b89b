"""Fully connected layers (tf.contrib.layers.fully_connected)."""

from __future__ import annotations

import functools
import numbers
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collections
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import xavier_initializer
from flowgraph.neural.layers.core import Dense
from flowgraph.neural.slim.options import WEIGHTS_AND_BIASES, collect_variable, finished, renaming_getter
from flowgraph.ops.activation import elu as elu_op
from flowgraph.ops.activation import relu as relu_op
from flowgraph.ops.activation import relu6 as relu6_op
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.joining import stack, unstack
from flowgraph.ops.matmul import matmul
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable

_XAVIER, _ZEROS = xavier_initializer(), Zeros()


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = relu_op,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """`activation_fn(inputs @ weights + biases)`; or normalized in place of the biases.

    Args:
      inputs: [..., size], of floats.
      num_outputs: the size of the last axis of the output.
      activation_fn: a function of a tensor; None: none.
      normalizer_fn: a function such as `batch_norm`, which replaces the biases.
      normalizer_params: its further arguments, a dictionary.
      weights_initializer, biases_initializer: initial values; without the latter there are no biases.
      weights_regularizer, biases_regularizer: functions from a variable to a penalty.
      reuse: whether to use the variables of another layer in the same `scope` again.
      variables_collections: collections for all variables, or a dictionary of lists, by name.
      outputs_collections: collections for the output.
      trainable: whether the variables are trained.
      scope: the variable scope.

    Raises:
      ValueError: `num_outputs` is no integer; the rank of the inputs is below 2, or their last size unknown.

    >>> y = fully_connected(tf.zeros([5, 4]), 3)
    >>> y.op.name, [v.op.name for v in tf.model_variables()]
    ('fully_connected/Relu', ['fully_connected/weights', 'fully_connected/biases'])
    """
    if not isinstance(num_outputs, numbers.Integral):
        raise refusal(f"num_outputs type should be one of {[int]}, got {type(num_outputs)}.")
    getter = renaming_getter(WEIGHTS_AND_BIASES)
    with variable_scope(scope, "fully_connected", [inputs], reuse=reuse, custom_getter=getter) as inside:
        inputs = convert_to_tensor(inputs)
        layer = Dense(
            units=num_outputs,
            use_bias=not normalizer_fn and biases_initializer,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=inside.name,
            dtype=inputs.dtype.base_dtype,
            _scope=inside,
            _reuse=reuse,
        )
        outputs = layer(inputs)
        collect_variable(layer.kernel, variables_collections, "weights")
        if layer.bias is not None:
            collect_variable(layer.bias, variables_collections, "biases")
        return finished(
            outputs, inside.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params
        )  # fmt: skip


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Any = None,
    weight_init: Any = _XAVIER,
    bias_init: Any = _ZEROS,
    name: str | None = None,
    weight_collections: Any = (GraphKeys.WEIGHTS,),
    bias_collections: Any = (GraphKeys.BIASES,),
    output_collections: Any = (GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer: Any = None,
    bias_regularizer: Any = None,
) -> Tensor:
    """`activation_fn(x @ weights + bias)`, in the form of an older `fully_connected`.

    Args:
      x: [..., size], of floats.
      num_output_units: the size of the last axis of the output.
      activation_fn: a function of a tensor; None: none.
      weight_init, bias_init: initial values; without the latter there is no bias.
      name: the variable scope.
      weight_collections, bias_collections, output_collections: further collections for each.
      trainable: whether the variables are trained.
      weight_regularizer, bias_regularizer: functions from a variable to a penalty.

    Raises:
      ValueError: the rank of `x` is unknown or below 2, or its last size is unknown.

    >>> legacy_fully_connected(tf.zeros([5, 4]), 3)
    <tf.Tensor 'fully_connected/BiasAdd:0' shape=(5, 3) dtype=float32>
    """
    with variable_scope(name, "fully_connected", [x]):
        x = convert_to_tensor(x)
        if x.shape.ndims is None:
            raise refusal("dims of x must be known but is None")
        if x.shape.ndims < 2:
            raise refusal(f"rank of x must be at least 2 not: {x.shape.ndims}")
        size = x.shape[-1].value
        if size is None:
            raise refusal("last dimension of x must be known but is None")
        weights = _variable("weights", [size, num_output_units], x, weight_init, weight_collections,
                            weight_regularizer, trainable)  # fmt: skip
        y = matmul(x if x.shape.ndims == 2 else reshape(x, [-1, size]), weights)
        if bias_init is not None:
            y = bias_add(y, _variable("bias", [num_output_units], x, bias_init, bias_collections, bias_regularizer,
                                      trainable))  # fmt: skip
        if x.shape.ndims > 2:
            y = reshape(y, stack([*unstack(shape(x))[:-1], num_output_units]))
            y.set_shape([*x.shape.as_list()[:-1], num_output_units])
        if activation_fn is not None:
            y = activation_fn(y)
        add_to_collections([*(output_collections or ()), GraphKeys.ACTIVATIONS], y)
        return y


def _variable(
    name: str, sizes: Any, like: Tensor, initializer: Any, collections: Any, regularizer: Any, trainable: bool
) -> Any:
    return get_variable(
        name,
        shape=sizes,
        dtype=like.dtype.base_dtype,
        initializer=initializer,
        collections=list(dict.fromkeys([*(collections or ()), GraphKeys.GLOBAL_VARIABLES])),
        regularizer=regularizer,
        trainable=trainable,
    )


def _with_activation(function: Any, activation_fn: Any, doc: str) -> Any:
    """As TF has them: not functions of their own, but another function with one argument fixed."""
    partial = functools.partial(function, activation_fn=activation_fn)
    partial.__doc__ = doc
    return partial


elu = _with_activation(fully_connected, elu_op, "`fully_connected` with ELU as its activation.")
linear = _with_activation(fully_connected, None, "`fully_connected` without an activation.")
relu = _with_activation(fully_connected, relu_op, "`fully_connected` with ReLU as its activation.")
relu6 = _with_activation(fully_connected, relu6_op, "`fully_connected` with ReLU6 as its activation.")
legacy_linear = _with_activation(legacy_fully_connected, None, "`legacy_fully_connected` without an activation.")
legacy_relu = _with_activation(legacy_fully_connected, relu_op, "`legacy_fully_connected` with ReLU.")
