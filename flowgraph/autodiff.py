"""tf.gradients: a reverse walk over the graph that emits ops.

The walk starts at the ys with a gradient of ones and goes from op to op against the arrows. An op's turn comes when
every path from it to the ys has brought its gradient; these are summed, the op's rule turns the gradient of its
outputs into gradients of its inputs, and so on until nothing between ys and xs is left:

    x ──► mul ──► sum ──► y          ones ──► tile ──► mul ──► d y/d x

All of it is ordinary graph building: the result can be run, drawn, and differentiated again.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.describe import at
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import descendants
from flowgraph.ops.add_n import accumulate_n, add_n
from flowgraph.ops.array import fill, identity, shape, zeros_like
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import zeros_like_outside_branch
from flowgraph.ops.indexed_slices import IndexedSlices, aggregate_slices, convert_to_tensor_or_indexed_slices
from flowgraph.sizes import Sizes, is_full, merge

_TRAINABLE = frozenset(
    {dt.float16, dt.float32, dt.float64, dt.complex64, dt.complex128, dt.resource, dt.variant}
)
_CARRIES_GRADIENT = _TRAINABLE | {dt.bfloat16}


class UnconnectedGradients(enum.Enum):
    """What `tf.gradients` gives for an x that the ys do not depend on: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


class AggregationMethod:
    """How several gradients of one tensor are summed: by one AddN on each device, two at a time (EXPERIMENTAL_TREE), or
    by AccumulateNV2 where there are more than two of one known shape (EXPERIMENTAL_ACCUMULATE_N; else as a tree).
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: UnconnectedGradients = UnconnectedGradients.NONE,
) -> list[Any]:
    """Add ops that compute the derivative of the sum of `ys` with respect to each of `xs`.

    Args:
      ys: a tensor or a list of them.
      xs: a tensor or variable, or a list of them.
      grad_ys: for each y the gradient to start from, None for ones.
      name: the scope of the new ops.
      colocate_gradients_with_ops: put each gradient op where its op is.
      gate_gradients: let all gradients of an op be ready before any is used.
      aggregation_method: see `AggregationMethod`.
      stop_gradients: tensors to treat as constants.
      unconnected_gradients: what to return for an x that the ys do not depend on.

    Returns:
      For each x a Tensor, IndexedSlices (of an x that was gathered from), or None (nothing connects it to the ys).

    Raises:
      LookupError: an op on the way has no gradient.
      ValueError: the arguments do not fit each other.

    >>> x = tf.constant(3.0)
    >>> run(tf.gradients(x * x, x))
    [6.0]
    """
    walk = _Walk(colocate_gradients_with_ops, gate_gradients, aggregation_method)
    unconnected = _unconnected(unconnected_gradients)
    ys, xs, stops = _as_list(ys), _as_list(xs), _as_list(stop_gradients if stop_gradients is not None else [])
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    graph = get_default_graph()
    with collector_paused(), graph.name_scope(name or "gradients"), graph.at_site(graph._site or user_site()):
        walk.uid = graph.unique_name("uid")
        ys = [_convert(y, "y") for y in ys]
        xs = [_convert_x(x) for x in xs]
        starts = walk.starting_gradients(ys, grad_ys)
        walk.run([_tensor_of(y) for y in ys], xs, starts, [_stop_op(t) for t in stops])
    return [walk.result(_tensor_of(x), unconnected) for x in xs]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _unconnected(value: Any) -> UnconnectedGradients:
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}") from None


def _convert(value: Any, name: str) -> Any:
    return value if isinstance(value, Tensor) else convert_to_tensor_or_indexed_slices(value, name=name)


def _convert_x(value: Any) -> Any:
    """An x as the tensor whose gradient is collected: for a variable the variable itself, not one read of it."""
    if isinstance(value, Tensor | IndexedSlices):
        return value
    return to_tensor(value, name="x", as_ref=True)


def _stop_op(value: Any) -> Operation:
    op = getattr(value, "op", None)
    if not isinstance(op, Operation):
        raise TypeError(f"stop_gradients takes tensors, not {value!r}")
    return op


def _tensor_of(value: Any) -> Tensor:
    if isinstance(value, IndexedSlices):
        return value.values
    if isinstance(value, Tensor):
        return value
    return to_tensor(value)


class _Walk:
    """One call of `gradients`: what has been collected for each tensor, and what each op still waits for."""

    def __init__(self, colocate: bool, gate: bool, aggregation: int | None) -> None:
        if aggregation not in (None, 0, 1, 2):
            raise ValueError(f"Invalid aggregation_method specified {aggregation}.")
        self.graph = get_default_graph()
        self.colocate, self.gate = colocate, gate
        self.aggregation = aggregation or AggregationMethod.ADD_N
        self.uid = ""
        self.collected: dict[Tensor, list[Any]] = {}  # the gradients that have arrived at a tensor
        self.summed: dict[Tensor, Any] = {}  # their sum, once all have arrived

    def starting_gradients(self, ys: Sequence[Any], grad_ys: Sequence[Any]) -> list[Any]:
        """The gradient of each y with respect to itself: what the user gave, or ones."""
        if len(grad_ys) != len(ys):
            raise ValueError(f"Passed {len(grad_ys)} grad_ys for {len(ys)} ys")
        given = [None if g is None else _convert(g, f"grad_y_{i}") for i, g in enumerate(grad_ys)]
        return [
            self._near(_tensor_of(y).op, _start, y, g, i)
            for i, (y, g) in enumerate(zip(ys, given, strict=True))
        ]

    def _near(self, op: Operation, function: Callable[..., Any], *args: Any) -> Any:
        if not self.colocate:
            return function(*args)
        with self.graph.colocate_with(op, ignore_existing=True):
            return function(*args)

    def run(
        self, ys: Sequence[Tensor], xs: Sequence[Any], starts: Sequence[Any], stops: Sequence[Operation]
    ) -> None:
        """Walk from the ys to the xs."""
        from_ops = [_tensor_of(x).op for x in xs]
        reached = descendants(from_ops, _carries_gradient)
        waiting = self._count_paths(ys, reached)
        for y, start in zip(ys, starts, strict=True):
            self.collected.setdefault(y, []).append(start)
        queue: deque[Operation] = deque()
        for op in dict.fromkeys(y.op for y in ys):
            if op in reached and not waiting.get(op):
                queue.append(op)
        ends = {op for op in from_ops if not any(waiting.get(t.op) for t in op.inputs)}
        ends.update(stops)
        while queue:
            op = queue.popleft()
            self._near(op, self._visit, op, op in ends)
            for tensor in op.inputs:
                source = tensor.op
                left = waiting[source] = waiting.get(source, 0) - 1
                if left == 0:
                    queue.append(source)

    @staticmethod
    def _count_paths(ys: Sequence[Tensor], reached: set[Operation]) -> dict[Operation, int]:
        """For each op between xs and ys, how many gradients it will be brought."""
        between: list[Operation] = []
        queue = deque(y.op for y in ys)
        seen: set[Operation] = set()
        while queue:
            op = queue.popleft()
            if op in reached and op not in seen:
                seen.add(op)
                between.append(op)
                queue.extend([tensor.op for tensor in op.inputs])
        waiting: dict[Operation, int] = {}
        for op in between:
            for tensor in op.inputs:
                source = tensor.op
                if source in seen:
                    waiting[source] = waiting.get(source, 0) + 1
        return waiting

    def _visit(self, op: Operation, is_end: bool) -> None:
        """Sum what has arrived at an op's outputs, and hand the gradients of its inputs on."""
        dys = [self._sum(tensor) for tensor in op.outputs]
        if is_end or all(dy is None for dy in dys):
            return
        rule = self._rule(op)
        if rule is None:
            return
        for index, dy in enumerate(dys):
            if dy is None and op.outputs[index].dtype.base_dtype in _TRAINABLE:
                dys[index] = zeros_like_outside_branch(op, index)
        with self.graph.name_scope(f"{op.name}_grad"):
            found = rule(op, *dys)
            found = list(found) if isinstance(found, list | tuple) else [found]
            if len(found) != len(op.inputs):
                raise ValueError(
                    f"Num gradients {len(found)} generated for op {op} do not match num inputs {len(op.inputs)}"
                )
            if self.gate and sum(dx is not None for dx in found) > 1:
                found = self._gated(found)
        for index, (tensor, dx) in enumerate(zip(op.inputs, found, strict=True)):
            if dx is not None:
                if type(dx) is Tensor and dx.sizes != tensor.sizes:
                    _settle_shape(op, index, tensor, dx)
                self.collected.setdefault(tensor, []).append(dx)

    def _rule(self, op: Operation) -> Callable[..., Any] | None:
        from flowgraph.ops.registry import gradient_override

        override = gradient_override(op)
        if override is not None:
            return override
        rule = op.opdef.gradient
        if rule is NO_GRADIENT:
            return None
        if rule is MISSING_GRADIENT:
            raise LookupError(
                errors.explain(
                    f"No gradient defined for operation '{op.name}' (op type: {op.type})",
                    details=[
                        f"its input: {tensor!r}, made by {tensor.op.type}{at(tensor.op)}"
                        for tensor in op.inputs
                    ],
                    mend="tf.stop_gradient keeps the walk away from it; @tf.RegisterGradient gives it a gradient.",
                    where=op.site,
                )
            )
        return rule  # type: ignore[return-value]

    def _gated(self, found: list[Any]) -> list[Any]:
        from flowgraph.ops.control_flow import tuple as tuple_op

        with self.graph.device(None), self.graph.colocate_with(None, ignore_existing=True):
            return tuple_op(found)

    def _sum(self, tensor: Tensor) -> Any:
        """The sum of the gradients that arrived at a tensor, None if none did."""
        if tensor in self.summed:
            return self.summed[tensor]
        arrived = self.collected.get(tensor)
        if not arrived:
            return None
        total = self.summed[tensor] = arrived[0] if len(arrived) == 1 else self._total(tensor, arrived)
        return total

    def _total(self, tensor: Tensor, arrived: Sequence[Any]) -> Any:
        """The sum of several gradients of a tensor, as the aggregation method says."""
        if not all(isinstance(dy, Tensor) for dy in arrived):
            return aggregate_slices(arrived)
        if self.aggregation == AggregationMethod.ADD_N:
            return self._sum_by_device(arrived)
        if self.aggregation == AggregationMethod.EXPERIMENTAL_ACCUMULATE_N and len(arrived) > 2:
            sizes: Sizes = None
            for dy in arrived:
                sizes = merge(sizes, dy.sizes)
            if is_full(sizes):
                return accumulate_n(arrived)
        with self.graph.name_scope(f"{tensor.op.name}_gradient_sum"):
            total = arrived[0]
            for dy in arrived[1:]:
                total = add_n([total, dy])
        return total

    def _sum_by_device(self, arrived: Sequence[Tensor]) -> Tensor:
        """What is on one device is summed there first."""
        groups: dict[str, list[Tensor]] = {}
        for dy in arrived:
            groups.setdefault(dy.device, []).append(dy)
        sums = []
        for device in sorted(groups):
            with self.graph.colocate_with(groups[device][0].op, ignore_existing=True):
                sums.append(add_n(groups[device]))
        return add_n(sums)

    def result(self, x: Tensor, unconnected: UnconnectedGradients) -> Any:
        """What `gradients` returns for an x."""
        total = self._sum(x)
        if total is None and unconnected is UnconnectedGradients.ZERO:
            return zeros_like(x)
        return total


