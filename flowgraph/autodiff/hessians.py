"""tf.hessians: second derivatives, a row for each entry of the gradient, in a loop."""

from __future__ import annotations

from math import prod
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.autodiff import UnconnectedGradients, gradients
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ir.walk import ancestors, descendants
from flowgraph.ops.array import shape, size
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.reshape import reshape
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",  # noqa: ARG001 (TF does not use it either)
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Tensor]:
    """Add ops that compute the second derivatives of the sum of `ys` with respect to each of `xs`.

    Args:
      ys: a tensor or a list of them.
      xs: a tensor or variable, or a list of them.
      name: as in TensorFlow 1.15 no op takes its name from it.
      colocate_gradients_with_ops, gate_gradients, aggregation_method: see `gradients`, for the first derivatives.

    Returns:
      For each x a tensor of the shape of x followed by the shape of x: entry [i, j] is the derivative by x[i] and x[j].

    Raises:
      LookupError: an op on the way has no gradient.
      ValueError: the ys do not depend on an x, or their first derivative does not.

    >>> x = tf.constant([1.0, 2.0])
    >>> run(hessians(tf.reduce_sum(x**3), x)[0])
    array([[ 6.,  0.],
           [ 0., 12.]], dtype=float32)
    """
    xs = list(xs) if isinstance(xs, list | tuple) else [xs]
    first = gradients(
        ys,
        xs,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
    )
    return [_hessian(gradient, x) for gradient, x in zip(first, xs, strict=True)]


def _hessian(gradient: Any, x: Any) -> Tensor:
    if isinstance(gradient, Tensor) and _goes_through_loops(gradient, x):
        return _unrolled(gradient, x)
    gradient = reshape(gradient, [-1])
    count = size(x)

    def row(j: Tensor, rows: TensorArray) -> tuple[Any, Any]:
        return j + 1, rows.write(j, gradients(gradient[j], x)[0])

    start = [constant(0, dt.int32), TensorArray(x.dtype, count)]
    _, rows = while_loop(lambda j, _: j < count, row, start)
    sizes = shape(x)
    return reshape(rows.stack(), concat((sizes, sizes), 0))


def _goes_through_loops(gradient: Tensor, x: Any) -> bool:
    """Whether a loop lies between a gradient and its x: TF refuses that, and no loop can run another one backwards."""
    after = descendants([x.op])
    return any(op.opdef.role == "exit" and op in after for op in ancestors([gradient.op]))


def _unrolled(gradient: Tensor, x: Any) -> Tensor:
    """The rows one by one, each with loops of its own."""
    sizes = x.shape.as_list() if x.shape.rank is not None else [None]
    if None in sizes:
        raise ValueError(
            errors.explain(
                f"tf.hessians goes through a loop only if the shape of x is known: it is {x.shape}",
                mend="x.set_shape(...), or tf.gradients of single entries of tf.gradients(y, x)[0].",
                where=user_site(),
            )
        )
    entries = reshape(gradient, [-1])
    rows = [gradients(entries[j], x, unconnected_gradients=UnconnectedGradients.ZERO)[0] for j in range(prod(sizes))]
    return reshape(stack(rows), [*sizes, *sizes])
