"""Where slim's training takes its examples from: data sets and what provides their items."""

from __future__ import annotations

from collections.abc import KeysView, Sequence
from typing import Any

from flowgraph.datasets.slim.reading import parallel_read
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor


class Dataset:
    """All that is known of a data set; each argument becomes an attribute.

    Args:
      data_sources: the files: names or patterns.
      reader: the class of a reader, such as `tf.TFRecordReader`.
      decoder: a `DataDecoder` for what the reader reads.
      num_samples: how many examples there are.
      items_to_descriptions: a dict that tells what each item is.
      **kwargs: further attributes.

    >>> flowers = Dataset("flowers*", tf.TFRecordReader, None, 10, {}, num_classes=5)
    >>> flowers.num_samples, flowers.num_classes
    (10, 5)
    """

    def __init__(
        self, data_sources: Any, reader: Any, decoder: Any, num_samples: Any, items_to_descriptions: Any, **kwargs: Any
    ) -> None:
        self.data_sources, self.reader, self.decoder = data_sources, reader, decoder
        self.num_samples, self.items_to_descriptions = num_samples, items_to_descriptions
        self.__dict__.update(kwargs)


class DataProvider:
    """Gives the tensors of items.

    Args:
      items_to_tensors: a dict from the items' names to their tensors.
      num_samples: how many examples there are.
    """

    def __init__(self, items_to_tensors: dict[str, Any], num_samples: Any) -> None:
        self._items_to_tensors, self._num_samples = items_to_tensors, num_samples

    def get(self, items: Sequence[str]) -> list[Any]:
        """The tensors of some items.

        Args:
          items: a list of their names.

        Raises:
          ValueError: there is no item of one of these names.
        """
        if not isinstance(items, list | tuple):
            raise refusal("items must be a list or tuple")
        for item in items:
            if item not in self._items_to_tensors:
                raise refusal(f"Item [{item}] is invalid. Valid entries include: {self.list_items()}")
        return [self._items_to_tensors[item] for item in items]

    def list_items(self) -> KeysView[str]:
        """The names of the items."""
        return self._items_to_tensors.keys()

    def num_samples(self) -> Any:
        """How many examples there are."""
        return self._num_samples


class DatasetDataProvider(DataProvider):
    """Gives the items of a data set, whose files several readers read.

    Args:
      dataset: a slim `Dataset`.
      num_readers: how many readers there are.
      reader_kwargs: a dict of arguments for the reader's class.
      shuffle: whether files and records come in random order.
      num_epochs: how many times each file is read; None: again and again.
      common_queue_capacity: how many records the queue holds.
      common_queue_min: how many stay in it, so that they are mixed.
      record_key: the name of the item that holds a record's key.
      seed: the seed of the order.
      scope: the name of the scope.

    Raises:
      ValueError: the data set has an item named as `record_key`.
    """

    def __init__(
        self,
        dataset: Any,
        num_readers: int = 1,
        reader_kwargs: dict[str, Any] | None = None,
        shuffle: bool = True,
        num_epochs: int | None = None,
        common_queue_capacity: int = 256,
        common_queue_min: int = 128,
        record_key: str = "record_key",
        seed: Any = None,
        scope: str | None = None,
    ) -> None:
        key, data = parallel_read(
            dataset.data_sources, reader_class=dataset.reader, num_epochs=num_epochs, num_readers=num_readers,
            reader_kwargs=reader_kwargs, shuffle=shuffle, capacity=common_queue_capacity,
            min_after_dequeue=common_queue_min, seed=seed, scope=scope,
        )  # fmt: skip
        items = dataset.decoder.list_items()
        tensors: dict[str, Tensor] = dict(zip(items, dataset.decoder.decode(data, items), strict=False))
        if record_key in tensors:
            raise refusal(
                f"The item name used for `record_key` cannot also be used for a dataset item: {record_key}"
            )  # fmt: skip
        tensors[record_key] = key
        super().__init__(tensors, dataset.num_samples)
