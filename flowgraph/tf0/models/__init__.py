"""tensorflow.models of versions before 0.8: recurrent networks."""

from flowgraph import absent as _absent
from flowgraph.tf0.models import rnn

__all__ = ["rnn"]

_absent.watch(__name__, "models")
