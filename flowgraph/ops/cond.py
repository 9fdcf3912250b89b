"""tf.cond: two branches in one graph, of which a run takes one.

Ops of a branch take what comes from outside through Switches, so that they have inputs only when their branch
is taken; ops without inputs wait for the branch's pivot. Merges hand out the results of either branch:

    pred ── Switch ── switch_t, switch_f: the pivots           x ── mul/Switch ──true── mul ──┐
      └── pred_id: what the other Switches ask                 y ── add/Switch ──false── add ── Merge
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors, nest
from flowgraph.ir.context import ControlContext
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.describe import at
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import (
    GraphKeys,
    add_to_collection,
    control_dependencies,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.control_flow import (
    flow_of,
    merge,
    switch,
    switch_ref_or_tensor,
    with_dependencies,
    with_flows,
)


class CondContext(ControlContext):
    """One branch of a `cond`: hears of each op made in it, and lets outer tensors in through Switches.

    Attributes:
      pred: the predicate.
      pivot: a tensor that has a value when the branch is taken.
      branch: 1 for the branch of a true predicate, else 0.
    """

    def __init__(self, pred: Tensor, pivot: Tensor, branch: int, name: str = "cond_text") -> None:
        super().__init__(name)
        self.pred, self.pivot, self.branch = pred, pivot, branch
        self.values = {pred, pivot}
        self.external_values = {pred: pred}
        pivot.op.context = self

    @property
    def control_pivot(self) -> Tensor:
        """See `ControlContext.control_pivot`."""
        return self.pivot

    def _see(self, tensors: Any) -> None:
        """Note tensors as usable in this branch and in those around it."""
        context = self
        while context is not None:
            context.values.update(tensors)
            context = context.outer_context

    def add_value(self, tensor: Tensor) -> Tensor:
        """The tensor that stands for `tensor` in this branch: itself, or an output of a Switch."""
        if tensor in self.values:
            return self.external_values.get(tensor, tensor)
        result = self._from_outer(tensor)
        with control_dependencies(None):
            result = switch_ref_or_tensor(result, self.pred)[self.branch]
        result.graph.prevent_fetching(result.op)
        result.op.context = self
        self._see([result])
        self.external_values[tensor] = result
        return result

    def _from_outer(self, tensor: Tensor) -> Tensor:
        self.values.add(tensor)
        if self.outer_context is None:
            return tensor
        result: Tensor = self.outer_context.add_value(tensor)
        self.values.add(result)
        self.external_values[result] = result
        return result

    def add_op(self, op: Operation) -> None:
        """Take in an op that was just made: let its inputs in, and have it run only in this branch."""
        op.context = self
        if op.inputs:
            self._let_in(op)
        self._drop_outer_controls(op)
        if not op.inputs and not any(self.contains(source) for source in op.control):
            op._add_control_input(self.pivot.op)
        self._see(op.outputs)
        if self.outer_context is not None or op.opdef.role != "exit":
            op.graph.prevent_fetching(op)

    def build(self, function: Callable[[], Any], name: str) -> tuple[Any, Any]:
        """Make the branch's ops: what `function` returned, and the same as tensors of this branch."""
        with self:
            returned = function()
            if returned is None:
                raise ValueError(f"{name} must have a return value.")
            result = nest.map_structure(self._result, returned, expand_composites=True)
            if not isinstance(result, list | tuple):
                result = [result]
        self.exit_result(nest.flatten(result, expand_composites=True))
        return returned, result

    def _result(self, value: Any) -> Tensor:
        if isinstance(value, Operation):
            return with_dependencies([value], self.pivot)
        tensor = to_tensor(flow_of(value))
        if tensor in self.values:
            return self.external_values.get(tensor, tensor)
        # an outer tensor, returned as it is
        outer = self._from_outer(tensor)
        result: Tensor = switch_ref_or_tensor(outer, self.pred)[self.branch]
        self.external_values[tensor] = result
        return result

    def to_proto(self, export_scope: str | None = None) -> Any:
        """As a CondContextDef; None if it lies outside of `export_scope`."""
        from flowgraph.ops.context_protos import to_proto

        return to_proto(self, export_scope)

    def __repr__(self) -> str:
        return f"<CondContext {self.name}: {self.pred.name} is {bool(self.branch)}>"


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What `true_fn()` returns when `pred` is true in a run, else what `false_fn()` returns.

    Both functions are called once, now; a run executes only the ops that the one or the other made. What they
    use from outside is computed in any case.

    Args:
      pred: a bool scalar, a Tensor.
      true_fn, false_fn: functions without arguments that return tensors, ops, or structures (lists, tuples,
        dicts) of them, both the same structure with the same dtypes.
      strict: whether a list or tuple of one stays one; else it is unpacked.
      name: the scope of the new ops.
      fn1, fn2: older names of true_fn and false_fn.

    Raises:
      TypeError: `pred` is a Python bool or no bool, a function is missing or cannot be called, or the types
        of the two structures differ.
      ValueError: the functions return nothing, or different structures or dtypes.

    >>> x = tf.placeholder(tf.float32, [])
    >>> y = cond(x < 0.0, lambda: -x, lambda: tf.square(x))
    >>> run(y, {x: -3.0}), run(y, {x: 3.0})
    (3.0, 9.0)
    """
    true_fn = _one_of("true_fn", true_fn, "fn1", fn1)
    false_fn = _one_of("false_fn", false_fn, "fn2", fn2)
    for role, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"{role} must be callable.")
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError(
                errors.explain(
                    "pred must not be a Python bool",
                    mend="Python's own `if` chooses while the graph is built; smart_cond does either.",
                    where=user_site(),
                )
            )
        pred, pivot_t, pivot_f = _pivots(pred)
        context_t = CondContext(pred, pivot_t, branch=1)
        returned_t, result_t = context_t.build(true_fn, "true_fn")
        context_f = CondContext(pred, pivot_f, branch=0)
        returned_f, result_f = context_f.build(false_fn, "false_fn")
        if not strict:
            returned_t, returned_f = _unpacked(returned_t), _unpacked(returned_f)
        _check_alike(returned_t, returned_f)
        merged = _merged(result_t, result_f)
        if context_t.outer_context is None:
            add_to_collection(GraphKeys.COND_CONTEXT, context_t)
            add_to_collection(GraphKeys.COND_CONTEXT, context_f)
        merged = with_flows(nest.flatten(returned_t, expand_composites=True), merged)
        packed = nest.pack_sequence_as(returned_t, merged, expand_composites=True)
        return packed if strict else _unpacked(packed)


def _one_of(name: str, function: Any, old_name: str, old: Any) -> Any:
    if old is not None:
        if function is not None:
            raise TypeError(f"cond(): {name} and {old_name} may not be set simultaneously.")
        return old
    if function is None:
        raise TypeError(f"cond(): {name} argument required")
    return function


def _pivots(pred: Any) -> tuple[Tensor, Tensor, Tensor]:
    """The nodes that every cond begins with: pred_id, switch_t and switch_f."""
    in_false, in_true = switch(pred, pred)
    pivot_t = identity(in_true, name="switch_t")
    pivot_f = identity(in_false, name="switch_f")
    pred = identity(pred, name="pred_id")
    for tensor in (in_true, pivot_t, pivot_f, pred):
        tensor.graph.prevent_fetching(tensor.op)
    return pred, pivot_t, pivot_f


def _unpacked(result: Any) -> Any:
    """A list or tuple of one as that one."""
    return result[0] if isinstance(result, list | tuple) and len(result) == 1 else result


def _check_alike(returned_t: Any, returned_f: Any) -> None:
    """Demand results of one structure from both branches, in TF's words."""
    nest.assert_same_structure(returned_t, returned_f)
    try:
        nest.assert_same_structure(returned_t, returned_f, expand_composites=True)
    except TypeError as error:
        raise TypeError(f"Incompatible return types of true_fn and false_fn: {error}") from None
    except ValueError as error:
        raise ValueError(f"Incompatible return values of true_fn and false_fn: {error}") from None


def _merged(result_t: Any, result_f: Any) -> list[Tensor]:
    """A Merge for each pair of results."""
    if not result_t:
        raise ValueError("true_fn and false_fn must return at least one result.")
    of_t, of_f = (nest.flatten(result, expand_composites=True) for result in (result_t, result_f))
    for x, y in zip(of_t, of_f, strict=True):
        if x.dtype.base_dtype != y.dtype.base_dtype:
            raise ValueError(
                errors.explain(
                    f"Outputs of true_fn and false_fn must have the same type: {x.dtype.name}, {y.dtype.name}",
                    details=[f"true_fn gives {x!r}{at(x.op)}", f"false_fn gives {y!r}{at(y.op)}"],
                    mend="tf.cast converts one of them.",
                    where=user_site(),
                )
            )
    return [merge(pair)[0] for pair in zip(of_f, of_t, strict=True)]