def _carries_gradient(tensor: Tensor) -> bool:
    return tensor.dtype.base_dtype in _CARRIES_GRADIENT


def _start(y: Any, given: Any, index: int) -> Any:
    """The first gradient of one y."""
    tensor = _tensor_of(y)
    dtype = tensor.dtype.base_dtype
    if given is None:
        if dtype.is_complex:
            raise TypeError(f"Gradients of complex tensors must set grad_ys (y.dtype = {tensor.dtype!r})")
        return fill(shape(y), constant(1, dtype=dtype, name=f"grad_ys_{index}"))
    _check_start(tensor, given)
    if isinstance(given, IndexedSlices):
        return IndexedSlices(
            identity(given.values, name=f"grad_ys_{index}_values"),
            identity(given.indices, name=f"grad_ys_{index}_indices"),
            None if given.dense_shape is None else identity(given.dense_shape, name=f"grad_ys_{index}_shape"),
        )
    return identity(given, name=f"grad_ys_{index}")


def _check_start(y: Tensor, given: Any) -> None:
    dtype, mine = y.dtype.base_dtype, given.dtype.base_dtype
    if dtype.is_floating or dtype.is_integer:
        if not mine.is_floating and not mine.is_integer:
            raise TypeError(
                f"Gradient type {mine.name} generated for real or integer-valued tensor {y} with type {dtype.name} "
                "must be real or integer"
            )
    elif dtype.is_complex:
        if not mine.is_complex:
            raise TypeError(
                f"Gradient type {mine.name} generated for complex-valued tensor {y} with type {dtype.name} must be real"
            )
    else:
        raise TypeError(f"Tensor {y} with type {dtype.name} must be numeric to obtain a default gradient")


def _settle_shape(op: Operation, index: int, tensor: Tensor, dx: Tensor) -> None:
    """A gradient has its tensor's shape: tell it, and notice a rule that gets it wrong."""
    try:
        dx.set_shape(tensor.shape)
    except ValueError:
        raise ValueError(
            "Incompatible shapes between op input and calculated input gradient.  "
            f"Forward operation: {op.name}.  Input index: {index}. Original input shape: {tensor.shape}.  "
            f"Calculated input gradient shape: {dx.shape}"
        ) from None
