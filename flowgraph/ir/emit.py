"""emit: the one door through which op functions add an op to the graph."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.describe import cast, operands
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.opdef import REQUIRED, Arg, Effect, OpDef
from flowgraph.ir.scope import belongs, default_graphs, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text


class BareError(ValueError):
    """A shape rule's complaint that TF reports as it is, without the op's name and the shapes of its inputs."""


def emit(opdef: OpDef, *args: Any, name: str | None = None, **attrs: Any) -> Any:
    """Add one op and return its output: a Tensor, a list of them when it has several, the Operation when it has none.

    Does what TF does for every op: finds the graph, claims the name, turns Python and numpy inputs into constants
    named after the argument (`add/y`), checks dtypes, infers shapes.

    Args:
      opdef: the op type.
      *args: its inputs, in the order of its signature; a list for a list argument.
      name: the op's name in the current scope; exactly that name when it ends with '/'.
      **attrs: its attrs, but for those that the inputs fix.
    """
    inputs: Sequence[Any] = args
    graph = graph_of(args)
    full_name = graph.claim(name, opdef.name)
    if opdef.defaults or attrs:
        attrs = _settle(opdef, attrs)
    for arg in args:
        if type(arg) is not Tensor:
            inputs, types = _convert(opdef, graph, full_name, args)
            break
    else:
        types = _check_types(opdef, args)
    if graph.building_function:
        inputs = graph.captured(inputs, full_name)  # type: ignore[attr-defined]
    try:
        sizes = opdef.infer(*inputs, **attrs)
    except ValueError as error:
        raise _shape_error(error, opdef, full_name, inputs, attrs) from None
    flat = inputs if not opdef.lists else _flatten(inputs)
    if opdef.has_uneven_lists:
        attrs = {**attrs, "_lists": tuple(len(inputs[i]) for i in opdef.lists)}
    dtypes, sizes = _outputs(opdef, types, attrs, sizes, inputs)
    op = graph.add(opdef, full_name, tuple(flat), attrs, dtypes, sizes)
    if opdef.has_refs:
        _colocate_with_refs(graph, op)
    outputs = op.outputs
    if opdef.gives_one:
        return outputs[0]
    return list(outputs) if outputs or (opdef.outputs and opdef.effect is Effect.NONE) else op


def graph_of(args: Sequence[Any]) -> Graph:
    """The graph of the tensors among the inputs, or the default graph when there are none."""
    found: Graph | None = None
    first: Any = None
    defaults = default_graphs.items
    if defaults and defaults[-1].building_function:
        inside: Graph = defaults[-1]
        return inside
    graph: Graph | None
    for arg in args:
        if type(arg) is Tensor:
            graph = arg.op.graph
            if graph is found:
                continue
            if found is None:
                found, first = graph, arg
                continue
        for item in arg if type(arg) in (list, tuple) else (arg,):
            if type(item) is Tensor:
                graph = item.op.graph
            elif isinstance(item, Operation) or _in_a_graph(item):
                graph = getattr(item, "graph", None)
            else:
                continue
            if graph is None:
                continue
            if found is None:
                found, first = graph, item
            elif graph is not found:
                raise _graph_mix(item, first)
    return get_default_graph() if found is None else found


def _in_a_graph(item: Any) -> bool:
    return hasattr(type(item), "_as_graph_element") or hasattr(type(item), "dense_shape")


def _graph_mix(item: Any, first: Any) -> ValueError:
    return ValueError(
        errors.explain(
            f"{item} must be from the same graph as {first}.",
            details=[belongs(item), belongs(first)],
            mend="Build all ops of one computation inside one `with graph.as_default():` block.",
            where=user_site(),
        )
    )


def _settle(opdef: OpDef, given: dict[str, Any]) -> dict[str, Any]:
    """The op's attrs in their declared order: those given, defaults for the rest."""
    attrs = dict(opdef.defaults)
    for name, value in given.items():
        if name not in attrs:
            raise TypeError(f"apply_op() got unexpected keyword arguments: {name}")
        if value is not None or attrs[name] is REQUIRED:
            if type(attrs[name]) is bool and type(value) is not bool:
                raise TypeError(
                    errors.explain(f"Expected bool for argument '{name}' not {value!r}.", where=user_site())
                )
            attrs[name] = value
    for name, value in attrs.items():
        if value is REQUIRED:
            raise TypeError(f"No argument for attr {name}")
    for name, attr in opdef.given_types.items():
        attrs[name] = value = _dtype(name, attrs[name])
        if attr.allowed is not None and value not in attr.allowed:
            raise TypeError(_not_allowed(name, value, attr.allowed))
    return attrs


