"""Parameters of distributions: those of two tensors that broadcast, and probabilities or their logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_greater_equal, assert_less_equal, assert_non_negative
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.hyperbolic import sigmoid
from flowgraph.ops.identity import identity
from flowgraph.ops.rank_checks import assert_near, assert_rank_at_least, assert_same_float_dtype
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.softmax import softmax
from flowgraph.ops.unary import log, log1p
from flowgraph.probability.base import FULLY_REPARAMETERIZED, Distribution
from flowgraph.shapes import TensorShape, dimension_value


class TwoParameters(Distribution):
    """A distribution of scalars with two parameters, which broadcast.

    Args:
      first, second: the parameters; a subclass says what they are called.
      demand: makes the ops that check them, if they are to be checked.
      validate_args, allow_nan_stats, name: as `Distribution` has them.
    """

    _parameter_names: tuple[str, str]

    def __init__(
        self,
        first: Any,
        second: Any,
        demand: Callable[[], list[Operation]],
        validate_args: bool,
        allow_nan_stats: bool,
        name: str,
    ) -> None:
        names = self._parameter_names
        given = {
            names[0]: first,
            names[1]: second,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[first, second]) as scope, control_dependencies(demand() if validate_args else []):
            self._first = identity(first, name=names[0])
            self._second = identity(second, name=names[1])
            assert_same_float_dtype([self._first, self._second])
        super().__init__(
            dtype=self._second.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters=given,
            graph_parents=[self._first, self._second],
            name=scope,
        )

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        sizes = convert_to_tensor(sample_shape, dtype=dt.int32)
        return dict.fromkeys(cls._parameter_names, sizes)

    def _batch_shape_tensor(self) -> Tensor:
        return broadcast_dynamic_shape(shape(self._first), shape(self._second))

    def _batch_shape(self) -> TensorShape:
        return broadcast_static_shape(self._first.shape, self._second.shape)

    def _event_shape_tensor(self) -> Tensor:
        return constant([], dtype=dt.int32)

    def _event_shape(self) -> TensorShape:
        return TensorShape([])


def logits_and_probs(
    logits: Any, probs: Any, validate_args: bool, name: str, multidimensional: bool = False
) -> tuple[Tensor, Tensor]:
    """Logits and probabilities, of which one is given.

    Args:
      logits, probs: one of them.
      validate_args: whether to check when run that probabilities are possible.
      name: the scope of the new ops.
      multidimensional: whether there is a probability for each class, along the last axis, rather than that of yes.

    Raises:
      ValueError: both are given, or none.
      TypeError: they are no floats.
    """
    with name_scope(name, values=[probs, logits]):
        if (probs is None) == (logits is None):
            raise refusal("Must pass probs or logits, but not both.")
        if probs is None:
            logits = _floats(logits, "logits")
            if not multidimensional:
                return logits, sigmoid(logits, name="probs")
            if validate_args:
                logits = demand_classes(logits)
            return logits, softmax(logits, name="probs")
        probs = _floats(probs, "probs")
        if validate_args:
            probs = _checked_probs(probs, multidimensional)
        with name_scope("logits"):
            if multidimensional:
                return log(probs), probs
            return log(probs) - log1p(-1.0 * probs), probs


def _floats(value: Any, name: str) -> Tensor:
    value = convert_to_tensor(value, name=name)
    if not value.dtype.is_floating:
        raise refusal(f"{name} must having floating type.", TypeError)
    return value


def _checked_probs(probs: Tensor, multidimensional: bool) -> Tensor:
    with name_scope("validate_probs"):
        one = constant(1.0, probs.dtype)
        checks = [assert_non_negative(probs)]
        if multidimensional:
            probs = demand_classes(probs)
            checks.append(assert_near(reduce_sum(probs, -1), one, message="probs does not sum to 1."))
        else:
            checks.append(assert_less_equal(probs, one, message="probs has components greater than 1."))
        return with_dependencies(checks, probs)


def demand_classes(parameter: Tensor) -> Tensor:
    """A parameter with an entry for each class, of which there must be two at least, and not too many to tell apart.

    Raises:
      ValueError: there are, as far as shapes tell.
    """
    few = "A categorical-distribution parameter must have at least 2 events."
    with name_scope("embed_check_categorical_event_shape", values=[parameter]):
        most = int(2 ** (np.finfo(parameter.dtype.as_numpy_dtype).nmant + 1))
        name = parameter.dtype.name
        if parameter.shape.ndims == 0:
            raise refusal("A categorical-distribution parameter must have at least 1 dimension.")
        classes = dimension_value(parameter.shape.with_rank_at_least(1)[-1])
        if classes is not None:
            if classes < 2:
                raise refusal(few)
            if classes > most:
                raise refusal(
                    f"Number of classes exceeds `dtype` precision, i.e., {name} implies shape ({classes}) cannot "
                    f"exceed {most}."
                )
            return parameter
        count = shape(parameter, name="x_shape")[-1]
        checks = [
            assert_rank_at_least(
                parameter, 1, message="A categorical-distribution parameter must have at least 1 dimension."
            ),
            assert_greater_equal(shape(parameter)[-1], 2, message=few),
            assert_less_equal(
                count,
                most,
                message=f"Number of classes exceeds `dtype` precision, i.e., {name} dtype cannot exceed {most} shape.",
            ),
        ]
        return with_dependencies(checks, parameter)


def demand_integers(x: Any, target: DType) -> Tensor:
    """Values that must be whole numbers, not negative, and fit in a dtype; runs check it."""
    with name_scope("embed_check_casting_closed", values=[x]):
        x = convert_to_tensor(x, name="x")
        checks = [assert_non_negative(x, message="Elements must be non-negative.")]
        most = 1 if target.is_bool else int(target.max)
        if x.dtype.is_floating:
            checks.append(_assert_whole(x, target))
        elif int(x.dtype.max) > most:
            checks.append(assert_less_equal(x, most, message=f"Elements cannot exceed {most}."))
        return with_dependencies(checks, x)


def _assert_whole(x: Tensor, target: DType) -> Any:
    message = f"Elements must be {target.name}-equivalent."
    with name_scope("assert_integer_form", values=[x]):
        back = cast(cast(x, target), x.dtype)
        return assert_equal(x, back, message=message, name="assert_integer_form")
