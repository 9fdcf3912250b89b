"""Shapes as plain tuples: how the inside of the library speaks of them.

The *sizes* of a tensor are a tuple with an int or None (not known) for every axis, or None when not even
the number of axes is known. Tuples are cheap to make, to compare and to hash; `shapes.TensorShape` wraps
one at the surface.
"""

from __future__ import annotations

from math import prod

Size = int | None
Sizes = tuple[Size, ...] | None


def broadcast(a: Sizes, b: Sizes) -> Sizes:
    """The sizes of an elementwise operation on tensors of sizes `a` and `b`.

    Axes are matched from the right. A size of 1 stretches. An unknown size beside a size above 1 must turn
    out to be that size (or 1); beside a 0 or 1 it stays unknown. Where either rank is unknown, so is the
    result's.

    >>> broadcast((2, 1, None), (3, 5))
    (2, 3, 5)
    >>> broadcast((3,), (4,))
    Traceback (most recent call last):
    ValueError: Dimensions must be equal, but are 3 and 4
    """
    if a == b:
        return a
    if a is None or b is None:
        return None
    if len(a) < len(b):
        head, a_tail, b_tail = b[: len(b) - len(a)], a, b[len(b) - len(a) :]
    else:
        head, a_tail, b_tail = a[: len(a) - len(b)], a[len(a) - len(b) :], b
    return head + tuple(map(_broadcast_size, a_tail, b_tail))


def _broadcast_size(x: Size, y: Size) -> Size:
    if y in (x, 1):
        return x
    if x == 1:
        return y
    if x is None:
        return y or None
    if y is None:
        return x or None
    raise ValueError(f"Dimensions must be equal, but are {x} and {y}")


def merge(a: Sizes, b: Sizes) -> Sizes:
    """What is known when both `a` and `b` describe the same tensor.

    >>> merge((None, 3), (2, None))
    (2, 3)
    >>> merge((2, 3), (2, 4))
    Traceback (most recent call last):
    ValueError: Dimension 1 in both shapes must be equal, but are 3 and 4. Shapes are [2,3] and [2,4].
    >>> merge((2, 3), (2,))
    Traceback (most recent call last):
    ValueError: Shapes must be equal rank, but are 2 and 1
    """
    if a is None or a == b:
        return b
    if b is None:
        return a
    if len(a) != len(b):
        raise ValueError(f"Shapes must be equal rank, but are {len(a)} and {len(b)}")
    for axis, (x, y) in enumerate(zip(a, b)):
        if x != y and x is not None and y is not None:
            raise ValueError(
                f"Dimension {axis} in both shapes must be equal, but are {x} and {y}. "
                f"Shapes are {to_text(a)} and {to_text(b)}."
            )
    return tuple(y if x is None else x for x, y in zip(a, b))


def compatible(a: Sizes, b: Sizes) -> bool:
    """Whether some tensor could have both sizes.

    >>> compatible((None, 3), (2, None)), compatible((2,), (3,)), compatible(None, (3,))
    (True, False, True)
    """
    if a is None or b is None or a == b:
        return True
    return len(a) == len(b) and all(x == y or x is None or y is None for x, y in zip(a, b))


def is_full(a: Sizes) -> bool:
    """Whether every size is known.

    >>> is_full((2, 3)), is_full((2, None)), is_full(None)
    (True, False, False)
    """
    return a is not None and None not in a


def num_elements(a: Sizes) -> int | None:
    """How many entries a tensor has; None when that is not known.

    >>> num_elements((2, 3)), num_elements(()), num_elements((None, 3))
    (6, 1, None)
    """
    if a is None or None in a:
        return None
    return prod(a)  # type: ignore[arg-type]


def to_text(a: Sizes, unknown: str = "<unknown>") -> str:
    """Sizes as TF's kernels print them. Its shape functions say '?' for an unknown rank: pass that.

    >>> to_text((None, 3)), to_text(()), to_text(None), to_text(None, "?")
    ('[?,3]', '[]', '<unknown>', '?')
    """
    if a is None:
        return unknown
    return "[" + ",".join("?" if size is None else str(size) for size in a) + "]"


def to_tuple_text(a: Sizes) -> str:
    """Sizes as TF's Python messages print them.

    >>> to_tuple_text((None, 3)), to_tuple_text((3,)), to_tuple_text(()), to_tuple_text(None)
    ('(?, 3)', '(3,)', '()', '<unknown>')
    """
    if a is None:
        return "<unknown>"
    inner = ", ".join("?" if size is None else str(size) for size in a)
    return f"({inner},)" if len(a) == 1 else f"({inner})"
