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


def test_ops_are_those_of_the_surface() -> None:
    from flowgraph.python.ops import control_flow_ops, functional_ops, map_fn, tensor_array_ops

    for module in (control_flow_ops, functional_ops, map_fn, tensor_array_ops):
        for name in module.__all__:
            assert callable(getattr(module, name))
            if hasattr(tf, name):
                assert getattr(module, name) is getattr(tf, name), name


def test_platform_util_and_client_have_the_modules_of_tf():
    from flowgraph.python.client import session
    from flowgraph.python.platform import app, flags, gfile, resource_loader, tf_logging
    from flowgraph.python.util import compat, nest

    assert (app, flags, gfile, tf_logging) == (tf.app, tf.app.flags, tf.gfile, tf.logging)
    assert (compat, nest, resource_loader) == (tf.compat, tf.nest, tf.resource_loader)
    assert session.Session is tf.Session
    assert session.InteractiveSession is tf.InteractiveSession


def test_recurrent_cells_are_where_scripts_look_for_them():
    from flowgraph.contrib.rnn.python.ops import core_rnn_cell
    from flowgraph.contrib.rnn.python.ops import rnn_cell as contrib_cell
    from flowgraph.contrib.rnn.python.ops.core_rnn_cell import _linear
    from flowgraph.python.ops import rnn, rnn_cell, rnn_cell_impl

    for name in rnn_cell.__all__:
        assert getattr(rnn_cell_impl, name) is getattr(rnn_cell, name)
        if name != "assert_like_rnncell":
            assert getattr(tf.contrib.rnn, name) is getattr(rnn_cell, name)
    for name in rnn.__all__:
        assert getattr(rnn, name) is getattr(tf.nn, name)
    for module in (core_rnn_cell, contrib_cell):
        for name in module.__all__:
            assert getattr(tf.contrib.rnn, name) is getattr(module, name)
    assert _linear([tf.zeros([1, 2]), tf.zeros([1, 3])], 4, bias=True).shape.as_list() == [1, 4]
