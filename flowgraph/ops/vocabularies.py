"""Tables from words to numbers and back: vocabularies, with buckets for words that they do not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import size
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import not_equal
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.math import add
from flowgraph.ops.range import range as range_of
from flowgraph.ops.select import where_v2
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.string_hash import (
    string_to_hash_bucket,
    string_to_hash_bucket_fast,
    string_to_hash_bucket_strong,
)
from flowgraph.ops.string_numbers import as_string
from flowgraph.ops.table_initializers import (
    KeyValueTensorInitializer,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileStringTableInitializer,
)
from flowgraph.ops.tables import LookupInterface, StaticHashTable


class HasherSpec(NamedTuple):
    """How words that a table does not have are spread over buckets: "fasthash", "stronghash" or "legacy"."""

    hasher: str
    key: Any


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """Words are spread by a hash with a key.

    Args:
      key: two integers.
    """

    __slots__ = ()

    def __new__(cls, key: Sequence[int]) -> StrongHashSpec:  # noqa: D102  # the class says it
        if len(key) != 2:
            raise refusal(f"key must have size 2, got {len(key)}.")
        if not all(isinstance(number, Integral) for number in key):
            raise refusal(f"Invalid key {key}. Must be unsigned integer values.", TypeError)
        return super().__new__(cls, "stronghash", key)


def _hash_function(spec: Any) -> Callable[..., Tensor]:
    functions: dict[str, Callable[..., Tensor]] = {
        "fasthash": string_to_hash_bucket_fast,
        "legacy": string_to_hash_bucket,
        "stronghash": partial(string_to_hash_bucket_strong, key=spec.key),
    }
    if spec.hasher not in functions:
        raise refusal(f"Unknown hasher {spec.hasher}")
    return functions[spec.hasher]


# -- a table and buckets -----------------------------------------------------------------------------------


class IdTableWithHashBuckets(LookupInterface):
    """A table from words to numbers, and behind its numbers those of buckets for all other words.

    Args:
      table: the table, from strings or int64 to int64; None: only buckets.
      num_oov_buckets: how many buckets there are.
      hasher_spec: how words are spread over them.
      name: the table's name.
      key_dtype: the dtype of what is looked up.

    Raises:
      TypeError: the dtypes do not fit.
      ValueError: there is neither a table nor a bucket.
    """

    def __init__(
        self, table: Any, num_oov_buckets: int, hasher_spec: Any = FastHashSpec, name: str | None = None,
        key_dtype: Any = None,
    ) -> None:  # fmt: skip
        if table is None and num_oov_buckets <= 0:
            raise refusal("oov_buckets must be > 0 if no table is supplied.")
        if not isinstance(hasher_spec, HasherSpec):
            raise refusal(f"hasher_spec must be of type HasherSpec, got {hasher_spec}", TypeError)
        if table is not None:
            key_dtype = _checked_key_dtype(table, key_dtype, told=key_dtype or table.key_dtype)
        else:
            key_dtype = dt.string if key_dtype is None else key_dtype
        self._set_up(table, num_oov_buckets, hasher_spec, name, key_dtype)

    def _set_up(self, table: Any, num_oov_buckets: int, hasher_spec: Any, name: str | None, key_dtype: Any) -> None:
        if not key_dtype.is_integer and key_dtype != dt.string:
            raise refusal(f"Invalid key_dtype, expected integer or string, got {key_dtype}.", TypeError)
        self._table, self._num_oov_buckets, self._hasher_spec = table, num_oov_buckets, hasher_spec
        name = (name or "").rstrip("/") or ("hash_bucket" if table is None else table.name)
        self._table_name = name.rpartition("/")[2]
        super().__init__(key_dtype, dt.int64)

    @property
    def name(self) -> str:
        """The name of the table, without its scope."""
        return self._table_name

    @property
    def resource_handle(self) -> Any:
        """The handle of the table; None: there are only buckets."""
        return None if self._table is None else self._table.resource_handle

    @property
    def initializer(self) -> Operation:
        """The op that fills the table."""
        if self._table is not None:
            return self._table.initializer
        with name_scope(None, "init"):
            return no_op()

    @property
    def init(self) -> Operation:
        """The older name of `initializer`."""
        return self.initializer

    def size(self, name: str | None = None) -> Tensor:
        """How many numbers there are, those of the buckets included."""
        with name_scope(name, f"{self.name}_Size"):
            count = convert_to_tensor(0, dtype=dt.int64) if self._table is None else self._table.size()
            return count + self._num_oov_buckets

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of words: those of the table, or of the bucket of each word that it does not have.

        Args:
          keys: a tensor, or a SparseTensor, which gives one.
          name: the scope of the new ops.

        Raises:
          TypeError: the keys have another dtype.
          FailedPreconditionError: (when run) the table was not filled.
        """
        self._check_keys(keys, keys.dtype.base_dtype)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table is not None and self._table.key_dtype.base_dtype == dt.int64:
            values = cast(values, dt.int64)
        if self._num_oov_buckets == 0:
            ids = self._table.lookup(values, name=name)
        else:
            with name_scope(name, f"{self.name}_Lookup"):
                ids = self._with_buckets(values)
        return SparseTensor(keys.indices, ids, keys.dense_shape) if isinstance(keys, SparseTensor) else ids

    def _with_buckets(self, values: Tensor) -> Tensor:
        words = values if values.dtype.base_dtype == dt.string else as_string(values)
        buckets = _hash_function(self._hasher_spec)(words, num_buckets=self._num_oov_buckets, name="hash_bucket")
        if self._table is None:
            return buckets
        ids = self._table.lookup(values)
        buckets = add(buckets, self._table.size())
        return where_v2(not_equal(ids, self._table.default_value), ids, buckets)


