"""tensorflow.python.ops.embedding_ops."""

from flowgraph import absent as _absent
from flowgraph.nn import embedding_lookup, embedding_lookup_sparse, safe_embedding_lookup_sparse

__all__ = ["embedding_lookup", "embedding_lookup_sparse", "safe_embedding_lookup_sparse"]

_absent.watch(__name__)