def _dtype(name: str, value: Any) -> DType:
    """The dtype that an attr was given as: a DType, or what else `tf.as_dtype` takes."""
    if isinstance(value, DType):
        return value.base_dtype
    try:
        return as_dtype(value).base_dtype
    except TypeError:
        line = f"Expected DataType for argument '{name}' not {value!r}."
        raise TypeError(errors.explain(line, where=user_site())) from None


def _check_types(opdef: OpDef, args: Sequence[Tensor]) -> dict[str, Any]:
    """The dtype attrs that inputs fix, for inputs that are all tensors already."""
    if opdef.is_uniform:
        # the common case, fast: every input has the one dtype T
        dtype = args[0].dtype.base_dtype
        for other in args:
            if other.dtype is not dtype and other.dtype.base_dtype is not dtype:
                break
        else:
            key: Any = dtype.enum
            return opdef.types_seen.get(key) or _worked_out(opdef, args, key)
    if opdef.lists:
        return _worked_out(opdef, args, None)
    key = tuple([value.dtype.enum for value in args])
    return opdef.types_seen.get(key) or _worked_out(opdef, args, key)


def _worked_out(opdef: OpDef, args: Sequence[Any], key: Any) -> dict[str, Any]:
    """The same, asked of the signature; remembered for the next inputs with such dtypes, where these are all."""
    types: dict[str, Any] = {}
    source: dict[str, str] = {}
    for arg, value in zip(opdef.inputs, args, strict=True):
        _check_arg(opdef, arg, value, types, source, args)
    if key is not None:
        opdef.types_seen[key] = types
    return types


def _check_arg(
    opdef: OpDef, arg: Arg, value: Any, types: dict[str, Any], source: dict[str, str], args: Sequence[Any]
) -> None:
    """Check one input's dtype against the signature and note the attr that it fixes."""
    members = value if arg.is_list else (value,)
    if arg.is_ref and not all(member.dtype.is_ref for member in members):
        raise TypeError(
            errors.explain(
                f"'{opdef.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable)",
                details=[f"{arg.name}: {value!r}"],
                where=user_site(),
            )
        )
    if arg.is_mixed:
        types[arg.type_attr] = [t.dtype.base_dtype for t in value]  # type: ignore[index]
        return
    if not members:
        return
    dtype = members[0].dtype.base_dtype
    wanted = arg.dtype if arg.dtype is not None else types.get(arg.type_attr)  # type: ignore[arg-type]
    if wanted is not None and dtype is not wanted:
        if arg.dtype is not None:
            tail = f"expected type of {wanted.name}."
        else:
            tail = f"type {wanted.name} of argument '{source.get(arg.type_attr or '', '')}'."
        line = f"Input '{arg.name}' of '{opdef.name}' Op has type {dtype.name} that does not match {tail}"
        raise TypeError(
            errors.explain(
                line,
                details=operands(opdef, args),
                mend=cast(arg.name, dtype, wanted, source.get(arg.type_attr or "", "")),
                where=user_site(),
            )
        )
    if arg.type_attr and arg.type_attr not in types:
        attr = opdef.type_attrs.get(arg.type_attr)
        if attr is not None and attr.allowed is not None and dtype not in attr.allowed:
            raise TypeError(_not_allowed(arg.name, dtype, attr.allowed, opdef, args))
        types[arg.type_attr] = dtype
        source[arg.type_attr] = arg.name


def _not_allowed(
    name: str, dtype: DType, allowed: Sequence[DType], opdef: OpDef | None = None, args: Sequence[Any] = ()
) -> str:
    return errors.explain(
        f"Value passed to parameter '{name}' has DataType {dtype.name} not in list of allowed values: "
        + ", ".join(d.name for d in allowed),
        details=operands(opdef, args) if opdef is not None else (),
        where=user_site(),
    )


