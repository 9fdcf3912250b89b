"""What Session and InteractiveSession share: runs, runs in parts, cached plans."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.config import ConfigProto, RunOptions
from flowgraph.dtypes import DType
from flowgraph.engines.base import Executable
from flowgraph.engines.missing import unfed
from flowgraph.engines.store import Store
from flowgraph.feeds import feed_key, to_array
from flowgraph.fetches import FetchPlan, Rebuild, expand_feed, expand_partial_feed
from flowgraph.ir.build import build_program
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.program import Program
from flowgraph.ir.scope import default_sessions, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops
from flowgraph.nest import is_composite
from flowgraph.sessions.devices import DeviceAttributes, Devices
from flowgraph.sessions.engine import choose_engine
from flowgraph.sessions.handles import TensorHandle
from flowgraph.sessions.partial import PartialRun, refuse
from flowgraph.sessions.servers import cluster_at, connected
from flowgraph.sessions.settings import (
    Growth,
    check_run,
    closed,
    get_log_device_placement,
    note_unused,
    opened,
    rewrites_divisions,
)
from flowgraph.sessions.timed import ByThreads, ForSession, TimedExecutable, Within

Watch = Callable[[list[Tensor], list[Operation], list[Tensor], RunOptions], Executable]
"""Makes what a watched run executes, out of its fetches, targets and feeds."""

_UNHELD_VALUES = 10
"""How many values stay in a session after their handles are gone: TF's number."""


