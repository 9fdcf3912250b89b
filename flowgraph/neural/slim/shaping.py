"""Layers without variables: dropout, flattening, one-hot codes, maxout, norms, sequences (tf.contrib.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.core import Dropout
from flowgraph.neural.layers.core import flatten as flatten_layer
from flowgraph.neural.slim.options import (
    IMAGE_FORMATS,
    check_format,
    collect_named_outputs,
    finished,
    last_dimension,
    renaming_getter,
)
from flowgraph.ops.array import ones, reshape, shape
from flowgraph.ops.cast import to_int64
from flowgraph.ops.compare import not_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.division import div
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import one_hot
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.shaping import tile, transpose
from flowgraph.ops.slicing import strided_slice
from flowgraph.ops.softmax import softmax as softmax_op
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.unary import sqrt, square
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Tensor:
    """`tf.nn.dropout` while training, else nothing.

    Args:
      inputs: a tensor of floats.
      keep_prob: the probability with which an entry is kept.
      noise_shape: the shape of what is drawn; by default that of the inputs.
      is_training: a bool, or a scalar tensor.
      outputs_collections: collections for the output.
      scope: the variable scope.
      seed: the op's seed.

    >>> run(dropout(tf.ones([3]), is_training=False))
    array([1., 1., 1.], dtype=float32)
    """
    with variable_scope(scope, "Dropout", [inputs], custom_getter=renaming_getter()) as inside:
        inputs = convert_to_tensor(inputs)
        layer = Dropout(rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, name=inside.name, _scope=inside)
        outputs: Tensor = finished(layer(inputs, training=is_training), inside.name, outputs_collections)
        return outputs


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Tensor:
    """All axes but the first made one.

    >>> flatten(tf.zeros([2, 3, 4]))
    <tf.Tensor 'Flatten/flatten/Reshape:0' shape=(2, 12) dtype=float32>
    """
    with name_scope(scope, "Flatten", [inputs]) as inside:
        outputs: Tensor = collect_named_outputs(outputs_collections, inside, flatten_layer(convert_to_tensor(inputs)))
        return outputs


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: Any,
    on_value: Any = 1.0,
    off_value: Any = 0.0,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """`tf.one_hot`: for each label a vector with one entry on.

    >>> run(one_hot_encoding([1, 0], 2))
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as inside:
        labels = convert_to_tensor(labels)
        if labels.dtype == dt.int32:
            labels = to_int64(labels)
        codes = one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        outputs: Tensor = collect_named_outputs(outputs_collections, inside, codes)
        return outputs


@add_arg_scope
def dense_to_sparse(tensor: Any, eos_token: Any = 0, outputs_collections: Any = None, scope: Any = None) -> Any:
    """The entries of a tensor that are not `eos_token`, as a sparse tensor.

    >>> run(dense_to_sparse([[1, 0], [0, 2]])).values
    array([1, 2], dtype=int32)
    """
    with variable_scope(scope, "dense_to_sparse", [tensor]) as inside:
        tensor = convert_to_tensor(tensor)
        indices = where(not_equal(tensor, constant(eos_token, tensor.dtype)))
        values = gather_nd(tensor, indices)
        outputs = SparseTensor(indices, values, shape(tensor, out_type=dt.int64))
        return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Tensor:
    """`tf.nn.softmax` along the last axis, of a tensor of any rank from 2 on.

    >>> run(softmax(tf.zeros([1, 2])))
    array([[0.5, 0.5]], dtype=float32)
    """
    with variable_scope(scope, "softmax", [logits]):
        rows = reshape(logits, [-1, last_dimension(logits.shape, min_rank=2)])
        outputs = reshape(softmax_op(rows), shape(logits))
        outputs.set_shape(logits.shape)
        return outputs


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: Any = 1e-7, scope: Any = None) -> Tensor:
    """The inputs, divided by their length along an axis.

    Args:
      inputs: a tensor of floats, of known rank.
      dim: the axis, not negative.
      epsilon: what is added to the squares of the lengths.
      scope: the variable scope.

    Raises:
      ValueError: the rank is unknown, or the axis is none.

    >>> run(unit_norm(tf.constant([[3.0, 4.0]]), 1))
    array([[0.6, 0.8]], dtype=float32)
    """
    with variable_scope(scope, "UnitNorm", [inputs]):
        rank = inputs.shape.ndims
        if not inputs.shape:
            raise refusal("The input rank must be known.")
        if not 0 <= dim < rank:
            raise refusal("dim must be positive but smaller than the input rank.")
        lengths = sqrt(epsilon + reduce_sum(square(inputs), dim, True))
        multiples = [ones([dim], dt.int32)] if dim > 0 else []
        multiples.append(strided_slice(shape(inputs), [dim], [dim + 1]))
        if dim < rank - 1:
            multiples.append(ones([rank - 1 - dim], dt.int32))
        return div(inputs, tile(lengths, concat(multiples, 0)))


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Tensor:
    """The largest entry of each group of channels.

    Args:
      inputs: a tensor whose channels are along `axis`.
      num_units: how many groups there are.
      axis: the axis of the channels.
      scope: the variable scope.

    Raises:
      ValueError: the channels do not divide evenly into groups.

    >>> run(maxout(tf.constant([[1.0, 5.0, 3.0, 2.0]]), 2))
    array([[5., 3.]], dtype=float32)
    """
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        sizes: list[Any] = inputs.shape.as_list()
        channels = sizes[axis]
        if channels % num_units:
            raise refusal(f"number of features({channels}) is not a multiple of num_units({num_units})")
        sizes[axis] = num_units
        sizes.append(channels // num_units)
        for i, size in enumerate(sizes):
            if size is None:
                sizes[i] = shape(inputs)[i]
        return reduce_max(reshape(inputs, sizes), -1, keepdims=False)


@add_arg_scope
def images_to_sequence(
    inputs: Any, data_format: str = "NHWC", outputs_collections: Any = None, scope: Any = None
) -> Tensor:
    """Images as sequences of their columns: [width, batch * height, channels].

    Args:
      inputs: [batch, height, width, channels], or with the channels second.
      data_format: "NHWC" or "NCHW".
      outputs_collections: collections for the output.
      scope: the name scope.

    >>> images_to_sequence(tf.zeros([2, 3, 4, 5])).shape.as_list()
    [4, 6, 5]
    """
    check_format(data_format, IMAGE_FORMATS)
    with name_scope(scope, "ImagesToSequence", [inputs]) as inside:
        inputs = convert_to_tensor(inputs)
        if data_format == "NCHW":
            inputs = transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.shape.as_list()
        sizes = shape(inputs)
        batch_size, height = sizes[0], sizes[1]
        columns = transpose(inputs, [2, 0, 1, 3])
        sequence = reshape(columns, [width, batch_size * height, depth])
        outputs: Tensor = collect_named_outputs(outputs_collections, inside, sequence)
        return outputs


@add_arg_scope
def sequence_to_images(
    inputs: Any,
    height: int,
    output_data_format: str = "channels_last",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """Images out of sequences of their columns; see `images_to_sequence`.

    >>> sequence_to_images(tf.zeros([4, 6, 5]), 3).shape.as_list()
    [2, 3, 4, 5]
    """
    with name_scope(scope, "SequenceToImages", [inputs]) as inside:
        inputs = convert_to_tensor(inputs)
        width, rows, depth = inputs.shape.as_list()
        split = reshape(inputs, [width, -1 if rows is None else rows // height, height, depth])
        images = transpose(split, [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3])
        outputs: Tensor = collect_named_outputs(outputs_collections, inside, images)
        return outputs
