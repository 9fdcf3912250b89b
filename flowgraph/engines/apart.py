"""Runs in which several steps may have to wait: none of them holds up what does not depend on it.

sess.run([queue.dequeue(), queue.enqueue(1)])     the first waits until the second has run
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.engines.waiting import Waits
from flowgraph.ir.program import Program, Step
from flowgraph.ir.tensor import Operation
from flowgraph.ir.walk import in_order, needed_ops
from flowgraph.kernels.attempts import Attempt


def waits_before(program: Program) -> list[int] | None:
    """For each step those that may have to wait and that it depends on, as bits.

    Returns:
      None where there is nothing to gain: there is one such step, or each depends on all before it.
    """
    if all(opdef.begin is None for opdef in program.opdefs):
        return None
    bits = {step.op: 1 << place for place, step in enumerate(program.steps) if step.opdef.begin is not None}
    if len(bits) < 2:
        return None
    by_op = _by_op(program, bits)
    by_value: dict[int, int] = {}
    masks = []
    so_far = 0
    is_chain = True
    for step in program.steps:
        mask = so_far if step.bodies else by_op.get(step.op, 0) & ~bits.get(step.op, 0)
        for number in step.inputs:
            mask |= by_value.get(number, 0)
        masks.append(mask)
        own = bits[step.op] if step.opdef.begin is not None else 0
        is_chain = is_chain and (not own or mask == so_far)
        so_far |= own
        by_value.update(dict.fromkeys(step.outputs, mask | own))
    return None if is_chain else masks


def _by_op(program: Program, bits: dict[Operation, int]) -> dict[Operation, int]:
    """The same for each op, itself included, by its inputs and control inputs."""
    fed = {program.tensors[number] for number in program.feeds if number in program.tensors}
    masks: dict[Operation, int] = {}
    for op in in_order(needed_ops((), [step.op for step in program.steps], fed), fed):
        mask = bits.get(op, 0)
        for tensor in op.inputs:
            if tensor not in fed:
                mask |= masks.get(tensor.op, 0)
        for source in op.control:
            mask |= masks.get(source, 0)
        masks[op] = mask
    return masks


class Waiting:
    """A step that has begun and waits.

    Attributes:
      step, inputs: what it is.
      attempt: what it waits for.
    """

    __slots__ = ("attempt", "inputs", "step")

    def __init__(self, step: Step, inputs: list[Any], attempt: Attempt) -> None:
        self.step, self.inputs, self.attempt = step, inputs, attempt


def walk(
    program: Program,
    masks: Sequence[int],
    feeds: Sequence[Any],
    call: Callable[[Step, list[Any]], Any],
    begin: Callable[[Step, list[Any]], Attempt],
    finish: Callable[[Waiting], Sequence[Any]],
    waits: Waits,
) -> dict[int, Any]:
    """The values of a Program, whose steps run as soon as those that wait let them.

    Args:
      program, feeds: what to run, and with which values.
      masks: see `waits_before`.
      call: runs a step that need not wait.
      begin: begins one that may have to.
      finish: the outputs of one that has waited.
      waits: where to wait.
    """
    values: dict[int, Any] = dict(zip(program.feeds, feeds, strict=True))
    pending: dict[int, Waiting] = {}  # by the bit of the step
    todo = list(range(len(program.steps)))
    try:
        while todo or pending:
            held = []
            blocked = sum(pending)
            for place in todo:
                step = program.steps[place]
                if masks[place] & blocked:
                    held.append(place)
                    continue
                inputs = [values[number] for number in step.inputs]
                if step.opdef.begin is None:
                    values.update(zip(step.outputs, call(step, inputs), strict=True))
                    continue
                waiting = Waiting(step, inputs, begin(step, inputs))
                if waiting.attempt.done:
                    values.update(zip(step.outputs, finish(waiting), strict=True))
                else:
                    pending[1 << place] = waiting
                    blocked |= 1 << place
            todo = held
            if pending:
                first = waits.first_of([waiting.attempt for waiting in pending.values()])
                bit = next(bit for bit, waiting in pending.items() if waiting.attempt is first)
                waiting = pending.pop(bit)
                values.update(zip(waiting.step.outputs, finish(waiting), strict=True))
    finally:
        for waiting in pending.values():
            waiting.attempt.cancel()
    return values
