"""Session: runs parts of a graph and keeps its variables between runs."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from flowgraph import errors
from flowgraph.config import ConfigProto
from flowgraph.engines.store import Store
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import default_graphs, default_sessions
from flowgraph.sessions.base import BaseSession, no_factory
from flowgraph.sessions.engine import ENGINES, choose_engine
from flowgraph.sessions.servers import cluster_at
from flowgraph.sessions.settings import open_sessions

__all__ = ["ENGINES", "BaseSession", "InteractiveSession", "Session", "choose_engine"]

_log = logging.getLogger("flowgraph")


class Session(BaseSession):
    """A session over a graph.

    Use it as a context manager, which makes it and its graph the defaults and closes it at the end, or close it
    yourself.

    Args:
      target: '' : flowgraph runs in this process; or the target of a `tf.train.Server` of this process.
      graph: the graph to run; by default the default graph.
      config: a ConfigProto; `config.experimental.executor_type` chooses the engine.

    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.constant(2) * 3))
    6
    """

    def __enter__(self) -> Session:
        if self._stack:
            line = (
                "Session context managers are not re-entrant. Use `Session.as_default()` if you want to enter a "
                "session multiple times."
            )
            raise RuntimeError(errors.explain(line, where=user_site()))
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
        """Close all sessions of this process or of a server, which takes the values of their variables with it.

        Args:
          target: '': this process; or the target of a `tf.train.Server`.
          containers: TF names here the containers to empty; as all sessions are closed, nothing is left in the others.
          config: TF's configuration of a server; there is none.

        Raises:
          NotFoundError: another target.
        """
        cluster = cluster_at(target) if target else None
        if target and cluster is None:
            raise no_factory(target)
        if not isinstance(containers, list | tuple | None):
            raise TypeError(errors.explain("containers must be a list of names", where=user_site()))
        if config is not None and not isinstance(config, ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        for session in open_sessions():
            if cluster is None or cluster_at(session._target) is cluster:
                session.close()
                session._was_reset = True
        if cluster is not None:
            cluster.store = Store()


class InteractiveSession(BaseSession):
    """A session that makes itself the default at once, for notebooks and the Python prompt; `close` ends that.

    >>> sess = tf.InteractiveSession()
    >>> tf.constant([1, 2]).eval()
    array([1, 2], dtype=int32)
    >>> sess.close()
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        super().__init__(target, graph, config)
        if any(isinstance(other, InteractiveSession) and other is not self for other in open_sessions()):
            warnings.warn(
                "An interactive session is already active. This can cause out-of-memory errors in some cases. You must "
                "explicitly call `InteractiveSession.close()` to release resources held by the other session(s).",
                stacklevel=2,
            )
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
