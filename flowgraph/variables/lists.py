"""The variables of a graph: which there are, initializing them, asking which have no value yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import GraphKeys, colocate_with, device, get_collection, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import RANK
from flowgraph.ops.compare import logical_not
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.joining import stack
from flowgraph.ops.state import VARIABLE_V2, is_variable_initialized


def global_variables(scope: str | None = None) -> list[Any]:
    """The variables that `tf.Variable` and `tf.get_variable` made, in the order of creation.

    Args:
      scope: a regular expression that the beginning of a name must match: usually the name of a scope.

    >>> with tf.name_scope("layer"):
    ...     w = tf.Variable(1.0, name="w")
    >>> b = tf.Variable(2.0, name="b", trainable=False)
    >>> global_variables("layer/")
    [<tf.Variable 'layer/w:0' shape=() dtype=float32_ref>]
    """
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables() -> list[Any]:
    """The older name of `tf.global_variables`."""
    return global_variables()


def local_variables(scope: str | None = None) -> list[Any]:
    """Variables that checkpoints leave out, such as the counters of metrics; see `tf.global_variables`."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Any]:
    """The variables in the collection MODEL_VARIABLES; see `tf.global_variables`."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    """The variables that optimizers change unless told otherwise; see `tf.global_variables`."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Any]:
    """The variables of which moving averages are kept; see `tf.global_variables`."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


# -- initializing ------------------------------------------------------------------------------------------


def variables_initializer(var_list: Sequence[Any], name: str = "init") -> Operation:
    """An op that initializes the variables of a list.

    >>> a, b = tf.Variable(1.0), tf.Variable(2.0)
    >>> with tf.Session() as sess:
    ...     sess.run(variables_initializer([b]))
    ...     sess.run(b)
    np.float32(2.0)
    """
    return group(*[v.initializer for v in var_list], name=name) if var_list else no_op(name=name)


def initialize_variables(var_list: Sequence[Any], name: str = "init") -> Operation:
    """The older name of `tf.variables_initializer`."""
    return variables_initializer(var_list, name)


def global_variables_initializer() -> Operation:
    """An op that initializes all global variables made so far: what most programs run first.

    >>> w = tf.Variable([1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     sess.run(global_variables_initializer())
    ...     sess.run(w)
    array([1., 2.], dtype=float32)
    """
    return variables_initializer(global_variables())


def initialize_all_variables() -> Operation:
    """The older name of `tf.global_variables_initializer`."""
    return global_variables_initializer()


def local_variables_initializer() -> Operation:
    """An op that initializes all local variables made so far."""
    return variables_initializer(local_variables())


def initialize_local_variables() -> Operation:
    """The older name of `tf.local_variables_initializer`."""
    return local_variables_initializer()


# -- what is not initialized -------------------------------------------------------------------------------


def _known_variables() -> list[Any]:
    """The global and local variables; where nobody keeps such lists, the references of all variables."""
    known = global_variables() + local_variables()
    if known:
        return known
    return [op.outputs[0] for op in get_default_graph().get_operations() if op.opdef is VARIABLE_V2]


def report_uninitialized_variables(
    var_list: Sequence[Any] | None = None, name: str = "report_uninitialized_variables"
) -> Tensor:
    """The names of the variables that have no value yet, as a 1-D string tensor.

    Args:
      var_list: the variables to ask; by default all global and local ones.
      name: the scope of the new ops.

    >>> a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    >>> missing = report_uninitialized_variables()
    >>> with tf.Session() as sess:
    ...     sess.run(a.initializer)
    ...     sess.run(missing)
    array([b'b'], dtype=object)
    """
    from flowgraph.ops.masking import boolean_mask

    if var_list is None:
        var_list = _known_variables()
    with name_scope(name):
        flags = [is_variable_initialized(variable) for variable in var_list]
        with device("/cpu:0"):
            if not var_list:
                return constant([], dtype=dt.string)
            mask = logical_not(stack(flags))
            names = constant([variable.op.name for variable in var_list])
            return boolean_mask(names, mask)


def assert_variables_initialized(var_list: Sequence[Any] | None = None) -> Tensor | None:
    """A tensor that cannot be computed while one of the variables has no value: running it raises an error.

    Args:
      var_list: the variables to ask; by default all global and local ones.

    Returns:
      A tensor, or None when there are no variables.

    Raises:
      FailedPreconditionError: (when run) a variable has no value.
    """
    if var_list is None:
        var_list = _known_variables()
    ranks = []
    for variable in var_list:
        with colocate_with(variable.op), name_scope("Rank") as scope:
            convert_to_tensor(variable)  # TF reads a resource variable twice here
            ranks.append(emit(RANK, variable, name=scope))
    if not ranks:
        return None
    return ranks[0] if len(ranks) == 1 else stack(ranks)
