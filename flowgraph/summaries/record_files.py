"""Files of records as scripts know them: tf.python_io."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from flowgraph.formats.records import RecordFile, compression_name, read_records
from flowgraph.platform.folders import told_as_tf


class TFRecordCompressionType:
    """How a file of records is compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """How a file of records is written.

    Args:
      compression_type: 'GZIP', 'ZLIB', '' or None, or a `TFRecordCompressionType`.
      compression_level: how hard to compress: 0 to 9, or -1 for zlib's default.
      window_bits, compression_method, mem_level, compression_strategy: the settings of zlib of these names; None: its
        own. Of a GZIP file `window_bits` are 16 more than those of zlib.
      flush_mode, input_buffer_size, output_buffer_size: how TF's buffers work, which changes nothing in the file;
        flowgraph has others.

    Raises:
      ValueError: there is no such compression.
    """

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: int | None = None,
        input_buffer_size: int | None = None,
        output_buffer_size: int | None = None,
        window_bits: int | None = None,
        compression_level: int | None = None,
        compression_method: int | None = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ) -> None:
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode, self.compression_level = flush_mode, compression_level
        self.input_buffer_size, self.output_buffer_size = input_buffer_size, output_buffer_size
        self.window_bits, self.compression_method = window_bits, compression_method
        self.mem_level, self.compression_strategy = mem_level, compression_strategy

    def _zlib_settings(self) -> dict[str, int]:
        """What was given, as zlib calls it."""
        given = {
            "level": self.compression_level,
            "method": self.compression_method,
            "wbits": self.window_bits,
            "memLevel": self.mem_level,
            "strategy": self.compression_strategy,
        }
        return {name: value for name, value in given.items() if value is not None}

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """'GZIP', 'ZLIB' or '', of options, a text, a number or None.

        Raises:
          ValueError: there is no such compression.

        >>> tf.python_io.TFRecordOptions.get_compression_type_string(tf.python_io.TFRecordOptions("GZIP"))
        'GZIP'
        """
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        return compression_name(options)


class TFRecordWriter:
    """Writes a file of records; in a `with` statement it is closed at the end.

    Args:
      path: the file's path.
      options: a `TFRecordOptions`, or a compression: 'GZIP', 'ZLIB'.

    Raises:
      NotFoundError: its folder is not there.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "numbers.tfrecord")
    >>> with TFRecordWriter(path) as writer:
    ...     for n in range(3):
    ...         writer.write(b"record %d" % n)
    >>> list(tf_record_iterator(path))
    [b'record 0', b'record 1', b'record 2']
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        settings = options._zlib_settings() if isinstance(options, TFRecordOptions) else {}
        with told_as_tf(path):
            self._file = RecordFile(os.fspath(path), TFRecordOptions.get_compression_type_string(options), **settings)

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, record: Any) -> None:
        """Add a record: bytes.

        Raises:
          TypeError: it is none.
        """
        if not isinstance(record, bytes | bytearray | memoryview):
            raise TypeError(f"expected bytes, {type(record).__name__} found")
        self._file.write(bytes(record))

    def flush(self) -> None:
        """Put all records into the file."""
        self._file.flush()

    def close(self) -> None:
        """Put all records into the file and end it."""
        self._file.close()


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a file.

    Args:
      path: its path.
      options: how it is compressed: a `TFRecordOptions`, 'GZIP' or 'ZLIB'.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: it is damaged.
    """
    compression = TFRecordOptions.get_compression_type_string(options)
    with told_as_tf(path), open(os.fspath(path), "rb") as file:
        yield from read_records(file, compression)
