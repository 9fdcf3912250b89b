"""Servers of this process, and what their sessions share: the variables of a cluster."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from flowgraph import errors
from flowgraph.engines.store import Store
from flowgraph.ir.graph import user_site

Tasks = Mapping[str, Mapping[int, str]]


class Cluster:
    """The servers of one cluster that run in this process, and the store that their sessions have in common.

    Attributes:
      tasks: the addresses of all tasks, by job and number.
      configs: for each server the ConfigProto of sessions that have none of their own, or None.
    """

    def __init__(self, tasks: Tasks) -> None:
        self.tasks = tasks
        self.store = Store()
        self.configs: dict[str, Any] = {}
        self._served: set[tuple[str, int]] = set()

    def serve(self, job: str, task: int) -> None:
        """Note that there is a server for this task."""
        self._served.add((job, task))

    def check_complete(self) -> None:
        """Refuse to run as long as tasks have no server here: TF would wait for their processes.

        Raises:
          UnimplementedError: some have none.
        """
        missing = [
            (job, task) for job, tasks in self.tasks.items() for task in tasks if (job, task) not in self._served
        ]
        if missing:
            line = f"No server for /job:{missing[0][0]}/task:{missing[0][1]}: a cluster lies within one process."
            mend = (
                "Make a tf.train.Server for each task in this process, or train without a cluster: leave out the "
                "server's target."
            )
            rows = [f"/job:{job}/task:{task} at {self.tasks[job][task]}" for job, task in missing]
            raise errors.UnimplementedError(
                None, None, errors.explain(line, details=rows, mend=mend, where=user_site())
            )


_clusters: dict[str, Cluster] = {}
_targets: dict[str, Cluster] = {}
_lock = threading.Lock()


def register(target: str, tasks: Tasks, job: str, task: int, config: Any) -> Cluster:
    """Note a server; returns its cluster.

    Args:
      target: what sessions call it.
      tasks: the addresses of the cluster's tasks.
      job, task: which of them it serves.
      config: for sessions that have none of their own.
    """
    key = (
        target
        if sum(map(len, tasks.values())) == 1
        else repr(sorted((name, sorted(tasks[name].items())) for name in tasks))
    )
    with _lock:
        if key not in _clusters:
            _clusters[key] = Cluster(tasks)
        cluster = _targets[target] = _clusters[key]
        cluster.serve(job, task)
        cluster.configs[target] = config
        return cluster


def cluster_at(target: str) -> Cluster | None:
    """The cluster of a server, None if there is no such server in this process."""
    with _lock:
        return _targets.get(target)


def connected(target: str, config: Any) -> tuple[Store, Any]:
    """The store and the configuration of a new session: its own, or those of a server."""
    cluster = cluster_at(target) if target else None
    if cluster is None:
        return Store(), config
    cluster.check_complete()
    config = cluster.configs[target] if config is None else config
    return (Store() if config is not None and config.isolate_session_state else cluster.store), config
