"""Layers that keep their variables as Keras' do: by themselves, and in no variable scope (tf.layers.experimental)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.variables.variable import Variable

_is_on = [False]


@contextmanager
def keras_style_scope() -> Iterator[None]:
    """A block in which new layers and recurrent cells have variables of their own, whatever their names are.

    Their variables are resource variables, named after the layer in the current name scope; `reuse` and `scope` are
    refused. A layer is shared by calling it again.

    >>> x = tf.zeros([1, 2])
    >>> with tf.variable_scope("net"), keras_style_scope():
    ...     first = tf.layers.Dense(3)(x)
    >>> [v.name for v in tf.trainable_variables()]
    ['net/dense_1/kernel:0', 'net/dense_1/bias:0']
    """
    before, _is_on[0] = _is_on[0], True
    try:
        yield
    finally:
        _is_on[0] = before


def set_keras_style() -> None:
    """From now on do as in `keras_style_scope`, for the whole program."""
    _is_on[0] = True


def is_keras_style() -> bool:
    """Whether new layers keep their variables as Keras' do."""
    return _is_on[0]


def refuse(what: str, given: Any) -> None:
    """Raises ValueError for a scope or `reuse` that was given to such a layer."""
    if given is not None:
        line = f"{what} argument not allowed when keras style layers are enabled, but saw: {given}"
        raise ValueError(line)


def own_variable(
    name: str, shape: Any, dtype: DType, initializer: Any, trainable: bool, constraint: Any, use_resource: bool | None
) -> Variable:
    """A variable in the current name scope, for which no other layer asks."""
    initializer = initializer() if isinstance(initializer, type) else initializer
    sizes = () if shape is None else shape
    return Variable(
        lambda: initializer(sizes, dtype=dtype),
        name=name,
        trainable=trainable,
        dtype=dtype.base_dtype,
        constraint=constraint,
        use_resource=True if use_resource is None else use_resource,
    )
