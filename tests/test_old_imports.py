"""The inside of TensorFlow that old scripts import from."""

from __future__ import annotations

import flowgraph as tf


def test_framework_ops_has_what_tf_has() -> None:
    from flowgraph.python.framework import ops

    for name in ops.__all__:
        if hasattr(tf, name):
            assert getattr(ops, name) is getattr(tf, name), name
    before = tf.get_default_graph()
    ops.reset_default_graph()
    assert tf.get_default_graph() is not before
