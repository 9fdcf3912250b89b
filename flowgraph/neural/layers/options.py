"""What layers are told: how inputs must look, sizes for each axis, formats, lengths of outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.shapes import TensorShape


class InputSpec:
    """How a layer's input must look.

    Args:
      dtype: its dtype.
      shape: its shape, None for sizes that do not matter.
      ndim, max_ndim, min_ndim: its rank, and the bounds of it.
      axes: the sizes of single axes, a dictionary.

    >>> InputSpec(ndim=2).check([tf.zeros([3])], "net")
    Traceback (most recent call last):
    ValueError: Input 0 of layer net is incompatible with the layer: expected ndim=2, found ndim=1. ...
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, Any] | None = None,
    ) -> None:
        self.dtype = None if dtype is None else dt.as_dtype(dtype).name
        self.shape = None if shape is None else tuple(TensorShape(shape).as_list())
        self.ndim = ndim if shape is None else len(self.shape or ())
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value}
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in given.items())})"

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> InputSpec:
        """An InputSpec made of what `get_config` gave.

        >>> InputSpec.from_config(InputSpec(min_ndim=2).get_config())
        InputSpec(min_ndim=2)
        """
        return cls(**config)

    def check(self, inputs: list[Any], layer: str) -> None:
        """Refuse inputs that are not one, or that looks otherwise.

        Raises:
          ValueError: it does.
        """
        if len(inputs) != 1:
            count = f"expects 1 inputs, but it received {len(inputs)} input tensors"
            raise ValueError(f"Layer {layer} {count}. Inputs received: {inputs}")
        x = inputs[0]
        lead = f"Input 0 of layer {layer} is incompatible with the layer:"
        rank = x.shape.ndims
        if rank is None:
            if (self.ndim, self.min_ndim, self.max_ndim) != (None, None, None):
                raise ValueError(f"{lead} its rank is undefined, but the layer requires a defined rank.")
            return
        sizes = x.shape.as_list()
        received = f"Full shape received: {sizes}"
        if self.ndim is not None and rank != self.ndim:
            raise ValueError(f"{lead} expected ndim={self.ndim}, found ndim={rank}. {received}")
        if self.max_ndim is not None and rank > self.max_ndim:
            raise ValueError(f"{lead} expected max_ndim={self.max_ndim}, found ndim={rank}")
        if self.min_ndim is not None and rank < self.min_ndim:
            raise ValueError(f"{lead} : expected min_ndim={self.min_ndim}, found ndim={rank}. {received}")
        if self.dtype is not None and x.dtype != self.dtype:
            raise ValueError(f"{lead} expected dtype={self.dtype}, found dtype={x.dtype}")
        for axis, size in self.axes.items():
            if size is not None and sizes[axis] not in (size, None):
                what = f"expected axis {axis} of input shape to have value {size} but received input with shape"
                raise ValueError(f"{lead[:-1]}: {what} {sizes}")
        for wanted, size in zip(self.shape or (), sizes, strict=False):
            if wanted is not None and size is not None and wanted != size:
                shapes = f"expected shape={self.shape}, found shape={sizes}"
                raise ValueError(f"Input 0 is incompatible with layer {layer}: {shapes}")


def per_axis(value: Any, count: int, name: str) -> tuple[int, ...]:
    """One number for each axis, where one for all may have been given.

    >>> per_axis(3, 2, "kernel_size"), per_axis([1, 2], 2, "strides")
    ((3, 3), (1, 2))
    """
    if isinstance(value, int):
        return (value,) * count
    line = f"The `{name}` argument must be a tuple of {count} integers. Received: {value}"
    try:
        values = tuple(value)
    except TypeError:
        raise ValueError(line) from None
    if len(values) != count:
        raise ValueError(line)
    for single in values:
        try:
            int(single)
        except (ValueError, TypeError):
            raise ValueError(f"{line} including element {single} of type {type(single)}") from None
    return values


def is_channels_first(data_format: str | None) -> bool:
    """Whether a layer's data format puts channels before the other axes.

    Raises:
      ValueError: it is no data format.
    """
    lowered = "channels_last" if data_format is None else data_format.lower()
    if lowered not in ("channels_first", "channels_last"):
        known = '"channels_first", "channels_last"'
        raise ValueError(f"The `data_format` argument must be one of {known}. Received: {data_format}")
    return lowered == "channels_first"


def padding_of(value: str) -> str:
    """The padding in lower case.

    Raises:
      ValueError: it is none.
    """
    lowered = value.lower()
    if lowered not in ("valid", "same", "causal"):
        raise ValueError(
            'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", only for `Conv1D). '
            f"Received: {lowered}"
        )
    return lowered


def length_of(inputs: int | None, window: int, padding: str, stride: int, dilation: int = 1) -> int | None:
    """The size of an axis along which a window has slid; None for an unknown one.

    >>> length_of(28, 3, "valid", 2), length_of(28, 3, "same", 2), length_of(None, 3, "same", 2)
    (13, 14, None)
    """
    if inputs is None:
        return None
    places = inputs - (window - 1) * dilation if padding == "valid" else inputs
    return (places + stride - 1) // stride


def window_shape(
    input_shape: Any,
    is_channels_first: bool,
    lengths: Sequence[int | None],
    channels: int | None,
) -> TensorShape:
    """A shape with other sizes of the axes along which a window slides, and other channels."""
    batch = TensorShape(input_shape)[0]
    return TensorShape([batch, channels, *lengths] if is_channels_first else [batch, *lengths, channels])


def window_sizes(input_shape: Any, is_channels_first: bool) -> list[int | None]:
    """The sizes of the axes along which a window slides."""
    sizes: list[int | None] = TensorShape(input_shape).as_list()
    return sizes[2:] if is_channels_first else sizes[1:-1]
