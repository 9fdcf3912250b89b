"""What is current on this thread: the default graph, the default session; and the functions that ask for them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import Controller, Graph, NameScope, user_site
from flowgraph.ir.tensor import Operation, Tensor


class DefaultStack(threading.local):
    """A stack of defaults, one for each thread.

    Attributes:
      items: the defaults, the innermost last.
      own: the graph that ops of this thread go to outside every `with graph.as_default()`.
    """

    own: Graph | None = None

    def __init__(self) -> None:
        self.items: list[Any] = []

    def pushed(self, item: Any) -> _Pushed:
        """Make `item` the default inside the `with` block."""
        return _Pushed(self, item)

    def push(self, item: Any) -> None:
        """Make `item` the default until it is taken off."""
        self.items = [*self.items, item]

    def take_off(self, item: Any) -> None:
        """End what `push` did, even under other defaults; nothing if `item` is not there."""
        for at in reversed(range(len(self.items))):
            if self.items[at] is item:
                self.items = self.items[:at] + self.items[at + 1 :]
                return


class _Pushed:
    """A block with a default of its own.

    It is made such that Ctrl-C at any place inside, even in a block within that is being entered or left, finds the
    defaults of the outside restored behind it.
    """

    __slots__ = ("_item", "_outer", "_stack")

    def __init__(self, stack: DefaultStack, item: Any) -> None:
        self._stack, self._item = stack, item

    def __enter__(self) -> Any:
        self._outer = self._stack.items
        self._stack.items = [*self._outer, self._item]
        return self._item

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        items, item = self._stack.items, self._item
        if kind is None and (not items or items[-1] is not item):
            raise AssertionError(
                f"Nesting violated for default stack of {type(item)} objects"
                if item in items
                else f"The default {type(item).__name__} of this block was taken off inside it."
            )
        self._stack.items = items[:-1] if kind is None else self._outer


default_graphs = DefaultStack()
default_sessions = DefaultStack()


def get_default_graph() -> Graph:
    """The graph that ops are added to now; each thread starts with one of its own."""
    items = default_graphs.items
    if items:
        return items[-1]
    if default_graphs.own is None:
        default_graphs.own = Graph()
    return default_graphs.own


def reset_default_graph() -> None:
    """Start over with an empty default graph.

    Raises:
      AssertionError: inside `with graph.as_default()`.
    """
    if default_graphs.items:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting "
            "and create a new graph."
        )
    default_graphs.own = Graph()


def get_default_session() -> Any:
    """The session of the innermost `with session:` block (or InteractiveSession), or None."""
    items = default_sessions.items
    return items[-1] if items else None


def session_for(element: Tensor | Operation, session: Any, prefix: str, hint: str) -> Any:
    """The session that `eval` and `run` of `element` use.

    Raises:
      ValueError: there is none, or it belongs to another graph.
    """
    given = session is not None
    if not given:
        session = get_default_session()
        colon = ":" if isinstance(element, Operation) else ""  # so TF has it
        if session is None:
            raise ValueError(
                errors.explain(
                    f"{prefix}No default session is registered. Use `with sess.as_default(){colon}` or pass an "
                    f"explicit session to `{hint}`",
                    details=[f"{element.name} was {errors.made_at(element.op.site)}"],
                    where=user_site(),
                )
            )
    if session.graph is not element.graph:
        which = "The passed" if given else "Cannot use the default session:"
        raise ValueError(
            errors.explain(
                f"Cannot use the {'given' if given else 'default'} session to "
                f"{'evaluate tensor' if isinstance(element, Tensor) else 'execute operation'}: the "
                f"{'tensor' if isinstance(element, Tensor) else 'operation'}'s graph is different from the session's "
                "graph." + ("" if given else f" Pass an explicit session to `{hint}`."),
                details=[
                    f"{which} session's graph: {session.graph!r}, made at {place(session.graph)}",
                    belongs(element),
                ],
                where=user_site(),
            )
        )
    return session


def place(graph: Graph) -> str:
    """Where a graph was made, for messages that tell two graphs apart."""
    return errors.place(graph.made_at) if graph.made_at else "an unknown place"


def graphs_apart(element: Any, graph: Graph) -> list[str]:
    """For an error: what tells the graph of a tensor or op apart from the one that a session runs; [] for the same."""
    element = element._as_graph_element() if hasattr(element, "_as_graph_element") else element
    if not isinstance(element, Tensor | Operation) or element.graph is graph:
        return []
    lines = [belongs(element), f"the session runs the graph made at {place(graph)}"]
    if threading.current_thread() is not threading.main_thread():
        lines.append("each thread starts with a default graph of its own; `with graph.as_default():` makes it another")
    return lines


def belongs(element: Tensor | Operation) -> str:
    """For an error: which tensor or op this is, in which graph."""
    made = f", made at {errors.place(element.op.site)}," if element.op.site else ""
    return f"{element.name}{made} belongs to the graph made at {place(element.graph)}"


class Reference:
    """A tensor or variable as a dictionary key that compares by identity."""

    __slots__ = ("_object",)

    def __init__(self, item: Any) -> None:
        self._object = item

    def deref(self) -> Any:
        """The tensor or variable itself."""
        return self._object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._object is other._object

    def __hash__(self) -> int:
        return id(self._object)


def name_scope(name: str | None, default_name: str | None = None, values: Sequence[Any] | None = None) -> NameScope:
    """A scope `name`, or `default_name` when `name` is None, in the graph of the tensors among `values`.

    Without values it is a scope of the default graph; that of values becomes the default inside the block.

    Raises:
      ValueError: `values` are given but neither name is, or they belong to different graphs.
    """
    name_or_default = default_name if name is None else name
    default = get_default_graph()
    if values is None:
        return NameScope(default, name_or_default)
    if name_or_default is None:
        raise ValueError(f"At least one of name ({name}) and default_name ({default_name}) must be provided.")
    from flowgraph.ir.emit import graph_of

    graph = graph_of(values)
    return NameScope(graph, name_or_default) if graph is default else _ScopeOfGraph(graph, name_or_default)


class _ScopeOfGraph(NameScope):
    """A name scope of a graph that is the default one inside the block only."""

    __slots__ = ("_default",)

    def __enter__(self) -> str:
        self._default = default_graphs.pushed(self._graph)
        self._default.__enter__()
        return super().__enter__()

    def __exit__(self, *exc: Any) -> None:
        super().__exit__(*exc)
        self._default.__exit__(*exc)


def control_dependencies(control_inputs: Sequence[Any] | None) -> Controller:
    """Ops made inside the block run after `control_inputs`."""
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function: Any) -> Any:
    """Ask for a device for the ops made inside the block."""
    return get_default_graph().device(device_name_or_function)


def colocate_with(op: Any, ignore_existing: bool = False) -> Any:
    """Put the ops made inside the block where `op` is."""
    return get_default_graph().colocate_with(op, ignore_existing)


def container(container_name: str) -> Any:
    """Let variables and other state, made inside the block, lie in a container; see `Graph.container`."""
    return get_default_graph().container(container_name)


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """Ops made inside the block stand outside branches and loops and wait for nothing; names stay as they are.

    What initializes a variable is made so, wherever the variable is made.

    >>> def branch():
    ...     with init_scope():
    ...         outside = tf.constant(1.0)
    ...     return outside + 1.0
    >>> run(tf.cond(tf.constant(True), branch, lambda: 0.0))
    2.0
    """
    graph = get_default_graph()
    scope = graph.get_name_scope()
    with graph.as_default(), graph.name_scope(f"{scope}/" if scope else None), graph.control_dependencies(None):
        yield


def op_scope(values: Sequence[Any], name: str | None, default_name: str | None = None) -> NameScope:
    """`tf.name_scope(name, default_name, values)`, as it was called before TF 1.0."""
    return name_scope(name, default_name, values)


def executing_eagerly() -> bool:
    """Whether ops compute at once, as TF 2 has it: never here."""
    return False


def add_to_collection(name: Any, value: Any) -> None:
    """Append `value` to the collection `name` of the default graph; see `tf.GraphKeys` for the standard names."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Append `value` to each of several collections of the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """The members of a collection of the default graph; see `Graph.get_collection`."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """A collection of the default graph as the list itself: changing the list changes the collection."""
    return get_default_graph().get_collection_ref(key)


def set_random_seed(seed: int) -> None:
    """Set the graph-level seed: from it and each op's own number or seed come TF's exact random streams."""
    get_default_graph().seed = seed


class GraphKeys:
    """TF's names of the standard collections."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    SUMMARIES = "summaries"
    _SUMMARY_COLLECTION = "_SUMMARY_V2"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    CONCATENATED_VARIABLES = "concatenated_variables"
    SAVERS = "savers"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    SAVEABLE_OBJECTS = "saveable_objects"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    EVAL_STEP = "eval_step"
    TRAIN_OP = "train_op"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"
    VARIABLES = "variables"  # TF's older name of GLOBAL_VARIABLES, which scripts still use
