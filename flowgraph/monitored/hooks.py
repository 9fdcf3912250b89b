"""The hooks that scripts use: stop at a step, log, stop at NaN, feed, run something at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.scope import get_default_graph
from flowgraph.monitored.hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from flowgraph.monitored.timers import NeverTriggers, SecondOrStepTimer
from flowgraph.platform import logs
from flowgraph.training.global_step import get_or_create_global_step_read


def global_step_for(hook: str) -> Any:
    """The read of the global step that hooks share.

    Raises:
      RuntimeError: the graph has no global step.
    """
    step = get_or_create_global_step_read()
    if step is None:
        raise RuntimeError(f"Global step should be created to use {hook}.")
    return step


class StopAtStepHook(SessionRunHook):
    """Ends training at a value of the global step.

    Args:
      num_steps: how many steps to train from where training begins.
      last_step: the step to end at, wherever it begins.

    Raises:
      ValueError: both are given, or none.

    >>> step = tf.train.get_or_create_global_step()
    >>> count = tf.assign_add(step, 1)
    >>> with tf.train.MonitoredTrainingSession(hooks=[tf.train.StopAtStepHook(num_steps=3)]) as sess:
    ...     while not sess.should_stop():
    ...         print(sess.run(count))
    1
    2
    3
    """

    def __init__(self, num_steps: int | None = None, last_step: int | None = None) -> None:
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self) -> None:
        """Find the global step."""
        self._step = global_step_for("StopAtStepHook")

    def after_create_session(self, session: Any, coord: Any) -> None:  # noqa: ARG002
        """Work out the last step, the first time."""
        if self._last_step is None:
            self._last_step = session.run(self._step) + self._num_steps

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the global step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Stop if the step is reached; it is read again then, for a run need not have counted."""
        assert self._last_step is not None
        if run_values.results + 1 >= self._last_step and run_context.session.run(self._step) >= self._last_step:
            run_context.request_stop()


class LoggingTensorHook(SessionRunHook):
    """Logs the values of tensors every so many runs or seconds, or at the end: `INFO:tensorflow:loss = 0.5, step = 1`.

    Args:
      tensors: tensors or their names, or a dict of them by the words to log.
      every_n_iter: log every so many runs.
      every_n_secs: log every so many seconds.
      at_end: whether to log at the end of training; then neither of the two need be given.
      formatter: a function that makes the text of a dict of values.

    Raises:
      ValueError: it is not said when to log, or said twice.

    Messages are seen with `tf.logging.set_verbosity(tf.logging.INFO)`.
    """

    def __init__(
        self,
        tensors: Any,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[dict[Any, Any]], str] | None = None,
    ) -> None:
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        self._tags = sorted(tensors) if isinstance(tensors, Mapping) else list(tensors)
        self._tensors = tensors if isinstance(tensors, Mapping) else {item: item for item in tensors}
        self._formatter, self._at_end = formatter, at_end
        self._timer = NeverTriggers() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)

    def begin(self) -> None:
        """Find the tensors."""
        self._timer.reset()
        self._runs = 0
        self._found = {tag: _element(tensor) for tag, tensor in self._tensors.items()}

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:  # noqa: ARG002
        """Ask for the tensors when it is time to log."""
        self._time = self._timer.should_trigger_for_step(self._runs)
        return SessionRunArgs(self._found) if self._time else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:  # noqa: ARG002
        """Log them."""
        if self._time:
            self._log(run_values.results)
        self._runs += 1

    def end(self, session: Any) -> None:
        """Log them once more, if that was asked for."""
        if self._at_end:
            self._log(session.run(self._found))

    def _log(self, values: dict[Any, Any]) -> None:
        seconds, _ = self._timer.update_last_triggered_step(self._runs)
        with np.printoptions(suppress=True):
            if self._formatter:
                logs.info(self._formatter(values))
                return
            text = ", ".join(f"{tag} = {values[tag]}" for tag in self._tags)
        if seconds is None:
            logs.info("%s", text)
        else:
            logs.info("%s (%.3f sec)", text, seconds)


