"""tf.contrib: what books and papers use of it, added as it is needed."""

from flowgraph.contrib import layers as layers
