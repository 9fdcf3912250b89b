"""tf.debugging.assert_shapes: the shapes of several tensors, and sizes that they must share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import rank as rank_op
from flowgraph.ops.array import shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group
from flowgraph.ops.rank_checks import assert_rank, assert_rank_at_least, assert_rank_in


class _Sizes(NamedTuple):
    """A tensor, its sizes (ints, or tensors where they are not known) and what they should be."""

    tensor: Tensor
    is_inner: bool  # whether only the innermost axes are described
    actual: Any
    wanted: tuple[Any, ...]


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless several tensors have these shapes; sizes of one name must be the same everywhere.

    Args:
      shapes: a dict or pairs of a tensor and its shape: numbers, names, and None or '.' for any size. `...` or '*' at
        the start stands for any further axes. A scalar counts as having one axis of size 1.
      data: tensors and texts to show when it fails.
      summarize: how many entries to show of each.
      message: a text to show before them.
      name: the name of the scope of its ops.

    Raises:
      ValueError: it is known already that a shape is another, or a shape is not written so.
      InvalidArgumentError: when run, where it turns out so.

    >>> x, w = tf.placeholder(tf.float32, [None, 3]), tf.zeros([3, 2])
    >>> with tf.control_dependencies([assert_shapes({x: ("N", "D"), w: ("D", "K")})]):
    ...     y = tf.matmul(x, w)
    """
    pairs = list(shapes.items() if isinstance(shapes, Mapping) else shapes)
    message = message or ""
    with name_scope(name, "assert_shapes", [*(x for x, _ in pairs), *(data or [])]):
        tensors = [(convert_to_tensor(x), wanted) for x, wanted in pairs if wanted is not None]
        described = [_described(tensor, wanted, message) for tensor, wanted in tensors]
        ranks = _ranks(described, {"data": data, "summarize": summarize, "message": message, "name": name})
        sizes = list(_sizes(described, data, summarize, message))
        with control_dependencies(ranks):
            return group(sizes)


def _described(tensor: Tensor, wanted: Any, message: str) -> _Sizes:
    if not isinstance(wanted, Iterable):
        raise refusal(
            f"{message}.  Tensor {tensor.name}.  Specified shape must be an iterable.  An iterable has the attribute "
            f"`__iter__` or `__getitem__`.  Received specified shape: {wanted}"
        )
    entries = tuple(wanted)
    for axis, entry in enumerate(entries):
        if axis and (entry is Ellipsis or entry == "*"):
            raise refusal(
                f"{message}.  Tensor {tensor.name} specified shape index {axis}.  Symbol `...` or `*` for a variable "
                "number of unspecified dimensions is only allowed as the first entry"
            )
    is_inner = bool(entries) and (entries[0] is Ellipsis or entries[0] == "*")
    return _Sizes(tensor, is_inner, _actual(tensor), (entries[1:] if is_inner else entries) or (1,))


def _actual(tensor: Tensor) -> Any:
    """A tensor's sizes: a list, or where the rank is not known a tensor; those of a scalar are [1]."""
    at_run_time = shape(tensor)
    if tensor.sizes is None:
        return cond(equal(rank_op(tensor), 0), lambda: constant([1]), lambda: at_run_time)
    return [at_run_time[axis] if size is None else size for axis, size in enumerate(tensor.sizes)] or [1]


def _ranks(described: list[_Sizes], options: dict[str, Any]) -> list[Operation]:
    checks = []
    for tensor, is_inner, _, wanted in described:
        if is_inner and len(wanted) > 1:
            checks.append(assert_rank_at_least(tensor, len(wanted), **options))
        elif not is_inner and len(wanted) > 1:
            checks.append(assert_rank(tensor, len(wanted), **options))
        elif not is_inner:
            checks.append(assert_rank_in(tensor, [0, 1], **options))
    return checks


def _sizes(described: list[_Sizes], data: Any, summarize: int | None, message: str) -> Iterable[Operation]:
    """The checks of single sizes that are left for a run."""
    first: dict[Any, tuple[Any, str]] = {}  # a size's name: the size where it came first, and which that was
    for tensor, is_inner, actual, wanted in described:
        for axis, entry in enumerate(wanted):
            at = axis - len(wanted) if is_inner else axis
            if entry is None or entry == ".":
                continue
            number = _number(entry)
            if number is None and entry not in first:
                first[entry] = (actual[at], f"Specified by tensor {tensor.name} dimension {at}")
                continue
            size, source = first[entry] if number is None else (number, "Specified explicitly")
            found = actual[at]
            if _number(found) is None or _number(size) is None:
                condition, shown = equal(convert_to_tensor(found), convert_to_tensor(size)), data
                if data is None:
                    what = [f"Tensor {tensor.name} dimension", at, "must have size", size]
                    shown = [message, source, *what, "Received shape: ", shape(tensor)]
                yield Assert(condition, shown, summarize=summarize)
            elif int(found) != int(size):
                raise refusal(
                    f"{message}.  {source}.  Tensor {tensor.name} dimension {at} must have size {size}.  Received size "
                    f"{found}, shape {tensor.shape}"
                )


def _number(entry: Any) -> int | None:
    """A size as a number; None for a name, and for a tensor."""
    try:
        return None if isinstance(entry, Tensor) else int(entry)
    except (TypeError, ValueError):
        return None
