"""What fills lookup tables: tensors of keys and values, or the lines of a text file."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor, register_tensor_conversion_function
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collection, device, get_default_graph, init_scope, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.tables import LINE_NUMBER, WHOLE_LINE
from flowgraph.ops.table_ops import INITIALIZE_TABLE_FROM_TEXT_FILE, import_values
from flowgraph.trackable import Trackable


def _check_types(table: Any, key_dtype: DType, value_dtype: DType) -> None:
    for name, wanted, given in (
        ("key", table.key_dtype, key_dtype),
        ("value", table.value_dtype, value_dtype),
    ):
        if given.base_dtype != wanted:
            raise refusal(f"Invalid {name} dtype, expected {wanted} but got {given}.", TypeError)


class TableInitializerBase(Trackable):
    """What all initializers of tables have in common.

    Args:
      key_dtype, value_dtype: the dtypes of keys and values.
    """

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

    def initialize(self, table: Any) -> Operation:
        """An op that fills `table`."""
        raise NotImplementedError

    @property
    def _shared_name(self) -> str:
        return ""


class KeyValueTensorInitializer(TableInitializerBase):
    """Fills a table with keys and values that are given as tensors.

    Args:
      keys, values: tensors of one shape, or what becomes one.
      key_dtype, value_dtype: their dtypes, where they are lists.
      name: the scope of the op that fills the table.

    >>> table = tf.lookup.StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.tables_initializer())
    ...     sess.run(table.lookup(tf.constant(["b", "?"])))
    array([ 2, -1], dtype=int32)
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self._keys, self._values = outside_branches(
            lambda: (
                convert_to_tensor(keys, dtype=key_dtype, name="keys"),
                convert_to_tensor(values, dtype=value_dtype, name="values"),
            )
        )
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table: Any) -> Operation:
        """An op that fills `table`; `tf.tables_initializer` runs it, too.

        Raises:
          TypeError: the table has other dtypes.
        """
        _check_types(table, self._keys.dtype, self._values.dtype)
        with name_scope(self._name, values=(table.resource_handle, self._keys, self._values)):
            op = import_values(table.resource_handle, self._keys, self._values)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, op)
        return op


def outside_branches(build: Any) -> Any:
    """What `build()` makes, outside the branch or loop in which it is called."""
    if get_default_graph().context is None:
        return build()
    with init_scope():
        return build()


# -- text files --------------------------------------------------------------------------------------------


class TextFileIndex:
    """Stands for what a line has besides its columns: itself, and its number."""

    WHOLE_LINE = WHOLE_LINE
    LINE_NUMBER = LINE_NUMBER


class _Asset(Trackable):
    """A file that belongs to the graph."""

    def __init__(self, path: Any) -> None:
        with init_scope(), device("CPU"):
            self.asset_path: Tensor = convert_to_tensor(path, dtype=dt.string, name="asset_path")


register_tensor_conversion_function(_Asset, lambda asset, **_wishes: asset.asset_path)


class TextFileInitializer(TableInitializerBase):
    """Fills a table with the lines of a text file.

    Args:
      filename: the file, a string or a tensor.
      key_dtype: the dtype of the keys.
      key_index: the column of the keys, counted from 0; or TextFileIndex.WHOLE_LINE, TextFileIndex.LINE_NUMBER.
      value_dtype: the dtype of the values.
      value_index: the same for the values.
      vocab_size: how many lines to take; by default all.
      delimiter: the character between columns.
      name: the scope of the op that fills the table.

    Raises:
      ValueError: there is no file name, or an index does not go with its dtype.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        if not isinstance(filename, Tensor) and not filename:
            raise refusal(f"Filename required for {name}.")
        super().__init__(key_dtype, value_dtype)
        _check_key(key_index, self.key_dtype)
        _check_value(value_index, self.value_dtype)
        if vocab_size is not None and vocab_size <= 0:
            raise refusal(f"Invalid vocab_size {vocab_size}.")
        self._filename_arg = filename
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size, self._delimiter, self._name = vocab_size, delimiter, name
        self._filename = self._track_trackable(_Asset(filename), "_filename")

    def initialize(self, table: Any) -> Operation:
        """An op that fills `table`; `tf.tables_initializer` runs it, too.

        Raises:
          TypeError: the table has other dtypes.
          NotFoundError: (when run) there is no such file.
          InvalidArgumentError: (when run) a line does not have the columns, or a field is no number.
        """
        _check_types(table, self.key_dtype, self.value_dtype)
        with name_scope(self._name, "text_file_init", (table.resource_handle,)):
            filename = convert_to_tensor(self._filename, dtype=dt.string, name="asset_filepath")
            op = emit(
                INITIALIZE_TABLE_FROM_TEXT_FILE, table.resource_handle, filename, key_index=self._key_index,
                value_index=self._value_index, vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
            )  # fmt: skip
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, op)
        if filename.op.type == "Const":
            add_to_collection(GraphKeys.ASSET_FILEPATHS, filename)
        return op

    @property
    def _shared_name(self) -> str:
        size = f"_{self._vocab_size}" if self._vocab_size else ""
        return f"hash_table_{self._filename_arg}{size}_{self._key_index}_{self._value_index}"


def _check_key(index: int, dtype: DType) -> None:
    if index < WHOLE_LINE:
        raise refusal(f"Invalid key index {index}.")
    if index == LINE_NUMBER and dtype != dt.int64:
        raise refusal(f"Signature mismatch. Keys must be dtype {dt.int64}, got {dtype}.")
    if index == WHOLE_LINE and not dtype.is_integer and dtype != dt.string:
        raise refusal(f"Signature mismatch. Keys must be integer or string, got {dtype}.")


def _check_value(index: int, dtype: DType) -> None:
    if index < WHOLE_LINE:
        raise refusal(f"Invalid value index {index}.")
    for special, wanted in ((LINE_NUMBER, dt.int64), (WHOLE_LINE, dt.string)):
        if index == special and dtype != wanted:
            raise refusal(f"Signature mismatch. Values must be dtype {wanted}, got {dtype}.")


class TextFileStringTableInitializer(TextFileInitializer):
    """Fills a table from numbers to strings: the lines of a file by their numbers. See `TextFileInitializer`."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = LINE_NUMBER,
        value_column_index: int = WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_string_table_init",
    ) -> None:
        super().__init__(
            filename, dt.int64, key_column_index, dt.string, value_column_index, vocab_size, delimiter, name
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """Fills a table from strings to numbers: the numbers of a file's lines. See `TextFileInitializer`."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = WHOLE_LINE,
        value_column_index: int = LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_id_table_init",
        key_dtype: Any = dt.string,
    ) -> None:
        super().__init__(
            filename, key_dtype, key_column_index, dt.int64, value_column_index, vocab_size, delimiter, name
        )
