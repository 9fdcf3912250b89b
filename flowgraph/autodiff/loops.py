"""The loops that one call of `gradients` goes through.

Loops bend the rules of the walk. An Exit's turn comes only when all Exits of its loop have been reached, since a
variable of the loop may matter to another although its own result is not used. The Switch of a loop is visited twice.
And ops are made in the loop of the gradient when the op that they belong to stands in a loop.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors
from flowgraph.autodiff.grad_loop import GradLoop, inside, outside
from flowgraph.autodiff.loop_branches import Path
from flowgraph.ir.context import is_inside, output_context, while_context_of
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.scope import colocate_with, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape_op, zeros, zeros_like
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import merge, switch_ref_or_tensor, zeros_like_outside_branch
from flowgraph.ops.loop_grad import changes_shape
from flowgraph.ops.loop_ops import next_iteration
from flowgraph.ops.stack import STACK_POP, STACK_PUSH, pushed
from flowgraph.sizes import is_full


def is_loop_switch(op: Operation) -> bool:
    """Whether an op is the Switch of a loop variable."""
    context = op.context
    return op.opdef.role == "switch" and context is not None and context.is_loop and op.inputs[1] is context.pivot


class Loops:
    """The state of the gradient of each loop between xs and ys."""

    def __init__(self) -> None:
        self._states: dict[Any, GradLoop] = {}
        self._with_pushes: set[Any] = set()  # loops into which gradients come by what they have pushed

    @staticmethod
    def among(between: list[Operation], seen: set[Operation], colocate: bool) -> Loops | None:
        """The loops to which the Exits among some ops belong, None if there are none; all their Exits are added."""
        loops = None
        for op in between:
            if op.context is not None and (op.opdef.role == "exit" or op.opdef is STACK_PUSH):
                loops = loops or Loops()
                loop = while_context_of(op.context)
                with colocate_with(op) if colocate else contextlib.nullcontext():
                    loops._add(loop, between, seen)
                if op.opdef is STACK_PUSH:
                    loops._with_pushes.add(loop)
        return loops

    def _add(self, loop: Any, between: list[Operation], seen: set[Operation]) -> None:
        if loop in self._states:
            return
        around = while_context_of(loop.outer_context)
        if around is not None and not is_inside(get_default_graph().context, around):
            self._add(around, between, seen)
        state = self._states[loop] = GradLoop(loop, self._states.get(while_context_of(loop.outer_context)))
        for tensor in state.exits:
            op = tensor.op
            while op.opdef.role != "switch":  # an Exit, perhaps gates of gradients, and the Switch
                if op not in seen:
                    seen.add(op)
                    between.append(op)
                op = op.inputs[0].op

    def state_of(self, op: Operation, before: bool = False) -> GradLoop | None:
        """The gradient of the loop that an op stands in; `before`: in which its outputs' gradients arrive."""
        context = output_context(op) if before else op.context
        return self._states.get(while_context_of(context))

    def inside(self, op: Operation, before: bool = False) -> Any:
        """A block in the loop of the gradient that belongs to an op, if it stands in a loop."""
        state = self.state_of(op, before)
        return contextlib.nullcontext() if state is None else state.grad_context

    # -- exits -----------------------------------------------------------------------------------------------

    def unused_exits(self, waiting: dict[Operation, int], ends: set[Operation]) -> list[Tensor]:
        """The results to go back from although the ys do not depend on them, as far as that is clear at the start."""
        found: list[Tensor] = []
        for state in self._states.values():
            for tensor in state.exits:
                if waiting.get(tensor.op, 0) == 0:
                    state.pending -= 1
                    if tensor.op not in ends:
                        state.unused.append(tensor)
                    if state.pending == 0:
                        found.extend(state.unused)
            for tensor in state.forward_context.loop_enters:
                # what the gradient of a gradient enters with takes part in any case
                if waiting.get(tensor.op, 0) == 0:
                    waiting[tensor.op] = 1
        return found

    def arrived(self, tensor: Tensor, has_gradient: Callable[[Operation], bool]) -> tuple[list[Tensor], list[Tensor]]:
        """Note that all gradients of a loop's result have arrived.

        Returns:
          The results to go back from now, and those among them that want a gradient of zeros: none before the last
          result of the loop has been seen.
        """
        state = self.state_of(tensor.op)
        assert state is not None
        state.deferred.append(tensor)
        state.pending -= 1
        if state.pending:
            return [], []
        used = [x for x in state.deferred if has_gradient(x.op)]
        state.unused += [x for x in state.deferred if not has_gradient(x.op)]
        is_used = bool(used) or state.forward_context in self._with_pushes
        return used + state.unused, state.unused if is_used else []

    # -- zeros -----------------------------------------------------------------------------------------------

    def zeros_for_exit(self, tensor: Tensor) -> Tensor:
        """A gradient of zeros for a result of a loop that is not used."""
        context = tensor.op.context
        outer = self._states.get(while_context_of(context.outer_context))
        known = is_full(tensor.sizes)
        dtype = tensor.dtype.base_dtype
        if outer is None:
            return zeros(tensor.shape, dtype) if known else zeros_like(tensor, optimize=False)
        if known:
            with outer.grad_context:
                return zeros(tensor.shape, dtype)
        with context.outer_context:
            sizes = shape_op(tensor)
        history = outer.remember(sizes)
        with outer.grad_context:
            return zeros(outer.recall(history, sizes), dtype)

    def zeros_like(self, op: Operation, index: int) -> Tensor | None:
        """A gradient of zeros for an output of an op on which the ys do not depend; made in the gradient's loop."""
        if op.opdef.role == "switch" and op.context is not None and op.context.is_loop:
            return None  # its rule makes them
        state = self.state_of(op)
        if state is None:
            return zeros_like_outside_branch(op, index)
        tensor, context = op.outputs[index], op.context
        dead = op.opdef.role == "switch"
        dtype = tensor.dtype.base_dtype
        if is_full(tensor.sizes):
            result: Tensor = constant(0, shape=tensor.sizes, dtype=dtype)
            if dead:
                result = switch_ref_or_tensor(result, state.pred_of(context))[1 - context.branch]
            return result
        sizes = self._dead_shape(op) if dead else self._shape(tensor, context)
        state.grad_context.__exit__()
        history = state.remember(sizes, dead)
        state.grad_context.__enter__()
        return zeros(state.recall(history, sizes, dead), dtype)

    @staticmethod
    def _shape(tensor: Tensor, context: Any) -> Tensor:
        with context:
            return shape_op(tensor)

    @staticmethod
    def _dead_shape(op: Operation) -> Tensor:
        """The shape of what a Switch hands to the branch that its context is not."""
        context = op.context
        with context.outer_context:
            other = switch_ref_or_tensor(op.inputs[0], context.pred)[1 - context.branch]
            sizes = shape_op(other)
        other.op.context = sizes.op.context = context
        return sizes

    # -- gradients of gradients ------------------------------------------------------------------------------

    def rule_of(self, op: Operation) -> Callable[..., Any] | None:
        """The gradient of an op on a stack that connects two of the loops, None for any other op."""
        if op.opdef is STACK_POP and pushed(op) is not None:
            return self._pop_gradient
        return self._push_gradient if op.opdef is STACK_PUSH else None

    def _pop_gradient(self, op: Operation, dy: Any) -> list[Any]:
        """The gradients of what was popped go onto another stack; that is brought to the push, not a gradient."""
        state = self.state_of(op)
        assert state is not None
        return [None, state.store(to_tensor(dy))]

    def _push_gradient(self, op: Operation, filled: Tensor) -> list[Any]:
        """What comes from that stack, the last one first."""
        state = self.state_of(op)
        assert state is not None
        return [None, state.fetch(filled, op.inputs[1])]

    def out_of_branches(self, op: Operation, found: list[Any]) -> list[Any]:
        """What an op in a branch of a gradient's loop brings to values outside of the branch: zeros if not taken."""
        state = self.state_of(op)
        if state is None or op.opdef.role in ("switch", "merge"):
            return found
        here, block = state, inside(None)
        if op.opdef.role == "enter":
            # it brings its gradient out of its loop, which may lie in a branch as a whole
            if state.outer is None:
                return found
            here, block = state.outer, outside(state.grad_context, here=state.outer.grad_context)
        if here.forward_context.grad_state is None:
            return found
        path = here.branches.of_loop(op.context) if here is not state else here.branches.of_op(op)
        if not path:
            return found
        with block:
            return [
                None if dx is None else _out_of(path, here.branches.of(tensor), tensor, dx)
                for tensor, dx in zip(_sources(op, found), found, strict=True)
            ]

    # -- the end ---------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Loop variables that do not depend on themselves: from the second iteration on their gradient is zero."""
        for state in self._states.values():
            for switch, head in state.heads.items():
                for merged in [head] if isinstance(head, Tensor) else [head.values, head.indices, head.dense_shape]:
                    if merged is not None and merged.op.inputs[0] is merged.op.inputs[1]:
                        _then_zeros(state, switch, merged.op)


