"""tf.train.CheckpointManager: numbers checkpoints, and deletes the oldest."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from flowgraph.platform import logs
from flowgraph.saving.states import get_checkpoint_state, remove_values, write_state
from flowgraph.tracking.saver import session_or_default
from flowgraph.training.global_step import global_step


class CheckpointManager:
    """Keeps the newest checkpoints of a `tf.train.Checkpoint` in a folder, and what they are in its file `checkpoint`.

    Args:
      checkpoint: the tf.train.Checkpoint.
      directory: the folder. What its file `checkpoint` says is taken over.
      max_to_keep: how many checkpoints to keep; None: all.
      keep_checkpoint_every_n_hours: of those that would be deleted, one in so many hours stays.
      checkpoint_name: how the names of the files begin.

    Raises:
      ValueError: `max_to_keep` is not positive.

    >>> import tempfile
    >>> w = tf.Variable(1.0)
    >>> manager = tf.train.CheckpointManager(tf.train.Checkpoint(w=w), tempfile.mkdtemp(), max_to_keep=2)
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     paths = [manager.save() for _ in range(3)]
    >>> manager.checkpoints == paths[1:], manager.latest_checkpoint == paths[2]
    (True, True)
    """

    def __init__(
        self,
        checkpoint: Any,
        directory: Any,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(f"Expected a positive integer or `None` for `max_to_max_to_keep`, got {max_to_keep}.")
        self._checkpoint, self._directory = checkpoint, os.fspath(directory)
        self._max_to_keep, self._keep_hours = max_to_keep, keep_checkpoint_every_n_hours
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._count_op: Any = None
        self._kept: dict[str, float] = {}
        self._latest: str | None = None
        now = time.time()
        self._last_preserved = now - 1.0
        state = get_checkpoint_state(self._directory)
        if state is not None:
            self._take_over(state, now)

    def _take_over(self, state: Any, now: float) -> None:
        self._latest = state.model_checkpoint_path
        self._last_preserved = state.last_preserved_timestamp
        if now < self._last_preserved:
            logs.warning(
                "time.time() returned a value %f seconds behind the last preserved checkpoint timestamp.",
                self._last_preserved - now,
            )
            self._last_preserved = now
        paths = state.all_model_checkpoint_paths
        times = state.all_model_checkpoint_timestamps or [self._last_preserved] * len(paths)
        for path, made in zip(paths, times, strict=False):
            made = min(made, now)
            if made > self._last_preserved:  # older ones were kept for ever
                self._kept[path] = made

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest checkpoint; None if there is none."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept for now, the oldest first."""
        return list(self._kept)

    def save(self, checkpoint_number: Any = None) -> str:
        """Save a checkpoint from the default session, and delete what is too old.

        Args:
          checkpoint_number: the number in its name, an integer or a variable; by default that of the save.

        Returns:
          Its path.

        Raises:
          ValueError: there is no default session.
        """
        session = session_or_default(None)
        is_new = self._checkpoint._save_counter is None
        counter = self._checkpoint.save_counter
        if is_new:
            session.run(counter.initializer)
        if self._count_op is None:
            self._count_op = counter.assign_add(1, read_value=False)
        session.run(self._count_op)
        number = counter if checkpoint_number is None else checkpoint_number
        if not isinstance(number, int | np.integer):
            number = global_step(session, number)
        path: str = self._checkpoint.write(f"{self._prefix}-{number}")
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        self._record()  # before anything is deleted: the file never speaks of a checkpoint that is gone
        self._sweep()
        self._record()
        return path

    def _sweep(self) -> None:
        while self._max_to_keep and len(self._kept) > self._max_to_keep:
            path = next(iter(self._kept))
            made = self._kept.pop(path)
            if self._keep_hours and made - self._keep_hours * 3600.0 >= self._last_preserved:
                self._last_preserved = made
            else:
                remove_values(path)

    def _record(self) -> None:
        write_state(
            self._directory, self._latest, list(self._kept), None, list(self._kept.values()), self._last_preserved,
            relative=True,
        )  # fmt: skip
