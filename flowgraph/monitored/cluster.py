"""Clusters: their description, servers for tasks of one process, and which device each op of a replica goes to."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import ConfigProto, Message
from flowgraph.ir.device import join, merge, parse
from flowgraph.platform import logs
from flowgraph.sessions import servers


class ClusterSpec:
    """The jobs of a cluster and the network addresses of their tasks.

    Args:
      cluster: a dict of lists of addresses, or of dicts of addresses by the tasks' numbers; a ClusterDef; or another
        ClusterSpec.

    Raises:
      TypeError: it is something else.

    >>> cluster = tf.train.ClusterSpec({"ps": ["ps0:2222"], "worker": ["worker0:2222", "worker1:2222"]})
    >>> cluster.num_tasks("worker"), cluster.task_address("worker", 1)
    (2, 'worker1:2222')
    """

    def __init__(self, cluster: Any) -> None:
        self._tasks: dict[str, dict[int, str]]
        if isinstance(cluster, Mapping):
            self._tasks = {job: _numbered(job, tasks) for job, tasks in cluster.items()}
            _check_text(self._tasks)
        elif isinstance(cluster, ClusterSpec):
            self._tasks = {job: dict(tasks) for job, tasks in sorted(cluster._tasks.items())}
        elif isinstance(cluster, protos.message("ClusterDef")):
            self._tasks = {job.name: dict(job.tasks) for job in cluster.job}
        else:
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network addresses, or a "
                "`ClusterDef` protocol buffer"
            )

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def __eq__(self, other: object) -> bool:
        return self._tasks == (other._tasks if isinstance(other, ClusterSpec) else other)

    __hash__ = None  # type: ignore[assignment]  # as TF's, which compare by value

    def __str__(self) -> str:
        items = sorted(self.as_dict().items())
        return "ClusterSpec({" + ", ".join(f"{job!r}: {tasks!r}" for job, tasks in items) + "})"

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs."""
        return list(self._tasks)

    def as_dict(self) -> dict[str, Any]:
        """A list of addresses for each job; a dict by numbers where some are missing."""
        return {job: self._plain(job) for job in self._tasks}

    def _plain(self, job: str) -> Any:
        tasks = self._tasks[job]
        dense = tasks and max(tasks) + 1 == len(tasks)
        return self.job_tasks(job) if dense else dict(sorted(tasks.items()))

    def as_cluster_def(self) -> Any:
        """The cluster as a `tf.train.ClusterDef`."""
        made = protos.message("ClusterDef")()
        for job, tasks in sorted(self._tasks.items()):
            made.job.add(name=job).tasks.update(tasks)
        return made

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has.

        Raises:
          ValueError: there is no such job.
        """
        return len(self._job(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        """The numbers of a job's tasks.

        Raises:
          ValueError: there is no such job.
        """
        return sorted(self._job(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        """The address of a task.

        Raises:
          ValueError: there is no such task.
        """
        tasks = self._job(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[str | None]:
        """The addresses of a job's tasks by their numbers, None where a number is missing.

        Raises:
          ValueError: there is no such job.
        """
        tasks = self._job(job_name)
        return [tasks.get(number) for number in range(max(tasks) + 1)]

    def _job(self, name: str) -> dict[int, str]:
        if name not in self._tasks:
            raise ValueError(f"No such job in cluster: {name!r}")
        return self._tasks[name]


def _numbered(job: Any, tasks: Any) -> dict[int, str]:
    if isinstance(tasks, list | tuple):
        return dict(enumerate(tasks))
    if isinstance(tasks, dict):
        return dict(tasks)
    raise TypeError(f"The tasks for job {job!r} must be a list or a dictionary from integers to strings.")


def _check_text(tasks: Mapping[Any, Mapping[int, Any]]) -> None:
    for job, addresses in sorted(tasks.items()):
        if not isinstance(job, str | bytes):
            raise TypeError(f"Job name {job!r} must be bytes or unicode")
        for _, address in sorted(addresses.items()):
            if not isinstance(address, str | bytes):
                raise TypeError(f"Task address {address!r} must be bytes or unicode")


_free_ports = itertools.count(20000)
"""Numbers for servers that do not ask for one: nothing listens there, they are names."""


class Server:
    """A task of a cluster, for sessions to connect to: `tf.Session(server.target)`.

    Sessions that are connected to servers of one cluster share the values of variables, also after they are closed.
    All servers of a cluster must lie in this process: flowgraph does not speak to other ones, and a session says so.

    Args:
      server_or_cluster_def: a ServerDef, or what `tf.train.ClusterSpec` takes.
      job_name, task_index: which task this is; not needed where there is just one.
      protocol: 'grpc', by default.
      config: a `tf.ConfigProto` for sessions that have none of their own.
      start: whether it starts at once.

    Raises:
      ValueError: it is not said which task this is.
      TypeError: that is no cluster.

    >>> server = tf.train.Server.create_local_server()
    >>> w = tf.Variable(1.0)
    >>> with tf.Session(server.target) as sess:
    ...     sess.run(w.initializer)
    >>> with tf.Session(server.target) as sess:
    ...     sess.run(w)
    np.float32(1.0)
    """

    def __init__(
        self,
        server_or_cluster_def: Any,
        job_name: str | None = None,
        task_index: int | None = None,
        protocol: str | None = None,
        config: ConfigProto | None = None,
        start: bool = True,
    ) -> None:
        self._def = _server_def(server_or_cluster_def, job_name, task_index, protocol, config)
        spec = ClusterSpec(self._def.cluster)
        address = spec.task_address(self._def.job_name, self._def.task_index)
        host, _, port = address.rpartition(":")
        if port == "0":
            address = f"{host}:{next(_free_ports)}"
        self._target = f"{self._def.protocol}://{address}"
        self._tasks = spec._tasks
        self._cluster: servers.Cluster | None = None
        if start:
            self.start()

    @property
    def server_def(self) -> Any:
        """The cluster, and which of its tasks this is: a `tf.train.ServerDef`."""
        return self._def

    @property
    def target(self) -> str:
        """What to give to `tf.Session` to be connected to this server."""
        return self._target

    def start(self) -> None:
        """Let sessions connect."""
        config = ConfigProto()
        _fill(config, self._def.default_session_config)
        self._cluster = servers.register(
            self._target, self._tasks, self._def.job_name, self._def.task_index, config if config.changed() else None
        )

    def join(self) -> None:
        """Wait for ever, as parameter servers do.

        Raises:
          UnimplementedError: other tasks of the cluster have no server in this process; none of them could be reached.
        """
        if self._cluster is None:
            raise errors.InvalidArgumentError(None, None, "Server not started (call Server.start())")
        self._cluster.check_complete()
        threading.Event().wait()

    @staticmethod
    def create_local_server(config: ConfigProto | None = None, start: bool = True) -> Server:
        """A server of a cluster of its own, of one task."""
        return Server({"local": ["localhost:0"]}, protocol="grpc", config=config, start=start)


def _server_def(
    described: Any, job_name: str | None, task_index: int | None, protocol: str | None, config: ConfigProto | None
) -> Any:
    """All about a server in one message, a ServerDef."""
    from google.protobuf import text_format

    made = protos.message("ServerDef")()
    if isinstance(described, type(made)):
        made.CopyFrom(described)
        for field, value in (("job_name", job_name), ("task_index", task_index), ("protocol", protocol)):
            if value is not None:
                setattr(made, field, value)
    else:
        try:
            spec = ClusterSpec(described)
        except TypeError:
            raise TypeError(
                "Could not convert `server_or_cluster_def` to a `tf.train.ServerDef` or `tf.train.ClusterSpec`."
            ) from None
        made.cluster.CopyFrom(spec.as_cluster_def())
        made.job_name = _only(spec.jobs, "job_name") if job_name is None else job_name
        made.task_index = _only(spec.task_indices(made.job_name), "task_index") if task_index is None else task_index
        made.protocol = protocol or "grpc"
    if config is not None:
        text_format.Merge(repr(config), made.default_session_config)
    return made


def _fill(record: Message, message: Any) -> None:
    """Copy the fields of a protocol buffer to a record of ours of the same name."""
    for field, value in message.ListFields():
        kept = getattr(record, field.name)
        if isinstance(kept, Message):
            _fill(kept, value)
        elif isinstance(kept, list):
            kept.extend(value)
        elif isinstance(kept, dict):
            kept.update(value)
        else:
            setattr(record, field.name, value)


def _only(choices: Sequence[Any], argument: str) -> Any:
    if len(choices) != 1:
        raise ValueError(f"Must specify an explicit `{argument}`.")
    return choices[0]


_PS_OPS = (
    "Variable",
    "VariableV2",
    "AutoReloadVariable",
    "MutableHashTable",
    "MutableHashTableV2",
    "MutableHashTableOfTensors",
    "MutableHashTableOfTensorsV2",
    "MutableDenseHashTable",
    "MutableDenseHashTableV2",
    "VarHandleOp",
    "BoostedTreesEnsembleResourceHandleOp",
    "BoostedTreesQuantileStreamResourceHandleOp",
    "ResourceConditionalAccumulator",
)
"""The types of ops that hold what replicas share."""


def replica_device_setter(
    ps_tasks: int = 0,
    ps_device: str = "/job:ps",
    worker_device: str = "/job:worker",
    merge_devices: bool = True,
    cluster: Any = None,
    ps_ops: Sequence[str] | None = None,
    ps_strategy: Callable[[Any], int] | None = None,
) -> Callable[[Any], str] | None:
    """A function for `tf.device` that puts variables on parameter servers in turn, and all else on the worker.

    Args:
      ps_tasks: how many parameter servers there are.
      ps_device: the device of variables, to which the task's number is added.
      worker_device: the device of the other ops.
      merge_devices: whether ops that have a device already get what that leaves open.
      cluster: the cluster, which then says how many parameter servers there are.
      ps_ops: the types of ops that go to parameter servers; by default those that hold variables and tables.
      ps_strategy: a function of an op that returns the number of a parameter server; by default they take turns.

    Returns:
      The function; None if there are no parameter servers.

    >>> with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
    ...     a, b, c = (tf.get_variable(name, []) for name in "abc")
    ...     d = a + b
    >>> [x.device for x in (a, b, c, d)]
    ['/job:ps/task:0', '/job:ps/task:1', '/job:ps/task:0', '/job:worker']
    """
    if cluster is not None:
        tasks = ClusterSpec(cluster).as_dict().get(parse(ps_device)[0] or "")
        if tasks is None:
            return None
        ps_tasks = len(tasks)
    if ps_tasks == 0:
        return None
    if not merge_devices:
        logs.warning("DEPRECATION: It is recommended to set merge_devices=true in replica_device_setter")
    if ps_strategy is not None and not callable(ps_strategy):
        raise TypeError("ps_strategy must be callable")
    turns = itertools.cycle(range(ps_tasks))
    types = _PS_OPS if ps_ops is None else ps_ops

    def device_of(op: Any) -> str:
        if not merge_devices and op.device:
            return op.device
        if not (ps_device and op.type in types):
            return merge(worker_device or "", op.device)
        job, replica, task, device = parse(ps_device)
        if job and parse(op.device)[0] in (None, job):
            task = str(next(turns) if ps_strategy is None else ps_strategy(op))
        return merge(join((job, replica, task, device)), op.device)

    return device_of