def _element(obj: Any) -> Any:
    """A tensor or operation of the current graph; the name of an operation stands for its only output.

    Raises:
      ValueError: it is of another graph, or the operation has more outputs.
    """
    graph = get_default_graph()
    if not isinstance(obj, str):
        if getattr(obj, "graph", None) is not graph:
            raise ValueError(f"Passed {obj} should have graph attribute that is equal to current graph {graph}.")
        return obj
    if ":" in obj:
        return graph.as_graph_element(obj)
    element = graph.as_graph_element(f"{obj}:0")
    if len(element.op.outputs) > 1:
        raise ValueError(f"Name {obj} is ambiguous, as this `Operation` has multiple outputs (at least 2).")
    return element


class NanLossDuringTrainingError(RuntimeError):
    """What NanTensorHook raises: the loss is not a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as inspect shows TF's
        super().__init__(*args, **kwargs)

    def __str__(self) -> str:
        return "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Ends training when the loss is not a number.

    Args:
      loss_tensor: the loss, a scalar.
      fail_on_nan_loss: whether to end by NanLossDuringTrainingError; otherwise training just stops.

    >>> x = tf.placeholder(tf.float32, [])
    >>> loss = tf.log(x)
    >>> with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(loss, fail_on_nan_loss=False)]) as sess:
    ...     _ = sess.run(loss, {x: 1.0})
    ...     before = sess.should_stop()
    ...     _ = sess.run(loss, {x: -1.0})
    ...     print(before, sess.should_stop())
    False True
    """

    def __init__(self, loss_tensor: Any, fail_on_nan_loss: bool = True) -> None:
        self._loss, self._fails = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the loss."""
        return SessionRunArgs(self._loss)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Stop if it is no number."""
        if not np.isnan(run_values.results):
            return
        message = "Model diverged with loss = NaN."
        if self._fails:
            logs.error(message)
            raise NanLossDuringTrainingError
        logs.warning(message)
        run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Lets the first run wait until other workers have brought the global step somewhere.

    Args:
      wait_until_step: the step to wait for.
    """

    def __init__(self, wait_until_step: int) -> None:
        self._wait_until_step = wait_until_step

    def begin(self) -> None:
        """Find the global step."""
        self._waited = False
        self._step = global_step_for("_GlobalStepWaiterHook")

    def before_run(self, run_context: SessionRunContext) -> None:
        """Wait, the first time."""
        if not self._waited and self._wait_until_step > 0:
            self._wait(run_context.session)
        self._waited = True

    def _wait(self, session: Any) -> None:
        logs.info("Waiting for global step %d before starting training.", self._wait_until_step)
        logged = 0
        while (step := session.run(self._step)) < self._wait_until_step:
            if step - logged > 1000:
                logs.info(
                    "Waiting for global step %d before starting training. Current step is %d.",
                    self._wait_until_step,
                    step,
                )
                logged = step
            time.sleep(0.5)


class FinalOpsHook(SessionRunHook):
    """Runs something at the end of training and keeps its values in `final_ops_values`.

    Args:
      final_ops: a tensor, operation or a structure of these.
      final_ops_feed_dict: what to feed to them.

    >>> w = tf.Variable(2.0)
    >>> last = tf.train.FinalOpsHook(final_ops=w * 3.0)
    >>> with tf.train.MonitoredSession(hooks=[last]) as sess:
    ...     pass
    >>> last.final_ops_values
    np.float32(6.0)
    """

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        self._ops, self._feed_dict = final_ops, final_ops_feed_dict
        self._values: Any = None

    @property
    def final_ops_values(self) -> Any:
        """What they gave, in their structure; None before the end."""
        return self._values

    def end(self, session: Any) -> None:
        """Run them."""
        if self._ops is None:
            return
        try:
            self._values = session.run(self._ops, feed_dict=self._feed_dict)
        except (errors.OutOfRangeError, StopIteration):
            logs.warning(
                "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook. The ops that it "
                "runs at the end should read variables only; these read from the input, which has come to its end."
            )
            raise


class FeedFnHook(SessionRunHook):
    """Feeds every run with what a function returns.

    Args:
      feed_fn: a function without arguments that returns a feed_dict.

    >>> x = tf.placeholder(tf.float32, [])
    >>> y = x + 1
    >>> with tf.train.MonitoredSession(hooks=[tf.train.FeedFnHook(lambda: {x: 4.0})]) as sess:
    ...     sess.run(y)
    np.float32(5.0)
    """

    def __init__(self, feed_fn: Callable[[], Any]) -> None:
        self.feed_fn = feed_fn

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask the function."""
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
