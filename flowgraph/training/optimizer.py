"""Optimizer: from a loss to one op that improves the variables it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors, nest
from flowgraph.autodiff import gradients
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.describe import at
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import (
    GraphKeys,
    colocate_with,
    control_dependencies,
    get_collection,
    get_collection_ref,
    get_default_graph,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import ancestors, descendants
from flowgraph.ops.control_flow import group
from flowgraph.ops.control_flow import tuple as tuple_op
from flowgraph.ops.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from flowgraph.ops.resource import ASSIGN_ADD_VARIABLE_OP
from flowgraph.ops.state import assign_add
from flowgraph.shapes import TensorShape
from flowgraph.trackable import Trackable, TrackableReference
from flowgraph.training import slots
from flowgraph.variables.lists import trainable_variables
from flowgraph.variables.resource_variable import BaseResourceVariable
from flowgraph.variables.variable import Variable


class Optimizer(Trackable):
    """The base of all optimizers; a subclass says how one gradient updates one variable.

    A subclass defines `_apply_dense(grad, var)`, and as far as it needs them `_prepare()` (ops made once before the
    updates), `_create_slots(variables)`, `_apply_sparse(grad, var)` for gradients without duplicate indices,
    `_finish(update_ops, name)`, and for resource variables `_resource_apply_dense(grad, var)` and
    `_resource_apply_sparse(grad, var, indices)`.

    Args:
      use_locking: whether updates of one variable exclude each other.
      name: the scope of the update ops.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Operation, Variable]] = {}
        self._non_slots: dict[tuple[str, Graph], Variable] = {}
        self._slots_to_restore: dict[tuple[str, Operation], list[Any]] = {}

    def get_name(self) -> str:
        """The scope of the update ops, as the constructor was given it."""
        return self._name

    # -- the three calls of a user ---------------------------------------------------------------------------

    def minimize(
        self,
        loss: Tensor,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """Add ops that compute the gradients of `loss` and update the variables by them.

        Args:
          loss: the scalar to make small.
          global_step: a variable that counts the updates.
          var_list: the variables to update; by default all trainable ones.
          gate_gradients: GATE_NONE, GATE_OP or GATE_GRAPH: how much must be ready before gradients are used.
          aggregation_method: see `tf.AggregationMethod`.
          colocate_gradients_with_ops: put each gradient op where its op is.
          name: the name of the update.
          grad_loss: a gradient of the loss itself, to start from.

        Returns:
          The op to run in each step of training.

        Raises:
          ValueError: no variable gets a gradient.

        >>> w = tf.Variable(5.0)
        >>> step = tf.train.GradientDescentOptimizer(0.1).minimize(w * w)
        >>> with tf.Session() as sess:
        ...     _ = sess.run(tf.global_variables_initializer())
        ...     for _ in range(3):
        ...         _ = sess.run(step)
        ...     print(sess.run(w))
        2.56
        """
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(grad is None for grad, _ in pairs):
            raise ValueError(_no_gradients(loss, [var for _, var in pairs]))
        return self.apply_gradients(pairs, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss: Tensor,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The first half of `minimize`: a (gradient, variable) pair for each variable, None where nothing connects.

        Raises:
          ValueError: there are no variables, or an argument is not understood.
          TypeError: `var_list` holds something that cannot be optimized.
        """
        if callable(loss):
            loss = loss()
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  "
                f"Not {gate_gradients}"
            )
        self._check_dtypes([loss] if grad_loss is None else [loss, grad_loss])
        variables = self._variables(var_list)
        grads = gradients(
            loss,
            [_target(var) for var in variables],
            grad_ys=grad_loss,
            gate_gradients=gate_gradients == self.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == self.GATE_GRAPH:
            grads = tuple_op(grads)
        pairs = list(zip(grads, variables, strict=True))
        self._check_dtypes([var for grad, var in pairs if grad is not None])
        return pairs

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """The second half of `minimize`: the op that applies (gradient, variable) pairs, and counts.

        Raises:
          ValueError: there are no pairs, or none with a gradient.
          TypeError: a gradient cannot be a tensor.
        """
        pairs = [(_as_gradient(grad), var) for grad, var in grads_and_vars]
        if not pairs:
            raise ValueError("No variables provided.")
        updated = [var for grad, var in pairs if grad is not None]
        if not updated:
            raise ValueError(f"No gradients provided for any variable: {[str(var) for _, var in pairs]}.")
        graph = get_default_graph()
        with control_dependencies(None):
            self._create_slots(updated)
        with name_scope(name, self._name) as scope, graph.at_site(graph._site or user_site()):
            self._prepare()
            updates = [self._update(grad, var) for grad, var in pairs if grad is not None]
            if global_step is None:
                train_op = self._finish(updates, scope)
            else:
                with control_dependencies([self._finish(updates, "update")]), colocate_with(global_step):
                    train_op = _count(global_step, scope)
            train_op = train_op.op
            collected = get_collection_ref(GraphKeys.TRAIN_OP)
            if train_op not in collected:
                collected.append(train_op)
            return train_op

    # -- slots -----------------------------------------------------------------------------------------------

    def get_slot(self, var: Any, name: str) -> Variable | None:
        """The slot `name` that this optimizer keeps for `var`, None if there is none."""
        return self._slots.get(name, {}).get(var.op)

    def get_slot_names(self) -> list[str]:
        """The names of all kinds of slots that this optimizer keeps."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """The variables that this optimizer keeps in the current graph, by name."""
        graph = get_default_graph()
        kept = [*self._non_slots.values(), *(slot for named in self._slots.values() for slot in named.values())]
        return sorted((var for var in kept if var.graph is graph), key=lambda var: var.name)

    def _zeros_slot(self, var: Any, slot_name: str, op_name: str) -> Variable:
        return self._slot(var, slot_name, lambda: slots.create_zeros_slot(var, op_name))

    def _get_or_make_slot(self, var: Any, value: Tensor, slot_name: str, op_name: str) -> Variable:
        return self._slot(var, slot_name, lambda: slots.create_slot(var, value, op_name))

    def _get_or_make_slot_with_initializer(
        self, var: Any, initializer: Any, shape: TensorShape, dtype: Any, slot_name: str, op_name: str
    ) -> Variable:
        return self._slot(
            var, slot_name, lambda: slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name)
        )

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any) -> Variable:
        """A variable that accompanies no other one, such as a power of a decay: one for each graph."""
        key = (name, colocate_with.graph)
        if key not in self._non_slots:
            with get_default_graph().colocate_with(colocate_with):
                self._non_slots[key] = Variable(
                    initial_value,
                    name=name,
                    trainable=False,
                    use_resource=isinstance(colocate_with, BaseResourceVariable),
                )
            self._handle_deferred_dependencies(name, self._non_slots[key])
        return self._non_slots[key]

    def _get_non_slot_variable(self, name: str, graph: Graph | None = None) -> Variable | None:
        return self._non_slots.get((name, graph or get_default_graph()))

    def _slot(self, var: Any, slot_name: str, make: Callable[[], Variable]) -> Variable:
        named = self._slots.setdefault(slot_name, {})
        if var.op not in named:
            slot = make()
            waiting = self._slots_to_restore.pop((slot_name, var.op), [])
            for position in sorted(waiting, key=lambda position: position.restore_uid, reverse=True):
                position.restore(slot)
            named[var.op] = slot
        return named[var.op]

    # -- object-based checkpoints ----------------------------------------------------------------------------

    @property
    def _checkpoint_dependencies(self) -> list[TrackableReference]:
        graph = get_default_graph()
        own = {name: variable for (name, home), variable in self._non_slots.items() if home is graph}
        return [*super()._checkpoint_dependencies, *(TrackableReference(name, own[name]) for name in sorted(own))]

    def _lookup_dependency(self, name: str) -> Any:
        found = super()._lookup_dependency(name)
        return self._get_non_slot_variable(name) if found is None else found

    def _create_or_restore_slot_variable(self, slot_variable_position: Any, slot_name: str, variable: Any) -> None:
        """Restore the slot of a variable, now or when it is made."""
        slot = self._slots.get(slot_name, {}).get(variable.op)
        if slot is None:
            self._slots_to_restore.setdefault((slot_name, variable.op), []).append(slot_variable_position)
        else:
            slot_variable_position.restore(slot)

    # -- what subclasses say ---------------------------------------------------------------------------------

    def _create_slots(self, variables: Sequence[Any]) -> None:
        """Make the slots that the updates of `variables` need."""

    def _prepare(self) -> None:
        """Make the ops that all updates share."""

    def _apply_dense(self, grad: Tensor, var: Variable) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not update variables by dense gradients")

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not update variables by sparse gradients")

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Variable) -> Any:
        """Update by a gradient in which an index may occur twice: by default its entries are summed first."""
        from flowgraph.ops.indexed_slices import deduplicated

        return self._apply_sparse(deduplicated(grad), var)

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not update resource variables by dense gradients")

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not update resource variables by sparse gradients")

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        """As `_apply_sparse_duplicate_indices`, for a resource variable (TF's name of the argument is `handle`)."""
        from flowgraph.ops.indexed_slices import deduplicated

        summed = deduplicated(IndexedSlices(grad, indices))
        return self._resource_apply_sparse(summed.values, handle, summed.indices)

    def _finish(self, update_ops: Sequence[Any], name: str) -> Any:
        return group(*update_ops, name=name)

    def _valid_dtypes(self) -> set[DType]:
        return {dt.float16, dt.bfloat16, dt.float32, dt.float64}

    @staticmethod
    def _call_if_callable(parameter: Any) -> Any:
        return parameter() if callable(parameter) else parameter

    # -- details ---------------------------------------------------------------------------------------------

    def _variables(self, var_list: Any) -> list[Any]:
        if var_list is None:
            variables: list[Any] = [
                *trainable_variables(),
                *get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES),
            ]
        else:
            variables = nest.flatten(var_list)
        for var in variables:
            if not isinstance(var, Variable | Tensor):
                raise TypeError(
                    errors.explain(
                        f"Trying to optimize unsupported type {type(var)}: {var!r}",
                        mend="var_list is a variable, or a list, tuple or dict of variables.",
                        where=user_site(),
                    )
                )
        if not variables:
            raise ValueError(
                errors.explain(
                    "No variables to optimize.",
                    mend="Make tf.Variable(...) or tf.get_variable(...) with trainable=True before minimize.",
                    where=user_site(),
                )
            )
        return variables

    def _update(self, grad: Any, var: Any) -> Any:
        """The ops of one variable's update, in a scope of their own."""
        if isinstance(var, Tensor):
            raise NotImplementedError("Trying to update a Tensor ", var)
        with name_scope(f"update_{var.op.name}"), colocate_with(var):
            if isinstance(grad, IndexedSlices):
                if var.constraint is not None:
                    raise RuntimeError("Cannot use a constraint function on a sparse variable.")
                if isinstance(var, BaseResourceVariable):
                    return self._resource_apply_sparse_duplicate_indices(grad.values, var, grad.indices)
                return self._apply_sparse_duplicate_indices(grad, var)
            apply = self._resource_apply_dense if isinstance(var, BaseResourceVariable) else self._apply_dense
            update = apply(grad, var)
            if var.constraint is None:
                return update
            with control_dependencies([update]):
                return var.assign(var.constraint(var))

    def _check_dtypes(self, tensors: Sequence[Any]) -> None:
        valid = self._valid_dtypes()
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in valid:
                raise ValueError(
                    errors.explain(
                        f"Invalid type {dtype!r} for {tensor.name}, expected: {list(valid)}.",
                        mend="Gradients are floats: make the variables, and all between them and the loss, floats, "
                        "as in tf.Variable(1.0).",
                        where=user_site(),
                    )
                )


def _target(var: Any) -> Any:
    """What to differentiate with respect to: the variable itself, not one read of it."""
    if isinstance(var, Tensor):
        return var
    return var.handle if isinstance(var, BaseResourceVariable) else var._ref()


def _count(global_step: Any, name: str) -> Any:
    """What adds one to the global step."""
    if isinstance(global_step, BaseResourceVariable):
        one = convert_to_tensor(1, dtype=global_step.dtype)
        return emit(ASSIGN_ADD_VARIABLE_OP, global_step.handle, one, name=name)
    return assign_add(global_step, 1, name=name)


def _as_gradient(grad: Any) -> Any:
    if grad is None or isinstance(grad, Tensor | IndexedSlices):
        return grad
    try:
        return convert_to_tensor_or_indexed_slices(grad)
    except TypeError:
        raise TypeError(f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {grad}") from None


def _no_gradients(loss: Tensor, variables: Sequence[Any]) -> str:
    """TF's words, and what TF leaves out: the op on the way that lets no gradient through."""
    line = (
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
        f"variables {[str(var) for var in variables]} and loss {loss}."
    )
    between = ancestors([loss.op]) & descendants([_target(var).op for var in variables])
    cuts = [op for op in sorted(between, key=lambda op: op._id) if _cuts(op)]
    details = [f"{op.name} ({op.type}) lets no gradient through{at(op)}" for op in cuts[:5]]
    if not between:
        details = ["the loss does not depend on any of these variables"]
    return errors.explain(line, details=details, where=user_site())


def _cuts(op: Operation) -> bool:
    floating = [tensor for tensor in op.inputs if tensor.dtype.is_floating]
    return bool(floating) and (
        not callable(op.opdef.gradient) or not any(tensor.dtype.is_floating for tensor in op.outputs)
    )


def learning_rate_tensor(value: Any, name: str = "learning_rate") -> Tensor:
    """A learning rate (number, tensor or function that returns one) as a tensor."""
    return convert_to_tensor(value() if callable(value) else value, name=name)
