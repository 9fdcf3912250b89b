"""Options of variables: how copies on several machines would be kept equal, and which kind is the default."""

from __future__ import annotations

import enum
from typing import Any


class VariableSynchronization(enum.Enum):
    """When the copies of a distributed variable are made equal; here there is one copy."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How updates of the copies of a distributed variable are put together; here there is one copy."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = ONLY_FIRST_REPLICA


def settle_options(
    synchronization: Any, aggregation: Any, trainable: Any, name: str | None
) -> tuple[VariableSynchronization, VariableAggregation, Any]:
    """The three options of a variable that depend on each other, with defaults where they are None.

    Raises:
      ValueError: one of the first two is no member of its enum.
    """
    try:
        aggregation = VariableAggregation(aggregation or 0)
    except ValueError:
        raise ValueError(f"Invalid variable aggregation mode: {aggregation} for variable: {name}") from None
    try:
        synchronization = VariableSynchronization(synchronization or 0)
    except ValueError:
        raise ValueError(f"Invalid variable synchronization mode: {synchronization} for variable: {name}") from None
    if trainable is None:
        trainable = synchronization is not VariableSynchronization.ON_READ
    return synchronization, aggregation, trainable


# -- references or resources ---------------------------------------------------------------------------------

_default = {"resource": False}


def enable_resource_variables() -> None:
    """Make resource variables the default: what `tf.Variable` and `tf.get_variable` make from here on.

    >>> enable_resource_variables()
    >>> tf.Variable(1.0).dtype
    tf.float32
    >>> disable_resource_variables()
    >>> tf.Variable(1.0).dtype
    tf.float32_ref
    """
    _default["resource"] = True


def disable_resource_variables() -> None:
    """Make reference variables the default again, which they are in TF 1.x."""
    _default["resource"] = False


def resource_variables_enabled() -> bool:
    """Whether resource variables are the default: no, unless `tf.enable_resource_variables()` was called."""
    return _default["resource"]
