"""tensorflow.contrib.layers.python.layers: all of `tf.contrib.layers`, and the modules that it has there.

`from tensorflow.contrib.layers.python.layers import batch_norm` and `... .layers.layers import batch_norm` both work.
"""

import sys as _sys

from flowgraph.contrib import layers
from flowgraph.contrib.slim import utils
from flowgraph.neural import initializers, regularizers
from flowgraph.neural.slim import summaries
from flowgraph.training import optimize_loss as optimizers

__all__ = ["initializers", "layers", "optimizers", "regularizers", "summaries", "utils"]

for _name in __all__:
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]


def __getattr__(name: str) -> object:
    return getattr(layers, name)
