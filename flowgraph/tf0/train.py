"""Training, as before TensorFlow 1.0."""

from flowgraph import absent as _absent
from flowgraph import train as _new
from flowgraph.summary import FileWriter as SummaryWriter

__all__ = ["SummaryWriter"]
__all__ += [name for name in _new.__all__ if name not in __all__]


def __getattr__(name: str) -> object:
    return getattr(_new, name)


_absent.watch(__name__, "train")
