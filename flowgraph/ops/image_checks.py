"""What functions on images ask of them first: ranks and sizes, while the graph is built or else when it runs."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor, is_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ops.array import rank, shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.checks import assert_greater_equal, assert_positive
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.joining import unstack
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.shaping import expand_dims, squeeze


def demand(condition: Any, line: str) -> list[Any]:
    """Insist on a condition: now, where it is known, else by an Assert op, which is returned in a list.

    Raises:
      ValueError: it does not hold.
    """
    if is_tensor(condition):
        return [Assert(condition, [line])]
    if not condition:
        raise refusal(line)
    return []


def dimensions(image: Any, axes: int) -> list[Any]:
    """The sizes of an image: Python integers where they are known, else scalar tensors."""
    if image.shape.is_fully_defined():
        return list(image.shape.as_list())
    known = image.shape.with_rank(axes).as_list()
    found = unstack(shape(image), axes)
    return [size if size is not None else one for size, one in zip(known, found, strict=True)]


def check_image(image: Any) -> list[Any]:
    """Check that a tensor is an image or several: [..., rows, columns, channels], with no empty axis.

    Returns:
      Assert ops for what is not known yet.

    Raises:
      ValueError: it is none.
    """
    try:
        known = image.shape.with_rank(3) if image.shape.ndims is None else image.shape.with_rank_at_least(3)
    except ValueError:
        raise refusal("'image' must be at least three-dimensional.") from None
    if 0 in known.as_list():
        raise refusal(f"all dims of 'image.shape' must be > 0: {known}")
    if known.is_fully_defined():
        return []
    message = "'image' must be at least three-dimensional."
    return [
        assert_positive(shape(image), ["all dims of 'image.shape' must be > 0."]),
        assert_greater_equal(rank(image), 3, message=message),
    ]


def checked(image: Any) -> Any:
    """The image, once `check_image` has passed."""
    return with_dependencies(check_image(image), image)


def as_batch(image: Any, name: str = "image") -> tuple[Any, bool]:
    """An image or a batch of images as a batch, and whether it was one.

    Raises:
      ValueError: it has another number of axes.
    """
    image = convert_to_tensor(image, name=name)
    axes = image.shape.ndims
    if axes == 4:
        return image, True
    if axes not in (None, 3):
        raise refusal(f"'{name}' must have either 3 or 4 dimensions.")
    batch = expand_dims(image, 0)
    if axes is None:
        batch.set_shape([None] * 4)
    return batch, False


def from_batch(images: Any, is_batch: bool) -> Any:
    """The inverse of `as_batch`."""
    return images if is_batch else squeeze(images, axis=[0])


def larger(x: Any, y: Any) -> Any:
    """The larger of two numbers, of which either may be a tensor."""
    return maximum(x, y) if is_tensor(x) or is_tensor(y) else max(x, y)


def smaller(x: Any, y: Any) -> Any:
    """The smaller of two numbers, of which either may be a tensor."""
    return minimum(x, y) if is_tensor(x) or is_tensor(y) else min(x, y)
