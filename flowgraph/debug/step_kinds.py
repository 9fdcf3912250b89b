"""What a stepper asks of steps, and of what it is given as a session."""

from __future__ import annotations

from typing import Any

from flowgraph.debug.step_walk import Turn
from flowgraph.engines.store import Cell
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import COPY, READ, VIEW, Step
from flowgraph.ir.scope import get_default_session
from flowgraph.ops.constant import CONST


def written_by(turn: Turn) -> list[str]:
    """The names of the variables that a step writes."""
    cells = [v for v in turn.inputs if isinstance(v, Cell)] if turn.step.opdef.effect is Effect.WRITE else []
    return [cell.op.name for cell in cells]


def is_quiet(step: Step) -> bool:
    """Whether a step is none to stop at: a constant, what holds a variable or a queue, a copy made by flowgraph."""
    if step.opdef in (READ, VIEW, COPY):
        return step.op.opdef.role != "read"
    return step.opdef is CONST or step.opdef.effect is Effect.STATE


def holds_variable(step: Step) -> bool:
    """Whether a step gives a variable, not a queue or a table."""
    output = step.opdef.outputs[0] if step.opdef.effect is Effect.STATE else None
    return output is not None and (step.opdef.role == "handle" or (output.is_ref and output.type_attr is not None))


def innermost(sess: Any) -> Any:
    """The session that does the work."""
    if sess is None:
        sess = get_default_session()
        if sess is None:
            raise ValueError("there is no default session: give tf.debug.step the session to run in")
    inner = getattr(sess, "_tf_sess", None)
    sess = inner() if inner is not None else sess
    if not hasattr(sess, "_compile"):
        raise TypeError(f"tf.debug.step needs a session, but got {type(sess)}")
    return sess
