"""Graph: an append-only list of operations, and the state of building it (scopes, devices, collections, seed)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir import device as device_strings
from flowgraph.ir.members import Members
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.site import user_site as user_site
from flowgraph.ir.tensor import Operation, Site, Tensor
from flowgraph.shapes import Sizes

_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\-/]*$")


class NameScope:
    """The context manager behind `tf.name_scope`; entering gives the scope's name with a slash behind."""

    __slots__ = ("_graph", "_outer", "name")

    def __init__(self, graph: Graph, name: str | None) -> None:
        self._graph = graph
        self.name = name

    def __enter__(self) -> str:
        graph = self._graph
        self._outer = graph._scope
        graph._scope = graph._open_scope(self.name)
        return graph._scope + "/" if graph._scope else ""

    def __exit__(self, *exc: object) -> None:
        self._graph._scope = self._outer


class Controller:
    """One `control_dependencies` block: what the ops made inside wait for, and which ops those are."""

    __slots__ = ("_graph", "_outer", "_outer_context", "deps", "fresh", "seen")

    def __init__(self, graph: Graph, deps: Sequence[Operation] | None) -> None:
        self._graph = graph
        self.fresh = deps is None  # `control_dependencies(None)` forgets all around it
        self.deps = tuple(deps or ())
        self.seen: set[Operation] = set()

    def __enter__(self) -> None:
        graph = self._graph
        self._outer, self._outer_context = graph._controllers, graph.context
        if self.fresh:
            graph._controllers, graph.context = (), None
        graph._controllers = (*graph._controllers, self)

    def __exit__(self, *exc: object) -> None:
        self._graph._controllers, self._graph.context = self._outer, self._outer_context


