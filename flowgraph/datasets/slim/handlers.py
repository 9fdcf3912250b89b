"""What makes an item of a data set of an example's parsed features: slim's item handlers."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.functional.map_fn import map_fn
from flowgraph.ir.refusal import refusal
from flowgraph.ops import sparse_tensor as sparse
from flowgraph.ops.array import shape
from flowgraph.ops.case import case
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, logical_or
from flowgraph.ops.cond import cond
from flowgraph.ops.image_decoding import decode_image, decode_jpeg, is_jpeg
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.parsing import decode_raw
from flowgraph.ops.reduction import reduce_prod
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims, transpose
from flowgraph.ops.slicing import slice as part_of
from flowgraph.ops.sparse_arrange import sparse_reshape
from flowgraph.ops.sparse_dense import sparse_tensor_to_dense

Features = dict[str, Any]


class ItemHandler(abc.ABC):
    """Makes an item of features.

    Args:
      keys: the key of a feature, or several.
    """

    def __init__(self, keys: Any) -> None:
        self._keys = keys if isinstance(keys, tuple | list) else [keys]

    @property
    def keys(self) -> Sequence[str]:
        """The keys of the features that it takes."""
        return self._keys

    @abc.abstractmethod
    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The item.

        Args:
          keys_to_tensors: a dict from keys to the tensors of features.
        """


class ItemHandlerCallback(ItemHandler):
    """Makes an item with a function.

    Args:
      keys: the keys of features.
      func: takes a dict from keys to tensors, returns the item.
    """

    def __init__(self, keys: Any, func: Callable[[Features], Any]) -> None:
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """What the function returns."""
        return self._func(keys_to_tensors)


class BoundingBox(ItemHandler):
    """Boxes, one a row, of four features.

    Args:
      keys: the keys of the sides; 'ymin', 'xmin', 'ymax' and 'xmax' by default.
      prefix: what stands before each key.

    Raises:
      ValueError: there are not four keys.
    """

    def __init__(self, keys: Sequence[str] | None = None, prefix: str = "") -> None:
        sides = ["ymin", "xmin", "ymax", "xmax"] if keys is None else keys
        if len(sides) != 4:
            raise refusal(f"BoundingBox expects 4 keys but got {len(sides)}")
        super().__init__([prefix + side for side in sides])

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The boxes, [boxes, 4]."""
        sides = [keys_to_tensors[key] for key in self._keys]
        rows = [expand_dims(side.values if isinstance(side, sparse.SparseTensor) else side, 0) for side in sides]
        return transpose(concat(rows, 0))


class Tensor(ItemHandler):
    """A feature as a dense tensor.

    Args:
      tensor_key: its key.
      shape_keys: the key of a feature that is its shape, or keys of its sizes.
      shape: its shape.
      default_value: what stands where a sparse feature has nothing.

    Raises:
      ValueError: both keys for a shape and a shape are given.
    """

    def __init__(
        self, tensor_key: str, shape_keys: Any = None, shape: Any = None, default_value: Any = 0
    ) -> None:  # fmt: skip
        if shape_keys and shape is not None:
            raise refusal("Cannot specify both shape_keys and shape parameters.")
        self._shape_keys = shape_keys if isinstance(shape_keys, list) or not shape_keys else [shape_keys]
        self._tensor_key, self._shape, self._default_value = tensor_key, shape, default_value
        super().__init__([tensor_key, *(self._shape_keys or [])])

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The feature, reshaped."""
        tensor, sizes = keys_to_tensors[self._tensor_key], self._shape
        if self._shape_keys:
            sizes = reshape(stack([_dense(keys_to_tensors[key]) for key in self._shape_keys]), [-1])
        if isinstance(tensor, sparse.SparseTensor):
            shaped = tensor if sizes is None else sparse_reshape(tensor, sizes)
            return sparse_tensor_to_dense(shaped, self._default_value)
        return tensor if sizes is None else reshape(tensor, sizes)


def _dense(value: Any) -> Any:
    return sparse_tensor_to_dense(value) if isinstance(value, sparse.SparseTensor) else value