def _convert(opdef: OpDef, graph: Graph, full_name: str, args: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Turn all inputs into tensors, inside the scope of the op's own name, with the dtypes that earlier ones fix."""
    if len(args) != len(opdef.inputs):
        raise TypeError(f"{opdef.name} takes {len(opdef.inputs)} inputs, {len(args)} were given")
    converted: list[Any] = []
    types: dict[str, Any] = {}
    source: dict[str, str] = {}
    outer, defaults = graph._scope, default_graphs.items
    try:
        graph._scope = full_name
        default_graphs.items = [*defaults, graph]
        for arg, value in zip(opdef.inputs, args, strict=True):
            if arg.is_list:
                value = _convert_list(opdef, arg, value, types)
            elif type(value) is not Tensor:
                value = _convert_one(opdef, arg, value, types, source, args)
            _check_arg(opdef, arg, value, types, source, args)
            converted.append(value)
    finally:
        graph._scope, default_graphs.items = outer, defaults
    return converted, types


def _convert_one(
    opdef: OpDef, arg: Arg, value: Any, types: dict[str, Any], source: dict[str, str], args: Sequence[Any]
) -> Any:
    dtype: DType | None = arg.dtype
    preferred = None
    if dtype is None and arg.type_attr is not None:
        dtype = types.get(arg.type_attr)
        attr = opdef.type_attrs.get(arg.type_attr)
        if dtype is None and attr is not None:
            preferred = attr.default
    try:
        return to_tensor(value, dtype, arg.name, preferred, arg.is_ref)
    except TypeError as error:
        if dtype is None:
            raise
        first, _, _ = str(error).partition("\n")
        raise TypeError(
            errors.explain(
                f"Expected {dtype.name} passed to parameter '{arg.name}' of op '{opdef.name}', got {value!r} of type "
                f"'{type(value).__name__}' instead. Error: {first}",
                details=operands(opdef, args),
                where=user_site(),
            )
        ) from None
    except ValueError:
        try:
            observed = to_tensor(value, as_ref=arg.is_ref).dtype
        except ValueError as error:
            raise ValueError(f"Tried to convert '{arg.name}' to a tensor and failed. Error: {error}") from None
        if arg.dtype is not None:
            tail = f"expected type of {arg.dtype.name}."
        else:
            tail = f"type {dtype.name if dtype else None} of argument '{source.get(arg.type_attr or '')}'."
        raise TypeError(
            errors.explain(
                f"Input '{arg.name}' of '{opdef.name}' Op has type {observed.name} that does not match {tail}",
                details=operands(opdef, args),
                mend=cast(arg.name, observed, dtype, source.get(arg.type_attr or "", "")) if dtype else None,
                where=user_site(),
            )
        ) from None


def _convert_list(opdef: OpDef, arg: Arg, values: Any, types: dict[str, Any]) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise TypeError(f"Expected list for '{arg.name}' argument to '{opdef.name}' Op, not {values}.")
    dtype = arg.dtype
    preferred = None
    if dtype is None and arg.number_attr:
        dtype = types.get(arg.type_attr or "")
        if dtype is None:
            dtype = next((v.dtype.base_dtype for v in values if isinstance(v, Tensor)), None)
        attr = opdef.type_attrs.get(arg.type_attr or "")
        if dtype is None and attr is not None:
            preferred = attr.default
    try:
        converted = [
            to_tensor(value, dtype, f"{arg.name}_{i}", preferred, arg.is_ref) for i, value in enumerate(values)
        ]
    except (TypeError, ValueError):
        raise TypeError(_list_error(opdef, arg, values, types, dtype)) from None
    if arg.number_attr and len({t.dtype.base_dtype for t in converted}) > 1:
        raise TypeError(_list_error(opdef, arg, values, types, dtype))
    return converted


def _list_error(opdef: OpDef, arg: Arg, values: Any, types: dict[str, Any], dtype: DType | None) -> str:
    observed = []
    for value in values:
        try:
            observed.append(to_tensor(value, as_ref=arg.is_ref).dtype.base_dtype.name)
        except (TypeError, ValueError):
            observed.append("<NOT CONVERTIBLE TO TENSOR>")
    line = f"Tensors in list passed to '{arg.name}' of '{opdef.name}' Op have types [{', '.join(observed)}]"
    if not arg.number_attr:
        line += f" that are invalid. Tensors: {values}"
    elif arg.dtype is not None:
        line += f" that do not match expected type {arg.dtype.name}."
    elif arg.type_attr in types and dtype is not None:
        line += f" that do not match type {dtype.name} inferred from earlier arguments."
    else:
        line += " that don't all match."
    return errors.explain(line, details=operands(opdef, [values]), where=user_site())


def _flatten(args: Sequence[Any]) -> list[Tensor]:
    flat: list[Tensor] = []
    for arg in args:
        if isinstance(arg, Tensor):
            flat.append(arg)
        else:
            flat.extend(arg)
    return flat


def _outputs(
    opdef: OpDef, types: dict[str, Any], attrs: dict[str, Any], sizes: Any, inputs: Sequence[Any]
) -> tuple[Sequence[DType], Sequence[Sizes]]:
    """The dtype and shape of each output."""
    outputs = opdef.outputs
    if opdef.gives_one:
        arg = outputs[0]
        dtype = arg.dtype or types.get(arg.type_attr) or attrs[arg.type_attr]  # type: ignore[index,arg-type]
        return (dtype._as_ref if arg.is_ref else dtype,), (sizes,)
    dtypes: list[DType] = []
    for arg in outputs:
        dtype = arg.dtype or types.get(arg.type_attr or "") or attrs.get(arg.type_attr or "")
        if arg.is_mixed:
            dtypes.extend(dtype or ())  # type: ignore[arg-type]
        else:
            one = dtype._as_ref if arg.is_ref else dtype  # type: ignore[union-attr]
            dtypes.extend([one] * _length(opdef, arg, attrs, sizes, inputs))  # type: ignore[list-item]
    return dtypes, sizes


def _length(opdef: OpDef, arg: Arg, attrs: dict[str, Any], sizes: Any, inputs: Sequence[Any]) -> int:
    """For how many tensors an output stands: one, or as many as its number attr says."""
    if arg.number_attr is None:
        return 1
    if arg.number_attr in attrs:
        return int(attrs[arg.number_attr])
    for other, value in zip(opdef.inputs, inputs, strict=True):
        if other.number_attr == arg.number_attr:
            return len(value)
    lists = sum(other.number_attr is not None for other in opdef.outputs)
    return (len(sizes) - (len(opdef.outputs) - lists)) // lists


def _colocate_with_refs(graph: Graph, op: Operation) -> None:
    """An op that takes a reference runs where the variable is, whatever `tf.device` says; see `_class`."""
    refs = [t.op for arg, t in zip(op.opdef.inputs, op.inputs, strict=False) if arg.is_ref]
    if refs:
        op.device = ""
        graph._colocate(op, (*graph._colocations, *refs))


class _Watched:
    """An input that notes what a shape rule asked of it, to say it in the error."""

    def __init__(self, tensor: Any) -> None:
        self.dtype, self.sizes, self.tensor = tensor.dtype, tensor.sizes, tensor
        self.values: Any = None
        self.asked_sizes: Sizes = None

    def constant(self) -> Any:
        self.values = self.tensor.constant()
        return self.values

    def constant_sizes(self) -> Sizes:
        self.asked_sizes = self.tensor.constant_sizes()
        return self.asked_sizes


def _shape_error(error: ValueError, opdef: OpDef, name: str, args: Sequence[Any], attrs: dict[str, Any]) -> ValueError:
    """TF's words for shapes that do not fit, and what TF leaves out."""
    if isinstance(error, BareError):
        return ValueError(errors.explain(str(error), details=operands(opdef, args), where=user_site()))
    watched = [[_Watched(t) for t in arg] if isinstance(arg, list | tuple) else _Watched(arg) for arg in args]
    with contextlib.suppress(ValueError):
        opdef.infer(*watched, **attrs)
    flat = [w for item in watched for w in (item if isinstance(item, list) else [item])]
    input_shapes = ", ".join(to_text(w.sizes, "?") for w in flat)
    line = f"{error} for '{name}' (op: '{opdef.name}') with input shapes: {input_shapes}"
    values = [
        f"input[{i}] = {_value_text(w.values)}"
        for i, w in enumerate(flat)
        if w.values is not None and w.asked_sizes is None
    ]
    shapes = [f"input[{i}] = {to_text(w.asked_sizes)}" for i, w in enumerate(flat) if w.asked_sizes]
    if values:
        line += f" and with computed input tensors: {', '.join(values)}"
    if shapes:
        line += f" and with input tensors computed as partial shapes: {','.join(shapes)}"
    return ValueError(errors.explain(line + ".", details=operands(opdef, args), where=user_site()))


def _value_text(value: Any) -> str:
    return f"<{_entries_text(value)}>"


def _entries_text(value: Any) -> str:
    if value.ndim > 1:
        return "".join(f"[{_entries_text(row)}]" for row in value)
    return " ".join(f"{entry:g}" if value.dtype.kind == "f" else str(entry) for entry in value.reshape(-1)[:256])
