"""Lookup tables that are filled once: StaticHashTable, the HashTable of tf.contrib; and what fills all tables."""

from __future__ import annotations

import uuid
from typing import Any

from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, get_collection, init_scope, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.table_initializers import TableInitializerBase, outside_branches
from flowgraph.ops.table_ops import HASH_TABLE, LOOKUP_TABLE_EXPORT, LOOKUP_TABLE_FIND, LOOKUP_TABLE_SIZE
from flowgraph.shapes import TensorShape
from flowgraph.trackable import Trackable


class LookupInterface(Trackable):
    """What all lookup tables have in common.

    Args:
      key_dtype, value_dtype: the dtypes of keys and values.
    """

    resource_handle: Any = None

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype, self._value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)

    @property
    def key_dtype(self) -> DType:
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        """The dtype of the values."""
        return self._value_dtype

    @property
    def name(self) -> Any:
        """The name of the table."""
        raise NotImplementedError

    def size(self, name: str | None = None) -> Tensor:
        """How many keys the table has."""
        raise NotImplementedError

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys."""
        raise NotImplementedError

    def _check_keys(self, keys: Any, dtype: DType) -> None:
        if dtype != self._key_dtype:
            line = f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {keys.dtype}."
            raise refusal(line, TypeError)


class InitializableLookupTableBase(LookupInterface):
    """A table that an initializer fills, once.

    Args:
      default_value: the value of keys that the table does not have, a scalar.
      initializer: what fills it.
    """

    def __init__(self, default_value: Any, initializer: TableInitializerBase) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._initializer = self._track_trackable(initializer, "_initializer")
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._default_value.shape.merge_with(TensorShape([]))
        with init_scope():
            self.resource_handle = self._create_resource()
        self._init_op: Operation = outside_branches(lambda: initializer.initialize(self))

    def _create_resource(self) -> Tensor:
        raise NotImplementedError

    @property
    def default_value(self) -> Tensor:
        """The value of keys that the table does not have."""
        return self._default_value

    @property
    def initializer(self) -> Operation:
        """The op that fills the table."""
        return self._init_op

    def size(self, name: str | None = None) -> Tensor:
        """How many keys the table has, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]):
            return emit(LOOKUP_TABLE_SIZE, self.resource_handle)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys, the default value where the table does not have one.

        Args:
          keys: a tensor, or a SparseTensor, which gives one.
          name: the scope of the new ops.

        Raises:
          TypeError: the keys have another dtype.
          FailedPreconditionError: (when run) the table was not filled.
        """
        wanted = keys.values if isinstance(keys, SparseTensor) else keys
        self._check_keys(keys, keys.dtype.base_dtype)
        with name_scope(name, f"{self.name}_Lookup", (self.resource_handle, wanted, self._default_value)):
            values = emit(LOOKUP_TABLE_FIND, self.resource_handle, wanted, self._default_value)
        values.set_shape(wanted.shape)
        return SparseTensor(keys.indices, values, keys.dense_shape) if isinstance(keys, SparseTensor) else values


class StaticHashTable(InitializableLookupTableBase):
    """A table from keys to values, which its initializer fills once and for all.

    Args:
      initializer: a KeyValueTensorInitializer or TextFileInitializer.
      default_value: the value of keys that the table does not have.
      name: the table's name.

    Raises:
      TypeError, ValueError: the default value does not fit.

    >>> numbers = tf.lookup.KeyValueTensorInitializer(["one", "two"], [1, 2])
    >>> table = StaticHashTable(numbers, default_value=0)
    >>> with tf.Session() as sess:
    ...     sess.run(table.initializer)
    ...     sess.run(table.lookup(tf.constant(["two", "three"])))
    array([2, 0], dtype=int32)
    """

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None) -> None:
        self._shared_name: str | None = initializer._shared_name or f"hash_table_{uuid.uuid4()}"
        self._set_up(initializer, default_value, name)

    def _set_up(self, initializer: Any, default_value: Any, name: str | None) -> None:
        self._wanted_name = name or "hash_table"
        self._table_name = ""
        super().__init__(default_value, initializer)

    def _create_resource(self) -> Tensor:
        handle = emit(
            HASH_TABLE, shared_name=self._shared_name, key_dtype=self._key_dtype, value_dtype=self._value_dtype,
            name=self._wanted_name,
        )  # fmt: skip
        self._table_name = handle.op.name.rpartition("/")[2]
        return handle

    @property
    def name(self) -> str:
        """The name of the table, without its scope."""
        return self._table_name

    @property
    def init(self) -> Operation:
        """The older name of `initializer`."""
        return self.initializer

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values, two tensors.

        Raises:
          AbortedError: (when run) the table was not filled.
        """
        with name_scope(name, f"{self.name}_Export", [self.resource_handle]) as scope:
            keys, values = emit(
                LOOKUP_TABLE_EXPORT, self.resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype,
                name=self._export_name(scope),
            )  # fmt: skip
        values.set_shape(keys.shape.concatenate(self._default_value.shape))
        return keys, values

    def _export_name(self, scope: str) -> str | None:
        del scope  # the op has its own name inside the scope
        return None


class HashTable(StaticHashTable):
    """The table of tf.contrib.lookup, which tables of the same `shared_name` share; else as `StaticHashTable`.

    Args:
      initializer: a KeyValueTensorInitializer or TextFileInitializer.
      default_value: the value of keys that the table does not have.
      shared_name: under which sessions keep the table; by default its own name.
      name: the table's name.
    """

    def __init__(
        self, initializer: Any, default_value: Any, shared_name: str | None = None, name: str | None = None
    ) -> None:
        self._shared_name = shared_name
        self._set_up(initializer, default_value, name)

    def _export_name(self, scope: str) -> str | None:
        return scope


# -- all tables --------------------------------------------------------------------------------------------


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """An op that fills all lookup tables made so far; one that does nothing when there are none.

    >>> tables_initializer()
    <tf.Operation 'init_all_tables' type=NoOp>
    """
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*initializers, name=name) if initializers else no_op(name=name)


def initialize_all_tables(name: str = "init_all_tables") -> Operation:
    """The older name of `tf.tables_initializer`."""
    return tables_initializer(name)
