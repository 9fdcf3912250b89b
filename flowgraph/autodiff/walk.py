"""The walk against the arrows: what arrives at each tensor is summed and handed on by the rule of its op."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.autodiff.loops import Loops, is_loop_switch, refuse_initial_value
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import descendants
from flowgraph.ops.add_n import accumulate_n, add_n
from flowgraph.ops.array import fill, identity, shape
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import zeros_like_outside_branch
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices, aggregate_slices, convert_to_tensor_or_indexed_slices
from flowgraph.ops.registry import gradient_of
from flowgraph.ops.stack import STACK_POP, pops, pushed
from flowgraph.sizes import Sizes, is_full, merge

_TRAINABLE = frozenset({dt.float16, dt.float32, dt.float64, dt.complex64, dt.complex128, dt.resource, dt.variant})
_CARRIES_GRADIENT = _TRAINABLE | {dt.bfloat16}


class AggregationMethod:
    """How several gradients of one tensor are summed: by one AddN on each device, two at a time (EXPERIMENTAL_TREE), or
    by AccumulateNV2 where there are more than two of one known shape (EXPERIMENTAL_ACCUMULATE_N; else as a tree).
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class Walk:
    """One call of `gradients`: what has been collected for each tensor, and what each op still waits for."""

    def __init__(
        self, colocate: bool = False, gate: bool = False, aggregation: int | None = None, scoped: bool = True
    ) -> None:
        if aggregation not in (None, 0, 1, 2):
            raise ValueError(f"Invalid aggregation_method specified {aggregation}.")
        self.graph = get_default_graph()
        self.colocate, self.gate, self.scoped = colocate, gate, scoped
        self.aggregation = aggregation or AggregationMethod.ADD_N
        self.uid = ""
        self.loops: Loops | None = None
        self.collected: dict[Tensor, list[Any]] = {}  # the gradients that have arrived at a tensor
        self.summed: dict[Tensor, Any] = {}  # their sum, once all have arrived

    def starting_gradients(self, ys: Sequence[Any], grad_ys: Sequence[Any]) -> list[Any]:
        """The gradient of each y with respect to itself: what the user gave, or ones."""
        if len(grad_ys) != len(ys):
            raise ValueError(f"Passed {len(grad_ys)} grad_ys for {len(ys)} ys")
        given = [None if g is None else convert(g, f"grad_y_{i}") for i, g in enumerate(grad_ys)]
        return [self._near(tensor_of(y).op, _start, y, g, i) for i, (y, g) in enumerate(zip(ys, given, strict=True))]

    def _near(self, op: Operation, function: Callable[..., Any], *args: Any) -> Any:
        if not self.colocate:
            return function(*args)
        with self.graph.colocate_with(op, ignore_existing=True):
            return function(*args)

    def run(self, ys: Sequence[Tensor], xs: Sequence[Any], starts: Sequence[Any], stops: Sequence[Operation]) -> None:
        """Walk from the ys to the xs."""
        from_ops = [tensor_of(x).op for x in xs]
        reached = _reached(from_ops)
        waiting = self._count_paths(ys, reached)
        for y, start in zip(ys, starts, strict=True):
            self.collected.setdefault(y, []).append(start)
        first = [op for op in dict.fromkeys(y.op for y in ys) if op in reached and not waiting.get(op)]
        queue = deque(first)
        if self.loops is not None:
            for tensor in self.loops.unused_exits(waiting, set(first)):
                if self._add_zeros(tensor):
                    queue.append(tensor.op)
        ends = {op for op in from_ops if not any(waiting.get(t.op) for t in op.inputs)}
        ends.update(stops)
        while queue:
            op = queue.popleft()
            early = waiting.get(op, 0) > 0
            self._near(op, self._visit, op, op in ends, from_ops, early)
            for tensor in _sources(op):
                source = tensor.op
                left = waiting[source] = waiting.get(source, 0) - 1
                if left == 0:
                    queue.extend(self._next(tensor))
                elif left > 0 and tensor.index == 0 and self.loops is not None and is_loop_switch(source):
                    queue.append(source)  # from an Exit: the gradient's loop begins here

    def finish(self) -> None:
        """Close what loops have left open; as in TF this happens outside of the scope of the gradients."""
        if self.loops is not None:
            with self.graph.as_default():
                self.loops.finish()

    def _next(self, tensor: Tensor) -> Sequence[Operation]:
        """The ops whose turn it is when all gradients of a tensor's op have arrived."""
        if tensor.op.opdef.role != "exit" or self.loops is None:
            return (tensor.op,)
        ready, without = self.loops.arrived(tensor, self._has_gradient)
        for exit in without:
            self._add_zeros(exit)
        return [exit.op for exit in ready]

    def _has_gradient(self, op: Operation) -> bool:
        return any(tensor in self.collected for tensor in op.outputs)

    def _add_zeros(self, exit: Tensor) -> bool:
        """Begin with zeros at a loop's result that is not used, if gradients go through it at all."""
        assert self.loops is not None
        if exit.dtype.base_dtype not in _TRAINABLE:
            return False
        self.collected.setdefault(exit, []).append(self.loops.zeros_for_exit(exit))
        return True

    def _count_paths(self, ys: Sequence[Tensor], reached: set[Operation]) -> dict[Operation, int]:
        """For each op between xs and ys, how many gradients it will be brought."""
        between = list(dict.fromkeys(op for op in (y.op for y in ys) if op in reached))
        seen = set(between)
        for op in between:  # which grows meanwhile
            for tensor in _sources(op):
                source = tensor.op
                if source in reached and source not in seen:
                    seen.add(source)
                    between.append(source)
        self.loops = Loops.among(between, seen, self.colocate)
        waiting: dict[Operation, int] = {}
        for op in between:
            for tensor in _sources(op):
                source = tensor.op
                if source in seen:
                    waiting[source] = waiting.get(source, 0) + 1
        return waiting

    def _visit(self, op: Operation, is_end: bool, from_ops: Sequence[Operation], early: bool) -> None:
        """Sum what has arrived at an op's outputs, and hand the gradients of its inputs on.

        Args:
          op: the op.
          is_end: whether to go no further.
          from_ops: where the walk ends.
          early: it is a loop's Switch, and the gradient of what it hands to the body has yet to come.
        """
        loops = self.loops
        if loops is None:
            self._follow_rule(op, [self.sum(tensor) for tensor in op.outputs], is_end, from_ops)
            return
        with loops.inside(op, before=True):
            dys = [None if early and tensor.index else self.sum(tensor) for tensor in op.outputs]
        with loops.inside(op):
            self._follow_rule(op, dys, is_end, from_ops, loops.rule_of(op))

    def _follow_rule(
        self, op: Operation, dys: list[Any], is_end: bool, from_ops: Sequence[Operation], rule: Any = None
    ) -> None:
        """Hand gradients on by `rule`, or the op's own; not at an end of the walk, and not if none has arrived."""
        goes_on = not is_end and any(dy is not None for dy in dys)
        if goes_on and rule is None:
            rule = gradient_of(op)
        if op.opdef.role == "switch":
            refuse_initial_value(op, from_ops)
        if goes_on and rule is not None:
            self._hand_on(op, rule, dys)

    def _hand_on(self, op: Operation, rule: Callable[..., Any], dys: list[Any]) -> None:
        for index, dy in enumerate(dys):
            if dy is None and op.outputs[index].dtype.base_dtype in _TRAINABLE:
                zeros_like = zeros_like_outside_branch if self.loops is None else self.loops.zeros_like
                dys[index] = zeros_like(op, index)
        with self.graph.name_scope(f"{op.name}_grad") if self.scoped else contextlib.nullcontext():
            found = rule(op, *dys)
            if type(found) is not list:
                found = list(found) if isinstance(found, list | tuple) else [found]
            sources = _sources(op)
            if len(found) != len(sources):
                raise ValueError(
                    f"Num gradients {len(found)} generated for op {op} do not match num inputs {len(op.inputs)}"
                )
            if self.loops is not None:
                found = self.loops.out_of_branches(op, found)
            if self.gate and sum(dx is not None for dx in found) > 1:
                found = self._gated(found)
        for index, (tensor, dx) in enumerate(zip(sources, found, strict=True)):
            if dx is not None:
                if type(dx) is Tensor and dx.sizes != tensor.sizes and dt.resource not in (dx.dtype, tensor.dtype):
                    _settle_shape(op, index, tensor, dx)
                if tensor in self.summed:
                    self.summed[tensor] = dx  # the Switch of a loop, which is visited twice
                else:
                    self.collected.setdefault(tensor, []).append(dx)

    def _gated(self, found: list[Any]) -> list[Any]:
        from flowgraph.ops.control_flow import tuple as tuple_op

        with self.graph.device(None), self.graph.colocate_with(None, ignore_existing=True):
            return tuple_op(found)

    def sum(self, tensor: Tensor) -> Any:
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
            return self._sum_by_device(arrived) if self.scoped else add_n(arrived)
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


