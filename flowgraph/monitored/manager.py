"""SessionManager: sessions whose variables have values, by initialization, from a checkpoint, or by waiting."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import get_default_graph
from flowgraph.monitored import files
from flowgraph.platform import logs
from flowgraph.session import Session


class SessionManager:
    """Makes sessions in which a model is ready to train.

    Args:
      local_init_op: gives local variables and tables their values; run in every session.
      ready_op: a vector of the names of what is not initialized yet, or any op that fails as long as something is.
      ready_for_local_init_op: the same, of what `local_init_op` needs.
      graph: the graph of the sessions; by default the default graph.
      recovery_wait_secs: how long to wait between two looks, where something is waited for.
      local_init_run_options: a `tf.RunOptions` for `local_init_op`.

    Raises:
      ValueError: `ready_for_local_init_op` is given without `local_init_op`.

    >>> w = tf.Variable(3.0)
    >>> manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    >>> with manager.prepare_session("", init_op=tf.global_variables_initializer()) as sess:
    ...     sess.run(w)
    np.float32(3.0)
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Graph | None = None,
        recovery_wait_secs: float = 30,
        local_init_run_options: Any = None,
    ) -> None:
        self._local_init_op, self._ready_op = local_init_op, ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = get_default_graph() if graph is None else graph
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op , "
                f"ready_for_local_init_op [{ready_for_local_init_op}]"
            )

    # -- the three ways to a session ---------------------------------------------------------------------------

    def prepare_session(
        self,
        master: str,
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any], None] | None = None,
    ) -> Session:
        """A session whose variables come from a checkpoint, or else from `init_op` and `init_fn`.

        Args:
          master: '' for this process, or the target of a `tf.train.Server`.
          init_op: gives the variables their values.
          saver, checkpoint_dir, checkpoint_filename_with_path: where a checkpoint comes from, if at all.
          wait_for_checkpoint, max_wait_secs: whether to wait for one, and how long.
          config: a `tf.ConfigProto`.
          init_feed_dict: what to feed to `init_op`.
          init_fn: a function of the session, called after `init_op`.

        Raises:
          RuntimeError: nothing initializes the model, or it is not ready afterwards.
        """
        session, restored = self._restored(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or local_init_op was given")
            if init_op is not None:
                session.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(session)
        why = self._run_local_init_op(session)
        if why is not None:
            raise RuntimeError(
                "Init operations did not make model ready for local_init.  "
                f"Init op: {_name(init_op)}, init fn: {init_fn}, error: {why}"
            )
        why = why_not_ready(self._ready_op, session, "Model not ready")
        if why is not None:
            raise RuntimeError(
                f"Init operations did not make model ready.  Init op: {_name(init_op)}, init fn: {init_fn}, "
                f"local_init_op: {self._local_init_op}, error: {why}"
            )
        return session

    def recover_session(
        self,
        master: str,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Session, bool]:
        """A session, and whether its variables came from a checkpoint and made the model ready."""
        session, restored = self._restored(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        why_local = self._run_local_init_op(session)
        if not restored:
            return session, False
        source = checkpoint_dir or checkpoint_filename_with_path
        if why_local is not None:
            logs.info("Restoring model from %s did not make model ready for local init: %s", source, why_local)
            return session, False
        why = why_not_ready(self._ready_op, session, "Model not ready")
        if why is not None:
            logs.info("Restoring model from %s did not make model ready: %s", source, why)
            return session, False
        logs.info("Restored model from %s", source)
        return session, True

    def wait_for_session(self, master: str, config: Any = None, max_wait_secs: float | None = float("inf")) -> Session:
        """A session of a model that somebody else makes ready.

        Raises:
          DeadlineExceededError: it was not ready in time.
        """
        limit = float("inf") if max_wait_secs is None else max_wait_secs
        deadline = time.time() + limit
        while True:
            session = Session(master, graph=self._graph, config=config)
            why_local, why = self._run_local_init_op(session), None
            if why_local is None:
                why = why_not_ready(self._ready_op, session, "Model not ready")
                if why is None:
                    return session
            with contextlib.suppress(Exception):
                session.close()
            if max(0.0, deadline - time.time()) < self._recovery_wait_secs:
                raise errors.DeadlineExceededError(None, None, f"Session was not ready after waiting {limit:.0f} secs.")
            logs.info("Waiting for model to be ready.  Ready_for_local_init_op:  %s, ready: %s", why_local, why)
            time.sleep(self._recovery_wait_secs)

    # -- details -----------------------------------------------------------------------------------------------

    def _restored(
        self,
        master: str,
        saver: Any,
        directory: str | None,
        filename: str | None,
        wait: bool,
        max_wait_secs: float,
        config: Any,
    ) -> tuple[Session, bool]:
        """A session, and whether a checkpoint was loaded in it."""
        session = Session(master, graph=self._graph, config=config)
        if directory and filename:
            raise ValueError("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")
        if not saver or not (directory or filename):
            return session, False
        if filename:
            saver.restore(session, filename)
            return session, True
        assert directory is not None
        state: Any = files.checkpoint_state(directory)
        waited = 0.0
        while not state or not state.model_checkpoint_path:
            if not wait or waited >= max_wait_secs:
                return session, False
            logs.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs
            state = files.checkpoint_state(directory)
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def _run_local_init_op(self, session: Session) -> str | None:
        """Run it if what it needs is there; returns why it was not, None if all is well."""
        if self._local_init_op is None:
            return None
        why = why_not_ready(self._ready_for_local_init_op, session, "Model not ready for local init")
        if why is None:
            logs.info("Running local_init_op.")
            session.run(self._local_init_op, options=self._local_init_run_options)
            logs.info("Done running local_init_op.")
        return why


def why_not_ready(op: Any, session: Any, message: str) -> str | None:
    """Why a model is not ready, None if it is.

    Args:
      op: a vector of the names of what is missing, or anything that fails as long as something is; None: it is ready.
      session: where to run it.
      message: what to log if it fails for another reason.

    Raises:
      FailedPreconditionError: it failed, and not for lack of a value.
    """
    if op is None:
        return None
    try:
        missing = session.run(op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            logs.warning("%s : error [%s]", message, error)
            raise
        return str(error)
    if missing is None or missing.dtype == np.int32 or missing.size == 0:
        return None
    return "Variables not initialized: " + ", ".join(name.decode() for name in missing)


def _name(obj: Any) -> str:
    if obj is None:
        return "None"
    return obj.name if hasattr(obj, "name") else f"<no name for {type(obj)}>"
