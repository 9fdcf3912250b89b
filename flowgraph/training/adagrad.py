"""Adagrad and its relatives: each entry has a rate of its own, smaller the more it has moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with, device
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import ADAGRAD, ADAGRAD_DA, PROXIMAL_ADAGRAD
from flowgraph.ops.array import fill, identity, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.initializers import Constant
from flowgraph.training.rules import RuleOptimizer, all_as


def _require_positive(name: str, value: Any) -> None:
    if value <= 0.0:
        raise ValueError(f"{name} must be positive: {value}")


class AdagradOptimizer(RuleOptimizer):
    """accumulator += gradient ** 2; var -= learning_rate * gradient / sqrt(accumulator).

    Slot `accumulator`.

    Args:
      learning_rate: a number, a tensor, or a function that returns one.
      initial_accumulator_value: where the sums of squares start.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    Raises:
      ValueError: `initial_accumulator_value` is not positive.

    >>> w = tf.Variable(5.0)
    >>> step = tf.train.AdagradOptimizer(1.0).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    4.0
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        _require_positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            dtype = var.dtype.base_dtype
            if var.get_shape().is_fully_defined():
                start: Any = Constant(self._initial_accumulator_value, dtype=dtype)
            else:
                start = self._start_of_shape(var, dtype)
            self._get_or_make_slot_with_initializer(var, start, var.get_shape(), dtype, "accumulator", self._name)

    def _start_of_shape(self, var: Any, dtype: DType) -> Callable[[], Tensor]:
        """What starts a slot for a variable whose shape is known in the run only."""
        return lambda: cast(fill(shape(var), self._initial_accumulator_value), dtype)

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )

    def _family(self) -> Family:
        return ADAGRAD

    def _rule_slots(self) -> tuple[str, ...]:
        return ("accumulator",)

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(dtype, lr=self._learning_rate_tensor)


class AdagradDAOptimizer(RuleOptimizer):
    """Adagrad with dual averaging: a step starts anew from the sums of all gradients and of their squares.

    It is good at making linear models sparse: with an l1 penalty entries with small sums are zero.
    Slots `gradient_accumulator` and `gradient_squared_accumulator`.

    Args:
      learning_rate: a number or a tensor.
      global_step: the variable that counts the steps, int64.
      initial_gradient_squared_accumulator_value: where the sums of squares start.
      l1_regularization_strength: how strongly entries are drawn to zero.
      l2_regularization_strength: how strongly large entries are made smaller.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    Raises:
      ValueError: `initial_gradient_squared_accumulator_value` is not positive.

    >>> w = tf.Variable(0.0)
    >>> steps = tf.Variable(0, dtype=tf.int64, trainable=False)
    >>> step = tf.train.AdagradDAOptimizer(1.0, steps).minimize((w - 3.0) ** 2, global_step=steps)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    0.999
    """

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ) -> None:
        start = initial_gradient_squared_accumulator_value
        _require_positive("initial_gradient_squared_accumulator_value", start)
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_gradient_squared_accumulator_value = start
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._global_step = global_step

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            dtype, sizes = var.dtype.base_dtype, var.get_shape()
            with colocate_with(var):
                total = constant(0.0, shape=sizes, dtype=dtype)
                squares = constant(self._initial_gradient_squared_accumulator_value, shape=sizes, dtype=dtype)
            self._get_or_make_slot(var, total, "gradient_accumulator", self._name)
            self._get_or_make_slot(var, squares, "gradient_squared_accumulator", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(self._learning_rate, name="learning_rate")
        with colocate_with(self._learning_rate_tensor):
            self._step_number = identity(self._global_step) + 1

    def _family(self) -> Family:
        return ADAGRAD_DA

    def _rule_slots(self) -> tuple[str, ...]:
        return ("gradient_accumulator", "gradient_squared_accumulator")

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:
        with device(var.device):
            global_step = identity(self._step_number)
        numbers = all_as(
            dtype,
            lr=self._learning_rate_tensor,
            l1=self._l1_regularization_strength,
            l2=self._l2_regularization_strength,
        )
        return {**numbers, "global_step": global_step}


class ProximalAdagradOptimizer(RuleOptimizer):
    """Adagrad, each step followed by one against penalties, which makes small entries zero.

    Slot `accumulator`.

    Args:
      learning_rate: a number or a float32 tensor, as the next two.
      initial_accumulator_value: where the sums of squares start.
      l1_regularization_strength: how strongly entries are drawn to zero.
      l2_regularization_strength: how strongly large entries are made smaller.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    Raises:
      ValueError: `initial_accumulator_value` is not positive.

    >>> w = tf.Variable([5.0, 1.2])
    >>> step = tf.train.ProximalAdagradOptimizer(1.0, l1_regularization_strength=0.5).minimize(tf.reduce_sum(w))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(w).round(2))
    [3.57 0.  ]
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        _require_positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with colocate_with(var):
                start = constant(self._initial_accumulator_value, shape=var.get_shape(), dtype=var.dtype.base_dtype)
            self._get_or_make_slot(var, start, "accumulator", self._name)

    def _prepare(self) -> None:
        self._rule_numbers = penalized_rate(
            "lr", self._learning_rate, self._l1_regularization_strength, self._l2_regularization_strength
        )

    def _family(self) -> Family:
        return PROXIMAL_ADAGRAD

    def _rule_slots(self) -> tuple[str, ...]:
        return ("accumulator",)

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return self._rule_numbers

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        numbers = all_as(grad.dtype, **self._rule_numbers)
        return self._emit(PROXIMAL_ADAGRAD.resource_sparse, handle, numbers, grad, indices)


def penalized_rate(name: str, learning_rate: Any, l1: Any, l2: Any) -> dict[str, Tensor]:
    """A learning rate and both penalties as tensors, by the names of the inputs of an op."""
    return {
        name: convert_to_tensor(learning_rate, name="learning_rate"),
        "l1": convert_to_tensor(l1, name="l1_regularization_strength"),
        "l2": convert_to_tensor(l2, name="l2_regularization_strength"),
    }
