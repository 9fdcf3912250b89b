"""How a session that trains comes by the session below it: as the chief, who initializes, or as a worker, who waits."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.scope import get_default_graph
from flowgraph.monitored.manager import SessionManager
from flowgraph.monitored.scaffold import Scaffold
from flowgraph.session import Session


class SessionCreator:
    """Makes sessions; a subclass says how."""

    def create_session(self) -> Session:
        """A new session.

        Raises:
          NotImplementedError: the subclass does not say how.
        """
        raise NotImplementedError(f"create_session is not implemented for {self}.")


class _ScaffoldedCreator(SessionCreator):
    """A creator that finalizes a scaffold and has a SessionManager for its ops."""

    def __init__(self, scaffold: Scaffold | None, master: str, config: Any) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._manager: SessionManager | None = None

    def _ready_manager(self) -> SessionManager:
        self._scaffold.finalize()
        if self._manager is None:
            self._manager = SessionManager(
                local_init_op=self._scaffold.local_init_op,
                ready_op=self._scaffold.ready_op,
                ready_for_local_init_op=self._scaffold.ready_for_local_init_op,
                graph=get_default_graph(),
            )
        return self._manager


class ChiefSessionCreator(_ScaffoldedCreator):
    """Makes sessions whose variables it initializes or restores.

    Args:
      scaffold: the ops around the model; by default `tf.train.Scaffold()`.
      master: '' for this process, or the target of a `tf.train.Server`.
      config: a `tf.ConfigProto`.
      checkpoint_dir, checkpoint_filename_with_path: where a checkpoint comes from, if at all.

    >>> w = tf.Variable(3.0)
    >>> creator = tf.train.ChiefSessionCreator()
    >>> with tf.train.MonitoredSession(session_creator=creator) as sess:
    ...     sess.run(w)
    np.float32(3.0)
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        super().__init__(scaffold, master, config)
        self._directory, self._filename = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self) -> Session:
        """A session whose variables have values."""
        manager = self._ready_manager()
        scaffold = self._scaffold
        return manager.prepare_session(
            self._master,
            saver=scaffold.saver,
            checkpoint_dir=self._directory,
            checkpoint_filename_with_path=self._filename,
            config=self._config,
            init_op=scaffold.init_op,
            init_feed_dict=scaffold.init_feed_dict,
            init_fn=scaffold.init_fn,
        )


class WorkerSessionCreator(_ScaffoldedCreator):
    """Makes sessions when a chief has initialized the variables.

    Args:
      scaffold, master, config: as for `tf.train.ChiefSessionCreator`.
      max_wait_secs: how long to wait for the chief.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        max_wait_secs: float = 30 * 60,
    ) -> None:
        super().__init__(scaffold, master, config)
        self._max_wait_secs = max_wait_secs

    def create_session(self) -> Session:
        """A session whose variables have values, once they have them."""
        return self._ready_manager().wait_for_session(
            self._master, config=self._config, max_wait_secs=self._max_wait_secs
        )
