"""Where variables lie when several machines hold them (tf.contrib.framework.VariableDeviceChooser)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.device import join


class VariableDeviceChooser:
    """A device function that deals variables out to parameter servers in turn; for `tf.device`.

    Args:
      num_tasks: how many parameter servers there are; 0: none.
      job_name: their job.
      device_type, device_index: the device of each.
      replica: the replica.

    >>> choose = VariableDeviceChooser(num_tasks=2)
    >>> [choose(None) for _ in range(3)]
    ['/job:ps/task:0/device:CPU:0', '/job:ps/task:1/device:CPU:0', '/job:ps/task:0/device:CPU:0']
    """

    def __init__(
        self,
        num_tasks: int = 0,
        job_name: str = "ps",
        device_type: str = "CPU",
        device_index: int = 0,
        replica: int | None = None,
    ) -> None:
        self._num_tasks, self._job_name = num_tasks, job_name
        self._device = f"{device_type}:{device_index}"
        self._replica = None if replica is None else str(replica)
        self._next_task = 0

    def __call__(self, op: Any) -> str:  # noqa: ARG002  # all variables are alike
        """The device for the next variable."""
        job = task = None
        if self._num_tasks > 0:
            job, task = self._job_name, str(self._next_task)
            self._next_task = (self._next_task + 1) % self._num_tasks
        return join((job, self._replica, task, self._device))
