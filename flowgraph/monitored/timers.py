"""When hooks act: every so many steps, every so many seconds, or never."""

from __future__ import annotations

import time


class SecondOrStepTimer:
    """Says whether it is time again: after a number of seconds or of steps, whichever was given.

    Args:
      every_secs: how many seconds lie between two times.
      every_steps: how many steps.

    Raises:
      ValueError: both are given, or none.

    >>> timer = tf.train.SecondOrStepTimer(every_steps=10)
    >>> timer.should_trigger_for_step(3)  # the first time is always right
    True
    >>> _ = timer.update_last_triggered_step(3)
    >>> timer.should_trigger_for_step(12), timer.should_trigger_for_step(13)
    (False, True)
    """

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None) -> None:
        self.reset()
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self._every_secs, self._every_steps = every_secs, every_steps

    def reset(self) -> None:
        """Forget when it last was time."""
        self._last_step: int | None = None
        self._last_time = 0.0

    def should_trigger_for_step(self, step: int) -> bool:
        """Whether it is time at this step."""
        if self._last_step is None:
            return True
        if self._last_step == step:
            return False
        if self._every_secs is not None:
            return time.time() >= self._last_time + self._every_secs
        return self._every_steps is not None and step >= self._last_step + self._every_steps

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Note that it was time; returns the seconds and the steps since it last was, None and None at first."""
        now = time.time()
        elapsed = (None, None) if self._last_step is None else (now - self._last_time, step - self._last_step)
        self._last_time, self._last_step = now, step
        return elapsed

    def last_triggered_step(self) -> int | None:
        """The step at which it last was time, None if it never was."""
        return self._last_step


class NeverTriggers:
    """A timer for hooks that act at the end alone."""

    def reset(self) -> None:
        """There is nothing to forget."""

    def should_trigger_for_step(self, step: int) -> bool:  # noqa: ARG002
        """It is never time."""
        return False

    def update_last_triggered_step(self, step: int) -> tuple[None, None]:  # noqa: ARG002
        """There is nothing to note."""
        return None, None

    def last_triggered_step(self) -> None:
        """It never was time."""
        return
