"""Branches and loops as messages, so that gradients go through a `cond` or `while_loop` that comes from a file.

A run finds branches and loops from their nodes alone; a gradient asks more: in which of them each op was made, and what
stands inside for the values of outside. That is what a CondContextDef and a WhileContextDef say.
"""

from __future__ import annotations

from typing import Any

from flowgraph import protos
from flowgraph.ir.context import ControlContext
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import get_default_graph
from flowgraph.ops.cond import CondContext
from flowgraph.ops.while_context import WhileContext

# -- writing -----------------------------------------------------------------------------------------------


def to_proto(context: ControlContext, export_scope: str | None = None) -> Any:
    """A context as its message; None if it lies outside of `export_scope`, which is left out of all names."""
    prefix = export_scope.rstrip("/") + "/" if export_scope else ""
    return _written(context, prefix) if context.name.startswith(prefix) else None


def _written(context: Any, prefix: str) -> Any:
    found = _loop_written(context, prefix) if context.is_loop else _branch_written(context, prefix)
    found.context_name = context.name.removeprefix(prefix)
    found.values_def.values.extend(sorted(tensor.name.removeprefix(prefix) for tensor in context.values))
    for outside, inside in context.external_values.items():
        found.values_def.external_values[outside.name.removeprefix(prefix)] = inside.name.removeprefix(prefix)
    for nested in context.nested_contexts:
        definition = _written(nested, prefix)
        field = "while_ctxt" if nested.is_loop else "cond_ctxt"
        getattr(found.nested_contexts.add(), field).CopyFrom(definition)
    return found


def _branch_written(context: CondContext, prefix: str) -> Any:
    return protos.message("CondContextDef")(
        pred_name=context.pred.name.removeprefix(prefix),
        pivot_name=context.pivot.name.removeprefix(prefix),
        branch=context.branch,
    )


def _loop_written(context: Any, prefix: str) -> Any:
    found = protos.message("WhileContextDef")(
        parallel_iterations=context.parallel_iterations,
        back_prop=context.back_prop,
        swap_memory=context.swap_memory,
        pivot_name=context.pivot.name.removeprefix(prefix),
        pivot_for_pred_name=context.pivot_for_pred.name.removeprefix(prefix),
        pivot_for_body_name=context.pivot_for_body.name.removeprefix(prefix),
        loop_exit_names=[tensor.name.removeprefix(prefix) for tensor in context.loop_exits],
        loop_enter_names=[tensor.name.removeprefix(prefix) for tensor in context.loop_enters],
    )
    if context.maximum_iterations is not None:
        found.maximum_iterations_name = context.maximum_iterations.name.removeprefix(prefix)
    return found


# -- reading -----------------------------------------------------------------------------------------------


def from_proto(definition: Any, import_scope: str | None = None) -> ControlContext:
    """The branch or loop of a message, whose ops are in the current graph, perhaps in a scope.

    Raises:
      KeyError: they are not.
    """
    return _Reading(get_default_graph(), f"{import_scope.rstrip('/')}/" if import_scope else "").context(definition)


class _Reading:
    """A context and all those inside it, out of messages."""

    def __init__(self, graph: Graph, prefix: str) -> None:
        self.graph, self.prefix = graph, prefix

    def context(self, definition: Any) -> ControlContext:
        is_loop = definition.DESCRIPTOR.name == "WhileContextDef"
        found = self._loop(definition) if is_loop else self._branch(definition)
        self._values(found, definition.values_def)
        if is_loop and self.prefix:
            self._rename_frame(found)
        with found:
            for nested in definition.nested_contexts:
                kind = nested.WhichOneof("ctxt")
                if kind is not None:
                    self.context(getattr(nested, kind))
        return found

    def _tensor(self, name: str) -> Any:
        return self.graph.get_tensor_by_name(self.prefix + name)

    def _branch(self, definition: Any) -> CondContext:
        context = CondContext.__new__(CondContext)
        ControlContext.__init__(context, self.prefix + definition.context_name, is_unique=True)
        context.pred, context.pivot = self._tensor(definition.pred_name), self._tensor(definition.pivot_name)
        context.branch = definition.branch
        return context

    def _loop(self, definition: Any) -> WhileContext:
        limit = definition.maximum_iterations_name
        name = self.prefix + definition.context_name
        context = WhileContext(
            self._tensor(limit) if limit else None,
            definition.parallel_iterations,
            definition.back_prop,
            definition.swap_memory,
            name,
            is_unique=True,
        )
        context.pivot = self._tensor(definition.pivot_name)
        context.pivot_for_pred = self._tensor(definition.pivot_for_pred_name)
        context.pivot_for_body = self._tensor(definition.pivot_for_body_name)
        context.loop_exits = [self._tensor(name) for name in definition.loop_exit_names]
        context.loop_enters = [self._tensor(name) for name in definition.loop_enter_names]
        return context

    def _values(self, context: ControlContext, definition: Any) -> None:
        """The tensors of a context; the ops of those that do not come from outside become its own."""
        context.values = {self._tensor(name) for name in definition.values}
        context.external_values = {
            self._tensor(outside): self._tensor(inside) for outside, inside in definition.external_values.items()
        }
        for tensor in context.values - set(context.external_values):
            tensor.op.context = context

    @staticmethod
    def _rename_frame(context: ControlContext) -> None:
        """The frame of a loop in a scope gets a name of its own: the same graph may come in twice."""
        for tensor in context.values:
            if tensor.op.opdef.role == "enter" and tensor.op.context is context:
                tensor.op.attrs["frame_name"] = context.name
