"""tf.while_loop: a loop inside the graph.

It adds TF's own nodes (`loop_ops.py`), in TF's order: Enters and Merges, what `cond` makes, LoopCond and Switches, what
`body` makes, NextIterations, Exits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors, nest
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, add_to_collection, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import flow_of, identity_or_ref, merge, switch_ref_or_tensor, with_flows
from flowgraph.ops.loop_ops import exit, loop_cond, next_iteration
from flowgraph.ops.loop_shapes import check_next, component_shapes, set_invariants
from flowgraph.ops.while_context import WhileContext
from flowgraph.shapes import TensorShape


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Repeat `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` is true, inside the graph.

    Both functions are called once, now, with tensors that stand for the loop variables of any iteration. What else
    they use is computed before the loop and stays the same throughout.

    Args:
      cond: takes the loop variables, returns a bool scalar.
      body: takes the loop variables, returns as many of the same dtypes and structure.
      loop_vars: a list or tuple of tensors, or of nested structures of them: their values before the first iteration.
      shape_invariants: a structure like `loop_vars` of TensorShapes that hold in every iteration; for variables that
        change their shapes.
      parallel_iterations: how many iterations TF may run at once; noted in the graph.
      back_prop: whether tf.gradients may go through the loop; noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      name: the scope of the new ops.
      maximum_iterations: an integer scalar; the loop ends after so many iterations in any case.
      return_same_structure: whether a single loop variable is returned in a list as well.

    Returns:
      The loop variables after the last iteration, in the structure that `body` returned; a single one alone.

    Raises:
      TypeError: `cond` or `body` cannot be called, or the structure that `body` returns has other types.
      ValueError: there are no loop variables, `body` returns a different number or another structure of them, or the
        shape of a variable changes although its invariant says that it does not.

    >>> i = tf.constant(0)
    >>> run(while_loop(lambda i: tf.less(i, 10), lambda i: tf.add(i, 1), [i]))
    10
    """
    if not callable(cond):
        raise TypeError(errors.explain("cond must be callable.", where=user_site()))
    if not callable(body):
        raise TypeError(errors.explain("body must be callable.", where=user_site()))
    if parallel_iterations < 1:
        raise TypeError(errors.explain("parallel_iterations must be a positive integer.", where=user_site()))
    if not loop_vars:
        raise ValueError(errors.explain("No loop variables provided", where=user_site()))
    with name_scope(name, "while", loop_vars):
        counts = maximum_iterations is not None
        if counts:
            maximum_iterations, cond, body, loop_vars, shape_invariants = _counted(
                maximum_iterations, cond, body, loop_vars, shape_invariants, return_same_structure
            )
        if shape_invariants is not None:
            nest.assert_same_structure(loop_vars, shape_invariants)
            shape_invariants = nest.map_structure(component_shapes, loop_vars, shape_invariants)
        loop = WhileContext(maximum_iterations, parallel_iterations, back_prop, swap_memory)
        if loop.outer_context is None:
            add_to_collection(GraphKeys.WHILE_CONTEXT, loop)
        result = build_loop(loop, cond, body, loop_vars, shape_invariants, return_same_structure)
        return result[1] if counts else result


def _counted(
    limit: Any, cond: Any, body: Any, loop_vars: Any, shape_invariants: Any, return_same_structure: bool
) -> tuple[Any, ...]:
    """A loop with one more variable in front, which counts the iterations."""
    from flowgraph.ops.compare import logical_and

    limit = to_tensor(limit, name="maximum_iterations")
    if limit.shape.rank != 0:
        line = f"maximum_iterations must be a scalar, saw shape: {limit.shape}"
        raise ValueError(errors.explain(line, where=user_site()))
    counter = constant(0, dtype=limit.dtype, name="iteration_counter")
    alone = len(loop_vars) == 1 and not return_same_structure
    loop_vars = (counter, loop_vars[0] if alone else loop_vars)
    if shape_invariants is not None:
        shape_invariants = (TensorShape([]), shape_invariants)

    def goes_on(i: Tensor, variables: Any) -> Tensor:
        return logical_and(i < limit, cond(variables) if alone else cond(*variables))

    def step(i: Tensor, variables: Any) -> tuple[Any, Any]:
        return i + 1, body(variables) if alone else body(*variables)

    return limit, goes_on, step, loop_vars, shape_invariants


def build_loop(
    loop: WhileContext, cond: Any, body: Any, loop_vars: Any, shape_invariants: Any, return_same_structure: bool
) -> Any:
    """Add the nodes of a loop.

    Args:
      loop: its context.
      cond, body, loop_vars, return_same_structure: as for `while_loop`.
      shape_invariants: TensorShapes, in any structure; None: those of the loop variables.
    """
    values = [_to_tensor(flow_of(value)) for value in nest.flatten(loop_vars)]
    if shape_invariants is None:
        shape_invariants = [component_shapes(value) for value in values]
    tensors = nest.flatten(values, expand_composites=True)
    with loop:
        returned, exits = _build_loop(loop, cond, body, loop_vars, tensors, nest.flatten(shape_invariants))
    like = nest.flatten(returned, expand_composites=True)
    packed = nest.pack_sequence_as(returned, with_flows(like, exits), expand_composites=True)
    return packed if return_same_structure or len(exits) > 1 else packed[0]


def _to_tensor(value: Any) -> Any:
    """A value as a tensor; what consists of tensors stays as it is."""
    return value if nest.is_composite(value) else to_tensor(value)


def _build_loop(
    loop: WhileContext, cond: Any, body: Any, loop_vars: Any, tensors: Sequence[Tensor], shapes: Sequence[Any]
) -> tuple[Any, list[Tensor]]:
    """The nodes in TF's order: what the body returned, and the Exits."""
    flat_vars = nest.flatten(loop_vars, expand_composites=True)

    def packed(values: Sequence[Tensor]) -> Any:
        return nest.pack_sequence_as(loop_vars, with_flows(flat_vars, values), expand_composites=True)

    loop.values = set(tensors)
    enters = loop.enter_variables(tensors)
    set_invariants(enters, shapes)
    loop.adopt_enters(enters)
    loop.values, loop.loop_enters = set(enters), enters

    merges = [merge([tensor, tensor])[0] for tensor in enters]
    loop.pivot_for_pred = merges[0]
    loop.pivot = loop_cond(to_tensor(cond(*packed(merges))), name="LoopCond")
    switches = [switch_ref_or_tensor(tensor, loop.pivot) for tensor in merges]

    inside = [identity_or_ref(in_true) for _, in_true in switches]
    loop.pivot_for_body = inside[0]
    given = packed(inside)
    returned = body(*given)
    if not nest.is_nested(returned) and not nest.is_composite(returned):
        returned = [returned]
    nest.assert_same_structure(list(given), list(returned), expand_composites=True)
    results = [flow_of(value) for value in nest.flatten(returned, expand_composites=True)]
    results = [None if value is None else to_tensor(value) for value in results]  # None is refused at its turn
    for merged, result in zip(merges, results, strict=True):
        _close(merged, next_iteration(to_tensor(result)))

    loop.loop_exits = [exit(in_false) for in_false, _ in switches]
    loop.exit_result(loop.loop_exits)
    return returned, loop.loop_exits


def _close(merged: Tensor, following: Tensor) -> None:
    """The edge back: from a NextIteration to the Merge at the head of the loop."""
    check_next(merged, following)
    merged.op._set_inputs([merged.op.inputs[0], following])
