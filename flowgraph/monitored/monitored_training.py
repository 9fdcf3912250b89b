"""Training in one call, in a monitored session (tf.contrib.training.train)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.monitored.sessions import MonitoredTrainingSession


def train(
    train_op: Any,
    logdir: str | None,
    master: str = "",
    is_chief: bool = True,
    scaffold: Any = None,
    hooks: Sequence[Any] | None = None,
    chief_only_hooks: Sequence[Any] | None = None,
    save_checkpoint_secs: float | None = 600,
    save_summaries_steps: int | None = 100,
    config: Any = None,
    max_wait_secs: float = 7200,
    run_metadata: Any = None,
) -> Any:
    """Run a training op in a `tf.train.MonitoredTrainingSession` until a hook asks to stop, or the input ends.

    Args:
      train_op: what to run, as `create_train_op` gives it.
      logdir: the directory for checkpoints and summaries; None: nothing is written.
      save_checkpoint_secs, save_summaries_steps: how often; None where there is no directory.
      hooks, chief_only_hooks: what happens around the steps, such as `tf.train.StopAtStepHook`.
      run_metadata: a `tf.RunMetadata` to fill in.
      master, is_chief, scaffold, config, max_wait_secs: see `tf.train.MonitoredTrainingSession`.

    Returns:
      The loss of the last step.

    Raises:
      ValueError: there is no directory, but something to write into it.

    >>> w = tf.get_variable("w", initializer=2.0)
    >>> train_op = tf.contrib.training.create_train_op(w * w, tf.train.GradientDescentOptimizer(0.25))
    >>> stop = tf.train.StopAtStepHook(last_step=3)
    >>> print(train(train_op, None, hooks=[stop], save_checkpoint_secs=None, save_summaries_steps=None))
    0.25
    """
    if logdir is None and is_chief:
        if save_summaries_steps:
            raise ValueError("logdir cannot be None when save_summaries_steps is not None")
        if save_checkpoint_secs:
            raise ValueError("logdir cannot be None when save_checkpoint_secs is not None")
    loss = None
    with MonitoredTrainingSession(
        master=master,
        is_chief=is_chief,
        checkpoint_dir=logdir,
        scaffold=scaffold,
        hooks=hooks,
        chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
        max_wait_secs=max_wait_secs,
    ) as session:
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
