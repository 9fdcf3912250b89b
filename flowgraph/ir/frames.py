"""Finding while loops among the ops of a graph, from their nodes alone (so imported graphs work too).

Values enter a loop through Enters and leave it through Exits; all that lies between is its frame:

    x ── Enter ── Merge ──┬─────────────── Switch ──true── (body) ── NextIteration ──► Merge
                          └─ (condition) ── LoopCond ─┘ └──false── Exit

For the ops around it a loop is one op: the first of its Exits stands for it and takes all that the Enters take; the
other Exits follow that one. What depends on what the Switches let through belongs to the body; the rest belongs to the
condition, which runs once more than the body.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flowgraph import errors
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import sources

Followers = Mapping[Operation, Sequence[Operation]]


class Frame:
    """The ops of one loop, or those outside of all loops.

    Attributes:
      name: the `frame_name` of its Enters.
      parent: the frame around it.
      ops: its own ops, those of inner frames not included; Exits belong to the frame into which they lead.
      inner: the frames inside it by name.
      exits: the Exits that lead out of it.
    """

    __slots__ = ("exits", "inner", "name", "ops", "parent")

    def __init__(self, name: str = "", parent: Frame | None = None) -> None:
        self.name, self.parent = name, parent
        self.ops: list[Operation] = []
        self.inner: dict[str, Frame] = {}
        self.exits: list[Operation] = []

    def all_ops(self) -> Iterator[Operation]:
        """Its own ops and those of inner frames."""
        stack = [self]
        while stack:
            frame = stack.pop()
            yield from frame.ops
            stack.extend(frame.inner.values())


class Loops:
    """The loops among the ops of one frame.

    Attributes:
      ops: the frame's own ops, oldest first; the Exits among them stand for loops.
      of: the loop that an Exit stands for.
      inputs, control: for Exits, what they take and await as ops of this frame.
      users: for tensors that loops take, the Exits that stand for those.
    """

    def __init__(self, frame: Frame | None = None, followers: Followers | None = None) -> None:
        self.ops: list[Operation] = []
        self.of: dict[Operation, Loop] = {}
        self.inputs: dict[Operation, tuple[Tensor, ...]] = {}
        self.control: dict[Operation, tuple[Operation, ...]] = {}
        self.users: dict[Tensor, list[Operation]] = {}
        if frame is not None and followers is not None:
            self.ops = sorted(frame.ops, key=lambda op: op._id)
            for inner in frame.inner.values():
                self._add(Loop(inner, followers))

    def _add(self, loop: Loop) -> None:
        for op in loop.exits:
            self.inputs[op], self.control[op] = (), (loop.leader,)
        leader = loop.leader
        self.of[leader] = loop
        self.inputs[leader] = (*loop.initial, *loop.constants.values())
        self.control[leader] = loop.control
        for tensor in self.inputs[leader]:
            self.users.setdefault(tensor, []).append(leader)


NO_LOOPS = Loops()


class Loop:
    """A while loop as one op of the frame around it.

    Attributes:
      leader: the first of its Exits, which stands for it.
      exits: all Exits that are needed, and which loop variable each hands out.
      merges: the Merges of the loop variables.
      initial, following: for each of them its value before the first iteration, outside, and its next value.
      constants: the outputs of the Enters of what stays the same, and the tensors outside that these are.
      control: the ops outside that it waits for.
      late: those of them that only ops inside wait for.
      pred: whether it goes on.
      gates: what the Switches at its end let through, and what of: tensors of the body, and of the condition.
      condition, body: the ops of either part.
      shared: tensors of the condition that the body uses.
      by_reference: the constants through which ops inside take a variable itself, and whether they change it.
      handed_out: the constants that may leave the loop as they are.
      inside: the loops inside it.
    """

    def __init__(self, frame: Frame, followers: Followers) -> None:
        self.frame = frame
        if not frame.exits:
            raise _inside(frame.ops[0], frame)
        self.leader = min(frame.exits, key=lambda op: op._id)
        self.inside = Loops(frame, followers)
        self._find_variables()
        self._find_gates()
        enters = [op for op in self.inside.ops if op.opdef.role == "enter"]
        self._waiting = waiting = self._find_waiting(followers)
        self.constants = {op.outputs[0]: op.inputs[0] for op in enters if op.attrs["is_constant"] and op not in waiting}
        self.late = tuple(dict.fromkeys(op.inputs[0].op for op in enters if op in waiting))
        self.control = tuple(dict.fromkeys([*(source for op in enters for source in op.control), *self.late]))
        self._split(followers)
        self._trace()

    def _find_variables(self) -> None:
        self.merges: list[Operation] = []
        self.initial: list[Tensor] = []
        self.following: list[Tensor] = []
        for op in self.inside.ops:
            if op.opdef.role != "merge" or all(tensor.op.opdef.role != "next" for tensor in op.inputs):
                continue
            first, last = sorted(op.inputs, key=lambda tensor: tensor.op.opdef.role == "next")
            if first.op.opdef.role != "enter":
                raise _unknown(self.frame, f"{op.name} does not join an Enter and a NextIteration")
            self.merges.append(op)
            self.initial.append(first.op.inputs[0])
            self.following.append(last.op.inputs[0])

    def _find_gates(self) -> None:
        """The condition, and the Switches that end the loop."""
        conditions = [op for op in self.inside.ops if op.opdef.role == "loop_cond"]
        if len(conditions) != 1:
            raise _unknown(self.frame, f"it has {len(conditions)} LoopCond ops")
        self.loop_cond = conditions[0]
        self.pred = self.loop_cond.inputs[0]
        self.gates: dict[Tensor, Tensor] = {}
        for op in self.inside.ops:
            if op.opdef.role == "switch" and op.inputs[1].op is self.loop_cond:
                self.gates[op.outputs[1]] = op.inputs[0]
        position = {op.outputs[0]: at for at, op in enumerate(self.merges)}
        self.exits: dict[Operation, int] = {}
        self._last: set[Operation] = set()
        for op in self.frame.exits:
            (tensor,) = op.inputs
            while tensor.op.opdef.name in ("Identity", "RefIdentity"):  # gates of gradients
                self._last.add(tensor.op)
                (tensor,) = tensor.op.inputs
            let_through = tensor.op.outputs[-1]
            if tensor.index != 0 or self.gates.get(let_through) not in position:
                raise _unknown(self.frame, f"{op.name} hands out something else than a loop variable")
            self.exits[op] = position[self.gates[let_through]]

    def _find_waiting(self, followers: Followers) -> set[Operation]:
        """The Identities of constants that ops inside only wait for, and the Enters that nothing else takes from."""
        waiting: set[Operation] = set()
        for op in self.inside.ops:
            of_enter = op.opdef.name in ("Identity", "RefIdentity") and op.inputs[0].op.opdef.role == "enter"
            if of_enter and all(op.outputs[0] not in follower.inputs for follower in followers[op]):
                waiting.add(op)
        enters = {op.inputs[0].op for op in waiting}
        return waiting | {op for op in enters if followers[op] and waiting.issuperset(followers[op])}

    def _split(self, followers: Followers) -> None:
        """Tell the ops of the body from those of the condition."""
        inside = set(self.frame.all_ops())
        steering = {op for op in self.inside.ops if op.opdef.role in ("enter", "next", "loop_cond")}
        steering.update(self.merges, self._last, (tensor.op for tensor in self.gates), self._waiting)
        let_through = {tensor.op for tensor in self.gates}
        stack, after = list(let_through), set(let_through)
        while stack:
            for op in followers[stack.pop()]:
                if op in inside and op not in after and op not in steering:
                    after.add(op)
                    stack.append(op)
        self.body = [op for op in self.inside.ops if op in after and op not in steering]
        self.condition = [op for op in self.inside.ops if op not in after and op not in steering]
        first = set(self.condition)
        used = [tensor for op in self.body for tensor in self.inside.inputs.get(op, op.inputs)]
        used += [*self.following, *self.gates.values()]
        self.shared = list(dict.fromkeys(tensor for tensor in used if tensor.op in first))

    def _trace(self) -> None:
        """Follow references and handed out values back to the Enters through which they came."""
        self.by_reference: dict[Tensor, bool] = {}
        for op in self.frame.all_ops():
            for tensor in _taken_by_reference(op):
                for found in self._constants_behind([tensor]):
                    changes = op.opdef.effect is Effect.WRITE
                    self.by_reference[found] = self.by_reference.get(found, False) or changes
        self.handed_out = self._constants_behind(self.following)

    def _constants_behind(self, tensors: Iterable[Tensor]) -> set[Tensor]:
        """The constants that some of the tensors are, perhaps under other names or in another shape."""
        stack = list(tensors)
        seen = set(stack)
        while stack:
            tensor = stack.pop()
            if tensor in self.constants:
                continue
            for source in _is_one_of(tensor.op):
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        return seen.intersection(self.constants)


_PASSING_ON = ("switch", "merge", "enter", "exit", "next")


def _is_one_of(op: Operation) -> Sequence[Tensor]:
    """The inputs of which the outputs of an op may be one."""
    if op.opdef.role == "merge":
        return op.inputs
    returns_ref = op.opdef.has_refs and bool(op.outputs) and op.outputs[0].dtype.is_ref
    if op.inputs and (op.opdef.alias or op.opdef.role in _PASSING_ON or returns_ref):
        return op.inputs[:1]
    return ()


def _taken_by_reference(op: Operation) -> list[Tensor]:
    """The inputs of an op that are variables themselves, not values."""
    opdef = op.opdef
    if opdef.role in _PASSING_ON or opdef.alias:
        return []
    return [tensor for arg, tensor in zip(opdef.inputs, op.inputs, strict=False) if arg.is_handle]


def find_loops(ops: Sequence[Operation], fed: Collection[Tensor], fetches: Iterable[Tensor] = ()) -> Loops:
    """The loops among the ops that a run needs.

    Raises:
      InternalError: a fetch lies inside a loop, or what lies there is needed outside.
      InvalidArgumentError: an op takes values of several frames.
      NotImplementedError: a loop of a form that no while loop has.
    """
    if not any(op.opdef.role == "enter" for op in ops):
        return NO_LOOPS
    followers: dict[Operation, list[Operation]] = {op: [] for op in ops}
    stack: list[tuple[Operation, Frame]] = []
    outside = Frame()
    awaited = {op: sources(op, fed, followers) for op in ops}
    for op in ops:
        for source in awaited[op]:
            followers[source].append(op)
        if not awaited[op]:
            stack.append((op, outside))
    taken_from: dict[Operation, Frame] = dict(stack)
    gives_to: dict[Operation, Frame] = {}
    while stack:
        op, frame = stack.pop()
        gives_to[op] = frame = _place(op, frame)
        for follower in followers[op]:
            if follower not in taken_from:
                taken_from[follower] = frame
                stack.append((follower, frame))
    _check_sources(taken_from, gives_to, awaited)
    for tensor in fetches:
        if tensor not in fed and gives_to[tensor.op] is not outside:
            raise _inside(tensor.op, gives_to[tensor.op])
    return Loops(outside, followers)


def _check_sources(
    taken_from: Mapping[Operation, Frame],
    gives_to: Mapping[Operation, Frame],
    awaited: Mapping[Operation, Iterable[Operation]],
) -> None:
    """Refuse ops that take or await something of another frame than the one they were found to be in."""
    for op, frame in taken_from.items():
        for source in awaited[op]:
            if gives_to[source] is not frame:
                raise _mixed(op, source, gives_to[source], frame)


def _place(op: Operation, frame: Frame) -> Frame:
    """Put an op whose inputs lie in a frame where it belongs; returns the frame of its outputs."""
    if op.opdef.role == "enter":
        name = op.attrs["frame_name"]
        frame = frame.inner.setdefault(name, Frame(name, frame))
    elif op.opdef.role == "exit" and frame.parent is not None:
        frame.exits.append(op)
        frame = frame.parent
    frame.ops.append(op)
    return frame


def _mixed(op: Operation, source: Operation, a: Frame, b: Frame) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None,
        op,
        errors.explain(
            f"{{{{node {op.name}}}}} has inputs from different frames. The input {{{{node {source.name}}}}} is in "
            f"frame '{a.name}'. Another input is in frame '{b.name}'.",
            mend="A value leaves a loop as a loop variable: use what tf.while_loop returns.",
            where=op.site,
        ),
    )


def _inside(op: Operation, frame: Frame) -> errors.InternalError:
    return errors.InternalError(
        None,
        op,
        errors.explain(
            "Retval[0] has already been set.",
            details=[f"{op.name} runs once in each iteration of the loop '{frame.name}'"],
            mend="A value leaves a loop as a loop variable: use what tf.while_loop returns.",
            where=op.site,
        ),
    )


def _unknown(frame: Frame, why: str) -> NotImplementedError:
    return NotImplementedError(f"The loop '{frame.name}' is not one that tf.while_loop makes: {why}.")
