"""tensorflow.contrib.slim.python.slim: the modules of `tf.contrib.slim`, and its networks."""

import sys as _sys

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib.slim import learning, model_analyzer, nets, queues
from flowgraph.contrib.slim.python.slim import data
from flowgraph.neural.slim import summaries

__all__ = ["data", "learning", "model_analyzer", "nets", "queues", "summaries"]

for _name in __all__:
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]
for _name in nets.__all__:
    _sys.modules[f"{__name__}.nets.{_name}"] = getattr(nets, _name)
for _name in data.__all__:
    _sys.modules[f"{__name__}.data.{_name}"] = getattr(data, _name)

_add_views(
    f"{__name__}.nets",
    nets.inception,
    {f"inception_v{i}": f"inception_v{i} inception_v{i}_arg_scope inception_v{i}_base" for i in (1, 2, 3)},
)