def _checked_key_dtype(source: Any, key_dtype: Any, told: Any) -> Any:
    """The dtype of what is looked up in a table (or in what fills it), if all dtypes fit."""
    key_dtype = source.key_dtype if key_dtype is None else key_dtype
    supported = (dt.int64, dt.string)
    if source.key_dtype not in supported:
        wanted = f"({', '.join(f'tf.{dtype.name}' for dtype in supported)})"
        raise refusal(f"Invalid key dtype, expected one of {wanted}, but got {told}.", TypeError)
    if source.key_dtype.is_integer != key_dtype.is_integer:
        kind = "integer" if key_dtype.is_integer else "non-integer"
        raise refusal(f"Invalid key dtype, expected {kind} but got {source.key_dtype}.", TypeError)
    if source.value_dtype != dt.int64:
        raise refusal(f"Invalid value dtype, expected {dt.int64} but got {source.value_dtype}.", TypeError)
    return key_dtype


class StaticVocabularyTable(IdTableWithHashBuckets):
    """A table from words to numbers, with buckets for all other words.

    Args:
      initializer: what fills the table, with values of int64; None: there are only buckets.
      num_oov_buckets: how many buckets there are.
      lookup_key_dtype: the dtype of what is looked up.
      name: the table's name.

    Raises:
      TypeError: the dtypes do not fit.
      ValueError: there are no buckets.

    >>> words = tf.lookup.KeyValueTensorInitializer(["the", "cat"], tf.constant([0, 1], tf.int64))
    >>> table = StaticVocabularyTable(words, num_oov_buckets=1)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     sess.run(table.lookup(tf.constant(["cat", "dog"])))
    array([1, 2])
    """

    def __init__(
        self, initializer: Any, num_oov_buckets: int, lookup_key_dtype: Any = None, name: str | None = None
    ) -> None:
        if num_oov_buckets <= 0:
            raise refusal("oov_buckets must be > 0.")
        table = None
        if initializer is not None:
            lookup_key_dtype = _checked_key_dtype(initializer, lookup_key_dtype, told=initializer.key_dtype)
            table = StaticHashTable(initializer, default_value=-1)
        else:
            lookup_key_dtype = dt.string
        self._set_up(table, num_oov_buckets, FastHashSpec, name, lookup_key_dtype)


# -- the functions of tf.contrib.lookup --------------------------------------------------------------------


def _check_vocabulary(num_oov_buckets: int, key_dtype: Any) -> None:
    if num_oov_buckets < 0:
        line = f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}."
        raise refusal(line)
    if not key_dtype.is_integer and key_dtype.base_dtype != dt.string:
        raise refusal("Only integer and string keys are supported.", TypeError)


def _check_file(vocabulary_file: Any) -> None:
    if vocabulary_file is None or vocabulary_file == "":
        raise refusal("vocabulary_file must be specified and must not be empty.")


