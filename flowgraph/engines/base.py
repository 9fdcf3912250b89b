"""The door between sessions and engines: `compile(program, store)` gives an Executable, whose `run` takes the feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from flowgraph import errors
from flowgraph.engines.missing import uninitialized
from flowgraph.engines.store import Cell, Context, Store
from flowgraph.ir.describe import origin
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import DEAD, NEVER, Program, Step, no_value
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.queues import Queue
from flowgraph.kernels.tensor_array import Slots
from flowgraph.sizes import to_text


class Executable(Protocol):
    """A compiled Program: immutable, and safe to run from many threads."""

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """Compute the fetches from the feeds, both in the Program's order; what it returns is the caller's own."""
        ...


class Engine(Protocol):
    """A way of running Programs; `name` is what `executor_type` and FLOWGRAPH_ENGINE call it."""

    name: str

    def compile(self, program: Program, store: Store) -> Executable:
        """Prepare a Program to run over the variables and other state of one session's store."""
        ...


def world(step: Step, store: Store) -> Any:
    """The first argument of a step's forward: the array namespace, or the context of an op with an effect."""
    return np if step.opdef.effect is Effect.NONE else Context(store, step.op)


def demand_variables(program: Program, store: Store) -> None:
    """Refuse to start when a variable that is read has no value: all such variables are named at once."""
    empty = [op for op in program.variables if store.cell(op).array is None]
    if empty:
        raise uninitialized(empty, store.holds_values, store.has_resources, _filled(program).intersection(empty))


def _filled(program: Program) -> set[Operation]:
    """The variables that a Program itself gives a first value."""
    holders = {step.outputs[0]: step.op for step in program.walk() if step.opdef.effect is Effect.STATE}
    first = [step for step in program.walk() if step.opdef.effect is Effect.WRITE and step.opdef.allows_uninitialized]
    return {holders[step.inputs[0]] for step in first if step.inputs[0] in holders}


def own(value: Any, tensor: Tensor | None, program: Program) -> Any:
    """A fetched value as the caller's own copy: an array, or a numpy scalar (bytes for a string) when it is 0-d."""
    if value is DEAD:
        raise no_value(tensor, [program.tensors[i] for i in program.fetches if i in program.tensors])
    if isinstance(value, np.ndarray):
        return np.array(value) if value.ndim else value[()]
    return value


def collect(program: Program, values: Any) -> list[Any]:
    """The fetches of a top-level Program out of its values."""
    tensors = program.tensors
    return [own(DEAD if i == NEVER else values[i], tensors.get(i), program) for i in program.fetches]


def describe(step: Step, values: Sequence[Any], program: Program, fed: Sequence[int]) -> list[str | Sequence[str]]:
    """For a failed step: each input with the shape that it had, and where it comes from."""
    rows: list[str | Sequence[str]] = []
    for number, value in zip(step.inputs, values, strict=False):
        tensor = program.tensors.get(number)
        if isinstance(value, Cell):
            value = value.array
        shape = to_text(np.shape(value)) if isinstance(value, np.ndarray | np.generic) else "unknown"
        if tensor is None:
            rows.append(f"an input of shape {shape}")
            continue
        what = f"is {value!r}" if isinstance(value, Slots | Queue) else f"has shape {shape}"
        rows.append((f"{tensor.name} {what}", origin(tensor) + (", fed" if number in fed else "")))
    return rows


def explain_failure(
    error: Exception, step: Step, values: Sequence[Any], program: Program, fed: Sequence[int]
) -> Exception:
    """Turn what an op raised into TF's exception, with the op, the shapes at run time and the user's line.

    Args:
      error: what it raised.
      step, values: the step and its inputs.
      program: the Program that it stands in, perhaps a branch.
      fed: the numbers of the values that the run was given.

    Returns:
      The exception. `error` is its cause only where TF has no words for what happened: otherwise these say it all.
    """
    words: str | None
    if isinstance(error, errors.OpError):
        if error.op is not None:
            return error
        line, kind = error.message, type(error)
        words = line
    else:
        words = None
        if isinstance(error, ValueError | IndexError | TypeError | ArithmeticError):
            words = _tf_words(step, values)
        line = words or f"{type(error).__name__} in {step.opdef.name}: {error}"
        kind = errors.InvalidArgumentError
        if words is None and isinstance(error, ValueError) and str(error).startswith(_TOO_BIG):
            error = MemoryError(*error.args)  # numpy does not even try
        if isinstance(error, MemoryError):
            kind, words = errors.ResourceExhaustedError, _no_memory(error)
            line = words
    message = errors.explain(
        line,
        details=[f"the op: {step.op.name} ({step.opdef.name})", *describe(step, values, program, fed)],
        where=step.op.site,
    )
    failure = kind(None, step.op, message)
    failure.__cause__ = None if words else error
    return failure


_TOO_BIG = ("array is too big", "Maximum allowed dimension exceeded", "Maximum allowed size exceeded")


def _no_memory(error: MemoryError) -> str:
    """TF's words for a tensor that memory does not hold; numpy's error tells which it was to be."""
    shape, dtype = getattr(error, "shape", None), getattr(error, "dtype", None)
    if shape is None or dtype is None:
        return f"OOM when allocating tensor: {error}"
    name = {"float16": "half", "float32": "float", "float64": "double"}.get(dtype.name, dtype.name)
    place = "/job:localhost/replica:0/task:0/device:CPU:0"
    return f"OOM when allocating tensor with shape{to_text(shape)} and type {name} on {place} by allocator cpu"


def _tf_words(step: Step, values: Sequence[Any]) -> str | None:
    opdef = step.opdef
    if opdef.failure is not None:
        words = opdef.failure(*opdef.structure(values, step.attrs), **step.attrs)
        return words and words.replace("{op}", step.op.name)
    if opdef.elementwise and len(values) == 2:
        shapes = [to_text(np.shape(value)) for value in values]
        return f"Incompatible shapes: {shapes[0]} vs. {shapes[1]}"
    return None
