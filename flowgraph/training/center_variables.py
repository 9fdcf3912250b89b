"""What optimizers for several workers share: variables of each worker beside those of all, the center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph.ir.scope import GraphKeys, device
from flowgraph.monitored.hook import SessionRunHook
from flowgraph.variables.lists import global_variables_initializer, local_variables_initializer
from flowgraph.variables.scope import get_variable
from flowgraph.variables.variable import Variable

CENTER = "global_center_variable"


class CentersGetter:
    """A custom getter that makes, beside each trainable variable, one at the center and others on the worker.

    Args:
      worker_device: the worker's own device.
      beside: for each further variable on the worker the name of the scope that it goes to.
    """

    def __init__(self, worker_device: str, beside: Sequence[str]) -> None:
        self._worker_device = worker_device
        self._global_map: dict[Any, Any] = {}
        self._maps: dict[str, dict[Any, Any]] = {scope: {} for scope in beside}

    def __call__(self, getter: Any, name: str, trainable: bool, collections: Any, *args: Any, **kwargs: Any) -> Any:
        """What `tf.get_variable` asks for a variable: the worker's own."""
        if not trainable:
            return self._untrained(getter, name, collections, *args, **kwargs)
        local = [GraphKeys.LOCAL_VARIABLES]
        with device(self._worker_device):
            mine = getter(name, *args, trainable=True, collections=local, **kwargs)
        if kwargs["reuse"] is True:
            return mine
        center = getter(
            *args, name=f"{CENTER}/{name}", trainable=False, collections=[GraphKeys.GLOBAL_VARIABLES], **kwargs
        )
        self._note(self._global_map, mine, center)
        for scope, noted in self._maps.items():
            with device(self._worker_device):
                other = getter(*args, name=f"{scope}/{name}", trainable=False, collections=local, **kwargs)
            self._note(noted, mine, other)
        return mine

    def _untrained(self, getter: Any, name: str, collections: Any, *args: Any, **kwargs: Any) -> Any:
        return getter(name, *args, trainable=False, collections=collections, **kwargs)

    @staticmethod
    def _note(noted: dict[Any, Any], mine: Any, other: Any) -> None:
        """Partitioned variables are noted part by part."""
        if isinstance(mine, Variable):
            noted[mine] = other
        else:
            noted.update(zip(list(mine), list(other), strict=True))


def untrained_on_worker(worker_device: str, getter: Any, name: str, collections: Any, *args: Any, **kwargs: Any) -> Any:
    """A variable that is not trained; local ones go to the worker."""
    if GraphKeys.LOCAL_VARIABLES in collections:
        with device(worker_device):
            return getter(name, *args, trainable=False, collections=collections, **kwargs)
    return getter(name, *args, trainable=False, collections=collections, **kwargs)


def make_local_step() -> Any:
    """The variable that counts a worker's steps."""
    return get_variable(initializer=0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], name="local_step")


class CentersHook(SessionRunHook):
    """Runs an optimizer's `get_init_op` when there is a session: a worker's variables begin as those at the center.

    Args:
      init_op: a function that makes it.
      is_chief: whether the worker initializes the center.
    """

    def __init__(self, init_op: Any, is_chief: bool) -> None:
        self._make_init_op, self._is_chief = init_op, is_chief

    def begin(self) -> None:
        """Make the op that initializes; before it, because TF does, two that nobody runs."""
        local_variables_initializer()
        if self._is_chief:
            global_variables_initializer()
        self._variable_init_op = self._make_init_op()

    def after_create_session(self, session: Any, coord: Any) -> None:  # noqa: ARG002
        """Let the worker's variables begin as those at the center."""
        session.run(self._variable_init_op)


def mapped(noted: Mapping[Any, Any], variables: Sequence[Any]) -> list[Any]:
    """What was made beside each of the variables."""
    return [noted[var] for var in variables]
