"""Linear maps and embeddings before and after a cell (tf.contrib.rnn)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import device
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.bias import bias_add
from flowgraph.ops.constant import constant
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.initializers import Constant, RandomUniform
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reshape import reshape
from flowgraph.platform import logs
from flowgraph.recurrent.wrappers import CellAround
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope


class Linear:
    """A linear map of matrices, put side by side, with variables of the current scope.

    Args:
      args: the matrices, or the only one, for which the variables are made.
      output_size: the number of columns that come out.
      build_bias: whether a bias is added.
      bias_initializer: its initial values; by default zeros.
      kernel_initializer: those of the kernel; by default as the scope says.

    Raises:
      ValueError: an argument is no matrix with a known number of columns.

    >>> x = tf.zeros([1, 2])
    >>> to_three = Linear([x, x], 3, build_bias=True)
    >>> to_three([x, x]), [v.op.name for v in tf.global_variables()]
    (<tf.Tensor 'BiasAdd:0' shape=(1, 3) dtype=float32>, ['kernel', 'bias'])
    """

    def __init__(
        self,
        args: Any,
        output_size: int,
        build_bias: bool,
        bias_initializer: Any = None,
        kernel_initializer: Any = None,
    ) -> None:
        self._is_list = nest.is_nested(args)
        height, dtype = _columns(args)
        with variable_scope(get_variable_scope()) as scope:
            self._kernel = get_variable("kernel", [height, output_size], dtype=dtype, initializer=kernel_initializer)
            self._bias = _bias(scope, output_size, dtype, bias_initializer) if build_bias else None

    def __call__(self, args: Any) -> Tensor:
        """The map's value."""
        values = args if self._is_list else [args]
        if len(values) == 1:
            result = matmul(values[0], self._kernel)
        else:
            one = constant(1, dtype=dt.int32)
            result = matmul(concat(values, one), self._kernel)
        return result if self._bias is None else bias_add(result, self._bias)


def linear(
    args: Any, output_size: int, bias: bool, bias_initializer: Any = None, kernel_initializer: Any = None
) -> Tensor:
    """A linear map, applied once: see `Linear`."""
    values = args if nest.is_nested(args) else [args]
    height, dtype = _columns(args)
    with variable_scope(get_variable_scope()) as scope:
        kernel = get_variable("kernel", [height, output_size], dtype=dtype, initializer=kernel_initializer)
        result = matmul(values[0] if len(values) == 1 else concat(values, 1), kernel)
        return bias_add(result, _bias(scope, output_size, dtype, bias_initializer)) if bias else result


def _columns(args: Any) -> tuple[int, Any]:
    """How many columns matrices have, side by side, and the dtype of the first."""
    if args is None or (nest.is_nested(args) and not args):
        raise refusal("`args` must be specified")
    values = args if nest.is_nested(args) else [args]
    shapes = [value.shape for value in values]
    columns = 0
    for shape in shapes:
        if shape.ndims != 2:
            raise refusal(f"linear is expecting 2D arguments: {shapes}")
        if shape.dims[1].value is None:
            raise refusal(f"linear expects shape[1] to be provided for shape {shape}, but saw {shape[1]}")
        columns += shape.dims[1].value
    return columns, values[0].dtype


def _bias(scope: Any, size: int, dtype: Any, initializer: Any) -> Any:
    """A bias, which is never cut into pieces."""
    with variable_scope(scope) as inner:
        inner.set_partitioner(None)
        start = Constant(0.0, dtype=dtype) if initializer is None else initializer
        return get_variable("bias", [size], dtype=dtype, initializer=start)


class EmbeddingWrapper(CellAround):
    """An embedding before a cell: its inputs are numbers of classes.

    Args:
      cell: the cell.
      embedding_classes: how many classes there are.
      embedding_size: the size of the vectors.
      initializer: their initial values; by default the scope's, or uniform ones of variance 1.
      reuse: whether to use variables that are there.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: a size is not positive.

    >>> cell = EmbeddingWrapper(tf.nn.rnn_cell.BasicRNNCell(3), 10, 4)
    >>> output, state = cell(tf.constant([[1], [2]]), cell.zero_state(2, tf.float32))
    >>> [v.op.name for v in tf.trainable_variables()][0]
    'embedding_wrapper/embedding'
    """

    def __init__(
        self,
        cell: Any,
        embedding_classes: int,
        embedding_size: int,
        initializer: Any = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, _reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise refusal(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}."
            )
        self._embedding_classes, self._embedding_size = embedding_classes, embedding_size
        self._initializer = initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        with device("/cpu:0"):
            sqrt3 = math.sqrt(3)
            initializer = self._initializer or get_variable_scope().initializer or RandomUniform(-sqrt3, sqrt3)
            dtype = (state[0] if isinstance(state, tuple) else state).dtype
            shape = [self._embedding_classes, self._embedding_size]
            embedding = get_variable("embedding", shape, initializer=initializer, dtype=dtype)
            return self.cell(embedding_lookup(embedding, reshape(inputs, [-1])), state)


class InputProjectionWrapper(CellAround):
    """A linear map before a cell.

    Args:
      cell: the cell.
      num_proj: the size to which inputs are projected.
      activation: a function of the projected inputs.
      input_size: nothing (deprecated).
      reuse: whether to use variables that are there.

    Raises:
      TypeError: `cell` is no cell.

    >>> cell = InputProjectionWrapper(tf.nn.rnn_cell.BasicRNNCell(3), 2)
    >>> output, state = cell(tf.zeros([1, 4]), cell.zero_state(1, tf.float32))
    >>> [v.op.name for v in tf.trainable_variables()][:2]
    ['input_projection_wrapper/kernel', 'input_projection_wrapper/bias']
    """

    def __init__(
        self,
        cell: Any,
        num_proj: int,
        activation: Callable[[Any], Any] | None = None,
        input_size: Any = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, _reuse=reuse)
        warn_of_input_size(self, input_size)
        self._num_proj, self._activation = num_proj, activation
        self._linear: Linear | None = None

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        if self._linear is None:
            self._linear = Linear(inputs, self._num_proj, True)
        projected: Any = self._linear(inputs)
        return self.cell(self._activation(projected) if self._activation else projected, state)


class OutputProjectionWrapper(CellAround):
    """A linear map after a cell.

    Args:
      cell: the cell.
      output_size: the size to which outputs are projected.
      activation: a function of the projected outputs.
      reuse: whether to use variables that are there.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: the size is not positive.

    >>> cell = OutputProjectionWrapper(tf.nn.rnn_cell.BasicRNNCell(3), 2)
    >>> output, state = cell(tf.zeros([1, 4]), cell.zero_state(1, tf.float32))
    >>> output.shape.as_list(), state.shape.as_list()
    ([1, 2], [1, 3])
    """

    def __init__(
        self,
        cell: Any,
        output_size: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(cell, _reuse=reuse)
        if output_size < 1:
            raise refusal(f"Parameter output_size must be > 0: {output_size}.")
        self._output_size, self._activation = output_size, activation
        self._linear: Linear | None = None

    @property
    def output_size(self) -> Any:
        """That to which outputs are projected."""
        return self._output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        output, new_state = self.cell(inputs, state)
        if self._linear is None:
            self._linear = Linear(output, self._output_size, True)
        projected: Any = self._linear(output)
        return self._activation(projected) if self._activation else projected, new_state


def warn_of_input_size(cell: Any, input_size: Any) -> None:
    """Say, as TF does, that nobody needs to know it any more."""
    if input_size is not None:
        logs.warn("%s: The input_size parameter is deprecated.", cell)
