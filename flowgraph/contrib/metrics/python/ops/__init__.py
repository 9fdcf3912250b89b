"""tensorflow.contrib.metrics.python.ops: the modules of `tf.contrib.metrics`."""

from flowgraph import absent as _absent
from flowgraph import sets as _sets
from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import metrics as _metrics

_add_views(
    __name__,
    _metrics,
    {
        "confusion_matrix_ops": "confusion_matrix",
        "metric_ops": " ".join(name for name in _metrics.__all__ if name.startswith(("streaming", "aggregate"))),
    },
)
_add_views(__name__, _sets, {"set_ops": "set_difference set_intersection set_size set_union"})

_absent.watch(__name__)