def _sources(op: Operation, found: list[Any]) -> list[Tensor]:
    """The tensors that gradients are brought to; a pop brings one more, which is a stack and stays as it is."""
    return [*op.inputs, *op.outputs][: len(found)]


def _out_of(path: Path, known: Path, tensor: Tensor, dx: Any) -> Any:
    """A gradient that is there in the branches of a path, made one that is there wherever its tensor is."""
    for pred, side in reversed([item for item in path if item not in known]):
        pair = [to_tensor(dx), switch_ref_or_tensor(_zeros_of(tensor), pred)[1 - side]]
        dx = merge(pair if side == 0 else pair[::-1])[0]
    return dx


def _zeros_of(tensor: Tensor) -> Tensor:
    dtype = tensor.dtype.base_dtype
    if is_full(tensor.sizes):
        return constant(0, shape=tensor.sizes, dtype=dtype)
    return zeros(shape_op(tensor), dtype)


def _then_zeros(state: GradLoop, switch: Operation, merged: Operation) -> None:
    first = merged.inputs[0]
    dtype = first.dtype.base_dtype
    loop = state.grad_context
    if is_full(first.sizes):
        with loop:
            following = next_iteration(constant(0, dtype=dtype, shape=first.sizes))
    elif changes_shape(switch):
        with loop:
            following = next_iteration(zeros(shape_op(switch.outputs[1]), dtype))
    else:
        with inside(loop.outer_context):
            zero = zeros(shape_op(first.op.inputs[0]), dtype)
        with loop:
            following = next_iteration(zero)
    merged._set_inputs([first, following])


def refuse_initial_value(op: Operation, xs: Sequence[Operation]) -> None:
    """Refuse to leave a loop backwards that the walk did not enter: the xs lie in it or before it, the ys inside.

    Raises:
      ValueError: `op` is a Switch of such a loop.
    """
    here = get_default_graph().context
    if op.opdef.role != "switch" or here is None or not here.is_loop or op.context is not here:
        return
    queue, seen = [op], {op}
    targets = set(xs)
    target = op
    for current in queue:
        if current in targets:
            target = current
            break
        for tensor in current.inputs:
            if tensor.op not in seen:
                seen.add(tensor.op)
                queue.append(tensor.op)
    raise ValueError(
        errors.explain(
            f"Cannot compute gradient inside while loop with respect to op '{target.name}'. We do not support taking "
            "the gradient wrt or through the initial value of a loop variable. Gradients can be computed through loop "
            "invariants or wrt the input parameters to the loop body.",
            where=op.site,
        )
    )
