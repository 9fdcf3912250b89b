"""The graph of the objects below a root, as a checkpoint keeps it.

    root ──model──► layer ──kernel──► variable        model/kernel/.ATTRIBUTES/VARIABLE_VALUE
      └──optimizer──► Adam ┄┄m┄┄► slot                model/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/...

The shortest way from the root names an object in the file; the whole graph lies beside the values in a
TrackableObjectGraph, so that a program whose objects hang together otherwise finds them again.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flowgraph import protos
from flowgraph.ir.tensor import Tensor
from flowgraph.tracking.saveables import PythonStringStateSaveable, full_name_of, saveable_of
from flowgraph.training.optimizer import Optimizer

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""The name of the TrackableObjectGraph among the tensors of a checkpoint."""

_SLOTS, _ATTRIBUTES = ".OPTIMIZER_SLOT", ".ATTRIBUTES"


class Gathered(NamedTuple):
    """What a checkpoint of the objects below a root is made of."""

    saveables: list[Any]
    proto: Any
    feeds: dict[Tensor, bytes]


class ObjectGraph:
    """The objects below a root, as they are whenever it is asked.

    Args:
      root: the object to begin at, or a weak reference to it.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._kept: dict[int, tuple[Any, dict[str, Any]]] = {}

    @property
    def root(self) -> Any:
        """The object to begin at."""
        return self._root() if isinstance(self._root, weakref.ref) else self._root

    def kept_for(self, item: Any) -> dict[str, Any]:
        """What was made of an object for savers before, by attribute: saving twice adds ops once."""
        return self._kept.setdefault(id(item), (item, {}))[1]

    def objects(self) -> list[Any]:
        """All objects, the root first, slots of optimizers last."""
        return self._numbered()[0]

    def gather(self) -> Gathered:
        """What a checkpoint has to hold."""
        items, names, slots = self._numbered()
        numbers = {id(item): number for number, item in enumerate(items)}
        graph = protos.message("TrackableObjectGraph")()
        for item in items:
            node = graph.nodes.add()
            node.slot_variables.extend(slots.get(id(item), ()))
            for child in item._checkpoint_dependencies:
                node.children.add(node_id=numbers[id(child.ref)], local_name=child.name)
        found = Gathered([], graph, {})
        for item, node in zip(items, graph.nodes, strict=True):
            self._add_attributes(item, node, names[id(item)], found)
        return found

    # -- the parts -------------------------------------------------------------------------------------------

    def _numbered(self) -> tuple[list[Any], dict[int, str], dict[int, list[Any]]]:
        """All objects in order, their names in the file, and the slots of each optimizer."""
        items, paths = self._walk()
        names = {key: "/".join(map(_escaped, path)) for key, path in paths.items()}
        slots: dict[int, list[Any]] = {}
        own = list(items)
        for item in own:
            if isinstance(item, Optimizer) or hasattr(item, "_create_or_restore_slot_variable"):
                found = list(_slots_of(item, own, names, items))
                if found:
                    slots[id(item)] = found
        return items, names, slots

    def _walk(self) -> tuple[list[Any], dict[int, tuple[str, ...]]]:
        """Breadth first, so that the way to each object is a shortest one."""
        found: list[Any] = []
        paths: dict[int, tuple[str, ...]] = {id(self.root): ()}
        to_visit = deque([self.root])
        while to_visit:
            item = to_visit.popleft()
            found.append(item)
            for name, child in item._checkpoint_dependencies:
                if id(child) not in paths:
                    paths[id(child)] = (*paths[id(item)], name)
                    to_visit.append(child)
        return found, paths

    def _add_attributes(self, item: Any, node: Any, name: str, found: Gathered) -> None:
        kept = self.kept_for(item)
        for attribute, factory in item._gather_saveables_for_checkpoint().items():
            key = f"{name}/{_ATTRIBUTES}/{_escaped(attribute)}"
            saveable = kept.get(attribute)
            if saveable is None or key not in saveable.name:
                saveable = kept[attribute] = saveable_of(factory, key)
            full_name = "" if callable(factory) else full_name_of(factory)
            node.attributes.add(
                name=attribute, checkpoint_key=key, full_name=full_name, optional_restore=_is_optional(saveable)
            )
            if isinstance(saveable, PythonStringStateSaveable):
                found.feeds.update(saveable.feeds())
            found.saveables.append(saveable)


def _is_optional(saveable: Any) -> bool:
    return bool(getattr(saveable, "optional_restore", False))


def _slots_of(optimizer: Any, own: Sequence[Any], names: dict[int, str], items: list[Any]) -> Any:
    """References to an optimizer's slots, which are added to the objects and named here."""
    reference = protos.message("TrackableObjectGraph.TrackableObject.SlotVariableReference")
    for slot_name in optimizer.get_slot_names():
        for number, variable in enumerate(own):
            slot = _slot(optimizer, variable, slot_name)
            if slot is None:
                continue
            if slot._checkpoint_dependencies:
                raise NotImplementedError(
                    "Currently only variables with no dependencies can be saved as slot variables. File a feature "
                    "request if this limitation bothers you."
                )
            if id(slot) in names:
                raise NotImplementedError(
                    "A slot variable was re-used as a dependency of a Trackable object. This is not currently allowed. "
                    "File a feature request if this limitation bothers you."
                )
            names[id(slot)] = f"{names[id(variable)]}/{_SLOTS}/{names[id(optimizer)]}/{_escaped(slot_name)}"
            yield reference(slot_name=slot_name, original_variable_node_id=number, slot_variable_node_id=len(items))
            items.append(slot)


def _slot(optimizer: Any, variable: Any, slot_name: str) -> Any:
    try:
        return optimizer.get_slot(variable, slot_name)
    except (AttributeError, KeyError):
        return None


def _escaped(name: str) -> str:
    """A name as a part of a path: '/' separates, '.' begins what is no name."""
    return name.replace(".", "..").replace("/", ".S")


def paths_in(graph: Any) -> dict[int, str]:
    """For messages, what leads to each node of a TrackableObjectGraph: '(root).model.kernel'."""
    paths = {0: "(root)"}
    to_visit = deque([0])
    while to_visit:
        number = to_visit.popleft()
        for child in graph.nodes[number].children:
            if child.node_id not in paths:
                paths[child.node_id] = f"{paths[number]}.{child.local_name}"
                to_visit.append(child.node_id)
    for number, node in enumerate(graph.nodes):
        for slot in node.slot_variables:
            owner, variable = paths.get(number, "?"), paths.get(slot.original_variable_node_id, "?")
            paths[slot.slot_variable_node_id] = f"{owner}'s state '{slot.slot_name}' for {variable}"
    return paths


def parsed(data: bytes, what: str, error: Callable[[str], Exception]) -> Any:
    """A TrackableObjectGraph from a file; its numbers are those of nodes that are there."""
    from google.protobuf.message import DecodeError

    graph = protos.message("TrackableObjectGraph")()
    try:
        graph.ParseFromString(data)
    except DecodeError as problem:
        raise error(f"{what}: its object graph cannot be read: {problem}") from problem
    count = len(graph.nodes)
    for node in graph.nodes:
        numbers = [child.node_id for child in node.children]
        for slot in node.slot_variables:
            numbers += [slot.original_variable_node_id, slot.slot_variable_node_id]
        if not all(0 <= number < count for number in numbers):
            raise error(f"{what}: its object graph has {count} nodes and speaks of others")
    if not count:
        raise error(f"{what}: its object graph is empty")
    return graph
