"""Images, as before TensorFlow 1.0."""

from __future__ import annotations

from typing import Any

from flowgraph import absent as _absent
from flowgraph import image as _new
from flowgraph.image import per_image_standardization as per_image_whitening
from flowgraph.ir.tensor import Tensor

__all__ = ["per_image_whitening", "resize_images"]
__all__ += [name for name in _new.__all__ if name not in __all__]


def resize_images(images: Any, new_height: Any, new_width: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    """`tf.image.resize_images` with height and width apart; `[height, width]` is understood, too.

    >>> resize_images(tf.zeros([1, 4, 4, 3]), 2, 6).shape.as_list()
    [1, 2, 6, 3]
    """
    if isinstance(new_height, list | tuple):  # the method then comes third
        given = (*([] if new_width is None else [new_width]), *args)
        return _new.resize_images(images, new_height, *given, **kwargs)
    return _new.resize_images(images, [new_height, new_width], *args, **kwargs)


def __getattr__(name: str) -> object:
    return getattr(_new, name)


_absent.watch(__name__, "image")
