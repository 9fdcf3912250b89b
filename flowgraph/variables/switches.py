"""The switches between TensorFlow 1's and 2's behaviour; flowgraph has TensorFlow 1's alone, but for shapes."""

from __future__ import annotations

from typing import Any, NoReturn

from flowgraph import errors, shapes
from flowgraph.ir.graph import user_site
from flowgraph.variables.options import disable_resource_variables


def _graphs_only(what: str, instead: str) -> NoReturn:
    line = f"{what} is not there: flowgraph builds graphs, as TensorFlow 1.x does unless it is told otherwise."
    raise NotImplementedError(errors.explain(line, mend=instead, where=user_site()))


def enable_eager_execution(
    config: Any = None,  # noqa: ARG001  # TF's arguments
    device_policy: Any = None,  # noqa: ARG001
    execution_mode: Any = None,  # noqa: ARG001
) -> NoReturn:
    """Not there: ops do not compute at once here.

    Raises:
      NotImplementedError: always.
    """
    _graphs_only("Eager execution", "Remove the call, and run what the script computes in a tf.Session.")


def disable_eager_execution() -> None:
    """Let ops build graphs, which they always do here."""


def enable_v2_behavior() -> NoReturn:
    """Not there: TensorFlow 2's behaviour begins with eager execution.

    Raises:
      NotImplementedError: always.
    """
    _graphs_only("TensorFlow 2's behaviour", "Scripts for TensorFlow 1.x call tf.disable_v2_behavior().")


def disable_v2_behavior() -> None:
    """TensorFlow 1's behaviour, as scripts for `tensorflow.compat.v1` ask for it: shapes of Dimensions, ref variables.

    >>> disable_v2_behavior()
    >>> tf.zeros([2]).shape[0]
    Dimension(2)
    """
    shapes.disable_v2_tensorshape()
    disable_resource_variables()


def enable_control_flow_v2() -> NoReturn:
    """Not there: `tf.cond` and `tf.while_loop` build TF 1's Switch and Merge.

    Raises:
      NotImplementedError: always.
    """
    _graphs_only("Control flow of version 2", "Remove the call: tf.cond and tf.while_loop compute the same.")


def disable_control_flow_v2() -> None:
    """Let `tf.cond` and `tf.while_loop` build Switch and Merge, which they always do here."""


def control_flow_v2_enabled() -> bool:
    """Whether `tf.cond` and `tf.while_loop` build functional ops: never here."""
    return False


def enable_tensor_equality() -> None:
    """In TF, let `==` of eager tensors compare values. Those of graphs are compared as objects even then, as always."""


def disable_tensor_equality() -> None:
    """Let `==` of tensors compare them as objects, which it always does here."""
