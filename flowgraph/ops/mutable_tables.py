"""Lookup tables that change: the MutableHashTable and MutableDenseHashTable of tf.contrib.lookup."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.scope import GraphKeys, add_to_collection, colocate_with, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.table_ops import (
    LOOKUP_TABLE_EXPORT,
    LOOKUP_TABLE_FIND,
    LOOKUP_TABLE_INSERT,
    LOOKUP_TABLE_REMOVE,
    LOOKUP_TABLE_SIZE,
    MUTABLE_DENSE_HASH_TABLE,
    MUTABLE_HASH_TABLE,
    MUTABLE_HASH_TABLE_OF_TENSORS,
    import_values,
)
from flowgraph.ops.tables import LookupInterface


class SavedTensor(NamedTuple):
    """A tensor that a checkpoint keeps, and the name that it has there."""

    tensor: Tensor
    slice_spec: str
    name: str


class SaveableTable:
    """What a saver wants to know of a table: the tensors to save, and how to take them back.

    Attributes:
      op: the table.
      specs: the tensors with their names.
      name: the table's name.
    """

    def __init__(self, table: Any, name: str) -> None:
        keys, values = table.export()
        self.op, self.name = table, name
        self.specs = [SavedTensor(keys, "", f"{name}-keys"), SavedTensor(values, "", f"{name}-values")]

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any, name: str | None = None) -> Operation:
        """An op that gives the table what was saved."""
        del restored_shapes  # the tensors have theirs
        with name_scope(name, f"{self.name}_table_restore"), colocate_with(self.op.resource_handle):
            return import_values(self.op.resource_handle, *restored_tensors)


class MutableHashTable(LookupInterface):
    """A table from keys to values that runs may change.

    Args:
      key_dtype, value_dtype: the dtypes of keys and values.
      default_value: the value of keys that the table does not have; its shape is that of all values.
      name: the table's name.
      checkpoint: whether savers save it.

    >>> table = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1)
    >>> with tf.Session() as sess:
    ...     sess.run(table.insert(["a", "b"], [1, 2]))
    ...     sess.run(table.lookup(["b", "c"]))
    array([ 2, -1])
    """

    def __init__(
        self, key_dtype: Any, value_dtype: Any, default_value: Any, name: str = "MutableHashTable",
        checkpoint: bool = True,
    ) -> None:  # fmt: skip
        self._default_value = convert_to_tensor(default_value, dtype=value_dtype)
        super().__init__(key_dtype, value_dtype)
        has_axes = self._default_value.shape.ndims != 0
        opdef = MUTABLE_HASH_TABLE_OF_TENSORS if has_axes else MUTABLE_HASH_TABLE
        more = {"value_shape": self._default_value.sizes} if has_axes else {}
        self._hold(opdef, (), name, checkpoint, key_dtype=self._key_dtype, **more)

    def _hold(self, opdef: OpDef, inputs: Sequence[Any], name: str, checkpoint: bool, **attrs: Any) -> None:
        """Add the op that holds the table."""
        self.resource_handle = emit(
            opdef, *inputs, use_node_name_sharing=checkpoint, value_dtype=self._value_dtype, name=name, **attrs
        )
        self._saved_name = name
        if checkpoint:
            add_to_collection(GraphKeys.SAVEABLE_OBJECTS, SaveableTable(self, name))

    def _gather_saveables_for_checkpoint(self) -> dict[str, Any]:
        return {"table": functools.partial(SaveableTable, table=self, name=self._saved_name)}

    @property
    def name(self) -> str:
        """The name of the table, without its scope."""
        return self.resource_handle.op.name.rpartition("/")[2]

    def size(self, name: str | None = None) -> Tensor:
        """How many keys the table has, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]), colocate_with(self.resource_handle):
            return emit(LOOKUP_TABLE_SIZE, self.resource_handle)

    def lookup(self, keys: Any, name: str | None = None) -> Tensor:
        """The values of keys, the default value where the table does not have one."""
        with name_scope(name, f"{self.name}_lookup_table_find", [self.resource_handle, keys, self._default_value]):
            keys = convert_to_tensor(keys, dtype=self._key_dtype, name="keys")
            with colocate_with(self.resource_handle):
                return emit(LOOKUP_TABLE_FIND, self.resource_handle, keys, self._default_value)

    def insert(self, keys: Any, values: Any, name: str | None = None) -> Operation:
        """An op that adds keys, or gives them other values."""
        with name_scope(name, f"{self.name}_lookup_table_insert", [self.resource_handle, keys, values]):
            keys = convert_to_tensor(keys, dtype=self._key_dtype, name="keys")
            values = convert_to_tensor(values, dtype=self._value_dtype, name="values")
            with colocate_with(self.resource_handle):
                return emit(LOOKUP_TABLE_INSERT, self.resource_handle, keys, values)

    def remove(self, keys: Any, name: str | None = None) -> Operation:
        """An op that takes keys out of the table; those that it does not have are passed over.

        Raises:
          TypeError: the keys have another dtype.
        """
        self._check_keys(keys, keys.dtype)
        with name_scope(name, f"{self.name}_lookup_table_remove", [self.resource_handle, keys, self._default_value]):
            return emit(LOOKUP_TABLE_REMOVE, self.resource_handle, keys)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values, two tensors."""
        scope = name_scope(name, f"{self.name}_lookup_table_export_values", [self.resource_handle])
        with scope, colocate_with(self.resource_handle):
            keys, values = emit(
                LOOKUP_TABLE_EXPORT, self.resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype
            )
        return keys, values


class DenseHashTable(MutableHashTable):
    """The same as `MutableHashTable`, with two keys that are never used.

    TF stores empty places under `empty_key` and removed ones under `deleted_key`; here these keys are refused, and
    `export` gives the entries alone.

    Args:
      key_dtype, value_dtype: the dtypes of keys and values.
      default_value: the value of keys that the table does not have; its shape is that of all values.
      empty_key, deleted_key: two keys that are never used.
      initial_num_buckets: noted in the graph; tables grow by themselves here.
      name: the table's name.
      checkpoint: whether savers save it.

    >>> table = tf.contrib.lookup.MutableDenseHashTable(tf.int64, tf.int64, 0, empty_key=-1, deleted_key=-2)
    >>> with tf.Session() as sess:
    ...     sess.run(table.insert([7], [49]))
    ...     sess.run(table.lookup([7, 8]))
    array([49,  0])
    """

    def __init__(
        self, key_dtype: Any, value_dtype: Any, default_value: Any, empty_key: Any, deleted_key: Any,
        initial_num_buckets: int | None = None, name: str = "MutableDenseHashTable", checkpoint: bool = True,
    ) -> None:  # fmt: skip
        self._default_value = convert_to_tensor(default_value, dtype=value_dtype, name="default_value")
        LookupInterface.__init__(self, key_dtype, value_dtype)
        empty = convert_to_tensor(empty_key, dtype=key_dtype, name="empty_key")
        deleted = convert_to_tensor(deleted_key, dtype=key_dtype, name="deleted_key")
        self._hold(
            MUTABLE_DENSE_HASH_TABLE, (empty, deleted), name, checkpoint, value_shape=self._default_value.sizes,
            initial_num_buckets=initial_num_buckets,
        )  # fmt: skip

    def insert_or_assign(self, keys: Any, values: Any, name: str | None = None) -> Operation:
        """An op that adds keys, or gives them other values."""
        return self.insert(keys, values, name)

    def erase(self, keys: Any, name: str | None = None) -> Operation:
        """An op that takes keys out of the table."""
        return self.remove(keys, name)
