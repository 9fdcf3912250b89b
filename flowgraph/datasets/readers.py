"""Datasets over files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.structure import TensorSpec
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_ops as ops
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import greater
from flowgraph.ops.files import matching_files
from flowgraph.ops.identity import identity
from flowgraph.ops.math import add
from flowgraph.ops.string_join import reduce_join

_BUFFER = 256 * 1024


def list_files(file_pattern: Any, shuffle: bool, seed: Any) -> Dataset:
    """See `Dataset.list_files`."""
    from flowgraph.ops.math import maximum

    with name_scope("list_files"):
        pattern = convert_to_tensor(file_pattern, dt.string, "file_pattern")
        files = matching_files(pattern)
        some = greater(shape(files)[0], 0, name="match_not_empty")
        line = add("No files matched pattern: ", reduce_join(pattern, separator=", "), name="message")
        check = Assert(some, [line], summarize=1, name="assert_not_empty")
        with control_dependencies([check]):
            files = identity(files)
        dataset = Dataset.from_tensor_slices(files)
        if not shuffle:
            return dataset
        return dataset.shuffle(maximum(shape(files, out_type=dt.int64)[0], 1), seed=seed)


def _optional(value: Any, name: str, default: Any, dtype: Any = dt.int64) -> Tensor:
    return convert_to_tensor(default if value is None else value, dtype, name)


def _names(filenames: Any) -> Dataset:
    """The names of files, one each element.

    Raises:
      TypeError, ValueError: they are none.
    """
    if isinstance(filenames, Dataset):
        if filenames.output_types != dt.string:
            raise refusal("`filenames` must be a `tf.data.Dataset` of `tf.string` elements.", TypeError)
        if not filenames.output_shapes.is_compatible_with([]):
            raise refusal("`filenames` must be a `tf.data.Dataset` of scalar `tf.string` elements.")
        return filenames
    names = convert_to_tensor(filenames, dt.string)
    return Dataset.from_tensor_slices(reshape(names, [-1], name="flat_filenames"))


class _Files(Dataset):
    """A dataset over files: those of one file after the other, or of several at a time."""

    def _read(self, filenames: Any, read: Callable[[Any], Tensor], num_parallel_reads: Any) -> None:
        spec = TensorSpec([], dt.string)

        def read_one_file(filename: Any) -> Dataset:
            return Dataset._over(read(filename), spec)

        names = _names(filenames)
        if num_parallel_reads is None:
            made = names.flat_map(read_one_file)
        else:
            from flowgraph.datasets.experimental import ahead_interleaved

            made = ahead_interleaved(
                names, read_one_file, num_parallel_reads, buffer_output_elements=None, prefetch_input_elements=None
            )
        self._variant_tensor, self._spec, self._sources = made._variant_tensor, spec, made._sources
        self._traced = made._traced


def _reader(opdef: OpDef, compression_type: Any, buffer_size: Any) -> Callable[[Any], Tensor]:
    """What makes the op that reads one file."""

    def read(filename: Any) -> Tensor:
        packed = _optional(compression_type, "compression_type", "", dt.string)
        made: Tensor = emit(opdef, filename, packed, _optional(buffer_size, "buffer_size", _BUFFER))
        return made

    return read


class TextLineDataset(_Files):
    """The lines of text files, string scalars, without their ends.

    Args:
      filenames: the name of a file, or several, or a dataset of names.
      compression_type: '', 'ZLIB' or 'GZIP'.
      buffer_size: how many bytes are read at a time.
      num_parallel_reads: how many files are read at a time; then their lines come in turn.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "lines.txt")
    >>> with open(name, "w") as file:
    ...     _ = file.write("one\\ntwo\\n")
    >>> line = tf.data.TextLineDataset(name).skip(1).make_one_shot_iterator().get_next()
    >>> run(line)
    b'two'
    """

    _shown = "TextLineDatasetV1"

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        read = _reader(ops.TEXT_LINE_DATASET, compression_type, buffer_size)
        self._read(filenames, read, num_parallel_reads)


class TFRecordDataset(_Files):
    """The records of TFRecord files, string scalars.

    Args:
      filenames: the name of a file, or several, or a dataset of names.
      compression_type: '', 'ZLIB' or 'GZIP'.
      buffer_size: how many bytes are read at a time.
      num_parallel_reads: how many files are read at a time; then their records come in turn.
    """

    _shown = "TFRecordDatasetV1"

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        read = _reader(ops.TF_RECORD_DATASET, compression_type, buffer_size)
        self._read(filenames, read, num_parallel_reads)


class FixedLengthRecordDataset(_Files):
    """Pieces of one length of files, string scalars.

    Args:
      filenames: the name of a file, or several, or a dataset of names.
      record_bytes: the length of each piece.
      header_bytes: how many bytes stand before the first.
      footer_bytes: how many stand behind the last.
      buffer_size: how many bytes are read at a time.
      compression_type: '', 'ZLIB' or 'GZIP'.
      num_parallel_reads: how many files are read at a time; then their pieces come in turn.
    """

    _shown = "FixedLengthRecordDatasetV1"

    def __init__(
        self, filenames: Any, record_bytes: Any, header_bytes: Any = None, footer_bytes: Any = None,
        buffer_size: Any = None, compression_type: Any = None, num_parallel_reads: Any = None,
    ) -> None:  # fmt: skip
        def read(filename: Any) -> Tensor:
            size = _optional(record_bytes, "record_bytes", None)
            header, footer = _optional(header_bytes, "header_bytes", 0), _optional(footer_bytes, "footer_bytes", 0)
            buffer = _optional(buffer_size, "buffer_size", _BUFFER)
            packed = _optional(compression_type, "compression_type", "", dt.string)
            made: Tensor = emit(ops.FIXED_LENGTH_RECORD_DATASET, filename, header, size, footer, buffer, packed)
            return made

        self._read(filenames, read, num_parallel_reads)