def _sources(op: Operation) -> tuple[Tensor, ...]:
    """The tensors to which an op brings gradients: its inputs, and for a pop what was pushed."""
    if op.opdef is STACK_POP and (source := pushed(op)) is not None:
        return (*op.inputs, source)
    return op.inputs


def _reached(xs: Sequence[Operation]) -> set[Operation]:
    """All ops that depend on xs; a pop depends on what was pushed."""
    reached = descendants(xs, _carries_gradient)
    connected = pops(xs[0].graph) if xs else {}
    connected = {a: b for a, b in connected.items() if _carries_gradient(b.outputs[0])}
    while found := [b for a, b in connected.items() if a in reached and b not in reached]:
        reached |= descendants(found, _carries_gradient)
    return reached


def _carries_gradient(tensor: Tensor) -> bool:
    return tensor.dtype.base_dtype in _CARRIES_GRADIENT


def _start(y: Any, given: Any, index: int) -> Any:
    """The first gradient of one y; that of IndexedSlices is one of their values."""
    tensor = tensor_of(y)
    dtype = tensor.dtype.base_dtype
    if given is None:
        if dtype.is_complex:
            raise TypeError(f"Gradients of complex tensors must set grad_ys (y.dtype = {tensor.dtype!r})")
        return fill(shape(tensor), constant(1, dtype=dtype, name=f"grad_ys_{index}"))
    _check_start(tensor, given)
    if isinstance(given, IndexedSlices):
        indices = identity(given.indices, name=f"grad_ys_{index}_indices")
        values = identity(given.values, name=f"grad_ys_{index}_values")
        dense_shape = given.dense_shape
        return IndexedSlices(
            values,
            indices,
            None if dense_shape is None else identity(dense_shape, name=f"grad_ys_{index}_shape"),
        )
    if isinstance(y, IndexedSlices):
        given = gather(given, y.indices)
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


def convert(value: Any, name: str) -> Any:
    """A Tensor or IndexedSlices made of `value`."""
    return value if isinstance(value, Tensor) else convert_to_tensor_or_indexed_slices(value, name=name)


def tensor_of(value: Any) -> Tensor:
    """The tensor through which gradients go: the values of IndexedSlices."""
    if isinstance(value, IndexedSlices):
        return value.values
    return value if isinstance(value, Tensor) else to_tensor(value)
