"""tf.contrib: what books and papers use of it, added as it is needed."""

from flowgraph.contrib import framework, layers, lookup, opt

__all__ = ["framework", "layers", "lookup", "opt"]
