"""What a run lacks: values for placeholders and for variables, all of them named at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowgraph import errors
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import GraphKeys
from flowgraph.ir.tensor import Operation
from flowgraph.sizes import to_text

_SHOWN = 30  # names: a deep network's hundreds would push the first line off the screen


def unfed(placeholders: Sequence[Operation], wanted: str) -> errors.InvalidArgumentError:
    """The error for placeholders without a value, which `wanted` needs."""
    first = placeholders[0]
    shape = first.attrs.get("shape")
    line = f"You must feed a value for placeholder tensor '{first.name}' with dtype {_cpp_name(first)}"
    if shape:  # (TF leaves out a scalar's)
        line += f" and shape {to_text(shape)}"
    rows = [
        (f"  {op.name}", f"{op.outputs[0].dtype.name} {to_text(op.outputs[0].sizes)}", errors.made_at(op.site))
        for op in placeholders
    ]
    return errors.InvalidArgumentError(
        None,
        first,
        errors.explain(
            line,
            details=["no value for", *rows, f"needed for {wanted}"],
            mend="sess.run(..., feed_dict={" + ", ".join(f"{op.name}: value" for op in placeholders) + "})",
            where=user_site(),
        ),
    )


def _cpp_name(op: Operation) -> str:
    name = op.outputs[0].dtype.base_dtype.name
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name)


def no_resource(op: Operation, others: bool) -> str:
    """TF's words for a resource variable that has no value; `others`: whether any resource variable ever had one."""
    name, container = op.attrs["shared_name"] or op.name, op.attrs["container"] or "localhost"
    if others:
        return f"Resource {container}/{name}/N10tensorflow3VarE does not exist."
    return f"Container {container} does not exist. (Could not find resource: {container}/{name})"


def _first_line(op: Operation, has_resources: bool) -> str:
    if op.opdef.role != "handle":
        return f"Attempting to use uninitialized value {op.name}"
    return (
        f"Error while reading resource variable {op.attrs['shared_name'] or op.name} from Container: "
        f"{op.attrs['container'] or 'localhost'}. This could mean that the variable was uninitialized. Not found: "
        f"{no_resource(op, has_resources)}"
    )


def uninitialized(
    variables: Sequence[Operation],
    others_are_set: bool = False,
    has_resources: bool = False,
    filled: Collection[Operation] = (),
) -> errors.FailedPreconditionError:
    """The error for variables without a value.

    Args:
      variables: the ops that hold them.
      others_are_set: whether the session has values for other variables.
      has_resources: whether any resource variable ever had a value in the session.
      filled: those to which this very run gives a value, too late.
    """
    first = variables[0]
    if filled:
        name = next(op.name for op in variables if op in filled)
        mend = f"This run gives {name} a value, but reads it before. To make the initial value of another variable of\n"
        mend += f"it, take {name}.initialized_value(); else initialize {name} in a run of its own."
    elif others_are_set:
        mend = (
            "Make the initializer op after the last variable: it initializes those that are there.\n"
            f"For these alone: sess.run(tf.variables_initializer([{_names(variables)}]))"
        )
    else:
        mend = "\n".join(f"sess.run({initializer})" for initializer in _initializers(variables))
    return errors.FailedPreconditionError(
        None,
        first,
        errors.explain(
            _first_line(first, has_resources),
            details=["no value for", *_rows(variables)],
            mend=mend,
            where=user_site(),
        ),
    )


def _rows(variables: Sequence[Operation]) -> list[tuple[str, str]]:
    """A row of a table for each; of very many only the first, and how many more there are."""
    rows = [(f"  {op.name}", errors.made_at(op.site)) for op in variables[:_SHOWN]]
    return rows if len(variables) <= _SHOWN else [*rows, (f"  and {len(variables) - _SHOWN} more", "")]


def _names(variables: Sequence[Operation]) -> str:
    return ", ".join([*(op.name for op in variables[:_SHOWN]), *(["..."] if len(variables) > _SHOWN else [])])


def _initializers(variables: Sequence[Operation]) -> list[str]:
    """What to run, as Python code."""
    graph = variables[0].graph
    calls = []
    known: set[Operation] = set()
    for key, call in (
        (GraphKeys.GLOBAL_VARIABLES, "tf.global_variables_initializer()"),
        (GraphKeys.LOCAL_VARIABLES, "tf.local_variables_initializer()"),
    ):
        members = _ops(graph, key)
        if any(op in members for op in variables):
            calls.append(call)
        known |= members
    return calls + [f"<the variable {op.name}>.initializer" for op in variables if op not in known]


def _ops(graph: Graph, key: str) -> set[Operation]:
    return {var.op for var in graph.get_collection(key) if hasattr(var, "op")}
