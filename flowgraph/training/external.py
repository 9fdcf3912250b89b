"""Optimizers outside the graph, such as scipy's, that are given loss and gradient as functions; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np

from flowgraph.autodiff import gradients
from flowgraph.errors import explain
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_session
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros_like
from flowgraph.ops.constant import placeholder
from flowgraph.ops.joining import concat
from flowgraph.ops.reshape import reshape
from flowgraph.platform import logs
from flowgraph.variables.lists import trainable_variables

Function = Callable[[np.ndarray], list[Any]]


class ExternalOptimizerInterface:
    """Lets an algorithm outside the graph look for the variables' best values; a subclass says which, in `_minimize`.

    All variables together are one vector for it.

    Args:
      loss: the scalar to make small.
      var_list: the variables; by default all trainable ones.
      equalities: tensors that are to be zero in the end.
      inequalities: tensors that are not to be negative in the end.
      var_to_bounds: for some variables a pair of bounds, numbers or arrays of the variable's shape.
      optimizer_kwargs: what else the algorithm is told.
    """

    def __init__(
        self,
        loss: Tensor,
        var_list: Sequence[Any] | None = None,
        equalities: Sequence[Tensor] | None = None,
        inequalities: Sequence[Tensor] | None = None,
        var_to_bounds: Mapping[Any, tuple[Any, Any]] | None = None,
        **optimizer_kwargs: Any,
    ) -> None:
        self._loss = loss
        self._equalities, self._inequalities = list(equalities or []), list(inequalities or [])
        self._vars = trainable_variables() if var_list is None else list(var_list)
        self._shapes = [tuple(var.get_shape().as_list()) for var in self._vars]
        self._packed_bounds = None if var_to_bounds is None else self._pack_bounds(var_to_bounds)
        self._update_placeholders = [placeholder(var.dtype) for var in self._vars]
        self._var_updates = [
            var.assign(reshape(value, shape))
            for var, value, shape in zip(self._vars, self._update_placeholders, self._shapes, strict=True)
        ]
        # all gradients first, then all packing: TF's order
        slopes = [self._gradients(each) for each in (loss, *self._equalities, *self._inequalities)]
        self.optimizer_kwargs = optimizer_kwargs
        self._packed_var = _pack(self._vars)
        packed = [_pack(slope) for slope in slopes]
        self._packed_loss_grad = packed[0]
        self._packed_equality_grads = packed[1 : 1 + len(self._equalities)]
        self._packed_inequality_grads = packed[1 + len(self._equalities) :]
        ends = [0, *accumulate(prod(shape) for shape in self._shapes)]
        self._packing_slices = [slice(start, end) for start, end in pairwise(ends)]

    def minimize(
        self,
        session: Any = None,
        feed_dict: Mapping[Any, Any] | None = None,
        fetches: Sequence[Any] | None = None,
        step_callback: Callable[[np.ndarray], Any] | None = None,
        loss_callback: Callable[..., Any] | None = None,
        **run_kwargs: Any,
    ) -> None:
        """Let the algorithm run, and give the variables the values that it finds.

        Args:
          session: where; by default the default session.
          feed_dict: what to feed in each evaluation.
          fetches: what to fetch besides, for `loss_callback`.
          step_callback: called after each step with the vector of all variables.
          loss_callback: called after each evaluation of the loss with what was fetched.
          run_kwargs: further arguments of the run that assigns the values.
        """
        session = session or get_default_session()
        feeds, more = dict(feed_dict or {}), list(fetches or [])

        def function(tensors: list[Any], callback: Callable[..., Any] | None = None) -> Function:
            return self._function(tensors, session, feeds, more, callback)

        found = self._minimize(
            initial_val=session.run(self._packed_var),
            loss_grad_func=function([self._loss, self._packed_loss_grad], loss_callback),
            equality_funcs=[function([each]) for each in self._equalities],
            equality_grad_funcs=[function([each]) for each in self._packed_equality_grads],
            inequality_funcs=[function([each]) for each in self._inequalities],
            inequality_grad_funcs=[function([each]) for each in self._packed_inequality_grads],
            packed_bounds=self._packed_bounds,
            step_callback=step_callback or (lambda _: None),
            optimizer_kwargs=self.optimizer_kwargs,
        )
        values = dict(zip(self._update_placeholders, self._parts(found), strict=True))
        session.run(self._var_updates, feed_dict=values, **run_kwargs)

    def _minimize(
        self,
        initial_val: np.ndarray,
        loss_grad_func: Function,
        equality_funcs: Sequence[Function],
        equality_grad_funcs: Sequence[Function],
        inequality_funcs: Sequence[Function],
        inequality_grad_funcs: Sequence[Function],
        packed_bounds: Sequence[tuple[float, float]] | None,
        step_callback: Callable[[np.ndarray], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> np.ndarray:
        """Look for the vector at which the loss is smallest; a subclass does it.

        Args:
          initial_val: where to begin.
          loss_grad_func: gives loss and gradient at a vector.
          equality_funcs, equality_grad_funcs, inequality_funcs, inequality_grad_funcs: give the constraints' values
            and their gradients, each in a list of one.
          packed_bounds: bounds for each entry, or None.
          step_callback: to be called after each step.
          optimizer_kwargs: what the constructor was given.
        """
        raise NotImplementedError(
            "To use ExternalOptimizerInterface, subclass from it and implement the _minimize() method."
        )

    def _gradients(self, tensor: Tensor) -> list[Any]:
        found = gradients(tensor, self._vars)
        return [zeros_like(var) if grad is None else grad for var, grad in zip(self._vars, found, strict=True)]

    def _pack_bounds(self, bounds: Mapping[Any, tuple[Any, Any]]) -> list[tuple[float, float]]:
        packed: list[tuple[float, float]] = []
        for var, shape in zip(self._vars, self._shapes, strict=True):
            low, high = (np.broadcast_to(bound, shape).flat for bound in bounds.get(var, (-np.inf, np.inf)))
            packed += zip(low, high, strict=True)
        return packed

    def _parts(self, vector: np.ndarray) -> list[np.ndarray]:
        return [vector[part] for part in self._packing_slices]

    def _function(
        self,
        tensors: list[Any],
        session: Any,
        feeds: Mapping[Any, Any],
        fetches: list[Any],
        callback: Callable[..., Any] | None,
    ) -> Function:
        """The values of tensors as a function of the vector of all variables."""

        def function(vector: np.ndarray) -> list[Any]:
            values = [part.reshape(shape) for part, shape in zip(self._parts(vector), self._shapes, strict=True)]
            fed = {**dict(zip(self._vars, values, strict=True)), **feeds}
            fetched = session.run(tensors + fetches, feed_dict=fed)
            if callback is not None:
                callback(*fetched[len(tensors) :])
            return fetched[: len(tensors)]

        return function


def _pack(tensors: Sequence[Any]) -> Tensor | None:
    """All entries in one vector."""
    if not tensors:
        return None
    flat = [reshape(tensor, [-1]) for tensor in tensors]
    return flat[0] if len(flat) == 1 else concat(flat, 0)


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """Lets `scipy.optimize.minimize` look for the variables' best values: by L-BFGS-B, or by another `method`.

    Args:
      loss, var_list, equalities, inequalities, var_to_bounds: as for ExternalOptimizerInterface; constraints need a
        method that takes them, such as 'SLSQP'.
      optimizer_kwargs: further arguments of `scipy.optimize.minimize`, such as `method` and `options`.

    scipy must be installed; it is imported when `minimize` is called.

        vector = tf.Variable([7.0, 7.0], name="vector")
        optimizer = tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(tf.square(vector)), options={"maxiter": 100})
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            optimizer.minimize(sess)  # vector is now [0.0, 0.0]
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val: np.ndarray,
        loss_grad_func: Function,
        equality_funcs: Sequence[Function],
        equality_grad_funcs: Sequence[Function],
        inequality_funcs: Sequence[Function],
        inequality_grad_funcs: Sequence[Function],
        packed_bounds: Sequence[tuple[float, float]] | None,
        step_callback: Callable[[np.ndarray], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> np.ndarray:
        constraints = _constraints("eq", equality_funcs, equality_grad_funcs)
        constraints += _constraints("ineq", inequality_funcs, inequality_grad_funcs)
        given = {
            "jac": True,
            "callback": step_callback,
            "method": optimizer_kwargs.get("method", self._DEFAULT_METHOD),
            "constraints": constraints,
            "bounds": packed_bounds,
        }
        more = {name: value for name, value in optimizer_kwargs.items() if name != "method"}
        for name in given:
            if name in more and name == "bounds":
                raise ValueError("Bounds must be set using the var_to_bounds argument")
            if name in more:
                raise ValueError(f"Optimizer keyword arg '{name}' is set automatically and cannot be injected manually")

        def loss_and_gradient(vector: np.ndarray) -> tuple[Any, np.ndarray]:
            loss, gradient = loss_grad_func(vector)
            return loss, gradient.astype("float64")

        result = _scipy_minimize()(loss_and_gradient, np.asarray(initial_val, np.float64), **given, **more)
        _log(result)
        return result["x"]


def _constraints(kind: str, functions: Sequence[Function], slopes: Sequence[Function]) -> list[dict[str, Any]]:
    """As scipy takes them: a number, or a vector, and its gradient, in double precision."""
    return [
        {"type": kind, "fun": _first(function), "jac": _first(slope)}
        for function, slope in zip(functions, slopes, strict=True)
    ]


def _first(function: Function) -> Callable[[np.ndarray], Any]:
    return lambda vector: np.asarray(function(vector)[0], np.float64)


def _scipy_minimize() -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        line = "ScipyOptimizerInterface needs scipy, which is not installed."
        raise ImportError(explain(line, mend="pip install scipy", where=user_site())) from error
    return minimize


def _log(result: Any) -> None:
    """Tell how it ended."""
    text, values = "Optimization terminated with:\n  Message: %s\n  Objective function value: %f", []
    for field, line in (("nit", "  Number of iterations: %d"), ("nfev", "  Number of functions evaluations: %d")):
        if hasattr(result, field):
            text += "\n" + line
            values.append(result[field])
    logs.info(text, result.message, result.fun, *values)
