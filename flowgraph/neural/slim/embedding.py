"""Embeddings of ids and of sequences of ids (tf.contrib.layers.embed_sequence and its kin)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import not_equal
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.embedding_sparse import safe_embedding_lookup_sparse as safe_lookup
from flowgraph.ops.gather import gather, gather_nd
from flowgraph.ops.joining import concat
from flowgraph.ops.rank_checks import assert_same_float_dtype
from flowgraph.ops.reduction import reduce_mean, reduce_prod
from flowgraph.ops.select import where
from flowgraph.ops.sets import unique as unique_op
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.variables.block import variable_scope
from flowgraph.variables.framework import model_variable
from flowgraph.variables.partitioned import PartitionedVariable


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = None,
    default_id: Any = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """`tf.nn.safe_embedding_lookup_sparse`, with "mean" as its default combiner, of tables read as a whole.

    Raises:
      ValueError: there are no tables, their dtypes differ or are not floating, or `combiner` is unknown.
    """
    weights = embedding_weights
    tables = list(weights) if isinstance(weights, PartitionedVariable | list) else [weights]
    if not tables or tables == [None]:
        raise refusal(f"Missing embedding_weights {embedding_weights}.")
    dtype = None if sparse_weights is None else sparse_weights.dtype
    tables = [convert_to_tensor(table, dtype=dtype) for table in tables]
    assert_same_float_dtype([*tables, sparse_weights])
    return safe_lookup(
        tables, sparse_ids, sparse_weights, combiner or "mean", default_id, name, partition_strategy, max_norm
    )


def embedding_lookup_unique(params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None) -> Tensor:
    """`tf.nn.embedding_lookup`, in which each row is fetched once however often it is asked for.

    Args:
      params: the table, or a list of tables that share the rows.
      ids: numbers of rows, of any shape.
      partition_strategy: how several tables share the rows: "mod" or "div".
      name: the scope of the new ops.

    >>> run(embedding_lookup_unique(tf.constant([[1.0], [2.0]]), [1, 1, 0]))
    array([[2.],
           [2.],
           [1.]], dtype=float32)
    """
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = convert_to_tensor(ids)
        sizes = shape(ids)
        distinct, places = unique_op(reshape(ids, reduce_prod(sizes, keepdims=True)))
        rows = embedding_lookup(params, distinct, partition_strategy)
        spread = gather(rows, places)
        embedded = reshape(spread, concat([sizes, shape(rows)[1:]], 0))
        embedded.set_shape(ids.shape.concatenate(rows.shape[1:]))
        return embedded


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Tensor:
    """The embeddings of ids: [batch, length, embed_dim].

    Args:
      ids: [batch, length], of integers.
      vocab_size: how many ids there are.
      embed_dim: the size of an embedding.
      unique: whether to fetch each row once however often it is asked for.
      initializer, regularizer: of the table.
      trainable: whether the table is trained.
      scope: the variable scope.
      reuse: whether to use the table of another layer in the same `scope` again.

    Raises:
      ValueError: a size is missing where the table is to be made.

    >>> y = embed_sequence(tf.constant([[1, 2], [0, 0]]), vocab_size=3, embed_dim=4)
    >>> y.shape.as_list(), tf.trainable_variables()
    ([2, 2, 4], [<tf.Variable 'EmbedSequence/embeddings:0' shape=(3, 4) dtype=float32_ref>])
    """
    if not (reuse or (vocab_size and embed_dim)):
        line = "Must specify vocab size and embedding dimension when not reusing."
        raise refusal(f"{line} Got vocab_size={vocab_size} and embed_dim={embed_dim}")
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        is_known = embed_dim is not None and not (reuse and vocab_size is None)
        embeddings = model_variable(
            "embeddings",
            shape=[vocab_size, embed_dim] if is_known else None,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        return embedding_lookup_unique(embeddings, ids) if unique else embedding_lookup(embeddings, ids)


def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Tensor:
    """The mean of the embeddings of a bag of words: [batch, embed_dim].

    Args:
      ids: [batch, length], of integers; or a SparseTensor.
      sparse_lookup: whether entries that are 0 stand for no word.
      vocab_size, embed_dim, initializer, regularizer, trainable, scope, reuse: see `embed_sequence`.

    Raises:
      ValueError: a size is missing.
      TypeError: the ids are sparse, and the lookup is not.

    >>> bow_encoder(tf.constant([[1, 2], [0, 0]]), vocab_size=3, embed_dim=4).shape.as_list()
    [2, 4]
    """
    if not vocab_size or not embed_dim:
        raise refusal("Must specify vocab size and embedding dimension")
    with variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        embeddings = model_variable(
            "embeddings",
            shape=[vocab_size, embed_dim],
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        if sparse_lookup:
            words = ids if isinstance(ids, SparseTensor) else _entries_but_zeros(ids)
            return safe_embedding_lookup_sparse([embeddings], words, combiner="mean", default_id=0)
        if isinstance(ids, SparseTensor):
            raise TypeError("ids are expected to be dense Tensor, got: %s", ids)
        return reduce_mean(embedding_lookup(embeddings, ids), axis=1)


def _entries_but_zeros(tensor: Any) -> SparseTensor:
    """The entries of a tensor that are not zero, or not empty."""
    with name_scope("DenseToSparseTensor"):
        tensor = convert_to_tensor(tensor)
        nothing: Any = "" if tensor.dtype == dt.string else tensor.dtype.as_numpy_dtype()
        indices = where(not_equal(tensor, cast(nothing, tensor.dtype, name="ignore_value")), name="indices")
        values = gather_nd(tensor, indices, name="values")
        return SparseTensor(indices, values, shape(tensor, out_type=dt.int64, name="dense_shape"))