def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    key_dtype: Any = dt.string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> Any:
    """A table from the words in a file to the numbers of their lines.

    Args:
      vocabulary_file: the file, one word a line.
      num_oov_buckets: how many buckets there are for words that the file does not have.
      vocab_size: how many lines to take; by default all.
      default_value: the number of such words if there are no buckets.
      hasher_spec: how words are spread over buckets.
      key_dtype: the dtype of what is looked up: string or integers.
      name: the scope of the new ops.
      key_column_index, value_column_index: see `TextFileInitializer`.
      delimiter: the character between columns.

    Raises:
      ValueError: there is no file name, or a number is negative.
      TypeError: another dtype.
    """
    _check_file(vocabulary_file)
    _check_vocabulary(num_oov_buckets, dt.string)
    if vocab_size is not None and vocab_size < 1:
        shown = constant_value(vocabulary_file) or "?"
        line = f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: {shown}"
        raise refusal(line)
    _check_vocabulary(0, key_dtype)
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            words = TextFileIdTableInitializer(
                vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init",
                dt.int64 if key_dtype.is_integer else key_dtype,
            )  # fmt: skip
            table = StaticHashTable(words, default_value)
        if not num_oov_buckets:
            return table
        return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, key_dtype=key_dtype)


def index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    dtype: Any = dt.string,
    name: str | None = None,
) -> Any:
    """A table from the words in a vector to their positions.

    Args:
      mapping: the words.
      num_oov_buckets: how many buckets there are for other words.
      default_value: the number of such words if there are no buckets.
      hasher_spec: how words are spread over buckets.
      dtype: the dtype of what is looked up: string or integers.
      name: the scope of the new ops.

    Raises:
      ValueError: there are no words, a number is negative, or the dtypes do not fit.
      TypeError: another dtype.

    >>> table = index_table_from_tensor(["emerson", "lake", "palmer"], num_oov_buckets=1)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     sess.run(table.lookup(tf.constant(["lake", "and", "palmer"])))
    array([1, 3, 2])
    """
    if mapping is None:
        raise refusal("mapping must be specified.")
    _check_vocabulary(num_oov_buckets, dtype)
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(mapping)
        if keys.dtype.is_integer != dtype.is_integer:
            kind = "integer" if dtype.is_integer else "non-integer"
            raise refusal(f"Expected {kind}, got {keys.dtype}.")
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise refusal(f"Expected {dtype}, got {keys.dtype}.")
        values = cast(range_of(size(keys)), dt.int64)
        with name_scope(None, "hash_table"):
            words = cast(keys, dt.int64) if keys.dtype.is_integer else keys
            filler = KeyValueTensorInitializer(words, values, words.dtype.base_dtype, dt.int64, "table_init")
            table = StaticHashTable(filler, default_value)
        if not num_oov_buckets:
            return table
        return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, key_dtype=dtype)


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: Any = "UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> StaticHashTable:
    """A table from numbers to the words in the lines of a file; see `index_table_from_file` for the arguments."""
    _check_file(vocabulary_file)
    if vocab_size is not None and vocab_size < 1:
        raise refusal(f"vocab_size must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        words = TextFileStringTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init"
        )
        return StaticHashTable(words, default_value)


def index_to_string_table_from_tensor(
    mapping: Any, default_value: Any = "UNK", name: str | None = None
) -> StaticHashTable:
    """A table from positions to the words in a vector.

    Args:
      mapping: the words.
      default_value: the word for other numbers.
      name: the scope of the new ops.

    Raises:
      ValueError: there are no words.

    >>> table = index_to_string_table_from_tensor(["emerson", "lake"])
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     sess.run(table.lookup(tf.constant([1, 5], tf.int64)))
    array([b'lake', b'UNK'], dtype=object)
    """
    if mapping is None:
        raise refusal("mapping must be specified.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(mapping, dtype=dt.string)
        numbers = cast(range_of(size(words)), dt.int64)
        filler = KeyValueTensorInitializer(numbers, words, dt.int64, dt.string, "table_init")
        return StaticHashTable(filler, default_value)


def string_to_index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    name: str | None = None,
) -> Any:
    """The older name of `index_table_from_file`."""
    return index_table_from_file(
        vocabulary_file, num_oov_buckets, vocab_size, default_value, hasher_spec, dt.string, name
    )


def string_to_index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    name: str | None = None,
) -> Any:
    """The older name of `index_table_from_tensor`, for strings."""
    with name_scope(name, "string_to_index") as scope:
        mapping = convert_to_tensor(mapping)
    if mapping.dtype.base_dtype != dt.string:
        raise refusal("string_to_index_table_from_tensor requires string.")
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, name=scope)


def string_to_index(tensor: Any, mapping: Any, default_value: Any = -1, name: str | None = None) -> Any:
    """The positions of words in a vector: `index_table_from_tensor` and its lookup at once."""
    return index_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)


def index_to_string(tensor: Any, mapping: Any, default_value: Any = "UNK", name: str | None = None) -> Any:
    """The words at positions in a vector: `index_to_string_table_from_tensor` and its lookup at once."""
    return index_to_string_table_from_tensor(mapping, default_value, name).lookup(tensor)
