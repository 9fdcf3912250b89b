"""Program: an immutable slice of a graph, ordered and ready for passes and engines.

A Program is what one `run` needs and nothing else: building one IS pruning (see `build.py`). Its steps stand in the
order in which they run. References to variables are explicit (a step gives the variable's cell, reads and writes take
the cell). Branches and loops are structured: an If step holds a Program for each branch, a While step one for its
condition and one for its body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flowgraph import errors
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.tensor import Operation, Tensor


class _Dead:
    """The value of a tensor in a branch that was not taken."""

    def __repr__(self) -> str:
        return "DEAD"


DEAD = _Dead()
NEVER = -1
"""In a branch's fetches: this output has no value when the branch is taken."""


class Step:
    """One op of a Program, its operands named by value numbers.

    Attributes:
      op: the operation of the graph that it came from: for messages, drawings and traces.
      opdef: what to do; not always `op.opdef` (reads of variables and If are made when the Program is built).
      bodies: for If: the Programs of the branches (then, else); for While: the condition and the body.
    """

    __slots__ = ("attrs", "bodies", "inputs", "op", "opdef", "outputs")

    def __init__(
        self,
        op: Operation,
        opdef: OpDef,
        inputs: Sequence[int],
        outputs: Sequence[int],
        attrs: dict[str, Any],
        bodies: tuple[Program, ...] = (),
    ) -> None:
        self.op, self.opdef, self.attrs, self.bodies = op, opdef, attrs, bodies
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)

    def __repr__(self) -> str:
        outputs, inputs = ", ".join(f"%{i}" for i in self.outputs), ", ".join(f"%{i}" for i in self.inputs)
        return f"{outputs or '()'} = {self.opdef.name}({inputs})  # {self.op.name}"


@dataclass(frozen=True)
class Program:
    """Steps in order, and which values go in and come out.

    Attributes:
      steps: the steps, in the order in which they run.
      feeds: the numbers of the values that a run is given.
      fetches: the numbers of the values that it returns (NEVER in a branch that does not make that output).
      tensors: for each value number, the tensor of the graph that it is a value of, as far as it is one.
      size: value numbers are below this; branches share the numbering.
      variables: the variables whose values must be there before a run starts, as the ops that hold them.
      facts: what is known of the values, those of bodies included, if the shapes of the feeds are; bodies have none
        of their own.
      kept: ops whose steps stay although nothing needs what they make: the caller asked for them.
    """

    steps: tuple[Step, ...]
    feeds: tuple[int, ...]
    fetches: tuple[int, ...]
    tensors: dict[int, Tensor]
    size: int
    variables: tuple[Operation, ...] = ()
    facts: Mapping[int, Known] = field(default_factory=dict)
    kept: frozenset[Operation] = frozenset()

    def walk(self) -> Iterator[Step]:
        """All steps, those of branches included."""
        stack = [iter(self.steps)]
        while stack:
            for step in stack[-1]:
                yield step
                if step.bodies:
                    stack.extend(iter(body.steps) for body in step.bodies)
                    break
            else:
                stack.pop()

    @cached_property
    def opdefs(self) -> frozenset[OpDef]:
        """What its steps do, those of branches included."""
        return frozenset([step.opdef for step in self.walk()])

    @cached_property
    def effects(self) -> frozenset[Effect]:
        """What its steps do besides computing, those of branches included."""
        return frozenset([opdef.effect for opdef in self.opdefs])

    @property
    def touches_state(self) -> bool:
        """Whether any step reads or writes a variable."""
        return not self.effects.isdisjoint((Effect.READ, Effect.WRITE))

    @property
    def changes_state(self) -> bool:
        """Whether any step writes a variable."""
        return Effect.WRITE in self.effects

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from flowgraph.viz.notebook import program_bundle

        return program_bundle(self, include, exclude)

    def __repr__(self) -> str:
        steps = sum(1 for _ in self.walk())
        return f"<Program of {steps} steps: {len(self.feeds)} values go in, {len(self.fetches)} come out>"

    def __str__(self) -> str:
        return "\n".join(_lines(self, ""))


def _lines(program: Program, indent: str) -> Iterator[str]:
    # the depth is that of branches inside branches, not that of the graph
    yield indent + "feeds " + ", ".join(f"%{i}" for i in program.feeds)
    for step in program.steps:
        yield f"{indent}{step!r}"
        names = ("while", "do") if step.opdef is WHILE else ("then", "else")
        for name, body in zip(names, step.bodies, strict=False):
            yield f"{indent}  {name}:"
            yield from _lines(body, indent + "    ")
    yield indent + "fetches " + ", ".join("never" if i == NEVER else f"%{i}" for i in program.fetches)


READ = OpDef(
    "_Read(ref: &T) -> value: T",
    infer=lambda ref: ref.sizes,
    forward=lambda ctx, cell: cell.read(),
    gradient=NO_GRADIENT,
    effect=Effect.READ,
    alias=True,
)
"""The value of a variable at this place in the Program, not copied: no write comes before its last use."""

COPY = OpDef(
    "_Copy(value: T) -> copy: T",
    infer=lambda value: value.sizes,
    forward=lambda xp, value: xp.array(value),
    gradient=NO_GRADIENT,
)
"""A copy of a variable's value, where a use of the old value comes after a write, or where a branch hands it out."""


VIEW = OpDef(
    "_View(value: T) -> view: T",
    infer=lambda value: value.sizes,
    forward=lambda xp, value: value,
    gradient=NO_GRADIENT,
    alias=True,
)
"""The same value under another number: a read of a resource variable of which no copy is needed."""


def _engines_run_bodies(*_inputs: Any, **_attrs: Any) -> Any:
    raise AssertionError("an op with bodies has no forward of its own: each engine runs the bodies")


IF = OpDef(
    "_If(cond: bool, input: Tin[]) -> output: Tout[]",
    infer=_engines_run_bodies,
    forward=_engines_run_bodies,
    gradient=NO_GRADIENT,
)


WHILE = OpDef(
    "_While(input: Tin[]) -> output: Tout[]",
    infer=_engines_run_bodies,
    forward=_engines_run_bodies,
    gradient=NO_GRADIENT,
)
"""A loop. Its inputs are the loop variables' first values, then what it captures; its outputs their last values.

The bodies are the condition and the body proper. Both are fed the loop variables and the captured values (under the
same numbers as in the Program around), the body also what the condition fetches beside the predicate; it fetches the
next values of the loop variables.
"""


def no_value(tensor: Tensor | None, fetches: Sequence[Tensor] = ()) -> errors.InvalidArgumentError:
    """The error of fetching what lies in a branch that was not taken; TF numbers the fetches by their names."""
    index = 0
    if tensor is not None and tensor in fetches:
        index = sorted({fetch.name for fetch in fetches}).index(tensor.name)
    return errors.InvalidArgumentError(
        None,
        None if tensor is None else tensor.op,
        errors.explain(
            f"Retval[{index}] does not have value",
            details=[] if tensor is None else [f"{tensor.name} lies in a branch that was not taken"],
            where=None if tensor is None else tensor.op.site,
            mend="Fetch what tf.cond returns, not a tensor inside its branches.",
        ),
    )
