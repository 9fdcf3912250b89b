"""What every Program must satisfy; tests ask after building one and after every pass."""

from __future__ import annotations

from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import IF, NEVER, READ, Program, Step


def verify(program: Program) -> None:
    """Check that a Program is well formed.

    Every value is made once, and before it is used; a body gets what its If passes to it and gives what its If
    makes; a variable's value is not used after the variable was written, unless it is a copy or read again.

    Raises:
      AssertionError: it is not; the message names the step.
    """
    _Verifier(program).block(program, set(program.feeds), set())


class _Verifier:
    """One walk over a Program.

    Attributes:
      made: the values that some step has made.
      cells: the values that are variables.
      views: the values that are a variable's buffer, or may lie in it: value -> the variable.
    """

    def __init__(self, program: Program) -> None:
        self.size = program.size
        self.made = set(program.feeds)
        self.cells: set[int] = set()
        self.views: dict[int, int] = {}
        assert len(self.made) == len(program.feeds), "two feeds are one value"

    def block(self, program: Program, known: set[int], stale: set[int]) -> set[int]:
        """Check a Program whose feeds are `known`; returns the values that its writes made out of date."""
        stale = set(stale)
        known = set(known)
        for step in program.steps:
            for number in step.inputs:
                assert number in known, f"{step!r} uses %{number}, which is not there"
                assert number not in stale, f"{step!r} uses %{number} after its variable was written"
            for number in step.outputs:
                assert number not in self.made, f"{step!r} makes %{number}, which was made before"
                assert 0 <= number < self.size, f"{step!r} makes %{number} of {self.size} values"
            self.made.update(step.outputs)
            if step.opdef is IF:
                stale |= self.branches(step, stale)
            else:
                assert not step.bodies, f"{step!r} is no If and has bodies"
                self.count(step)
                stale |= self.effects(step)
            known.update(step.outputs)
        for number in program.fetches:
            assert number == NEVER or number in known, f"%{number} is fetched, but never made"
            assert number not in stale, f"%{number} is fetched after its variable was written"
        return stale

    def branches(self, step: Step, stale: set[int]) -> set[int]:
        """Check an If; returns what its branches make stale."""
        assert len(step.bodies) == 2, f"{step!r} has {len(step.bodies)} bodies"
        then, other = step.bodies
        assert then.feeds == other.feeds == step.inputs[1:], f"{step!r} passes what its bodies do not take"
        after = set()
        for body in step.bodies:
            assert len(body.fetches) == len(step.outputs), f"{step!r} makes its values of {body.fetches}"
            after |= self.block(body, set(body.feeds), stale)
            for number in body.fetches:
                assert number not in self.views, f"{step!r} hands out %{number}, a variable's own buffer"
        for number, *results in zip(step.outputs, then.fetches, other.fetches, strict=True):
            assert results != [NEVER, NEVER], f"{step!r} never makes %{number}"
            self.cells.update({number} if self.cells.intersection(results) else ())
        return after

    def count(self, step: Step) -> None:
        """Check that a step has as many operands as its signature wants."""
        opdef = step.opdef
        fewest = opdef.n_inputs - len(opdef.lists)
        assert len(step.inputs) >= fewest, f"{step!r} has too few inputs"
        assert opdef.lists or len(step.inputs) == opdef.n_inputs, f"{step!r} has too many inputs"
        lists = [arg for arg in opdef.outputs if arg.is_list]
        assert lists or len(step.outputs) == len(opdef.outputs), f"{step!r} has {len(step.outputs)} outputs"

    def effects(self, step: Step) -> set[int]:
        """Note variables and views of them; returns the views that a write makes stale."""
        opdef = step.opdef
        if opdef.effect is Effect.STATE:
            self.cells.update(step.outputs)
        if opdef is READ:
            assert step.inputs[0] in self.cells, f"{step!r} reads %{step.inputs[0]}, which is no variable"
            self.views[step.outputs[0]] = step.inputs[0]
        elif opdef.alias and step.inputs[0] in self.views:
            self.views[step.outputs[0]] = self.views[step.inputs[0]]
        if opdef.effect is not Effect.WRITE:
            return set()
        references = zip(opdef.inputs, step.inputs, strict=False)
        written = {number for arg, number in references if arg.is_ref and number in self.cells}
        return {view for view, cell in self.views.items() if cell in written}