class LookupTensor(Tensor):
    """What a table has for the entries of a feature.

    Args:
      tensor_key, shape_keys, shape, default_value: see `Tensor`.
      table: the table.
    """

    def __init__(
        self, tensor_key: str, table: Any, shape_keys: Any = None, shape: Any = None, default_value: Any = ""
    ) -> None:
        super().__init__(tensor_key, shape_keys, shape, default_value)
        self._table = table

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The feature, looked up."""
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


class BackupHandler(ItemHandler):
    """An item of one handler, or if that is empty, of another.

    Args:
      handler: the one.
      backup: the other.

    Raises:
      ValueError: one of them is no handler.
    """

    def __init__(self, handler: ItemHandler, backup: ItemHandler) -> None:
        for what, one in (("Primary", handler), ("Backup", backup)):
            if not isinstance(one, ItemHandler):
                raise refusal(f"{what} handler is of type {type(one)} instead of ItemHandler")
        self._handler, self._backup = handler, backup
        super().__init__([*handler.keys, *backup.keys])

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The one item or the other."""
        item = self._handler.tensors_to_item(keys_to_tensors)
        return cond(
            equal(reduce_prod(shape(item)), 0),
            true_fn=lambda: self._backup.tensors_to_item(keys_to_tensors),
            false_fn=lambda: item,
        )


class SparseTensor(ItemHandler):
    """A sparse tensor of a feature of places and one of values.

    Args:
      indices_key: the key of the places, 'indices' by default.
      values_key: the key of the values, 'values' by default.
      shape_key: the key of a feature that is the dense shape.
      shape: the dense shape; by default that of the places.
      densify: whether a dense tensor is made of it.
      default_value: what stands in it where there are no values.
    """

    def __init__(
        self, indices_key: str | None = None, values_key: str | None = None, shape_key: str | None = None,
        shape: Any = None, densify: bool = False, default_value: Any = 0,
    ) -> None:  # fmt: skip
        self._indices_key, self._values_key = indices_key or "indices", values_key or "values"
        self._shape_key, self._shape, self._densify, self._default_value = shape_key, shape, densify, default_value
        super().__init__([self._indices_key, self._values_key, *([shape_key] if shape_key else [])])

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The sparse tensor, or the dense one."""
        indices, values = keys_to_tensors[self._indices_key], keys_to_tensors[self._values_key]
        if self._shape_key:
            sizes = _dense(keys_to_tensors[self._shape_key])
        else:
            sizes = self._shape or indices.dense_shape
        rank = shape(indices.indices)[1]
        places = cast(indices.values, dt.int64)
        rows = part_of(indices.indices, [0, 0], stack([-1, rank - 1]))
        made = sparse.SparseTensor(concat([rows, reshape(places, [-1, 1])], 1), values.values, sizes)
        return sparse_tensor_to_dense(made, self._default_value) if self._densify else made


class Image(ItemHandler):
    """A picture that a feature holds encoded: as JPEG, PNG, GIF or BMP, or as its raw bytes where its format is 'raw'.

    Args:
      image_key: the key of the encoded picture, 'image/encoded' by default.
      format_key: the key of the format, 'image/format' by default.
      shape: the shape of the picture.
      channels: how many channels it has.
      dtype: its dtype.
      repeated: whether the feature holds several pictures.
      dct_method: see `tf.image.decode_jpeg`.
    """

    def __init__(
        self, image_key: str | None = None, format_key: str | None = None, shape: Any = None, channels: int = 3,
        dtype: Any = dt.uint8, repeated: bool = False, dct_method: str = "",
    ) -> None:  # fmt: skip
        self._image_key, self._format_key = image_key or "image/encoded", format_key or "image/format"
        self._shape, self._channels, self._dtype = shape, channels, dtype
        self._repeated, self._dct_method = repeated, dct_method
        super().__init__([self._image_key, self._format_key])

    def tensors_to_item(self, keys_to_tensors: Features) -> Any:
        """The picture, or the pictures."""
        encoded, kind = keys_to_tensors[self._image_key], keys_to_tensors[self._format_key]
        if self._repeated:
            return map_fn(lambda one: self._decode(one, kind), encoded, dtype=self._dtype)
        return self._decode(encoded, kind)

    def _decode(self, encoded: Any, kind: Any) -> Any:
        def any_kind() -> Any:
            return cast(decode_image(encoded, channels=self._channels), self._dtype)

        def jpeg() -> Any:
            return cast(decode_jpeg(encoded, channels=self._channels, dct_method=self._dct_method), self._dtype)

        def compressed() -> Any:
            return cond(is_jpeg(encoded), jpeg, any_kind, name="cond_jpeg")

        def raw() -> Any:
            return decode_raw(encoded, out_type=self._dtype)

        pairs = [(logical_or(equal(kind, "raw"), equal(kind, "RAW")), raw)]
        image = case(pairs, default=compressed, exclusive=True)
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else reshape(image, self._shape)
