"""tensorflow.contrib.losses.python.losses: the module of `tf.contrib.losses`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import losses as _losses

_add_views(__name__, _losses, {"loss_ops": " ".join(_losses.__all__)})
