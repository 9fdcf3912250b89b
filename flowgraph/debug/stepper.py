"""Stepper: one run of a session, op by op."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.debug.step_html import stepper_html
from flowgraph.debug.step_interrupts import Interrupts
from flowgraph.debug.step_kinds import holds_variable, innermost, is_quiet, written_by
from flowgraph.debug.step_place import Place, table
from flowgraph.debug.step_values import Value, is_bad
from flowgraph.debug.step_walk import SteppedExecutable, Turn, Walk
from flowgraph.debug.step_what import NAN, Stop, stop_at
from flowgraph.engines.base import demand_variables
from flowgraph.engines.store import Cell
from flowgraph.engines.waiting import ends_after, run_of
from flowgraph.fetches import FetchPlan
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import READ, Program, Step
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.threads import with_at_most

_NOTHING = object()


class Stepper:
    """`sess.run(fetches, feed_dict)`, stopped before its first op; each method goes on for a bit.

    The ops run in the order in which flowgraph runs them. Constants, variables' own ops and copies that flowgraph makes
    run without a stop. `finish` returns what `sess.run` would have returned, and leaves the session as it would have.

    Between two ops no lock is held: other runs of the session, in this thread or in others, go on meanwhile, and what
    they write the ops to come read. A run that is left half-way keeps what it has done: variables that it has written
    stay written, random numbers drawn stay drawn, elements taken out of a queue stay out. The session is ready for the
    next run. An op that waits for a queue waits here, too; Ctrl-C stops that, and the op is still to run.

    Every value that was computed is kept until the stepper is closed, in a loop the last round's.

    Args:
      sess: the session; the one inside, if it is a MonitoredSession or a wrapper. None for the default session.
      fetches, feed_dict: as for `sess.run`.

    Attributes:
      reason: why it stands here: '' after a plain step.
      ran: how many ops have run, of those at which it could have stopped.
      written: the names of the variables that it has written.

    Raises:
      FailedPreconditionError, InvalidArgumentError, ...: as `sess.run`, where the run cannot begin.

    >>> x = tf.placeholder(tf.float32, [2], name="x")
    >>> y = tf.reduce_sum(tf.log(x, name="log"), name="y")
    >>> with tf.Session() as sess, Stepper(sess, y, {x: [1.0, 4.0]}) as s:
    ...     s.until("Sum").place.name
    ...     s.inspect("log")
    ...     s.finish()
    'y'
    log:0  (2)  [0. 1.38629]
    np.float32(1.3862944)
    """

    def __init__(self, sess: Any = None, fetches: Any = None, feed_dict: Any = None) -> None:
        self._session = innermost(sess)
        self._session._check_open()
        fed = self._session._fed(feed_dict)
        plan = FetchPlan(self._session.graph, fetches, self._session._handle)
        feeds = [tensor for tensor, _ in fed]
        executable = self._session._compile(plan.tensors, plan.targets, feeds, SteppedExecutable)
        self._executable: SteppedExecutable = executable
        self._program: Program = executable.program
        self._structure, self._values = plan.build, [value for _, value in fed]
        self._steps = list(self._program.walk())
        self._seen: dict[Tensor, Any] = {}
        self._given: set[int] = set()  # the numbers of the values that are fed, constants, or variables'
        self._made: set[int] = set()  # of those that ops of this run have computed
        self._new: list[tuple[Step, list[Any]]] = []  # what ran since somebody asked
        self._read_of = {step.outputs[0]: step.op.name for step in self._steps if step.opdef is READ}
        self._stops: dict[int, Stop] = {}
        self._stops_made = 0
        self._result: Any = _NOTHING
        self._failure: BaseException | None = None
        self._closed = self._started = False
        self._interrupts = Interrupts()
        self._counts: dict[Operation, int] = {}
        self._turn: Turn | None = None
        self._shown: Place | None = None  # that place, once somebody has looked at it
        self._ended: tuple[Turn, Sequence[Any], Place | None] | None = None  # what ran last
        self._last: Place | None = None
        self.reason, self.ran = "", 0
        self.written: list[str] = []
        demand_variables(self._program, executable.store)
        self._walk: Walk = executable.walk(self._values, self._note)
        self._guarded(self._send, None)
        self._pass_quiet()

    # -- going on ----------------------------------------------------------------------------------------------

    def next(self, count: int = 1) -> Stepper:
        """Run the next op, or so many."""
        for _ in range(count):
            if self.done and count > 1:
                break
            with self._interrupts.kept():
                self._advance(())
        return self

    def until(self, what: Any) -> Stepper:
        """Go on to an op, or until something holds; breakpoints stop it before.

        At the beginning it stays where it is if that is the op; later it goes on to the next time.

        Args:
          what: an op, a tensor, a name, an op type, a regular expression for names: to stop before the next such op
            runs; or `f(op, values)`: to stop after an op for which it is true, `values` being the arrays that it gave.

        Raises:
          ValueError: the run comes to no such op.
        """
        return self._go([self.stop(what)])

    def until_nan(self) -> Stepper:
        """Go on until an op has made NaN or infinity out of inputs that other ops of the run computed without any.

        That op is `last`, with its inputs; an op whose feeds, constants or variables are the culprits counts, too.
        """
        return self._go([NAN])

    def go(self) -> Stepper:
        """Go on to the next breakpoint, or to the end."""
        return self._go([])

    def out(self) -> Stepper:
        """Go on until the innermost loop or branch is left; outside of all to the end."""
        depth = len(self._turn.path) if self._turn is not None else 0
        return self._go([], lambda turn: len(turn.path) < depth)

    def finish(self) -> Any:
        """Run all that is left, past breakpoints; returns what `sess.run` would have returned."""
        with self._interrupts.kept():
            while not self.done:
                self._perform()
                self._interrupts.check()
                self.reason = "the run is over"
        return self.result

    # -- looking -----------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self._result is not _NOTHING

    @property
    def result(self) -> Any:
        """What `sess.run` would have returned.

        Raises:
          RuntimeError: the run is not over.
        """
        if self._result is _NOTHING:
            raise RuntimeError("the run was left half-way" if self._closed else "the run is not over; finish() ends it")
        return self._result

    @property
    def place(self) -> Place | None:
        """The op that is about to run; None at the end."""
        if self._shown is None and self._turn is not None:
            self._shown = self._place_of(self._turn)
        return self._shown

    @property
    def last(self) -> Place | None:
        """The op that ran last, with its outputs; None at the beginning."""
        if self._last is None and self._ended is not None and not self._closed:
            turn, outputs, shown = self._ended
            self._last = shown or self._place_of(turn)
            self._last.outputs = [*map(Value, self._names(turn.step.outputs, turn.program), outputs)]
        return self._last

    def where(self) -> Place | None:
        """The same: the op that is about to run, its line in the program, its inputs."""
        return self.place

    @property
    def inputs(self) -> list[Value]:
        """The values that the op about to run takes."""
        return [] if self.place is None else self.place.inputs

    @property
    def done_ops(self) -> list[str]:
        """The names of the ops that have run, in the order in which they first did; copies and constants not."""
        return [op.name for op in self._counts]

    @property
    def run_ops(self) -> list[Operation]:
        """The ops at which this run may stop, in order; those of a loop once."""
        return list(dict.fromkeys(step.op for step in self._steps if not step.bodies and not is_quiet(step)))

    def times(self, op: Operation) -> int:
        """How often an op has run."""
        return self._counts.get(op, 0)

    def inspect(self, name: Any) -> Any:
        """A value computed so far, or a variable as it is now.

        Args:
          name: a tensor, op or variable, or the name of one.

        Returns:
          A `Value`, which has the `array`; for an op with several outputs a list of them.

        Raises:
          LookupError: it has no value yet, or never gets one in this run.
        """
        element = self._session.graph.as_graph_element(name)
        if isinstance(element, Tensor):
            return self._value_of(element)
        if not element.outputs:
            raise LookupError(f"{element.name!r} ({element.type}) has no outputs: there is no value to show")
        values = [self._value_of(tensor) for tensor in element.outputs]
        return values[0] if len(values) == 1 else values

    def variables(self) -> list[Value]:
        """The variables that the run reads or writes, each with the value that it has now."""
        ops = dict.fromkeys(step.op for step in self._steps if holds_variable(step))
        return [Value(op.name, self._executable.store.cell(op)) for op in ops]

    # -- breakpoints -------------------------------------------------------------------------------------------

    def stop(self, what: Any) -> Stop:
        """What `until` and `break_at` take, looked up in this run.

        Raises:
          ValueError: the run comes to no such op.
        """
        ops = dict.fromkeys(step.op for step in self._steps if not step.bodies)
        return stop_at(what, self._session.graph, ops, self.run_ops)

    def break_at(self, what: Any) -> int:
        """Add a breakpoint: what `until` takes, or "nan"; returns its number."""
        stop = NAN if isinstance(what, str) and what.lower() == "nan" else self.stop(what)
        self._stops_made += 1
        self._stops[self._stops_made] = stop
        return self._stops_made

    def delete(self, number: int) -> None:
        """Take a breakpoint away.

        Raises:
          LookupError: there is none of this number.
        """
        if self._stops.pop(number, None) is None:
            raise LookupError(f"there is no breakpoint {number}")

    @property
    def breakpoints(self) -> dict[int, str]:
        """The breakpoints, by number."""
        return {number: stop.text for number, stop in self._stops.items()}

    # -- the end -----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Leave the run where it is, and forget its values; what it has done stays done."""
        if not self._closed:
            self._closed = True
            self._walk.close()
            self._turn = self._shown = self._ended = self._last = None
            self._seen.clear()

    def __enter__(self) -> Stepper:
        return self

    def __exit__(self, *_what: object) -> None:
        self.close()

    # -- inside ------------------------------------------------------------------------------------------------

    def _go(self, stops: Sequence[Stop], here: Callable[[Turn], bool] | None = None) -> Stepper:
        with self._interrupts.kept():
            self._advance(stops, here or (lambda turn: False))
        return self

    def _advance(self, stops: Sequence[Stop], here: Callable[[Turn], bool] | None = None) -> None:
        """Run ops until there is a reason to stop; without `here` only one that can be stopped at."""
        self._demand_open()
        if self.done:
            return
        self.reason = ""
        is_first, self._started = not self._started, True
        goals = [(f"until {stop.text}", stop) for stop in stops]
        goals += [(f"breakpoint {number}: {stop.text}", stop) for number, stop in self._stops.items()]
        if is_first and here is not None and self._turn is not None and self._names_op(goals, self._turn):
            return
        while True:
            self._perform()
            reason = self._reason_after(goals)
            turn = self._turn
            if turn is None:
                self.reason = reason or "the run is over"
                return
            self._interrupts.check()
            reason = reason or self._names_op(goals, turn)
            if reason or (here(turn) if here is not None else not is_quiet(turn.step)):
                self.reason = reason
                break
        if not self._names_op(goals, turn):
            self._pass_quiet()

    def _pass_quiet(self) -> None:
        while self._turn is not None and is_quiet(self._turn.step):
            self._perform()

    @staticmethod
    def _names_op(goals: Sequence[tuple[str, Stop]], turn: Turn) -> str:
        """Which goal names the op whose turn it is, '' for none."""
        return next((text for text, stop in goals if turn.step.op in stop.ops), "")

    def _reason_after(self, goals: Sequence[tuple[str, Stop]]) -> str:
        """Why to stop after what has just run, '' if there is no reason."""
        new, self._new = self._new, []
        for text, stop in goals:
            for step, outputs in new:
                if stop.is_nan and self._makes_nan(step, outputs):
                    return f"{text}: made by {step.op.name}"
                if stop.condition is None or is_quiet(step):
                    continue
                if stop.condition(step.op, [v.array if isinstance(v, Cell) else v for v in outputs]):
                    return text
        return ""

    def _makes_nan(self, step: Step, outputs: Sequence[Any]) -> bool:
        if is_quiet(step) or step.bodies or not any(is_bad(value) for value in outputs):
            return False
        computed = [n for n in step.inputs if n in self._made and n in self._program.tensors]
        return not any(is_bad(self._seen.get(self._program.tensors[n])) for n in computed)

    def _perform(self) -> None:
        """Run the op whose turn it is, and go to the next one."""
        self._demand_open()
        turn = self._turn
        assert turn is not None
        outputs = self._performed(turn)
        if not is_quiet(turn.step):
            self.ran += 1
            self._counts[turn.step.op] = self.times(turn.step.op) + 1
            self.written += [name for name in written_by(turn) if name not in self.written]
            self._ended = turn, () if turn.begins else outputs, self._shown
            self._last = None
        self._interrupts.waits = turn.begins  # the walk itself waits where several ops may have to
        self._guarded(self._send, outputs)
        self._interrupts.waits = False

    def _performed(self, turn: Turn) -> Any:
        interrupts = self._interrupts
        interrupts.in_op, interrupts.waits = True, turn.step.opdef.begin is not None
        try:
            return self._guarded(self._executable.perform, turn)
        finally:
            interrupts.in_op = interrupts.waits = False

    def _send(self, outputs: Any) -> None:
        self._turn = self._shown = None
        try:
            self._turn = self._walk.send(outputs)
        except StopIteration as end:
            self._result = self._structure(end.value)
        except Exception as error:
            self._failure = error
            raise
        except BaseException:
            self._failure = RuntimeError("this run was interrupted between two ops, and cannot go on")
            raise

    def _guarded(self, call: Callable[[Any], Any], argument: Any) -> Any:
        """`call(argument)` as a part of a run: with the session's locks and limits, and an op's error as a run's."""
        call = partial(with_at_most, self._session._threads, call)
        with self._as_in_a_run():
            try:
                if not self._program.touches_state:
                    return call(argument)
                self._keep_old(argument)
                return self._executable.store.in_turn(self._program.changes_state, call, argument)
            except errors.OpError as error:
                raise error.with_traceback(None) from error.__cause__

    @contextmanager
    def _as_in_a_run(self) -> Iterator[None]:
        session = self._session
        with ExitStack() as stack:
            stack.enter_context(np.errstate(all="ignore"))
            if session._seconds:
                stack.enter_context(ends_after(session._seconds))
            if session._target:
                stack.enter_context(run_of(session))
            yield

    def _keep_old(self, turn: Any) -> None:
        """Copy the values shown that are a variable's own buffer, before an op writes there."""
        if isinstance(turn, Turn) and turn.step.opdef.effect is Effect.WRITE:
            buffers = [v.array for v in turn.inputs if isinstance(v, Cell) and v.array is not None]
            for tensor, value in self._seen.items():
                if isinstance(value, np.ndarray) and any(np.may_share_memory(value, buffer) for buffer in buffers):
                    self._seen[tensor] = value.copy()

    def _note(self, program: Program, step: Step | None, numbers: Sequence[int], values: Sequence[Any]) -> None:
        """Keep what has a value now."""
        for number, value in zip(numbers, values, strict=False):
            tensor = program.tensors.get(number)
            if tensor is not None and not isinstance(self._seen.get(tensor), Cell):
                self._seen[tensor] = value
            if (program is self._program) if step is None else is_quiet(step):
                self._given.add(number)
            elif number not in self._given:
                self._made.add(number)
        if step is not None:
            self._new.append((step, list(values)))

    def _place_of(self, turn: Turn) -> Place:
        step = turn.step
        names = self._names(step.inputs, turn.program)
        return Place(step.op, turn.path, [*map(Value, names, turn.inputs)], written_by(turn))

    def _names(self, numbers: Sequence[int], program: Program) -> list[str]:
        tensors = [program.tensors.get(number) for number in numbers]
        return [
            self._read_of.get(number, f"%{number}") if tensor is None else tensor.name
            for number, tensor in zip(numbers, tensors, strict=True)
        ]

    def _value_of(self, tensor: Tensor) -> Value:
        if tensor not in self._seen:
            raise LookupError(self._why_not(tensor))
        return Value(tensor.name, self._seen[tensor])

    def _why_not(self, tensor: Tensor) -> str:
        if self._closed:
            return "the stepper is closed, and its values are gone"
        if any(step.op is tensor.op for step in self._steps):
            return f"{tensor.name} has no value yet: {tensor.op.name} ({tensor.op.type}) has not run"
        return f"{tensor.name} has no value in this run: nothing that is fetched needs it"

    def _demand_open(self) -> None:
        if self._closed:
            raise RuntimeError("this run was left; tf.debug.step begins another one")
        if self._failure is not None:
            raise self._failure
        self._session._check_open()

    @property
    def so_far(self) -> str:
        """How many ops ran, in words."""
        return f"{self.ran} op{'' if self.ran == 1 else 's'} ran"

    def __repr__(self) -> str:
        if self._closed:
            return f"<tf.debug.Stepper: closed, {self.so_far}>"
        if self.done:
            return f"<tf.debug.Stepper: {self.so_far}, the run is over>"
        head = f"<tf.debug.Stepper: {self.so_far}{f', {self.reason}' if self.reason else ''}; about to run:>"
        gave = [f"gave  {line}" for line in table(self.last.outputs or ())] if self.last is not None else []
        return "\n".join([*gave, head, repr(self.place)])

    def _repr_html_(self) -> str:
        return stepper_html(self)
