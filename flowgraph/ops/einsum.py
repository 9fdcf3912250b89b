"""Sums of products written as an equation of subscripts: `ij,jk->ik` is a product of matrices."""

from __future__ import annotations

import logging
import re
import string
from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.diagonal import trace
from flowgraph.ops.math import multiply
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims, transpose

_log = logging.getLogger("flowgraph")


def einsum(equation: str, *inputs: Tensor, **kwargs: Any) -> Tensor:
    """Products of tensors, summed over the axes that the equation's right side leaves out.

    Each letter names an axis: `ij->ji` transposes, `ij,jk->ik` multiplies matrices, `i,j->ij` is the outer product,
    `...` stands for any further axes. Without `->`, the letters that occur once remain, in alphabetical order.

    Args:
      equation: the subscripts of each input, separated by commas, and those of the result.
      *inputs: tensors of one dtype; their ranks must be known.
      name: the name of the scope of its ops.

    Raises:
      ValueError: the equation is malformed or does not fit the inputs; an axis occurs twice in one input (but for a
        trace, `ii`); the sizes of an axis differ.

    >>> a, b = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([1.0, 10.0])
    >>> run(einsum("ij,j->i", a, b))
    array([21., 43.], dtype=float32)
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError("invalid keyword arguments for this function: " + ", ".join(sorted(kwargs)))
    with name_scope(name, "einsum", [equation, inputs]):
        subscripts, result = _parse(equation, [tensor.shape.sizes for tensor in inputs])
        if _is_trace(equation, subscripts):
            return trace(inputs[0])
        for labels in subscripts:
            _refuse_repeats(labels)
        for axis in sorted({*"".join(subscripts), *result}):
            if axis not in result and sum(axis in labels for labels in subscripts) > 2:
                _log.warning("einsum: index %r is summed over more than two inputs; all are multiplied out", axis)
                return _product_of_all(inputs, subscripts, result)
        return _pair_by_pair(equation, inputs, subscripts, result)


# -- the equation --------------------------------------------------------------------------------------------


def _parse(equation: str, sizes: Sequence[Any]) -> tuple[list[str], str]:
    """The letters of each input's axes and of the result's, `...` replaced by letters."""
    equation = equation.replace(" ", "")
    match = re.match("^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$", equation)
    if match is None:
        raise refusal(f"Indices have incorrect format: {equation}")
    subscripts = match[1].split(",")
    if len(subscripts) != len(sizes):
        raise refusal(f'Got {len(sizes)} arguments for equation "{equation}", expecting {len(subscripts)}')
    rest = ""
    if "..." in equation:
        free = "".join(letter for letter in string.ascii_letters if letter not in "".join(subscripts))
        for i, labels in enumerate(subscripts):
            if "..." in labels:
                letters = _letters_for_ellipsis(labels, sizes[i], free)
                subscripts[i] = labels.replace("...", letters)
                rest = max(rest, letters, key=len)
        if any("." in labels for labels in subscripts):
            raise refusal('period "." found outside of ellipsis')
    if match[2] is None:
        counts = Counter("".join(subscripts))
        return subscripts, rest + "".join(sorted(a for a, n in counts.items() if n == 1 and a not in rest))
    result = match[2][2:].replace("...", rest) if "..." in equation else match[2][2:]
    if "..." in equation and "." in result:
        raise refusal('period "." found outside of ellipsis')
    return subscripts, result


def _letters_for_ellipsis(labels: str, sizes: Any, free: str) -> str:
    parts = labels.split("...")
    if len(parts) != 2:
        raise refusal("Unable to resolve ellipsis. Excess number found.")
    if sizes is None:
        raise refusal("Unable to statically infer ellipsis axes.")
    count = len(sizes) - len("".join(parts))
    if count < 0:
        raise refusal("Ellipses lengths do not match.")
    if len(free) < count:
        raise refusal("Unable to resolve ellipsis, too many distinct labels.")
    return free[len(free) - count :]


def _is_trace(equation: str, subscripts: list[str]) -> bool:
    """Whether this is `ii`, or another palindrome, of one input and without a right side."""
    labels = subscripts[0]
    has_pair = any(count == 2 for count in Counter(labels).values())
    return len(subscripts) == 1 and has_pair and labels == labels[::-1] and "->" not in equation


def _refuse_repeats(labels: Any) -> None:
    if len(set(labels)) != len(labels):
        raise refusal(f"Subscript not supported: an axis appears more than once: {labels}")


# -- two at a time -------------------------------------------------------------------------------------------


def _pair_by_pair(equation: str, inputs: Sequence[Tensor], subscripts: list[str], result: str) -> Tensor:
    product, labels = inputs[0], subscripts[0]
    for factor, factor_labels in zip(inputs[1:], subscripts[1:]):
        summed = set(labels) & set(factor_labels) - set(result)
        product, labels = _contract(product, labels, factor, factor_labels, summed)
    left_over = [i for i, axis in enumerate(labels) if axis not in result]
    if left_over:
        product = reduce_sum(product, axis=left_over)
        labels = "".join(axis for axis in labels if axis in result)
    if sorted(labels) != sorted(result):
        raise refusal(f"Invalid equation: {equation}")
    return _transposed(product, [labels.index(axis) for axis in result])


def _contract(x: Tensor, x_labels: str, y: Tensor, y_labels: str, summed: set[str]) -> tuple[Tensor, str]:
    """The product of two tensors, summed over some of their common axes, and the letters of its axes.

    The axes of `x` are brought into the order common, own, summed and those of `y` into common, summed, own; then a
    product of matrices sums.
    """
    for i, (tensor, labels) in enumerate([(x, x_labels), (y, y_labels)]):
        if len(labels) != len(tensor.shape):
            line = f"Tensor t{i} of rank {len(tensor.shape)} does not match einsum reduction of length {len(labels)}"
            raise refusal(line)
    common = (set(x_labels) & set(y_labels)) - summed
    x_order = sorted(x_labels, key=lambda axis: (2 if axis in summed else axis not in common, axis))
    y_order = sorted(y_labels, key=lambda axis: (1 if axis in summed else 2 * (axis not in common), axis))
    x = _transposed(x, [x_labels.find(axis) for axis in x_order])
    y = _transposed(y, [y_labels.find(axis) for axis in y_order])
    kept, gone = len(common), len(summed)
    y_own = y_order[kept + gone :]
    if not summed:
        for _ in y_own:
            x = expand_dims(x, -1)
        for _ in x_order[kept:]:
            y = expand_dims(y, kept)
        return multiply(x, y), "".join(x_order + y_own)
    x_sizes = _sizes_of(x)
    x_own_count, summed_count = prod(x_sizes[kept:-gone]), prod(x_sizes[-gone:])
    x = _reshaped(x, [*x_sizes[:kept], x_own_count, summed_count])
    y_sizes = _sizes_of(y)
    y_own_count = prod(y_sizes[kept + gone :])
    y = _reshaped(y, [*y_sizes[:kept], summed_count, y_own_count])
    whole = _reshaped(matmul(x, y), x_sizes[:-gone] + y_sizes[kept + gone :])
    return whole, "".join(x_order[:-gone] + y_own)


def _transposed(x: Tensor, order: list[int]) -> Tensor:
    return x if order == list(range(len(order))) else transpose(x, perm=order)


def _sizes_of(x: Tensor) -> list[Any]:
    """The sizes of all axes, as tensors where they are not known while building."""
    sizes: list[Any] = list(x.shape.sizes or ())
    if None in sizes:
        at_run = shape(x)
        sizes = [at_run[i] if size is None else size for i, size in enumerate(sizes)]
    return sizes


def _reshaped(x: Tensor, sizes: list[Any]) -> Tensor:
    """`x` in this shape; itself where it is known to have it."""
    have = x.shape.sizes or ()
    is_known = all(not isinstance(size, Tensor) for size in sizes)
    if is_known and len(have) == len(sizes) and all(size in (old, -1) for old, size in zip(have, sizes)):
        return x
    return reshape(x, tuple(sizes))


# -- all at once ---------------------------------------------------------------------------------------------


def _product_of_all(inputs: Sequence[Tensor], subscripts: list[str], result: str) -> Tensor:
    """The inputs stretched to have every axis, multiplied, and summed over those that are not in the result."""
    letters = {*"".join(subscripts), *result}
    summed = sorted(letters - set(result))
    order = [*summed, *result]
    stretched = []
    shapes = []
    for i, (tensor, labels) in enumerate(zip(inputs, subscripts)):
        if tensor.shape.sizes is None or len(tensor.shape.sizes) != len(labels):
            found = None if tensor.shape.sizes is None else len(tensor.shape.sizes)
            line = f"Input {i} with axes {labels} has incorrect number of dimensions "
            raise refusal(line + f"(expected {len(labels)}, got {found})")
        present = [axis for axis in order if axis in labels]
        stretched.append(_transposed(tensor, [labels.find(axis) for axis in present]))
        known = dict(zip(present, stretched[-1].shape.sizes or ()))
        shapes.append([(known[axis] or -1) if axis in known else 1 for axis in order])
    for axis, sizes in zip(order, zip(*shapes)):
        if len({size for size in sizes if size > 1}) > 1:
            raise refusal(f"Dimension mismatch on axis: {axis}")
    product: Any = 1
    for factor in [reshape(tensor, sizes) for tensor, sizes in zip(stretched, shapes)]:
        product = product * factor
    return reduce_sum(product, list(range(len(summed))))
