"""Several readers that read files at a time, into one queue."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.add_n import add_n
from flowgraph.ops.cast import cast
from flowgraph.ops.queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from flowgraph.ops.readers import ReaderBase
from flowgraph.ops.summary import scalar
from flowgraph.platform.folders import Glob
from flowgraph.queues.producers import string_input_producer
from flowgraph.queues.runner import QueueRunner, add_queue_runner


class ParallelReader(ReaderBase):
    """Reads with several readers, each in a thread of its own; what they read comes out of one queue.

    Args:
      reader_class: the class of a reader, such as `tf.TFRecordReader`.
      common_queue: the queue: of keys and values, both strings.
      num_readers: how many readers there are.
      reader_kwargs: a dict of arguments for their class.

    Raises:
      TypeError: the queue is of something else.

    >>> reader = ParallelReader(tf.TFRecordReader, tf.FIFOQueue(8, [tf.string, tf.string]), num_readers=2)
    >>> reader.num_readers
    2
    """

    def __init__(
        self, reader_class: Any, common_queue: QueueBase, num_readers: int = 4, reader_kwargs: Any = None
    ) -> None:  # fmt: skip
        if [dtype.base_dtype for dtype in common_queue.dtypes] != [dt.string, dt.string]:
            raise refusal("common_queue.dtypes must be [tf.string, tf.string]", TypeError)
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self._common_queue = common_queue

    @property
    def num_readers(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    @property
    def common_queue(self) -> QueueBase:
        """The queue for what they read."""
        return self._common_queue

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next record, (key, value); queue runners for the readers are added to the graph.

        Args:
          queue: a queue of names of files.
          name: the name of the op that takes a record.
        """
        self._read_by_runners(queue)
        return self._common_queue.dequeue(name=name)

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """The next records, as many as there are up to a number.

        Args:
          queue: a queue of names of files.
          num_records: how many.
          name: the name of the op that takes them.
        """
        self._read_by_runners(queue)
        return self._common_queue.dequeue_up_to(num_records, name)

    def _read_by_runners(self, queue: Any) -> None:
        puts = [self._common_queue.enqueue(reader.read(queue)) for reader in self._readers]
        add_queue_runner(QueueRunner(self._common_queue, puts))

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records all readers have read.

        Args:
          name: the name of the op that adds them up.
        """
        return add_n([reader.num_records_produced() for reader in self._readers], name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files all readers have read to their end.

        Args:
          name: the name of the op that adds them up.
        """
        return add_n([reader.num_work_units_completed() for reader in self._readers], name=name)


def _tell_how_full(queue: QueueBase, capacity: int) -> None:
    scalar(f"fraction_of_{capacity}_full", cast(queue.size(), dt.float32) * (1.0 / capacity))


def parallel_read(
    data_sources: Any,
    reader_class: Any,
    num_epochs: int | None = None,
    num_readers: int = 4,
    reader_kwargs: Any = None,
    shuffle: bool = True,
    dtypes: Any = None,
    capacity: int = 256,
    min_after_dequeue: int = 128,
    seed: Any = None,
    scope: str | None = None,
) -> Any:
    """Records of files, (key, value), read by several readers.

    Args:
      data_sources: names of files or patterns; see `get_data_files`.
      reader_class, num_readers, reader_kwargs: see `ParallelReader`.
      num_epochs: how many times each file is read; None: again and again.
      shuffle: whether files and records come in random order.
      dtypes: of key and value; strings by default.
      capacity: how many records the queue holds.
      min_after_dequeue: how many stay in it, so that they are mixed.
      seed: the seed of the order.
      scope: the name of the scope.

    Raises:
      ValueError: there are no such files.
    """
    names = get_data_files(data_sources)
    with name_scope(scope, "parallel_read"):
        files = string_input_producer(names, num_epochs=num_epochs, shuffle=shuffle, seed=seed, name="filenames")
        kinds = dtypes or [dt.string, dt.string]
        queue: QueueBase
        if shuffle:
            queue = RandomShuffleQueue(
                capacity=capacity, min_after_dequeue=min_after_dequeue, dtypes=kinds, seed=seed, name="common_queue"
            )
        else:
            queue = FIFOQueue(capacity=capacity, dtypes=kinds, name="common_queue")
        _tell_how_full(queue, capacity)
        return ParallelReader(reader_class, queue, num_readers, reader_kwargs).read(files)


def single_pass_read(data_sources: Any, reader_class: Any, reader_kwargs: Any = None, scope: str | None = None) -> Any:
    """Records of files, (key, value), each file once and in order, by one reader.

    Args:
      data_sources, reader_class, reader_kwargs, scope: see `parallel_read`.

    Raises:
      ValueError: there are no such files.
    """
    names = get_data_files(data_sources)
    with name_scope(scope, "single_pass_read"):
        files = string_input_producer(names, num_epochs=1, shuffle=False, capacity=1, name="filenames")
        return reader_class(**(reader_kwargs or {})).read(files)


def get_data_files(data_sources: Any) -> list[str]:
    """The names of files that names and patterns stand for.

    Args:
      data_sources: a name, a pattern as in `tf.gfile.Glob`, or lists of them. That a named file is there is not asked.

    Raises:
      ValueError: there are none.

    >>> get_data_files(["a", ["b"]])
    ['a', 'b']
    """
    if isinstance(data_sources, list | tuple):
        found = [name for source in data_sources for name in get_data_files(source)]
    else:
        found = Glob(data_sources) if any(sign in data_sources for sign in "*?[") else [data_sources]
    if not found:
        raise refusal(f"No data files found in {data_sources}")
    return found


def prefetch_queue(
    tensors: Any, capacity: int = 8, num_threads: int = 1, dynamic_pad: bool = False, shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:  # fmt: skip
    """A queue into which threads put batches before they are asked for.

    Args:
      tensors: the tensors of a batch, a list or a dict.
      capacity: how many batches the queue holds.
      num_threads: how many threads there are.
      dynamic_pad: whether the tensors may have unknown sizes.
      shared_name: queues of this name in one session are the same.
      name: the name of the scope.

    Returns:
      The queue: `dequeue` gives tensors as they were given here.

    >>> queue = prefetch_queue([tf.constant([1, 2])])
    >>> queue.dequeue().shape
    TensorShape([Dimension(2)])
    """
    names = sorted(tensors) if isinstance(tensors, dict) else None
    flat = tensors if names is None else [tensors[one] for one in names]
    with name_scope(name, "prefetch_queue", flat):
        kind: Any = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue: QueueBase = kind(
            capacity=capacity, dtypes=[tensor.dtype for tensor in flat],
            shapes=[tensor.get_shape() for tensor in flat], names=names, shared_name=shared_name,
        )  # fmt: skip
        put = queue.enqueue(tensors)
        add_queue_runner(QueueRunner(queue, [put] * num_threads))
        _tell_how_full(queue, capacity)
        return queue
