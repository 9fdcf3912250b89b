"""Variables as VariableDef messages, which name their ops, and back: what collections in meta graphs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowgraph import protos
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import get_default_graph
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.partitioned import SaveSliceInfo

if TYPE_CHECKING:
    from flowgraph.variables.variable import Variable


def variable_def(variable: Any, export_scope: str | None = None) -> Any:
    """A variable as a VariableDef.

    Args:
      variable: the variable.
      export_scope: a scope that is left out of the names; None for a variable that lies elsewhere.
    """
    names = {
        "variable_name": variable._handle.name if _is_resource(variable) else variable._ref().name,
        "initializer_name": variable.initializer.name,
        "snapshot_name": variable._graph_element.name if _is_resource(variable) else variable._snapshot.name,
        "initial_value_name": variable.initial_value.name if variable.initial_value is not None else "",
    }
    if export_scope is not None:
        prefix = export_scope.rstrip("/") + "/"
        if not names["variable_name"].startswith(prefix):
            return None
        names = {key: name.removeprefix(prefix) for key, name in names.items()}
    found = protos.message("VariableDef")(
        **names,
        is_resource=_is_resource(variable),
        trainable=variable.trainable,
        synchronization=variable.synchronization.value,
        aggregation=variable.aggregation.value,
    )
    info = variable._get_save_slice_info()
    if info is not None:
        found.save_slice_info_def.MergeFrom(info.to_proto(export_scope))
    return found


def _is_resource(variable: Any) -> bool:
    return hasattr(variable, "_graph_element")


def adopt(variable: Variable, definition: Any, import_scope: str | None = None) -> None:
    """Make an object the variable whose ops are in the graph already.

    Args:
      variable: an empty object of the right class.
      definition: a VariableDef.
      import_scope: a scope that is put before the names.

    Raises:
      KeyError: the graph lacks an op of that name.
    """
    graph = get_default_graph()
    element = _Elements(graph, import_scope)
    made: Any = variable
    made._initializer_op = element(definition.initializer_name)
    made._initial_value = element(definition.initial_value_name) if definition.initial_value_name else None
    if definition.is_resource:
        made._handle = element(definition.variable_name)
        made._graph_element = element(definition.snapshot_name)
        made._sizes, made._dtype = made._graph_element.sizes, made._graph_element.dtype.base_dtype
        made._cached_value = None
        if made._graph_element.op.type != "ReadVariableOp":  # what was read is kept elsewhere
            made._cached_value = made._graph_element
    else:
        made._variable = element(definition.variable_name)
        made._snapshot = element(definition.snapshot_name)
    made._trainable = definition.trainable
    made._constraint = None
    made._synchronization = VariableSynchronization(definition.synchronization)
    made._aggregation = VariableAggregation(definition.aggregation)
    made._save_slice_info = None
    if definition.HasField("save_slice_info_def"):
        made._save_slice_info = SaveSliceInfo(
            save_slice_info_def=definition.save_slice_info_def, import_scope=import_scope
        )


class _Elements:
    """Ops and tensors by their names in a VariableDef."""

    def __init__(self, graph: Graph, import_scope: str | None) -> None:
        self._graph = graph
        self._prefix = f"{import_scope.rstrip('/')}/" if import_scope else ""

    def __call__(self, name: str) -> Any:
        return self._graph.as_graph_element(self._prefix + name)


def variable_of(definition: Any, import_scope: str | None = None) -> Variable:
    """The variable of a VariableDef, whose ops are in the graph."""
    from flowgraph.variables.ref_variable import RefVariable
    from flowgraph.variables.resource_variable import ResourceVariable

    kind: Any = ResourceVariable if definition.is_resource else RefVariable
    found: Variable = kind.__new__(kind)
    adopt(found, definition, import_scope)
    return found
