"""tensorflow.python.client.device_lib: scripts count GPUs with it."""

from flowgraph import absent as _absent
from flowgraph.sessions.devices import list_local_devices

__all__ = ["list_local_devices"]

_absent.watch(__name__)
