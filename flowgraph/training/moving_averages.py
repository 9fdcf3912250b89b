"""Exponential moving averages of variables and tensors, kept in shadow variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import (
    GraphKeys,
    Reference,
    add_to_collection,
    colocate_with,
    control_dependencies,
    get_default_graph,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.control_flow import group
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.math import minimum, pow
from flowgraph.ops.state import assign, assign_sub
from flowgraph.training.slots import create_slot, create_zeros_slot
from flowgraph.variables.block import variable_scope
from flowgraph.variables.lists import global_variables, moving_average_variables, trainable_variables
from flowgraph.variables.scope import get_variable, get_variable_scope
from flowgraph.variables.variable import Variable


def assign_moving_average(
    variable: Variable, value: Any, decay: Any, zero_debias: bool = True, name: str | None = None
) -> Tensor:
    """Move `variable` towards `value`: variable -= (1 - decay) * (variable - value).

    Args:
      variable: the average.
      value: a tensor of its shape.
      decay: how much of the old average stays, a number or scalar tensor.
      zero_debias: whether to undo the pull of an average that started at zero (Kingma and Ba 2014, section 3); the
        biased average and the number of updates are kept in variables beside it.
      name: the name of the update.

    Returns:
      The average after the update.
    """
    with name_scope(name, "AssignMovingAvg") as scope:
        change = convert_to_tensor(1.0 - decay, name="decay")
        if change.dtype is not variable.dtype.base_dtype:
            change = cast(change, variable.dtype.base_dtype)
        if zero_debias:
            return _assign_debiased(variable, value, change)
        return assign_sub(variable, (variable - value) * change, name=scope)


def _assign_debiased(unbiased: Variable, value: Any, change: Tensor) -> Tensor:
    """Keep the plain average beside, and assign it divided by 1 - decay ** updates."""
    with variable_scope(unbiased.op.name), colocate_with(unbiased), control_dependencies(None):
        biased = get_variable(
            _unused("biased"),
            initializer=Zeros(),
            shape=unbiased.shape,
            dtype=unbiased.dtype,
            trainable=False,
        )
        updates = get_variable(
            _unused("local_step"), shape=[], dtype=unbiased.dtype, initializer=Zeros(), trainable=False
        )
    moved = assign_sub(biased, (biased - value) * change)
    count = updates.assign_add(1)
    weight = 1 - pow(1.0 - change, count)
    return assign(unbiased, moved / weight, name=f"{get_default_graph().get_name_scope()}/")


def _unused(name: str) -> str:
    """`name`, numbered if the current variable scope has a variable of that name already."""
    scope = get_variable_scope()
    if scope.reuse:
        return name
    taken = {var.op.name for var in scope.global_variables()}
    if f"{scope.name}/{name}" not in taken:
        return name
    number = 1
    while f"{scope.name}/{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


class ExponentialMovingAverage:
    """Keeps averages of variables or tensors, in which older values count exponentially less.

    Each run of the op that `apply` returns does, for every variable, average -= (1 - decay) * (average - variable).
    An average starts as its variable's initial value; that of a tensor starts at zero.

    Args:
      decay: how much of the old average stays in an update, such as 0.99.
      num_updates: the number of updates so far; with it the decay is min(decay, (1 + n) / (10 + n)), so that averages
        move faster in the beginning.
      zero_debias: whether to correct the averages of tensors for starting at zero.
      name: the name of the averages, behind the names of their variables.

    >>> v = tf.Variable(0.0)
    >>> ema = ExponentialMovingAverage(0.9)
    >>> update = ema.apply([v])
    >>> with tf.Session() as sess:
    ...     _ = sess.run(tf.global_variables_initializer())
    ...     _ = sess.run(v.assign(10.0))
    ...     _ = sess.run(update)
    ...     print(round(float(sess.run(ema.average(v))), 6))
    1.0
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        self._decay, self._num_updates, self._zero_debias, self._name = decay, num_updates, zero_debias, name
        self._averages: dict[Reference, Variable] = {}

    @property
    def name(self) -> str:
        """What the averages are named, behind the names of their variables."""
        return self._name

    def apply(self, var_list: Sequence[Any] | None = None) -> Operation:
        """Make the averages (where there is none yet) and return the op that updates them.

        Args:
          var_list: variables or tensors of floats; by default all trainable variables.

        Raises:
          TypeError: one is not of floats.
        """
        variables = list(trainable_variables() if var_list is None else var_list)
        debiased = self._make_averages(variables)
        with name_scope(None, self._name) as scope:
            decay = convert_to_tensor(self._decay, name="decay")
            if self._num_updates is not None:
                count = cast(self._num_updates, dt.float32, name="num_updates")
                decay = minimum(decay, (1.0 + count) / (10.0 + count))
            updates = []
            for var in variables:
                average = self._averages[Reference(var)]
                updates.append(assign_moving_average(average, var, decay, Reference(average) in debiased))
            return group(*updates, name=scope)

    def _make_averages(self, variables: Sequence[Any]) -> set[Reference]:
        """Returns the averages that are to be corrected for starting at zero."""
        debiased = set()
        for var in variables:
            if var.dtype.base_dtype not in (dt.bfloat16, dt.float16, dt.float32, dt.float64):
                raise TypeError(f"The variables must be half, float, or double: {var.name}")
            if Reference(var) in self._averages:
                continue
            with control_dependencies(None):
                if isinstance(var, Variable):
                    average = create_slot(var, var.initialized_value(), self._name)
                    add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
                else:
                    average = create_zeros_slot(
                        var,
                        self._name,
                        colocate_with_primary=var.op.type in ("Variable", "VariableV2", "VarHandleOp"),
                    )
                    if self._zero_debias:
                        debiased.add(Reference(average))
            self._averages[Reference(var)] = average
        return debiased

    def average(self, var: Any) -> Variable | None:
        """The variable that holds the average of `var`, None if there is none."""
        return self._averages.get(Reference(var))

    def average_name(self, var: Any) -> str:
        """The name of that variable, or the name that it would get."""
        average = self.average(var)
        if average is not None:
            return average.op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables: Sequence[Any] | None = None) -> dict[str, Variable]:
        """For evaluation: under which names to look for the values of all variables in a checkpoint.

        Args:
          moving_avg_variables: those to load from their averages; by default all trainable ones and all that have
            averages.
        """
        if moving_avg_variables is None:
            moving_avg_variables = [*trainable_variables(), *moving_average_variables()]
        averaged = list({Reference(var): var for var in moving_avg_variables}.values())
        found = {self.average_name(var): var for var in averaged}
        names = {var.name for var in averaged}
        for var in global_variables():
            if var.name not in names:
                found.setdefault(var.op.name, var)
        return found
