"""`tf.manip`: a few ways of rearranging tensors, under the names that TF once gave them."""

from flowgraph import absent as _absent
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.ragged_public import gather_nd, tile
from flowgraph.ops.reshape import reshape
from flowgraph.ops.rolling import roll
from flowgraph.ops.scattering import scatter_nd
from flowgraph.ops.space_batch import batch_to_space_nd, space_to_batch_nd

__all__ = ["batch_to_space_nd", "gather_nd", "reshape", "reverse", "roll", "scatter_nd", "space_to_batch_nd", "tile"]

_absent.watch(__name__)
