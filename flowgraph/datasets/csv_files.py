"""tf.data.experimental.make_csv_dataset: batches of the rows of files, with what is known of columns found out."""

from __future__ import annotations

import csv
import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import ignore_errors as without_errors
from flowgraph.datasets.experimental import parallel_interleave, shuffle_and_repeat
from flowgraph.datasets.options import Options
from flowgraph.datasets.tables import CsvDataset, default_of
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.refusal import refusal
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops.constant import constant
from flowgraph.ops.static_value import constant_value
from flowgraph.platform.folders import Glob, told_as_tf

_Rows = Callable[[str], Iterator[list[str]]]


def make_csv_dataset(
    file_pattern: Any, batch_size: Any, column_names: Sequence[str] | None = None, column_defaults: Any = None,
    label_name: str | None = None, select_columns: Any = None, field_delim: str = ",", use_quote_delim: bool = True,
    na_value: str = "", header: bool = True, num_epochs: int | None = None, shuffle: bool = True,
    shuffle_buffer_size: Any = 10000, shuffle_seed: Any = None, prefetch_buffer_size: Any = None,
    num_parallel_reads: Any = None, sloppy: bool = False, num_rows_for_inference: int | None = 100,
    compression_type: Any = None, ignore_errors: bool = False,
) -> Dataset:  # fmt: skip
    """Batches of the rows of files of comma-separated values: dicts from the columns' names to vectors.

    Args:
      file_pattern: a pattern as in `tf.gfile.Glob`, or a list of them.
      batch_size: how many rows make a batch.
      column_names: the names of all columns; by default those in the first line.
      column_defaults: see `CsvDataset`; by default dtypes are found out from the rows, and no entry is needed.
      label_name: a column that is given apart: then an element is a pair of the dict and the column.
      select_columns: the names or numbers of the columns to read.
      field_delim, use_quote_delim, na_value, header: see `CsvDataset`.
      num_epochs: how many times the rows are read; None: again and again.
      shuffle, shuffle_buffer_size, shuffle_seed: whether and how rows are shuffled.
      prefetch_buffer_size: how many batches are read ahead; by default that is left to the library.
      num_parallel_reads: how many files are read at a time.
      sloppy: whether the order may depend on chance; here it never does.
      num_rows_for_inference: of how many rows dtypes are found out; None: all.
      compression_type: '', 'ZLIB' or 'GZIP'.
      ignore_errors: whether rows that cannot be read are left out.

    Raises:
      ValueError: there are no such files, or columns are not as they are said to be.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "rows.csv")
    >>> with open(name, "w") as file:
    ...     _ = file.write("size,kind\\n1,a\\n2,b\\n")
    >>> batches = make_csv_dataset(name, 2, label_name="kind", num_epochs=1, shuffle=False)
    >>> features, kinds = batches.make_one_shot_iterator().get_next()
    >>> run([features["size"], kinds])
    [array([1, 2], dtype=int32), array([b'a', b'b'], dtype=object)]
    """
    names = _files(file_pattern)
    dataset = Dataset.from_tensor_slices(names)
    if shuffle:
        dataset = dataset.shuffle(len(names), shuffle_seed)
    rows = _reader(field_delim, use_quote_delim)
    if column_names is None or column_defaults is None:
        rows = _reader(field_delim, use_quote_delim, _compression(compression_type))
    if column_names is None:
        if not header:
            raise refusal("Cannot infer column names without a header line.")
        column_names = _names_of_columns(names, rows)
    if len(column_names) != len(set(column_names)):
        raise refusal("Cannot have duplicate column names.")
    columns = None if select_columns is None else _numbers(select_columns, column_names)
    if column_defaults is not None:
        defaults = [default_of(one) for one in column_defaults]
    else:
        kinds = _Kinds(na_value, num_rows_for_inference)
        defaults = kinds.defaults(names, rows, header, len(column_names), columns)
    if columns is not None and len(defaults) != len(columns):
        raise refusal("If specified, column_defaults and select_columns must have same length.")
    if columns is not None and len(column_names) > len(columns):
        column_names = [column_names[at] for at in columns]
    if label_name is not None and label_name not in column_names:
        raise refusal("`label_name` provided must be one of the columns.")

    def filename_to_dataset(filename: Any) -> Dataset:
        read = CsvDataset(
            filename, record_defaults=defaults, field_delim=field_delim, use_quote_delim=use_quote_delim,
            na_value=na_value, select_cols=columns, header=header, compression_type=compression_type,
        )  # fmt: skip
        return read.apply(without_errors()) if ignore_errors else read

    def map_fn(*values: Any) -> Any:
        features = OrderedDict(zip(column_names, values, strict=False))
        return features if label_name is None else (features, features.pop(label_name))

    dataset = interleaved(dataset, filename_to_dataset, 1 if num_parallel_reads is None else num_parallel_reads, sloppy)
    dataset = shuffled_epochs(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = mapped(dataset.batch(batch_size=batch_size, drop_remainder=num_epochs is None), map_fn)
    return dataset.prefetch(-1 if prefetch_buffer_size is None else prefetch_buffer_size)


# -- what other readers of files do as well ------------------------------------------------------------------


def interleaved(dataset: Dataset, read: Callable[[Any], Dataset], count: Any, sloppy: bool) -> Dataset:
    """What is in files, several of which are read at a time."""
    if not isinstance(count, int) or count != -1:
        return dataset.apply(parallel_interleave(read, cycle_length=count, sloppy=sloppy))
    options = Options()
    options.experimental_deterministic = not sloppy
    return dataset.interleave(read, num_parallel_calls=count).with_options(options)


def shuffled_epochs(dataset: Dataset, count: int | None, shuffle: bool, size: Any, seed: Any) -> Dataset:
    """Elements several times over, shuffled or not."""
    if count != 1 and shuffle:
        return dataset.apply(shuffle_and_repeat(size, count, seed))
    if shuffle:
        return dataset.shuffle(size, seed)
    return dataset if count == 1 else dataset.repeat(count)


def mapped(dataset: Dataset, function: Callable[..., Any]) -> Dataset:
    """What a function makes of each element, on the thread that asks for it."""
    traced = Traced(function, "Dataset.map()", dataset.element_spec)
    return dataset._calling(functions.MAP_DATASET, traced, spec=traced.spec, use_inter_op_parallelism=False)


# -- what is found out of files ------------------------------------------------------------------------------


def _files(pattern: Any) -> list[str]:
    if isinstance(pattern, list) and not pattern:
        raise refusal("File pattern is empty.")
    found = [name for one in (pattern if isinstance(pattern, list) else [pattern]) for name in Glob(one)]
    if not found:
        raise refusal(f"No files match {pattern}.")
    return sorted(found)


def _compression(kind: Any) -> str:
    """The compression of files that are looked into while the graph is built."""
    if kind is None:
        return ""
    value = kind if isinstance(kind, str) else constant_value(kind)
    if value is None:
        raise refusal("Received unkown compression_type")
    text = value if isinstance(value, str) else np.asarray(value).item().decode()
    if text == "ZLIB":
        raise refusal(f"compression_type ({kind}) is not supported for probing columns")
    if text not in ("", "GZIP"):
        raise refusal(f"compression_type ({kind}) is not supported")
    return text


def _reader(delimiter: str, quotes: bool, compression: str = "") -> _Rows:
    def rows(name: str) -> Iterator[list[str]]:
        settings: dict[str, Any] = {"quoting": csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE}
        with told_as_tf(name), gzip.open(name, "rt") if compression else open(name, newline="") as file:
            yield from csv.reader(file, delimiter=delimiter, **settings)

    return rows


def _names_of_columns(names: Sequence[str], rows: _Rows) -> list[str]:
    first: list[str] | None = None
    for name in names:
        found = next(rows(name), None)
        if found is None:
            raise refusal(f"Received StopIteration when reading the header line of {name}.  Empty file?")
        if first is not None and found != first:
            raise refusal("Files have different column names in the header row.")
        first = found
    return first or []


def _numbers(selected: Sequence[Any], names: Sequence[str]) -> list[int]:
    """The numbers of columns, rising."""
    found = []
    for one in selected:
        if isinstance(one, int):
            if not 0 <= one < len(names):
                raise refusal(f"Column index {one} specified in select_columns out of valid range.")
            found.append(one)
        elif one in names:
            found.append(list(names).index(one))
        else:
            raise refusal(f"Value '{one}' specified in select_columns not a valid column index or name.")
    if len(set(found)) != len(found):
        raise refusal("select_columns contains duplicate columns")
    return sorted(found)


class _Kinds:
    """Finds out the dtypes of columns: the narrowest that holds all that it has seen."""

    def __init__(self, missing: str, count: int | None) -> None:
        self._missing, self._count = missing, count

    def defaults(
        self, names: Sequence[str], rows: _Rows, header: bool, width: int, columns: Sequence[int] | None
    ) -> list[Any]:
        """What stands for missing entries: 0 or "", of the dtypes of the columns."""
        chosen = range(width) if columns is None else columns
        kinds: list[int | None] = [None] * len(chosen)
        for number, row in enumerate(self._all(names, rows, header)):
            if len(row) != width:
                raise refusal("Problem inferring types: CSV row has different number of fields than expected.")
            if self._count is not None and number >= self._count:
                break
            for place, column in enumerate(chosen):
                kinds[place] = self._joint(row[column], kinds[place])
        dtypes = [dt.string if kind is None else _ORDER[kind][0] for kind in kinds]
        return [constant(["" if dtype is dt.string else 0], dtype=dtype) for dtype in dtypes]

    def _all(self, names: Sequence[str], rows: _Rows, header: bool) -> Iterator[list[str]]:
        for name in names:
            found = rows(name)
            if header:
                next(found, None)
            yield from found

    def _joint(self, text: str, kind: int | None) -> int | None:
        if text in ("", self._missing):
            return kind
        return next(at for at, (_, holds) in enumerate(_ORDER) if holds(text) and (kind is None or kind <= at))


def _is_integer(bits: int) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            return -(1 << (bits - 1)) <= int(text) < 1 << (bits - 1)
        except ValueError:
            return False

    return holds


def _is_float(kind: Any) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            with np.errstate(over="ignore"):
                return bool(kind(text) < np.inf)
        except ValueError:
            return False

    return holds


_ORDER: list[tuple[dt.DType, Callable[[str], bool]]] = [
    (dt.int32, _is_integer(32)),
    (dt.int64, _is_integer(64)),
    (dt.float32, _is_float(np.float32)),
    (dt.float64, _is_float(np.float64)),
    (dt.string, lambda _text: True),
]
