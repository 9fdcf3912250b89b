"""Session: runs parts of a graph and keeps its variables between runs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowgraph import errors
from flowgraph.config import ConfigProto
from flowgraph.engines.base import Engine, Executable
from flowgraph.engines.missing import unfed
from flowgraph.engines.numpy import NumpyEngine
from flowgraph.engines.reference import ReferenceEngine
from flowgraph.engines.store import Store
from flowgraph.feeds import feed_key, to_array
from flowgraph.fetches import FetchPlan, Rebuild, expand_feed
from flowgraph.ir.build import build_program
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.scope import default_graphs, default_sessions, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops

_log = logging.getLogger("flowgraph")

ENGINES: dict[str, Callable[[], Engine]] = {"REFERENCE": ReferenceEngine, "NUMPY": NumpyEngine}
_DEFAULT_ENGINE = "NUMPY"

_USED_FIELDS = (
    "experimental.executor_type",
    "graph_options.rewrite_options.constant_folding",
    "graph_options.rewrite_options.disable_meta_optimizer",
)
_said: set[str] = set()


def choose_engine(config: ConfigProto | None) -> Engine:
    """The engine that `config.experimental.executor_type` or else FLOWGRAPH_ENGINE names.

    Raises:
      InvalidArgumentError: there is no such engine.
    """
    asked = config.experimental.executor_type if config is not None else ""
    name = asked or os.environ.get("FLOWGRAPH_ENGINE", "") or _DEFAULT_ENGINE
    if name.upper() in ("DEFAULT", "SINGLE_THREADED_EXECUTOR"):  # TF's own executors
        name = _DEFAULT_ENGINE
    if name.upper() not in ENGINES:
        raise errors.InvalidArgumentError(
            None,
            None,
            errors.explain(
                f"No executor factory registered for the executor type: {name}",
                mend=f"executor_type (or FLOWGRAPH_ENGINE) is one of: {', '.join(sorted(ENGINES))}.",
                where=user_site(),
            ),
        )
    return ENGINES[name.upper()]()


class _Plan:
    """One way of calling `run`, worked out: how feeds go in, what runs, how the result is put together."""

    __slots__ = ("_build", "_executable", "feeds")

    def __init__(self, feeds: Sequence[Tensor], executable: Executable | None, build: Rebuild) -> None:
        self.feeds, self._executable, self._build = tuple(feeds), executable, build

    def run(self, values: Sequence[Any]) -> Any:
        """The result, given arrays for the feeds."""
        return self._build(() if self._executable is None else self._executable.run(values))


class BaseSession:
    """What Session and InteractiveSession share."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        if graph is None:
            graph = get_default_graph()
        elif not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if not isinstance(target, str | bytes):
            raise TypeError(f"target must be a string, but got {type(target)}")
        if target:
            raise errors.NotFoundError(
                None,
                None,
                errors.explain(
                    f'No session factory registered for the given session options: {{target: "{target}"}}',
                    mend="flowgraph runs in this process: leave target empty.",
                    where=user_site(),
                ),
            )
        if config is not None and not isinstance(config, ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        self._graph = graph
        self._engine = choose_engine(config)
        self._rewrites = _rewrites(config)
        self._store = Store()
        self._plans: dict[Any, _Plan] = {}  # by what `run` was given, tensors only
        self._executables: dict[Any, Executable] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._closed_at: Any = None
        self._stack: list[Any] = []
        self._growth = _Growth(graph)
        if config is not None:
            _note_unused(config)

    @property
    def graph(self) -> Graph:
        """The graph that this session runs."""
        return self._graph

    @property
    def sess_str(self) -> str:
        """The address of the process that runs the graph; '' as it is this one."""
        return ""

    def close(self) -> None:
        """End the session and let go of its variables; closing twice is harmless."""
        if not self._closed:
            self._closed_at = user_site()
            with self._lock:
                self._closed = True
                self._plans.clear()
                self._executables.clear()
            self._store = Store()

    def as_default(self) -> Any:
        """Make this the session that `eval` and `run` use, inside the `with` block; it stays open afterwards."""
        return default_sessions.pushed(self)

    # -- running ---------------------------------------------------------------------------------------------

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Run what `fetches` needs and return their values in the same nesting.

        Args:
          fetches: a tensor, operation, variable or name of one, or lists, tuples, named tuples and dicts of them. An
            operation is run and gives None.
          feed_dict: values that replace tensors: {tensor or name: value}.
          options, run_metadata: not there yet; giving one raises NotImplementedError.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: a fetch or feed is no element of the graph, or a value does not fit.
          tf.errors.OpError: an op failed.

        >>> x = tf.placeholder(tf.float32, [])
        >>> with tf.Session() as sess:
        ...     sess.run({"double": x * 2, "both": [x, x + 1]}, feed_dict={x: 3})
        {'double': np.float32(6.0), 'both': [np.float32(3.0), np.float32(4.0)]}
        """
        if options is not None or run_metadata is not None:
            raise NotImplementedError("Session.run does not take options or run_metadata yet.")
        # the quick way: a call like one before, every key a tensor
        try:
            key = (
                tuple(fetches) if type(fetches) is list else fetches,
                type(fetches) is list,
                tuple(feed_dict) if feed_dict is not None and len(feed_dict) else (),
            )
            plan = self._plans.get(key)
        except TypeError:
            plan = key = None
        try:
            if plan is None:
                return self._run_first(fetches, feed_dict, key)
            if not plan.feeds:
                return plan.run(())
            given = zip(plan.feeds, feed_dict.values(), strict=True)
            return plan.run([to_array(tensor, value) for tensor, value in given])
        except errors.OpError as error:
            # the message says which op failed; the way through the engine would only push it off the screen
            raise error.with_traceback(None) from error.__cause__

    def _run_first(self, fetches: Any, feed_dict: Any, key: Any) -> Any:
        """Work out how to run this, run it, and remember the way."""
        if self._closed:
            where = f"it was closed at {errors.place(self._closed_at)}" if self._closed_at else "it was closed before"
            raise RuntimeError(errors.explain("Attempted to use a closed Session.", details=[where], where=user_site()))
        if self._graph.version == 0:
            raise RuntimeError(self._empty_graph())
        self._growth.watch()
        feeds: list[Tensor] = []
        values = []
        if feed_dict is not None and not isinstance(feed_dict, Mapping):
            raise TypeError(errors.explain("input must be a dictionary", where=user_site()))
        pairs = [pair for item in (feed_dict or {}).items() for pair in expand_feed(*item)]
        for name, value in pairs:
            tensor = feed_key(self._graph, name)
            feeds.append(tensor)
            values.append(to_array(tensor, value))
        plan = self._plan(fetches, feeds)
        # a fast key means what it says only if it holds the tensors themselves
        if key is not None and _is_plain(key, feed_dict):
            with self._lock:
                if not self._closed:  # by another thread, meanwhile
                    self._plans[key] = plan
        return plan.run(values)

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """A function that runs `fetches`, given a value for each tensor of `feed_list` in order.

        Args:
          fetches, feed_list: as for `run`; the values are the function's arguments.
          accept_options: not there yet; True raises NotImplementedError.

        >>> x = tf.placeholder(tf.float32, [])
        >>> with tf.Session() as sess:
        ...     double = sess.make_callable(x * 2, [x])
        ...     double(4)
        np.float32(8.0)
        """
        if accept_options:
            raise NotImplementedError("Session.make_callable does not take options yet.")
        if feed_list is not None and not isinstance(feed_list, list | tuple):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = [feed_key(self._graph, key) for key in feed_list or ()]
        FetchPlan(self._graph, fetches)  # what cannot be fetched is refused now, not at the first call

        def run(*values: Any) -> Any:
            if len(values) > len(keys):
                raise TypeError(f"the callable takes {len(keys)} values, {len(values)} were given")
            return self.run(fetches, dict(zip(keys, values, strict=False)))

        return run

    def _empty_graph(self) -> str:
        from flowgraph.ir.scope import place

        default = get_default_graph()
        details = [f"the session's graph was made at {place(self._graph)}"]
        if default is not self._graph and default.version:
            details.append(f"the default graph, made at {place(default)}, has {default.version} ops")
        return errors.explain(
            "The Session graph is empty.  Add operations to the graph before calling run().",
            details=details,
            where=user_site(),
        )

    def _plan(self, fetches: Any, feeds: Sequence[Tensor]) -> _Plan:
        structure = FetchPlan(self._graph, fetches)
        if not structure.tensors and not structure.targets:
            return _Plan(feeds, None, structure.build)
        key = (tuple(structure.tensors), tuple(structure.targets), tuple(feeds))
        with self._lock:
            executable = self._executables.get(key)
        if executable is None:
            executable = self._compile(structure.tensors, structure.targets, feeds)
            with self._lock:
                self._executables[key] = executable
        return _Plan(feeds, executable, structure.build)

    def _compile(self, tensors: list[Tensor], targets: list[Operation], feeds: Sequence[Tensor]) -> Executable:
        missing = [
            op
            for op in needed_ops(tensors, targets, feeds)
            if op.opdef.role == "placeholder" and op.outputs[0] not in feeds
        ]
        if missing:
            wanted = [t.name for t in tensors] + [op.name for op in targets]
            raise unfed(missing, ", ".join(wanted[:5]) + (" ..." if len(wanted) > 5 else ""))
        with collector_paused():
            return self._engine.compile(build_program(tensors, targets, feeds, self._rewrites), self._store)

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"engine {self._engine.name}"
        return f"<flowgraph.{type(self).__name__} over {self._graph!r}, {state}>"


class _Growth:
    """Notices a graph that grows from run to run, which in TF is silent and eats time and memory."""

    RUNS = 50

    def __init__(self, graph: Graph) -> None:
        self._graph, self._version, self._times = graph, graph.version, 0

    def watch(self) -> None:
        """Called before a run that is not like one before; warns once, with the line that adds ops."""
        if self._graph.version <= self._version:
            return
        self._version = self._graph.version
        self._times += 1
        if self._times == self.RUNS:
            newest = self._graph.get_operations()[-1]
            _log.warning(
                errors.explain(
                    f"The graph has grown before {self.RUNS} runs of one session: it has {self._version} ops by now.",
                    details=[f"the newest op: {newest.name} ({newest.type})"],
                    mend="Build ops once, before the loop, and feed what changes; graph.finalize() makes sure of it.",
                    where=newest.site,
                )
            )


def _is_plain(key: Any, feed_dict: Any) -> bool:
    """Whether a quick key consists of tensors, ops and variables, which mean the same at every call."""
    fetches, _, feeds = key
    members = fetches if type(fetches) is tuple else (fetches,)
    plain = all(isinstance(item, Tensor | Operation) or hasattr(item, "_as_graph_element") for item in members)
    return plain and all(type(item) is Tensor for item in feeds) and isinstance(feed_dict or {}, dict)


def _note_unused(config: ConfigProto) -> None:
    """Say once for each field that it is accepted and has no effect here."""
    for field in config.changed():
        if field not in _USED_FIELDS and field not in _said:
            _said.add(field)
            _log.warning("ConfigProto.%s is accepted and has no effect in flowgraph.", field)


def _rewrites(config: ConfigProto | None) -> bool:
    """Whether TF's graph optimizer would fold constants, and so turn divisions by them into multiplications."""
    if config is None:
        return True
    options = config.graph_options.rewrite_options
    return not options.disable_meta_optimizer and options.constant_folding != options.OFF


class Session(BaseSession):
    """A session over a graph.

    Use it as a context manager, which makes it and its graph the defaults and closes it at the end, or close it
    yourself.

    Args:
      target: '' : flowgraph runs in this process.
      graph: the graph to run; by default the default graph.
      config: a ConfigProto; `config.experimental.executor_type` chooses the engine.

    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.constant(2) * 3))
    6
    """

    def __enter__(self) -> Session:
        for block in (default_graphs.pushed(self._graph), default_sessions.pushed(self)):
            self._stack.append(block)
            block.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is errors.OpError:
            _log.error("Session closing due to error %s", error)
        try:
            for _ in range(2):
                self._stack.pop().__exit__(kind, error, traceback)
        finally:
            self.close()

    @staticmethod
    def reset(target: str, containers: Any = None, config: Any = None) -> None:
        """TF's reset of a server's containers; there is no server here.

        Raises:
          NotImplementedError: always.
        """
        raise NotImplementedError("Session.reset works on servers; flowgraph's sessions run in this process.")


class InteractiveSession(BaseSession):
    """A session that makes itself the default at once, for notebooks and the Python prompt; `close` ends that.

    >>> sess = tf.InteractiveSession()
    >>> tf.constant([1, 2]).eval()
    array([1, 2], dtype=int32)
    >>> sess.close()
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        super().__init__(target, graph, config)
        self._explicit = graph is not None
        if self._explicit:
            default_graphs.push(self._graph)
        default_sessions.push(self)

    def close(self) -> None:
        """End the session; it is no longer the default."""
        if not self._closed:
            default_sessions.take_off(self)
            if self._explicit:
                default_graphs.take_off(self._graph)
        super().close()
