"""What TF's Graph has besides: making an op by its type's name, and answers that never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.opdef import REGISTRY

if TYPE_CHECKING:
    from flowgraph.ir.graph import Graph
    from flowgraph.ir.tensor import Operation


class Members:
    """The base of `Graph`."""

    seed: int | None = None
    """The seed of the whole graph, as `tf.set_random_seed` sets it."""

    building_function = False
    """Whether this is the graph of a function's body."""

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """The graph as a `tf.GraphDef`, a protocol buffer that can be written to a file and imported again.

        Args:
          from_version: leave out the ops that were there when the graph had that version.
          add_shapes: whether each node says the static shapes of its outputs.

        >>> with tf.Graph().as_default() as graph:
        ...     c = tf.constant([1.0, 2.0], name="c")
        >>> graph.as_graph_def().node[0].name
        'c'
        """
        from flowgraph.ir.graph_def import graph_def

        return graph_def(self, from_version, add_shapes)  # type: ignore[arg-type]

    @property
    def graph_def_versions(self) -> Any:
        """The versions of the format in which `as_graph_def` writes, as a VersionDef."""
        return self.as_graph_def(from_version=len(self.get_operations())).versions  # type: ignore[attr-defined]

    def create_op(
        self,
        op_type: str,
        inputs: Sequence[Any],
        dtypes: Sequence[Any] | None = None,
        input_types: Sequence[Any] | None = None,
        name: str | None = None,
        attrs: Mapping[str, Any] | None = None,
        op_def: Any = None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Add an op by the name of its type; the functions that are named after ops are the comfortable way.

        Args:
          op_type: the type's name, such as 'MatMul'.
          inputs: its inputs, tensors one after another (a list argument is not nested).
          dtypes: what dtypes its outputs must have; None: whatever they have.
          input_types: what dtypes its inputs must have; None: whatever they have.
          name: the op's name in the current scope, made unique; exactly that name when it ends with '/'.
          attrs: its attrs as Python values. Those that the inputs fix (`T`, `N`) may be left out.
          op_def: None, or a definition with the name `op_type`, of which nothing more is needed.
          compute_shapes: no matter, as in TF: shapes are always worked out.
          compute_device: whether the op is put on the device of the current `device` block.

        Returns:
          The Operation.

        Raises:
          NotFoundError: there is no such op type.
          TypeError: an input is no tensor, or a dtype is another.
          ValueError: the shapes do not fit.

        >>> graph = tf.get_default_graph()
        >>> op = graph.create_op("Neg", [tf.constant(2.0)], [tf.float32], name="minus")
        >>> op.name, run(op.outputs[0])
        ('minus', -2.0)
        """
        del compute_shapes
        return _create(self, op_type, list(inputs), dtypes, input_types, name, attrs or {}, op_def, compute_device)  # type: ignore[arg-type]


def _create(
    graph: Graph,
    op_type: str,
    inputs: list[Any],
    dtypes: Sequence[Any] | None,
    input_types: Sequence[Any] | None,
    name: str | None,
    attrs: Mapping[str, Any],
    op_def: Any,
    compute_device: bool,
) -> Operation:
    import socket

    from flowgraph.ir.emit import emit
    from flowgraph.ir.tensor import Tensor

    opdef = REGISTRY.get(op_type)
    if opdef is None or op_type.startswith("_"):
        line = (
            f"Op type not registered '{op_type}' in binary running on {socket.gethostname()}. Make sure the Op and "
            "Kernel are registered in the binary running in this process."
        )
        raise errors.NotFoundError(None, None, line)
    if getattr(op_def, "name", op_type) != op_type:
        raise ValueError(f"op_def.name ({op_def.name}) is not op_type ({op_type})")
    for i, tensor in enumerate(inputs):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"Input #{i} is not a tensor: {tensor}")
    if input_types is not None:
        _compare(op_type, "input", [t.dtype for t in inputs], input_types)
    with graph.as_default(), graph.lock:
        fixed = {arg.type_attr for arg in opdef.inputs} | {arg.number_attr for arg in opdef.inputs}
        emit(
            opdef,
            *opdef.structure(inputs, attrs),
            name=name,
            **{key: value for key, value in attrs.items() if key not in fixed},
        )
        op = graph.get_operations()[-1]
    for key in fixed & set(attrs):
        if key is not None and op.node_attrs()[key] != attrs[key]:
            raise TypeError(f"The inputs make attr '{key}' {op.node_attrs()[key]}, not {attrs[key]}")
    if dtypes is not None:
        _compare(op.name, "output", [t.dtype for t in op.outputs], dtypes)
    if not compute_device:
        op.device = ""
    return op


def _compare(name: str, what: str, have: Sequence[DType], wanted: Sequence[Any]) -> None:
    expected = [as_dtype(dtype) for dtype in wanted]
    if len(have) != len(expected) or any(a.base_dtype is not b.base_dtype for a, b in zip(have, expected)):
        raise TypeError(
            f"In op '{name}', {what} types ({list(have)}) are not compatible with expected types ({expected})"
        )
