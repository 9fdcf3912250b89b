"""tensorflow.contrib.crf.python.ops: the module of `tf.contrib.crf`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import crf as _crf

_add_views(__name__, _crf, {"crf": " ".join(_crf.__all__)})
