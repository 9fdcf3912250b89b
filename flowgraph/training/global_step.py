"""The global step: the variable that counts the updates of training."""

from __future__ import annotations

import logging
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import GraphKeys, add_to_collection, control_dependencies, get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.state import assign_add
from flowgraph.variables.scope import get_variable
from flowgraph.variables.variable import Variable

_log = logging.getLogger("flowgraph")
_READS = "global_step_read_op_cache"
"""TF's name of the collection that holds the one read of the global step that hooks share."""


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The value of the global step in a session, as an int."""
    return int(sess.run(global_step_tensor))


def get_global_step(graph: Graph | None = None) -> Any:
    """The global step of a graph: from its collection, or by its name 'global_step:0'; None if there is none.

    Raises:
      TypeError: it is not a scalar of integers.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        _log.error("Multiple tensors in global_step collection.")
        return None
    if found:
        step = found[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph: Graph | None = None) -> Variable:
    """Make the global step, an int64 variable.

    Raises:
      ValueError: the graph has one already.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dt.int64,
            initializer=Zeros(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    """The global step of a graph, made if there is none.

    >>> step = get_or_create_global_step()
    >>> get_or_create_global_step() is step
    True
    """
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def assert_global_step(global_step_tensor: Any) -> None:
    """Raise TypeError unless this can be a global step: a scalar variable or tensor of integers."""
    step = global_step_tensor
    if not isinstance(step, Variable | Tensor):
        raise TypeError(f'Existing "global_step" must be a Variable or Tensor: {step}.')
    if not step.dtype.base_dtype.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {step.dtype}')
    if step.get_shape().ndims != 0 and step.get_shape().is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {step.get_shape()}')


def assert_or_get_global_step(graph: Graph | None = None, global_step_tensor: Any = None) -> Any:
    """The global step that was given, if it can be one; else that of the graph."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def get_or_create_global_step_read(graph: Graph | None = None) -> Tensor | None:
    """The value of the global step before the updates of a run, for hooks; None if there is no global step.

    What it adds to the graph, once, is the step plus zero: a copy, that later updates do not reach.

    Raises:
      RuntimeError: the collection of these copies holds more than one.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(_READS)
    if len(found) > 1:
        raise RuntimeError(f"There are multiple items in collection {_READS}. There should be only one.")
    if found:
        return found[0]
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(f"{step.op.name}/"):
        value = step.initialized_value() if isinstance(step, Variable) else step
        read = value + 0
        add_to_collection(_READS, read)
    return read


def increment_global_step(increment: Any, graph: Graph | None = None) -> Tensor:
    """Add to the global step, after hooks have read it.

    Raises:
      ValueError: there is no global step.
    """
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    if step is None:
        raise ValueError(
            "Global step tensor should be created by tf.train.get_or_create_global_step before calling increment."
        )
    read = get_or_create_global_step_read(graph)
    with graph.as_default(), graph.name_scope(None), graph.name_scope(f"{step.op.name}/"), control_dependencies([read]):
        return assign_add(step, increment)
