"""Images turned about: flips, also at random, quarter turns, and rows for columns."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.case import case
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less
from flowgraph.ops.cond import cond
from flowgraph.ops.division import floormod
from flowgraph.ops.image_checks import checked
from flowgraph.ops.random import random_uniform
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import transpose as transpose_op
from flowgraph.ops.unary import round as round_op

_ROWS, _COLUMNS = 0, 1


def _is_batch(image: Tensor) -> bool:
    """Whether there are four axes; three, or nobody knows how many, count as one image."""
    axes = image.shape.ndims
    if axes not in (None, 3, 4):
        raise refusal("'image' must have either 3 or 4 dimensions.")
    return axes == 4


def _in_shape_of(image: Tensor, result: Tensor) -> Tensor:
    result.set_shape([None, None, None] if image.shape.ndims is None else image.shape)
    return result


def _flip(image: Any, axis: int, scope: str) -> Tensor:
    with name_scope(None, scope, [image]):
        image = checked(convert_to_tensor(image, name="image"))
        if _is_batch(image):
            return reverse(image, [axis + 1])
        return _in_shape_of(image, reverse(image, [axis]))


def flip_left_right(image: Any) -> Tensor:
    """Mirror images: the first column becomes the last.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].

    Raises:
      ValueError: it is neither.

    >>> run(flip_left_right([[[1], [2]]])).ravel()
    array([2, 1], dtype=int32)
    """
    return _flip(image, _COLUMNS, "flip_left_right")


def flip_up_down(image: Any) -> Tensor:
    """Turn images upside down: the first row becomes the last.

    Args: see `flip_left_right`.

    >>> run(flip_up_down([[[1]], [[2]]])).ravel()
    array([2, 1], dtype=int32)
    """
    return _flip(image, _ROWS, "flip_up_down")


def _random_flip(image: Any, axis: int, seed: Any, scope: str) -> Tensor:
    with name_scope(None, scope, [image]) as name:
        image = checked(convert_to_tensor(image, name="image"))
        if not _is_batch(image):
            chance = random_uniform([], 0, 1.0, seed=seed)
            mirrors = less(chance, 0.5)
            result = cond(mirrors, lambda: reverse(image, [axis]), lambda: image, name=name)
            return _in_shape_of(image, result)
        count = shape(image)[0]
        chances = random_uniform([count], 0, 1.0, seed=seed)
        flips = round_op(reshape(chances, [count, 1, 1, 1]))
        flips = cast(flips, image.dtype)
        flipped = reverse(image, [axis + 1])
        return flips * flipped + (1 - flips) * image


def random_flip_left_right(image: Any, seed: Any = None) -> Tensor:
    """Mirror images with a chance of one half, each of a batch for itself.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      seed: the op's seed; see `tf.set_random_seed`.

    >>> run(random_flip_left_right(tf.constant([[[1], [2]]]), seed=1)).ravel()
    array([2, 1], dtype=int32)
    """
    return _random_flip(image, _COLUMNS, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: Any = None) -> Tensor:
    """Turn images upside down with a chance of one half, each of a batch for itself.

    Args: see `random_flip_left_right`.

    >>> run(random_flip_up_down(tf.constant([[[1]], [[2]]]), seed=1)).ravel()
    array([2, 1], dtype=int32)
    """
    return _random_flip(image, _ROWS, seed, "random_flip_up_down")


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Turn images counter-clockwise by `k` quarters.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      k: an int32 scalar.
      name: the scope of the ops.

    >>> run(rot90([[[1], [2]], [[3], [4]]]))[:, :, 0]
    array([[2, 4],
           [1, 3]], dtype=int32)
    """
    with name_scope(name, "rot90", [image, k]) as scope:
        image = checked(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtype=dt.int32, name="k")
        k.shape.assert_has_rank(0)
        k = floormod(k, 4)
        is_batch = _is_batch(image)
        rows, columns, swapped = (1, 2, [0, 2, 1, 3]) if is_batch else (0, 1, [1, 0, 2])
        turns = [
            (equal(k, 1), lambda: transpose_op(reverse(image, [columns]), swapped)),
            (equal(k, 2), lambda: reverse(image, [rows, columns])),
            (equal(k, 3), lambda: reverse(transpose_op(image, swapped), [columns])),
        ]
        result: Tensor = case(turns, default=lambda: image, exclusive=True, name=scope)
        if is_batch:
            result.set_shape([result.shape[0], None, None, result.shape[3]])
        else:
            result.set_shape([None, None, image.shape[2]])
        return result


def transpose(image: Any, name: str | None = None) -> Tensor:
    """Exchange the rows and columns of images.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      name: the op's name.

    >>> run(transpose([[[1], [2]], [[3], [4]]]))[:, :, 0]
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    with name_scope(name, "transpose", [image]):
        image = checked(convert_to_tensor(image, name="image"))
        return transpose_op(image, [0, 2, 1, 3] if _is_batch(image) else [1, 0, 2], name=name or "transpose")
