"""What every Program must satisfy; tests ask after building one and after every pass."""

from __future__ import annotations

from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import IF, NEVER, READ, WHILE, Program, Step


def verify(program: Program) -> None:
    """Check that a Program is well formed.

    Every value is made once, and before it is used; a body gets what its If passes to it and gives what its
    If makes; a variable's value is not used after a write to it, unless it is a copy or was read anew.

    Raises:
      AssertionError: it is not; the message names the step.
    """
    _Verifier(program).block(program, frozenset())


Answers = frozenset[tuple[int, bool]]
"""The branches in which a step stands: the values that were asked, and what they were."""


class _Verifier:
    """One walk over a Program.

    Attributes:
      made: the values that some step has made.
      cells: the values that are variables.
      views: the values that are a variable's buffer, or may lie in it: value -> the variable.
      stale: the views whose variable was written, and in which branches that was.
      chosen: for a variable that an If hands out, those that it may be.
      same: a value that an If hands out of one branch -> the value in that branch.
    """

    def __init__(self, program: Program) -> None:
        self.size = program.size
        self.made = set(program.feeds)
        self.cells: set[int] = set()
        self.views: dict[int, int] = {}
        self.stale: dict[int, list[Answers]] = {}
        self.same: dict[int, int] = {}
        self.chosen: dict[int, frozenset[int]] = {}
        assert len(self.made) == len(program.feeds), "two feeds are one value"

    def is_stale(self, number: int, here: Answers) -> bool:
        """Whether a variable may have been written since this view of it was taken."""
        against = {(asked, not answer) for asked, answer in here}
        return any(against.isdisjoint(there) for there in self.stale.get(number, ()))

    def block(self, program: Program, here: Answers) -> None:
        """Check a Program that runs in some branches."""
        known = set(program.feeds)
        for step in program.steps:
            used = {IF: step.inputs[:1], WHILE: step.inputs[: len(step.outputs)]}.get(step.opdef, step.inputs)
            for number in used:  # what an If or While captures may be stale if nothing inside uses it
                assert number in known, f"{step!r} uses %{number}, which is not there"
                assert not self.is_stale(number, here), f"{step!r} uses %{number}, whose variable was written"
            for number in step.outputs:
                assert number not in self.made, f"{step!r} makes %{number}, which was made before"
                assert 0 <= number < self.size, f"{step!r} makes %{number} of {self.size} values"
            self.made.update(step.outputs)
            if step.opdef in (IF, WHILE):
                assert known.issuperset(step.inputs), f"{step!r} passes what is not there"
                (self.branches if step.opdef is IF else self.loop)(step, here)
            else:
                assert not step.bodies, f"{step!r} is no If and has bodies"
                self.count(step)
                self.effects(step, here)
            known.update(step.outputs)
        for number in program.fetches:
            assert number == NEVER or number in known, f"%{number} is fetched, but never made"
            assert not self.is_stale(number, here), f"%{number} is fetched, and its variable was written"

    def meant_by(self, cell: int) -> frozenset[int]:
        """The variables that a cell may be."""
        return self.chosen.get(cell, frozenset((cell,)))

    def branches(self, step: Step, here: Answers) -> None:
        """Check an If."""
        assert len(step.bodies) == 2, f"{step!r} has {len(step.bodies)} bodies"
        then, other = step.bodies
        assert then.feeds == other.feeds == step.inputs[1:], f"{step!r} passes what its bodies do not take"
        asked = step.inputs[0]
        for body in step.bodies:
            assert len(body.fetches) == len(step.outputs), f"{step!r} makes its values of {body.fetches}"
            self.block(body, here | {(self.same.get(asked, asked), body is then)})
            for number in body.fetches:
                assert number not in self.views, f"{step!r} hands out %{number}, a variable's own buffer"
        for number, *results in zip(step.outputs, then.fetches, other.fetches, strict=True):
            assert results != [NEVER, NEVER], f"{step!r} never makes %{number}"
            variables = self.cells.intersection(results)
            if variables:
                assert variables | {NEVER} >= set(results), f"{step!r} hands out a variable, or else a value"
                self.cells.add(number)
                self.chosen[number] = frozenset(c for cell in variables for c in self.meant_by(cell))
            if NEVER in results:
                inner = max(results)
                self.same[number] = self.same.get(inner, inner)

    def loop(self, step: Step, here: Answers) -> None:
        """Check a While."""
        assert len(step.bodies) == 2, f"{step!r} has {len(step.bodies)} bodies"
        condition, body = step.bodies
        count, size = len(step.outputs), len(condition.feeds)
        variables = condition.feeds[:count]
        assert condition.feeds[count:] == step.inputs[count:], f"{step!r} passes what its condition does not take"
        shared = condition.fetches[1:]
        assert body.feeds == (*condition.feeds, *shared), f"{step!r} passes what its body does not take"
        assert len(set(body.feeds)) == len(body.feeds), f"{step!r} feeds two values under one number"
        assert len(body.fetches) == count, f"{step!r} has {size} variables and {len(body.fetches)} next values"
        assert self.made.isdisjoint(variables), f"{step!r} makes loop variables that were made before"
        self.made.update(variables)
        self.enter_loop(step, here)
        for number, initial in zip(variables, step.inputs, strict=False):
            if initial in self.views:
                self.views[number] = self.views[initial]
        self.block(condition, here)
        self.block(body, here)
        for number, *sources in zip(step.outputs, variables, body.fetches, strict=True):
            assert NEVER not in sources, f"{step!r} never makes %{number}"
            assert not self.cells.intersection(sources), f"{step!r} hands out a variable"
            for source in sources:
                if source in self.views:
                    self.views[number] = self.views[source]

    def enter_loop(self, step: Step, here: Answers) -> None:
        """What was read outside of a variable that is written inside is stale from the second iteration on."""
        inner = [inside for body in step.bodies for inside in body.walk() if inside.opdef.effect is Effect.WRITE]
        for view, cell in self.views.items():
            if any(cell in inside.inputs for inside in inner):
                self.stale.setdefault(view, []).append(here)

    def count(self, step: Step) -> None:
        """Check that a step has as many operands as its signature wants."""
        opdef = step.opdef
        fewest = opdef.n_inputs - len(opdef.lists)
        assert len(step.inputs) >= fewest, f"{step!r} has too few inputs"
        assert opdef.lists or len(step.inputs) == opdef.n_inputs, f"{step!r} has too many inputs"
        lists = [arg for arg in opdef.outputs if arg.is_list]
        assert lists or len(step.outputs) == len(opdef.outputs), f"{step!r} has {len(step.outputs)} outputs"

    def effects(self, step: Step, here: Answers) -> None:
        """Note variables, views of them, and the views that a write makes stale."""
        opdef = step.opdef
        if opdef.effect is Effect.STATE:
            self.cells.update(step.outputs)
        if opdef is READ:
            assert step.inputs[0] in self.cells, f"{step!r} reads %{step.inputs[0]}, which is no variable"
            self.views[step.outputs[0]] = step.inputs[0]
        elif opdef.alias and step.inputs[0] in self.views:
            self.views[step.outputs[0]] = self.views[step.inputs[0]]
        if opdef.effect is Effect.WRITE:
            references = zip(opdef.inputs, step.inputs, strict=False)
            written = {
                cell
                for arg, number in references
                if arg.is_handle and number in self.cells
                for cell in self.meant_by(number)
            }
            for view, cell in self.views.items():
                if not written.isdisjoint(self.meant_by(cell)):
                    self.stale.setdefault(view, []).append(here)
