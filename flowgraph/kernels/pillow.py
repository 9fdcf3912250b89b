"""The door to Pillow, which reads and writes JPEG and takes PNG and GIF apart; imported on first use."""

from __future__ import annotations

from typing import Any

LARGEST = 1 << 29
"""So many entries no picture has that TF decodes."""


class Damaged(ValueError):
    """Bytes that are no whole picture; the text says what is wrong with them."""


def pillow() -> Any:
    """Pillow's module Image.

    Raises:
      ImportError: it is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("tf.image reads and writes picture files with Pillow: pip install pillow") from error
    return Image


def opened(data: bytes, format: str) -> Any:
    """A picture of one format, of which only the header has been read.

    Raises:
      Damaged: it is none.
    """
    import importlib
    import io
    import struct

    pillow()
    plugin = importlib.import_module(f"PIL.{format.title()}ImagePlugin")
    # (not Image.open, which would refuse large pictures, or warn of them, before our own limits can be asked)
    kind = getattr(plugin, f"{format.title()}ImageFile")
    try:
        return kind(io.BytesIO(data))
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error) as error:
        raise Damaged(str(error)) from None


def loaded(image: Any) -> Any:
    """The same picture with its pixels.

    Raises:
      Damaged: there are not enough of them.
    """
    import struct

    try:
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        raise Damaged(str(error)) from None
    return image
