"""Lookup tables: what fills all of them."""

from __future__ import annotations

from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.ir.tensor import Operation
from flowgraph.ops.control_flow import group, no_op


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """An op that fills all lookup tables made so far; one that does nothing when there are none.

    >>> tables_initializer()
    <tf.Operation 'init_all_tables' type=NoOp>
    """
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*initializers, name=name) if initializers else no_op(name=name)


def initialize_all_tables(name: str = "init_all_tables") -> Operation:
    """The older name of `tf.tables_initializer`."""
    return tables_initializer(name)