class Graph(Members):
    """A dataflow graph: ops in the order in which they were made, and everything that building them needs.

    >>> g = Graph()
    >>> with g.as_default():
    ...     a = tf.constant(1.0, name="a")
    >>> [op.name for op in g.get_operations()]
    ['a']
    """

    def __init__(self) -> None:
        self._ops: list[Operation] = []
        self._by_name: dict[str, Operation] = {}
        self._names: dict[str, int] = {}
        self._scope = ""
        self._controllers: tuple[Controller, ...] = ()
        self._devices: tuple[Any, ...] = ()
        self._colocations: tuple[Operation, ...] = ()
        self._home: tuple[str, ...] | None = None  # see `colocate_with_name`
        self._collections: dict[Any, list[Any]] = {}
        self._finalized = False
        self._container = ""
        self.overrides: dict[str, str] = {}  # op type -> name of the user's gradient, inside an override block
        self._site: Site | None = None
        self.context: Any = None  # the control flow context (a branch of tf.cond, a loop) that is being built
        self.memory: dict[Any, Any] = {}  # what upper floors remember about this graph, keyed by them
        self.lock = threading.RLock()
        self.seed = None
        self.made_at = user_site()

    # -- adding ops ------------------------------------------------------------------------------------------

    def add(
        self,
        opdef: OpDef,
        name: str,
        inputs: tuple[Tensor, ...],
        attrs: dict[str, Any],
        dtypes: Sequence[DType],
        sizes: Sequence[Sizes],
    ) -> Operation:
        """Append an op whose full, unique name is known; the one place where ops are born."""
        if self._finalized:
            raise _finalized(f"the op that was to be added: {name} ({opdef.name})")
        op = Operation()
        if self._by_name.setdefault(name, op) is not op:  # (only a name that ends with '/' can be a taken one)
            raise ValueError(errors.explain(f"Duplicate node name in graph: '{name}'", where=user_site()))
        op.graph = self
        op.opdef = opdef
        op.name = name
        op.inputs = inputs
        op.attrs = attrs
        op.context = None
        op.marks = None
        op.colocation = self._home
        op.device = ""
        op.site = self._site or user_site()
        op.control = self._control_inputs(inputs) if self._controllers else ()
        outputs = []
        for index, dtype in enumerate(dtypes):
            tensor = Tensor()
            tensor.op = op
            tensor.index = index
            tensor.dtype = dtype
            tensor.sizes = sizes[index]
            tensor.users = None
            outputs.append(tensor)
        op.outputs = tuple(outputs)
        is_inside = self.context is not None
        for tensor in inputs:
            if tensor.users is None:
                tensor.users = [op]
            else:
                tensor.users.append(op)
            if tensor.op.context is not None:
                is_inside = True
        ops = self._ops
        ops.append(op)
        op._id = len(ops)
        if self._devices or self._colocations or self.overrides or self._container:
            self._mark(op)
        if self._controllers:
            for controller in self._controllers:
                controller.seen.add(op)
        if is_inside:
            from flowgraph.ir.context import enter_context

            enter_context(op, self.context)
        return op

    def _control_inputs(self, inputs: Sequence[Tensor]) -> tuple[Operation, ...]:
        """What the open `control_dependencies` blocks add; a block already waited for through an input adds nothing."""
        made_by = {tensor.op for tensor in inputs}
        found: dict[Operation, None] = {}
        for controller in self._controllers:
            if made_by.isdisjoint(controller.seen):
                for op in controller.deps:
                    if op not in made_by:
                        found[op] = None
        return tuple(found)

    def _mark(self, op: Operation) -> None:
        """Note what the blocks around say of an op: of its device, its gradient, its container."""
        if self._devices:
            self._place(op)
        if self._colocations:
            self._colocate(op, self._colocations)
        if op.opdef.name in self.overrides:
            op.marks = {"_gradient_op_type": self.overrides[op.opdef.name]}
        if self._container and op.attrs.get("container") == "":
            op.attrs["container"] = self._container

    def _place(self, op: Operation) -> None:
        # the innermost scope comes first, and outer ones fill in what it leaves open
        for function in reversed(self._devices):
            if callable(function):
                # what a function says stands as it is; it can see what inner blocks said in op.device
                op.device = str(function(op) or "")
            elif function is None:
                break
            else:
                op.device = device_strings.merge(function, op.device)

    def _colocate(self, op: Operation, groups: Sequence[Operation]) -> None:
        names = {name for other in groups for name in (other.colocation or (other.name,))}
        for other in groups:
            if other.device:
                op.device = other.device
        op.colocation = tuple(sorted(names))

    # -- names -----------------------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` in the current scope, with `_1`, `_2` ... behind when it is taken (letter case does not count)."""
        if self._scope:
            name = f"{self._scope}/{name}"
        key = name.lower()
        names = self._names
        used = names.get(key, 0)
        if mark_as_used:
            names[key] = used + 1
        if not used:
            return name
        while (numbered := f"{key}_{used}") in names:
            used += 1
        if mark_as_used:
            names[numbered] = 1
        return f"{name}_{used}"

    def name_scope(self, name: str | None) -> NameScope:
        """Prefix the names of ops made inside with `name` (None or '': no prefix at all; `x/` re-enters scope x)."""
        return NameScope(self, name)

    def _open_scope(self, name: str | None) -> str:
        if not name:
            return ""
        if not isinstance(name, str):
            raise TypeError(f"expected string or bytes-like object for a scope name, got {name!r}")
        # the first character of an outermost scope is the first of an op's name
        if not (_SCOPE_NAME if self._scope else _OP_NAME).match(name):
            raise ValueError(f"'{name}' is not a valid scope name")
        return name[:-1] if name[-1] == "/" else self.unique_name(name)

    def get_name_scope(self) -> str:
        """The name scope that ops are made in now, without the last slash; '' outside all of them."""
        return self._scope

    def claim(self, name: str | None, default: str, kind: str = "scope") -> str:
        """The full name of an op to be made: `name` in the current scope, or exactly `name` when it ends with '/'.

        TF's message for a bad name calls it that of a `kind`: a scope for most ops, a node for those without inputs.
        """
        if name is None:
            return self.unique_name(default)
        if not isinstance(name, str):
            raise TypeError(errors.explain("expected string or bytes-like object", where=user_site()))
        if name and name[-1] == "/":
            return name[:-1]
        if not (_SCOPE_NAME if self._scope else _OP_NAME).match(name):
            kind = kind if name else "node"
            raise ValueError(errors.explain(f"'{name}' is not a valid {kind} name", where=user_site()))
        return self.unique_name(name)

    # -- the state around the ops to come ---------------------------------------------------------------------

    def as_default(self) -> Any:
        """Make this the graph that ops are added to, inside the `with` block and on this thread."""
        from flowgraph.ir.scope import default_graphs

        return default_graphs.pushed(self)

    def control_dependencies(self, control_inputs: Sequence[Any] | None) -> Controller:
        """Ops made inside run after `control_inputs` (ops, tensors, variables); None forgets all blocks around."""
        if control_inputs is None:
            return Controller(self, None)
        deps: dict[Operation, None] = {}
        for item in control_inputs:
            op = self.as_graph_element(waited_for(item)).op
            deps[op] = None
        return Controller(self, tuple(deps))

    @contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Ask for a device for the ops made inside: a string, a function of the op, or None (no device at all)."""
        device = device_name_or_function
        if device is not None and not callable(device):
            device = device_strings.canonical(device)
            device_strings.note_elsewhere(device)
        outer = self._devices
        self._devices = (*outer, device)
        try:
            yield
        finally:
            self._devices = outer

    @contextmanager
    def colocate_with(self, op: Any, ignore_existing: bool = False) -> Iterator[None]:
        """Put the ops made inside on the device of `op`, and remember why in their `_class` attr.

        Args:
          op: an op, tensor or variable; None, which needs `ignore_existing`: wherever.
          ignore_existing: whether to forget the blocks around.
        """
        if op is None and not ignore_existing:
            line = "Trying to reset colocation (op is None) but ignore_existing is not True"
            raise ValueError(errors.explain(line, where=user_site()))
        colocations, devices = self._colocations, self._devices
        if ignore_existing:
            self._colocations = ()
        if op is not None:
            self._colocations = (*self._colocations, waited_for(getattr(op, "handle", op)).op)
        # an internal colocation is stronger than the device blocks around it
        self._devices = ()
        try:
            yield
        finally:
            self._colocations, self._devices = colocations, devices

    @contextmanager
    def colocate_with_name(self, name: str) -> Iterator[None]:
        """Put the ops made inside where an op of that name will be: a variable, while its initial value is made."""
        outer = self._home
        self._home = (name,)
        try:
            yield
        finally:
            self._home = outer

    @contextmanager
    def at_site(self, site: Site | None) -> Iterator[None]:
        """Let all ops made inside count as made at one line: faster where one call makes thousands of them."""
        outer = self._site
        self._site = site
        try:
            yield
        finally:
            self._site = outer

    @contextmanager
    def gradient_override_map(self, op_type_map: Any) -> Iterator[None]:
        """Let ops of some types, made inside the block, have gradients that the user registered: {op type: name}."""
        pairs = op_type_map.items() if isinstance(op_type_map, dict) else [(None, None)]
        if not all(isinstance(item, str) for pair in pairs for item in pair):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        outer = self.overrides
        self.overrides = {**outer, **op_type_map}
        try:
            yield
        finally:
            self.overrides = outer

    @contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        """Let variables and other state, made inside the block, lie in a container: `tf.Session.reset` empties it."""
        outer, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = outer

    def finalize(self) -> None:
        """Forbid further ops and changes of the collections; `run` needs none."""
        self._finalized = True

    def _unsafe_unfinalize(self) -> None:
        """Undo `finalize`: TF's name, for sessions that train give the graph back as they found it."""
        self._finalized = False

    @property
    def finalized(self) -> bool:
        """Whether `finalize` was called."""
        return self._finalized

    # -- looking things up -----------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Grows with every op."""
        return len(self._ops)

    _last_id = version

    @property
    def _functions(self) -> dict[str, Any]:
        """The functions of the graph by their names, as TF's attribute of that name has them."""
        from flowgraph.ir.function import library_of

        return dict(library_of(self))

    def get_operations(self) -> list[Operation]:
        """All ops in the order in which they were made."""
        return list(self._ops)

    def get_operation_by_name(self, name: str) -> Operation:
        """Raises KeyError when there is no such op, ValueError when `name` is a tensor's."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        found = self.as_graph_element(name, allow_tensor=False, allow_operation=True)
        assert isinstance(found, Operation)
        return found

    def get_tensor_by_name(self, name: str) -> Tensor:
        """Raises KeyError when there is no such tensor, ValueError when `name` is an op's."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        found = self.as_graph_element(name, allow_tensor=True, allow_operation=False)
        assert isinstance(found, Tensor)
        return found

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The Tensor or Operation of this graph that `obj` (one of them, a variable, a name) stands for."""
        from flowgraph.ir.lookup import find

        return find(self, obj, allow_tensor, allow_operation)

    def is_feedable(self, tensor: Tensor) -> bool:
        """Whether `feed_dict` may hold this tensor."""
        return tensor not in self.memory.get("unfeedable", ())

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        """Whether `Session.run` may be asked for this tensor or op; inside a branch or a loop it may not."""
        return tensor_or_op.op not in self.memory.get("unfetchable", ())

    def prevent_feeding(self, tensor: Tensor) -> None:
        """Refuse this tensor in every `feed_dict` from now on."""
        self.memory.setdefault("unfeedable", set()).add(tensor)

    def prevent_fetching(self, op: Operation) -> None:
        """Refuse this op and its outputs as fetches from now on."""
        self.memory.setdefault("unfetchable", set()).add(op)

    # -- collections -----------------------------------------------------------------------------------------

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Append `value` to the collection `name`, which need not exist yet."""
        if self._finalized:
            raise _finalized(f"the collection that was to be added to: {name}")
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Add to several collections; a name given twice counts once."""
        names = (names,) if isinstance(names, str) else dict.fromkeys(names)
        for name in names:
            self.add_to_collection(name, value)

    def get_collection_ref(self, name: Any) -> list[Any]:
        """The list itself, so that a change of it is a change of the collection."""
        return self._collections.setdefault(name, [])

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """A copy of the collection, or of its members whose names match the regular expression `scope`."""
        members = self._collections.get(name, [])
        if scope is None:
            return list(members)
        pattern = re.compile(scope)
        return [item for item in members if hasattr(item, "name") and pattern.match(item.name)]

    def get_all_collection_keys(self) -> list[Any]:
        """The names of all collections that are strings, as nearly all are."""
        return [name for name in self._collections if isinstance(name, str)]

    @property
    def collections(self) -> list[Any]:
        """The names of all collections."""
        return list(self._collections)

    def clear_collection(self, name: Any) -> None:
        """Empty a collection; what it held stays in the graph."""
        if self._finalized:
            raise _finalized(f"the collection that was to be emptied: {name}")
        self._collections.pop(name, None)

    # -- showing itself --------------------------------------------------------------------------------------

    def to_networkx(self) -> Any:
        """A `networkx.MultiDiGraph` of the ops by name, an edge for each input slot; see `viz/nx.py`."""
        from flowgraph.viz.nx import to_networkx

        return to_networkx(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from flowgraph.viz.notebook import graph_bundle

        return graph_bundle(self, include, exclude)

    def __repr__(self) -> str:
        return f"<flowgraph.Graph of {len(self._ops)} ops>"


def _finalized(change: str) -> RuntimeError:
    return RuntimeError(
        errors.explain(
            "Graph is finalized and cannot be modified.",
            details=[change],
            mend="Build all ops before graph.finalize(), and outside the training loop.",
            where=user_site(),
        )
    )


def waited_for(item: Any) -> Any:
    """The tensor or op that stands for `item` (a variable, slices of one) where something waits for it."""
    if isinstance(item, Operation | Tensor):
        return item
    if hasattr(item, "_handle") and hasattr(item, "op"):
        return item.op  # waiting for a resource variable is no read of it
    if hasattr(item, "_as_graph_element"):
        return item._as_graph_element()
    return item if hasattr(item, "get_shape") else getattr(item, "op", item)  # a SparseTensor stands for no single op