def no_factory(target: str) -> errors.NotFoundError:
    """The error of a session on a server that this process does not have."""
    line = f'No session factory registered for the given session options: {{target: "{target}"}}'
    mend = "flowgraph runs in this process: leave target empty, or make a tf.train.Server here."
    return errors.NotFoundError(None, None, errors.explain(line, mend=mend, where=user_site()))


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
        target = target.decode() if isinstance(target, bytes) else target
        if target and cluster_at(target) is None:
            raise no_factory(target)
        if config is not None and not isinstance(config, ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        self._graph, self._target = graph, target
        self._store, config = connected(target, config)
        self._shares = bool(target) and not (config is not None and config.isolate_session_state)
        self._devices = Devices(config)
        self._engine = choose_engine(config)
        self._rewrites = rewrites_divisions(config)
        self._store.engine, self._store.rewrites_divisions = self._engine, self._rewrites
        self._plans: dict[Any, _Plan] = {}  # by what `run` was given, tensors only
        self._executables: dict[Any, Executable] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._was_reset = False
        self._closed_at: Any = None
        self._stack: list[Any] = []
        self._parts: dict[str, PartialRun] = {}
        self._parts_begun = 0
        self._unheld: list[str] = []  # values that stay in the session and whose handles are gone
        self._seconds = config.operation_timeout_in_ms / 1000 if config is not None else 0.0
        self._threads = max(config.intra_op_parallelism_threads, 0) if config is not None else 0
        self._pools = len(config.session_inter_op_thread_pool) if config is not None else 0
        logs = config.log_device_placement if config is not None else get_log_device_placement()
        self._placed: set[str] | None = set() if logs else None
        self._growth = Growth(graph)
        if config is not None:
            note_unused(config)
        opened(self)

    @property
    def graph(self) -> Graph:
        """The graph that this session runs."""
        return self._graph

    @property
    def graph_def(self) -> Any:
        """The graph as a `tf.GraphDef`, with the static shapes of its tensors."""
        return self._graph.as_graph_def(add_shapes=True)

    @property
    def sess_str(self) -> str:
        """The server that runs the graph, '' for none."""
        return self._target

    def close(self) -> None:
        """End the session and let go of its variables; closing twice is harmless.

        Runs that wait for a queue meanwhile, in other threads, end with a CancelledError.
        """
        if not self._closed:
            self._closed_at = user_site()
            with self._lock:
                self._closed = True
                self._plans.clear()
                self._executables.clear()
                self._parts.clear()
            closed(self)
            if self._shares:  # other sessions go on with what the server holds
                self._store.waits.close_one(self)
            else:
                self._store.waits.close()
                self._store.close_iterators()
            self._store = Store()

    def list_devices(self) -> list[DeviceAttributes]:
        """The devices that compute: CPUs, as many as the ConfigProto's `device_count` says, one without it."""
        return self._devices.attributes()

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
          options: a RunOptions: a limit of time, a report where memory runs out, and what `run_metadata` is to hold.
          run_metadata: a RunMetadata, which is emptied and then filled with what `options` asks for.

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
            return self._run_with(check_run(options, run_metadata, self._pools), run_metadata, fetches, feed_dict)
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

    def _run_with(
        self, options: RunOptions, run_metadata: Any, fetches: Any, feed_dict: Any, watch: Watch | None = None
    ) -> Any:
        """`run` with options, or watched by a trace."""
        if run_metadata is not None:
            run_metadata.Clear()
        tells = run_metadata is not None and (options.trace_level or options.output_partition_graphs)
        try:
            if tells or watch is not None:
                return self._run_told(options, run_metadata, fetches, feed_dict, watch)
            return self._run_first(fetches, feed_dict, None, options.timeout_in_ms / 1000)
        except errors.ResourceExhaustedError as error:
            message = error.message
            if options.report_tensor_allocations_upon_oom:
                rows = "\n".join(f"    {row}" for row in self._store.sizes())
                message += f"\n\n  The variables of the session:\n{rows}"
            raise type(error)(None, error.op, message) from error.__cause__
        except errors.OpError as error:
            raise error.with_traceback(None) from error.__cause__

    def _run_told(
        self, options: RunOptions, run_metadata: Any, fetches: Any, feed_dict: Any, watch: Watch | None
    ) -> Any:
        """`run`, told into a RunMetadata, or to who watches."""
        from flowgraph.sessions import traced

        self._check_open()
        fed = self._fed(feed_dict)
        feeds = [tensor for tensor, _ in fed]
        structure = FetchPlan(self._graph, fetches, self._handle)
        wanted = structure.tensors, structure.targets, feeds
        if not structure.tensors and not structure.targets:
            return structure.build(())
        if watch is not None:
            self._growth.watch()
            executable = watch(*wanted, options)
        else:
            executable = self._compile(*wanted, traced.TracedExecutable if options.trace_level else TimedExecutable)
        self._check_open()
        bounded = self._bounded(executable, options.timeout_in_ms / 1000 or self._seconds)
        values = bounded.run([value for _, value in fed])
        if run_metadata is not None and isinstance(executable, traced.TracedExecutable):
            run_metadata.step_stats.CopyFrom(executable.step_stats())
        if run_metadata is not None and options.output_partition_graphs:
            run_metadata.partition_graphs.append(traced.pruned_graph(*wanted))
        return structure.build(values)

    def _bounded(self, executable: Executable, seconds: float) -> Executable:
        """An Executable with the limits of a run: of time, if it is one for that, and of threads."""
        if isinstance(executable, TimedExecutable) and seconds:
            executable = Within(executable, seconds)
        if self._threads:
            executable = ByThreads(executable, self._threads)
        return ForSession(executable, self) if self._shares else executable

    def _check_open(self) -> None:
        """Refuse to run when there is nothing to run any more, or yet."""
        if self._closed:
            if self._was_reset:
                line = "Session has been closed."
                raise errors.CancelledError(
                    None, None, errors.explain(line, details=["tf.Session.reset closed it"], where=user_site())
                )
            where = f"it was closed at {errors.place(self._closed_at)}" if self._closed_at else "it was closed before"
            raise RuntimeError(errors.explain("Attempted to use a closed Session.", details=[where], where=user_site()))
        if self._graph.version == 0:
            raise RuntimeError(self._empty_graph())

    def _run_first(self, fetches: Any, feed_dict: Any, key: Any, seconds: float = 0.0) -> Any:
        """Work out how to run this, run it, and remember the way."""
        self._check_open()
        self._growth.watch()
        fed = self._fed(feed_dict)
        feeds, values = [tensor for tensor, _ in fed], [value for _, value in fed]
        plan = self._plan(fetches, feeds, seconds or self._seconds)
        # a fast key means what it says only if it holds the tensors themselves
        if key is not None and _is_plain(key, feed_dict):
            with self._lock:
                if not self._closed:
                    self._plans[key] = plan
        self._check_open()  # another thread may have closed it meanwhile, and what was planned has no variables then
        return plan.run(values)

    def _fed(self, feed_dict: Any) -> list[tuple[Tensor, np.ndarray]]:
        """The tensors that are fed, with arrays that fit them."""
        if feed_dict is not None and not isinstance(feed_dict, Mapping):
            raise TypeError(errors.explain("input must be a dictionary", where=user_site()))
        pairs = [pair for item in (feed_dict or {}).items() for pair in expand_feed(*item)]
        keyed = [(feed_key(self._graph, key), value) for key, value in pairs]
        for _, value in keyed:
            if isinstance(value, TensorHandle):
                self._kept(value.handle)  # refuses those of other sessions
        return [(tensor, to_array(tensor, value)) for tensor, value in keyed]

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """A function that runs `fetches`, given a value for each tensor of `feed_list` in order.

        Args:
          fetches, feed_list: as for `run`; the values are the function's arguments.
          accept_options: whether the function takes `options` and `run_metadata` by keyword, as `run` does.

        >>> x = tf.placeholder(tf.float32, [])
        >>> with tf.Session() as sess:
        ...     double = sess.make_callable(x * 2, [x])
        ...     double(4)
        np.float32(8.0)
        """
        if feed_list is not None and not isinstance(feed_list, list | tuple):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = [key if is_composite(key) else feed_key(self._graph, key) for key in feed_list or ()]
        FetchPlan(self._graph, fetches)  # what cannot be fetched is refused now, not at the first call

        def run_with(*values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            if len(values) > len(keys):
                raise TypeError(f"the callable takes {len(keys)} values, {len(values)} were given")
            return self.run(fetches, dict(zip(keys, values, strict=False)), options, run_metadata)

        def run(*values: Any) -> Any:
            return run_with(*values)

        return run_with if accept_options else run

    # -- runs in parts ---------------------------------------------------------------------------------------

    def partial_run_setup(self, fetches: Any, feeds: Sequence[Any] | None = None) -> str:
        """Begin a run that is to be done in parts: every op runs at most once in all of them.

        Args:
          fetches: what all parts together will fetch; ops among it run as soon as they can.
          feeds: the tensors that all parts together will feed.

        Returns:
          A handle for `partial_run`.

        Raises:
          InvalidArgumentError: nothing is to be fetched, or a tensor both fed and fetched.

        >>> a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
        >>> noise = tf.random_uniform([])
        >>> first, second = a + noise, b + noise
        >>> with tf.Session() as sess:
        ...     part = sess.partial_run_setup([first, second], [a, b])
        ...     x = sess.partial_run(part, first, {a: 1.0})
        ...     y = sess.partial_run(part, second, {b: x})
        >>> bool(abs((y - x) - (x - 1)) < 1e-6)  # both with the same noise
        True
        """
        self._check_open()
        structure = FetchPlan(self._graph, fetches)
        keys = [key for item in feeds or () for key in expand_partial_feed(item)]
        wanted = [feed_key(self._graph, key, "feed_list") for key in keys]
        part = PartialRun(structure.tensors, structure.targets, wanted, self._parts_begun)
        with self._lock:
            self._parts_begun += 1
            self._parts[part.handle] = part
        return part.handle

    def partial_run(self, handle: str, fetches: Any, feed_dict: Any = None) -> Any:
        """Go on with a run that `partial_run_setup` began.

        Args:
          handle: what it returned.
          fetches: what to fetch now, of what was to be fetched.
          feed_dict: what to feed now, of what was to be fed.

        Raises:
          InvalidArgumentError: the run is over; something was not set up, is fed or fetched a second time, or cannot
            be computed yet.
          RuntimeError: an operation is fetched; those of the setup run by themselves.
        """
        self._check_open()
        if not isinstance(handle, str):
            raise TypeError(errors.explain(f"handle must be a string, but got {type(handle)}", where=user_site()))
        fed = dict(self._fed(feed_dict))
        structure = FetchPlan(self._graph, fetches, self._handle)
        if structure.targets:
            raise RuntimeError(errors.explain("partial_run() requires empty target_list.", where=user_site()))
        part = self._parts.get(handle)
        if part is None:
            raise refuse("Must run 'setup' before performing partial runs!")
        part.check(structure.tensors, fed)
        missing = part.placeholders_left_out()
        if missing:
            raise unfed(missing, "the partial run")
        values = part.go_on(structure.tensors, fed, self._build, self._execute)
        if part.is_over:
            del self._parts[handle]
        return structure.build(values)

    def _build(
        self, tensors: Sequence[Tensor], targets: Sequence[Operation], feeds: Sequence[Tensor], **more: Any
    ) -> Program:
        return build_program(tensors, targets, feeds, self._rewrites, **more)

    def _execute(self, program: Program, feeds: Sequence[Any]) -> list[Any]:
        executable = self._engine.compile(program, self._store)
        self._check_open()
        return executable.run(feeds)

    # -- values that stay ------------------------------------------------------------------------------------

    def _handle(self, text: str, dtype: DType) -> TensorHandle:
        return TensorHandle(text, dtype, self)

    def _kept(self, handle: str) -> np.ndarray:
        return self._store.values.get(handle)

    def _let_go_later(self, handle: str) -> None:
        self._unheld.append(handle)
        if len(self._unheld) > _UNHELD_VALUES:
            unheld, self._unheld = self._unheld, []
            for known in unheld:
                self._store.values.discard(known)

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

    def _plan(self, fetches: Any, feeds: Sequence[Tensor], seconds: float) -> _Plan:
        structure = FetchPlan(self._graph, fetches, self._handle)
        if not structure.tensors and not structure.targets:
            return _Plan(feeds, None, structure.build)
        key = (tuple(structure.tensors), tuple(structure.targets), tuple(feeds), seconds > 0)
        with self._lock:
            executable = self._executables.get(key)
        if executable is None:
            walker = TimedExecutable if seconds > 0 else None
            executable = self._compile(structure.tensors, structure.targets, feeds, walker)
            with self._lock:
                self._executables[key] = executable
        return _Plan(feeds, self._bounded(executable, seconds), structure.build)

    def _compile(
        self,
        tensors: list[Tensor],
        targets: list[Operation],
        feeds: Sequence[Tensor],
        walker: type[TimedExecutable] | None,
    ) -> Executable:
        ops = needed_ops(tensors, targets, feeds)
        missing = [op for op in ops if op.opdef.role == "placeholder" and op.outputs[0] not in feeds]
        if missing:
            wanted = [t.name for t in tensors] + [op.name for op in targets]
            raise unfed(missing, ", ".join(wanted[:5]) + (" ..." if len(wanted) > 5 else ""))
        if self._placed is not None:
            self._devices.log(ops, self._placed)
        with collector_paused():
            program = self._build(tensors, targets, feeds, by_age=ops)
            return walker(program, self._store) if walker else self._engine.compile(program, self._store)

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import session_html

        return session_html(self)

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"engine {self._engine.name}"
        return f"<flowgraph.{type(self).__name__} over {self._graph!r}, {state}>"


def _is_plain(key: Any, feed_dict: Any) -> bool:
    """Whether a quick key consists of tensors, ops and variables, which mean the same at every call."""
    fetches, _, feeds = key
    members = fetches if type(fetches) is tuple else (fetches,)
    plain = all(isinstance(item, Tensor | Operation) or hasattr(item, "_as_graph_element") for item in members)
    return plain and all(type(item) is Tensor for item in feeds) and isinstance(feed_dict or {}, dict)
