"""One loop that a gradient goes back through, and the loop of the gradient.

    forward   n = 0;  while go on:  n += 1;  push a value           f_count, StackPushV2
    gradient  m = n;  while m >= 1: m -= 1;  pop it, use it         b_count, StackPopV2

The first time that the gradient of the body asks for a value of the body, a stack is made outside of both loops, the
forward loop pushes the value in each iteration, and the loop of the gradient pops it. Constants are made again, and
what the body took from outside is taken from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.autodiff.loop_branches import LoopBranches
from flowgraph.ir.context import output_context
from flowgraph.ir.scope import colocate_with, control_dependencies, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.compare import greater_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import merge, switch, switch_ref_or_tensor
from flowgraph.ops.identity import identity
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.loop_ops import enter, exit, loop_cond, next_iteration
from flowgraph.ops.math import add, subtract
from flowgraph.ops.stack import control_trigger, pop, push, stack
from flowgraph.ops.while_context import WhileContext, constant_enter_of


class GradLoop:
    """The state of the gradient of one loop.

    Attributes:
      outer: that of the loop around, if the gradient goes through that as well.
      forward_context, grad_context: the loop, and the loop of the gradient.
      history: for each value of the forward loop that the gradient asked for, what stands for it in the gradient.
      heads: for each Switch of the forward loop the Merge that begins its gradient.
      branches: in which branches values of the forward loop lie, if that is the loop of a gradient itself.
      exits: the results of the forward loop.
      unused, deferred: those that bring no gradient, and those that wait for the others.
      pending: how many results have not been seen yet.
    """

    def __init__(self, forward: WhileContext, outer: GradLoop | None) -> None:
        self.outer, self.forward_context = outer, forward
        self.history: dict[Tensor, Tensor] = {}
        self.heads: dict[Operation, Any] = {}
        self.branches = LoopBranches(forward)
        self.exits = list(forward.loop_exits)
        self.unused: list[Tensor] = []
        self.deferred: list[Tensor] = []
        self.pending = len(self.exits)
        self._forward_sync: Operation | None = None
        self._grad_sync: Operation | None = None
        around = forward.outer_context if outer is None else outer.forward_context
        with inside(around):
            count, self.forward_index = self._count_up()
        if outer is None:
            with inside(around):
                self.grad_context = self._loop_back()
                self.grad_index = self._count_down(count)
        else:
            around.values.add(count)
            history = outer.remember(count)
            with outer.grad_context:
                self.grad_context = self._loop_back()
                self.grad_index = self._count_down(outer.recall(history, count))

    def _loop_back(self) -> WhileContext:
        forward = self.forward_context
        return WhileContext(
            forward.maximum_iterations,
            forward.parallel_iterations,
            forward.back_prop,
            forward.swap_memory,
            name=forward.name,
            grad_state=self,
        )

    # -- counting iterations ---------------------------------------------------------------------------------

    def _count_up(self) -> tuple[Tensor, Tensor]:
        """One more variable of the forward loop: the number of iterations, at the end and in the next iteration."""
        loop = self.forward_context
        zero = constant(0, name="f_count")
        if self.outer is not None:
            # what an inner loop pushes comes before what it pushes in the next iteration of the loop around
            zero.op._add_control_input(self.outer.forward_index.op.inputs[0].op)
        with loop:
            loop.values.add(zero)
            count = enter(zero, loop.name, parallel_iterations=loop.parallel_iterations, name="f_count")
            loop.loop_enters.append(count)
            merged = merge([count, count])[0]
            in_false, in_true = switch(merged, loop.pivot)
            following = next_iteration(add(in_true, 1))
            merged.op._set_inputs([count, following])
            total = exit(in_false, name="f_count")
            loop.loop_exits.append(total)
            loop.exit_result([total])
        return total, following

    def _count_down(self, count: Tensor) -> Tensor:
        """The variable that decides how often the gradient's loop runs: in the next iteration."""
        loop = self.grad_context
        one = constant(1, name="b_count")
        with loop:
            loop.values.add(count)
            left = enter(count, loop.name, parallel_iterations=loop.parallel_iterations, name="b_count")
            loop.loop_enters.append(left)
            merged = merge([left, left])[0]
            loop.pivot_for_pred = merged
            loop.pivot = loop_cond(greater_equal(merged, one), name="b_count")
            in_false, in_true = switch(merged, loop.pivot)
            index = subtract(in_true, one)
            loop.pivot_for_body = index
            following = next_iteration(index)
            merged.op._set_inputs([left, following])
            self.end = final = exit(in_false, name="b_count")
            loop.loop_exits.append(final)
            if self.outer is not None:
                # what an inner loop pops comes before what it pops in the next iteration of the loop around
                self.outer.grad_sync._add_control_input(final.op)
            loop.exit_result([final])
        return following

    @property
    def forward_sync(self) -> Operation:
        """What the next iteration of the forward loop waits for: pushes in branches."""
        if self._forward_sync is None:
            with control_dependencies(None):
                self._forward_sync = control_trigger(name="f_sync")
            self._forward_sync.context = self.forward_context
            self.forward_index.op._add_control_input(self._forward_sync)
        return self._forward_sync

    @property
    def grad_sync(self) -> Operation:
        """What the next iteration of the gradient's loop waits for: pops."""
        if self._grad_sync is None:
            with control_dependencies(None):
                self._grad_sync = control_trigger(name="b_sync")
            self._grad_sync.context = self.grad_context
            self.grad_index.op._add_control_input(self._grad_sync)
        return self._grad_sync

    # -- values of the forward loop --------------------------------------------------------------------------

    def remember(self, value: Tensor, dead_branch: bool = False) -> Tensor:
        """A stack onto which the forward loop pushes a value in each iteration.

        Args:
          value: made in the forward loop, perhaps in a branch there.
          dead_branch: it lies in that branch of its context which is not the context's own.
        """
        loop = self.forward_context
        graph = get_default_graph()
        here = graph.context
        with control_dependencies(None):
            with inside(here), colocate_with(value):
                history = stack(constant(-1, dt.int32), value.dtype.base_dtype, name="f_acc")
            handle = loop.add_value(history)
            context = output_context(value.op)
            if context is loop:
                with loop:
                    pushed = push(handle, value, loop.swap_memory)
                awaits = self.forward_sync if self.branches.of(value) else self.forward_index.op
                awaits._add_control_input(pushed.op)
            else:
                if context is None or context.is_loop:
                    raise TypeError(f"value_ctxt is not a CondContext: {context}")
                with context.outer_context if dead_branch else context:
                    pushed = push(handle, value, loop.swap_memory)
                if dead_branch:
                    pushed.op.context = context
                self.forward_sync._add_control_input(pushed.op)
            pushed.op._add_control_input(self.forward_index.op.inputs[0].op)
        return history

    def recall(self, history: Tensor, value: Tensor, dead_branch: bool = False) -> Tensor:
        """What stands in the gradient's loop for a value that the forward loop pushes: a pop.

        Args:
          history: the stack.
          value, dead_branch: as for `remember`.
        """
        with control_dependencies(None), self.grad_context:
            popped = pop(self._guarded(history, value, history.op.context, dead_branch), value.dtype.base_dtype)
            popped.set_shape(value.shape)
        if self.grad_context.parallel_iterations > 1:
            self.grad_sync._add_control_input(popped.op)
        return popped

    def _guarded(self, history: Tensor, value: Tensor, end: Any, dead_branch: bool = False) -> Tensor:
        """The stack of a value, there only in the branch in which the value is.

        Args:
          history, value, dead_branch: as for `recall`.
          end: the context around the branches that count.
        """
        branch = self._branch_around(value, end)
        if branch is not None:
            side = 1 - branch.branch if dead_branch else branch.branch
            return switch_ref_or_tensor(history, self._known_pred(branch))[side]
        path = self.branches.of(value)
        if path:
            pred, side = path[-1]
            return switch_ref_or_tensor(history, self.real_value(pred))[side]
        return history

    @staticmethod
    def _branch_around(value: Tensor, end: Any) -> Any:
        """The innermost branch of a cond in which a value stands, not looking further than `end`."""
        context = value.op.context
        while context is not None and context is not end:
            if not context.is_loop:
                return context
            context = context.outer_context
        return None

    def _known_pred(self, branch: Any) -> Tensor:
        """What stands for the predicate of a branch in this gradient, or in one around it; else the predicate."""
        state: GradLoop | None = self
        while state is not None:
            if branch.pred in state.history:
                return state.history[branch.pred]
            state = state.outer
        pred: Tensor = branch.pred
        return pred

    def pred_of(self, branch: Any) -> Tensor:
        """What stands in the gradient's loop for the predicate of a branch in the forward loop."""
        pred: Tensor = branch.pred
        if pred not in self.history:
            with outside(self.grad_context):
                history = self.remember(pred)
            self.history[pred] = self.recall(history, pred)
        return self.history[pred]

    def in_branches(self, branch: Any, dys: Sequence[Any]) -> list[Any]:
        """What the branches of a cond bring back, with indices of slices that are there only in their branch.

        In TF constant indices are there in either branch, and a Merge may take them for those of the other.
        """
        found = list(dys)
        for side, dy in enumerate(dys):
            if isinstance(dy, IndexedSlices):
                branches = LoopBranches(self.grad_context)
                if len(branches.of(dy.indices)) < len(branches.of(dy.values)):
                    indices = switch_ref_or_tensor(dy.indices, self.pred_of(branch))[side]
                    found[side] = IndexedSlices(dy.values, indices, dy.dense_shape)
        return found

    def real_value(self, value: Tensor) -> Tensor:
        """What stands in the gradient's loop for a value of the forward loop; asked for in the gradient's loop."""
        if value not in self.history:
            self.history[value] = self._real_value(value)
        return self.history[value]

    def _real_value(self, value: Tensor) -> Tensor:
        state: GradLoop = self
        while (entered := constant_enter_of(value)) is not None:
            value = entered.inputs[0]
            if state.outer is None:
                return self.grad_context.add_value(value)
            state = state.outer
        if value.op.type == "Const":
            return constant(value.constant(), dtype=value.dtype)
        with outside(self.grad_context):
            history = state.remember(value)
        real = state.recall(history, value)
        return real if state is self else self.grad_context.add_value(real)

    # -- gradients of gradients ------------------------------------------------------------------------------

    @property
    def outermost(self) -> GradLoop:
        """The state of the outermost loop around that the gradient goes through."""
        state = self
        while state.outer is not None:
            state = state.outer
        return state

    def store(self, dy: Tensor) -> Tensor:
        """A stack onto which the gradient's loop pushes a gradient in each iteration; there when the loop is done."""
        loop = self.grad_context
        with outside(loop):
            here = get_default_graph().context
            with control_dependencies(None), inside(here):
                history = stack(constant(-1, dt.int32), dy.dtype.base_dtype, name="b_acc")
            with inside(self.outermost.grad_context.outer_context), control_dependencies([self.outermost.end.op]):
                filled = identity(history)
        with control_dependencies(None), loop:
            pushed = push(loop.add_value(history), dy, loop.swap_memory)
        self.grad_sync._add_control_input(pushed.op)
        pushed.op._add_control_input(self.grad_index.op.inputs[0].op)
        return filled

    def fetch(self, filled: Tensor, value: Tensor) -> Tensor:
        """The gradient of what the forward loop has pushed, from a stack that another gradient's loop has filled.

        Args:
          filled: the stack.
          value: what was pushed.
        """
        with control_dependencies(None), self.grad_context:
            popped = pop(self._guarded(filled, value, None), value.dtype.base_dtype)
            popped.set_shape(value.shape)
        self.grad_sync._add_control_input(popped.op)
        return popped


def inside(context: Any) -> Any:
    """A block in a context; None: in the one that is open."""
    return contextlib.nullcontext() if context is None else context


@contextlib.contextmanager
def outside(context: Any, here: Any = None) -> Any:
    """A block in the context that was left for this one, or in another."""
    context.__exit__()
    try:
        with inside(here):
            yield
    finally:
        context.__enter__()
