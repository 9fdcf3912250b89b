"""Devices as records: tf.DeviceSpec."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.device import join, parse


class DeviceSpec:
    """A device, or what is known of one: parts that are None are left open.

    Args:
      job: the name of a job.
      replica, task: numbers.
      device_type: "CPU", "GPU" ...
      device_index: which of them.

    >>> DeviceSpec(job="ps", device_type="cpu", device_index=0).to_string()
    '/job:ps/device:CPU:0'
    >>> with tf.device(DeviceSpec(device_type="CPU")):
    ...     x = tf.constant(1.0)
    >>> x.op.device
    '/device:CPU:*'
    """

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self.job = job
        self.replica = replica
        self.task = task
        self.device_type = device_type
        self.device_index = device_index

    @property
    def job(self) -> str | None:
        """The name of the job."""
        return self._job

    @job.setter
    def job(self, job: Any) -> None:
        self._job = None if job is None else str(job)

    @property
    def replica(self) -> int | None:
        """The number of the replica."""
        return self._replica

    @replica.setter
    def replica(self, replica: Any) -> None:
        self._replica = None if replica is None else int(replica)

    @property
    def task(self) -> int | None:
        """The number of the task."""
        return self._task

    @task.setter
    def task(self, task: Any) -> None:
        self._task = None if task is None else int(task)

    @property
    def device_type(self) -> str | None:
        """What kind of device."""
        return self._device_type

    @device_type.setter
    def device_type(self, device_type: Any) -> None:
        kind = None if device_type is None else str(device_type)
        self._device_type = kind.upper() if kind and kind.lower() in ("cpu", "gpu") else kind

    @property
    def device_index(self) -> int | None:
        """Which of that kind."""
        return self._device_index

    @device_index.setter
    def device_index(self, device_index: Any) -> None:
        self._device_index = None if device_index is None else int(device_index)

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The device that a string names.

        Raises:
          ValueError: a part is not understood.

        >>> DeviceSpec.from_string("/job:w/gpu:1").device_index
        1
        """
        return cls().parse_from_string(spec)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Become the device that a string names; see `from_string`."""
        job, replica, task, device = parse(spec)
        kind, _, index = (device or "").partition(":")
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = kind or None, None if index in ("", "*") else int(index)
        return self

    def to_string(self) -> str:
        """The device's name."""
        device = None
        if self.device_type is not None:
            device = f"{self.device_type}:{'*' if self.device_index is None else self.device_index}"
        numbers = (None if number is None else str(number) for number in (self.replica, self.task))
        return join((self.job, *numbers, device))

    def _parts(self) -> dict[str, Any]:
        names = ("job", "replica", "task", "device_type", "device_index")
        return {name: getattr(self, name) for name in names}

    def merge_from(self, dev: DeviceSpec) -> None:
        """Take over what another one says."""
        for name, value in dev._parts().items():
            if value is not None:
                setattr(self, name, value)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """A new one that says what another one says, and where that says nothing, what this one does."""
        merged = self.replace()
        merged.merge_from(dev)
        return merged

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """A new one with some parts changed.

        >>> DeviceSpec(job="w").replace(task=1).to_string()
        '/job:w/task:1'
        """
        return type(self)(**(self._parts() | kwargs))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self) -> int:
        return hash(self.to_string())

    def __repr__(self) -> str:
        return f"<DeviceSpec {self.to_string()!r}>"
