"""tensorflow.python.util.tf_decorator."""

from flowgraph import absent as _absent
from flowgraph.platform.decorators import TFDecorator, make_decorator, rewrap, unwrap

__all__ = ["TFDecorator", "make_decorator", "rewrap", "unwrap"]

_absent.watch(__name__)
