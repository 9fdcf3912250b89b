"""Serialized examples decoded into the items of a data set."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph.datasets.slim.handlers import ItemHandler
from flowgraph.ops.features import FixedLenFeature
from flowgraph.ops.parse_functions import parse_single_example
from flowgraph.ops.reshape import reshape


class DataDecoder(abc.ABC):
    """Makes items of what a reader reads."""

    @abc.abstractmethod
    def decode(self, data: Any, items: Sequence[str]) -> list[Any]:
        """The tensors of items.

        Args:
          data: what was read.
          items: the names of the items.
        """

    @abc.abstractmethod
    def list_items(self) -> list[str]:
        """The names of the items."""


class TFExampleDecoder(DataDecoder):
    """Makes items of a serialized `tf.train.Example`.

    Args:
      keys_to_features: a dict from keys of the example to features, see `tf.parse_single_example`.
      items_to_handlers: a dict from names of items to what makes them of the parsed features.

    >>> example = tf.train.Example()
    >>> example.features.feature["size"].int64_list.value.append(3)
    >>> decoder = TFExampleDecoder(
    ...     {"size": tf.FixedLenFeature([], tf.int64)}, {"size": tf.contrib.slim.tfexample_decoder.Tensor("size")}
    ... )
    >>> run(decoder.decode(tf.constant(example.SerializeToString()), ["size"]))
    [3]
    """

    def __init__(self, keys_to_features: Mapping[str, Any], items_to_handlers: Mapping[str, ItemHandler]) -> None:
        self._keys_to_features, self._items_to_handlers = keys_to_features, items_to_handlers

    def list_items(self) -> list[str]:
        """The names of the items."""
        return list(self._items_to_handlers)

    def decode(self, serialized_example: Any, items: Sequence[str] | None = None) -> list[Any]:
        """The tensors of items.

        Args:
          serialized_example: a string scalar.
          items: the names of the items; all by default.
        """
        example = parse_single_example(serialized_example, self._keys_to_features)
        for key in sorted(self._keys_to_features):
            feature = self._keys_to_features[key]
            if isinstance(feature, FixedLenFeature):
                example[key] = reshape(example[key], feature.shape)
        outputs = []
        for item in items or self._items_to_handlers:
            handler = self._items_to_handlers[item]
            outputs.append(handler.tensors_to_item({key: example[key] for key in handler.keys}))
        return outputs
