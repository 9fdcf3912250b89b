"""Control flow contexts: the branches of a cond and the loops in which ops are made.

While a branch or a loop is built, each new op is handed to its context, which lets tensors of the outside in (through
Switches or Enters) and sees to it that the op runs only with the branch or the loop. Contexts serve building alone:
running a graph asks its nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor


class ControlContext:
    """What branches and loops have in common.

    Attributes:
      name: unique in the graph; a loop's is the name of its frame.
      outer_context: the branch or loop in which this one stands, or None.
      nested_contexts: those that stand directly in this one.
      values: the tensors that may be used inside: those made there, and those of outside seen so far.
      external_values: for tensors of outside, the tensor that stands for each inside.
    """

    is_loop = False

    def __init__(self, name: str, is_unique: bool = False) -> None:
        graph = get_default_graph()
        self.name = name if is_unique else graph.unique_name(name)
        self.outer_context: Any = graph.context
        self.nested_contexts: list[Any] = []
        if self.outer_context is not None:
            self.outer_context.nested_contexts.append(self)
        self.values: set[Tensor] = set()
        self.external_values: dict[Tensor, Tensor] = {}
        self._before: list[Any] = []

    def __enter__(self) -> Any:
        graph = get_default_graph()
        self._before.append(graph.context)
        graph.context = self
        return self

    def __exit__(self, *exc: object) -> None:
        get_default_graph().context = self._before.pop()

    def add_value(self, tensor: Tensor) -> Tensor:
        """The tensor that stands for `tensor` inside."""
        raise NotImplementedError

    def add_op(self, op: Operation) -> None:
        """Take in an op that was just made."""
        raise NotImplementedError

    @property
    def control_pivot(self) -> Tensor | None:
        """What ops without inputs wait for, so that they run only with this branch or loop."""
        return None

    @property
    def while_context(self) -> Any:
        """The innermost loop around ops of this context, or None."""
        return self.outer_context.while_context if self.outer_context is not None else None

    @property
    def grad_state(self) -> Any:
        """The gradient state of the innermost loop around, if that is the loop of a gradient."""
        loop = self.while_context
        return None if loop is None else loop.grad_state

    @property
    def back_prop(self) -> bool:
        """Whether gradients may be asked of the innermost loop around."""
        loop = self.while_context
        return loop is not None and loop.back_prop

    def contains(self, op: Operation) -> bool:
        """Whether an op was made in this context, or in one inside it."""
        return is_inside(op.context, self)

    def exit_result(self, tensors: Iterable[Tensor]) -> None:
        """Let the context around use these results."""
        if self.outer_context is not None:
            self.outer_context.values.update(tensors)

    def _let_in(self, op: Operation) -> None:
        """Replace the inputs of an op by what stands for them inside."""
        inputs = op.inputs
        inside = self._named_after(op, [(self.add_value, tensor) for tensor in inputs])
        if any(new is not old for new, old in zip(inside, inputs, strict=True)):
            op._set_inputs(inside)

    def _named_after(self, op: Operation, calls: Sequence[tuple[Any, Any]]) -> list[Any]:
        """Make the calls; the ops that they add are named after the op that needs them."""
        graph = op.graph
        scope, graph._scope = graph._scope, op.name
        try:
            return [function(argument) for function, argument in calls]
        finally:
            graph._scope = scope

    def _drop_outer_controls(self, op: Operation) -> list[Operation]:
        """Take from an op inside a loop the control inputs that lie outside of the loop, and return those."""
        loop = self.while_context
        if loop is None or not op.control:
            return []
        inner = [source for source in op.control if while_context_of(output_context(source)) is loop]
        outer = [source for source in op.control if source not in inner]
        op.control = tuple(inner)
        return outer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def is_inside(context: Any, around: Any) -> bool:
    """Whether a context is `around` or lies in it; None is the graph itself, which holds all."""
    while context is not around:
        if context is None:
            return False
        context = context.outer_context
    return True


def while_context_of(context: Any) -> Any:
    """The innermost loop of a context, or None."""
    return None if context is None else context.while_context


def output_context(op: Operation) -> Any:
    """The context of what an op gives: that of an Exit lies outside of its loop."""
    context = op.context
    return context.outer_context if context is not None and op.opdef.role == "exit" else context


def enter_context(op: Operation, context: Any) -> None:
    """Hand an op that was just made to the context in which it was made (None: in none).

    Raises:
      ValueError: an input lies in a loop in which the op does not lie.
    """
    for tensor in op.inputs:
        inner = output_context(tensor.op)
        if inner is not None and inner is not context and not _may_use(op, context, inner):
            raise ValueError(_in_a_loop(op, tensor, context))
    if context is not None:
        context.add_op(op)


def _may_use(op: Operation, context: Any, inner: Any) -> bool:
    """Whether an op made in one context may take a value of another."""
    loop, source = while_context_of(context), while_context_of(inner)
    if loop is None:
        # Enter and Switch are made outside and belong to the loop or branch later
        return source is None or op.opdef.role in ("enter", "switch")
    return is_inside(loop, source) or _is_gradient_of(loop, source) or _is_gradient_of(source, loop)


def _is_gradient_of(loop: Any, forward: Any) -> bool:
    """Whether a loop is the gradient of another loop, of one around it, or of one directly inside it."""
    if loop is None or loop.grad_state is None or forward is None:
        return False
    of = loop.grad_state.forward_context
    return is_inside(of, forward) or forward.outer_context is of


def _in_a_loop(op: Operation, tensor: Tensor, context: Any) -> str:
    name, source = op.name, tensor.op.name
    loop = while_context_of(tensor.op.context)
    if while_context_of(context) is None:
        line = f"Cannot use '{source}' as input to '{name}' because '{source}' is in a while loop."
    else:
        line = f"Cannot use '{source}' as input to '{name}' because they are in different while loops."
    return errors.explain(
        line + " See info log for more details.",
        details=[f"{tensor.name} was {errors.made_at(tensor.op.site)}, in {loop!r}"],
        mend="A value leaves a loop as a loop variable: use what tf.while_loop returns.",
        where=user_site(),
    )
