"""Datasets of rows: CsvDataset and SqlDataset of tf.data.experimental."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.structure import TensorSpec, flat_attrs, map_leaves
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.dataset_tables import CSV_DATASET, SQL_DATASET
from flowgraph.ops.parsing import CSV_TYPES

_BUFFER = 4 * 1024 * 1024


def default_of(default: Any) -> Any:
    """What a column without an entry gets: for a dtype an empty tensor, which says that there must be one."""
    if isinstance(default, Tensor):
        return default
    try:
        dtype = dt.as_dtype(default)
    except TypeError:
        return default
    return constant([], dtype=dtype) if dtype in CSV_TYPES else default


class CsvDataset(Dataset):
    """The rows of files of comma-separated values: tuples of scalars.

    Args:
      filenames: the name of a file, or several.
      record_defaults: for each column a dtype if it must have an entry, else a tensor that stands for a missing one.
      compression_type: '', 'ZLIB' or 'GZIP'.
      buffer_size: how many bytes are read at a time.
      header: whether the first line of each file is left out.
      field_delim: what stands between fields, one character.
      use_quote_delim: whether fields may be quoted.
      na_value: a field that counts as missing, as an empty one does.
      select_cols: the numbers of the columns to read, rising; all by default.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "rows.csv")
    >>> with open(name, "w") as file:
    ...     _ = file.write("1,0.5\\n2,\\n")
    >>> rows = CsvDataset(name, [tf.int32, tf.constant([9.0])])
    >>> run(rows.batch(2).make_one_shot_iterator().get_next())
    (array([1, 2], dtype=int32), array([0.5, 9. ], dtype=float32))
    """

    _shown = "CsvDatasetV1"

    def __init__(
        self, filenames: Any, record_defaults: Sequence[Any], compression_type: Any = None, buffer_size: Any = None,
        header: Any = False, field_delim: Any = ",", use_quote_delim: Any = True, na_value: Any = "",
        select_cols: Any = None,
    ) -> None:  # fmt: skip
        names = convert_to_tensor(filenames, dt.string, "filenames")
        packed = convert_to_tensor(compression_type or "", dt.string, "compression_type")
        given = [default_of(one) for one in record_defaults]
        defaults = [convert_to_tensor(one, name=f"record_defaults_{at}") for at, one in enumerate(given)]
        buffer = convert_to_tensor(_BUFFER if buffer_size is None else buffer_size, dt.int64, "buffer_size")
        first = convert_to_tensor(header, dt.bool, "header")
        delimiter = convert_to_tensor(field_delim, dt.string, "field_delim")
        quotes = convert_to_tensor(use_quote_delim, dt.bool, "use_quote_delim")
        missing = convert_to_tensor(na_value, dt.string, "na_value")
        columns = convert_to_tensor([] if select_cols is None else select_cols, dt.int64, "select_cols")
        self._spec = tuple(TensorSpec([], default.dtype) for default in defaults)
        inputs = (names, packed, buffer, first, delimiter, quotes, missing, columns, defaults)
        self._variant_tensor = emit(CSV_DATASET, *inputs, output_shapes=flat_attrs(self._spec)["output_shapes"])
        self._sources = ()


class SqlDataset(Dataset):
    """The rows that a database answers to a query with: scalars.

    Args:
      driver_name: 'sqlite'.
      data_source_name: the database's file.
      query: the query.
      output_types: the dtypes of the columns, a tuple.

    >>> import os, sqlite3, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "people.db")
    >>> with sqlite3.connect(name) as database:
    ...     _ = database.execute("CREATE TABLE people (name TEXT, age INT)")
    ...     _ = database.execute("INSERT INTO people VALUES ('Ann', 41)")
    >>> people = SqlDataset("sqlite", name, "SELECT name, age FROM people", (tf.string, tf.int32))
    >>> run(people.make_one_shot_iterator().get_next())
    (b'Ann', 41)
    """

    _shown = "SqlDatasetV1"

    def __init__(self, driver_name: Any, data_source_name: Any, query: Any, output_types: Any) -> None:
        driver = convert_to_tensor(driver_name, dt.string, "driver_name")
        source = convert_to_tensor(data_source_name, dt.string, "data_source_name")
        asked = convert_to_tensor(query, dt.string, "query")
        self._spec = map_leaves(lambda dtype: TensorSpec([], dtype), output_types)
        self._variant_tensor = emit(SQL_DATASET, driver, source, asked, **flat_attrs(self._spec))
        self._sources = ()
