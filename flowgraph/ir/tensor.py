"""Tensor and Operation: the nodes and wires of a graph.

Both are slim: a graph of a hundred thousand ops is ordinary. Neither ever holds a value; values live in a session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.opdef import OpDef
from flowgraph.shapes import Sizes, TensorShape, as_sizes, merge, to_tuple_text

if TYPE_CHECKING:
    from flowgraph.ir.graph import Graph

Site = tuple[str, int]
"""Where the user's code made an op: file name and line."""


class Operation:
    """A node of the graph: an op type, its inputs and attrs; made by the op functions, never by hand.

    `sess.run(op)` runs it and returns None.
    """

    __slots__ = (
        "__weakref__", "_id", "attrs", "colocation", "context", "control", "device", "graph", "inputs", "marks",
        "name", "opdef", "outputs", "site",
    )  # fmt: skip

    _id: int  # how many ops the graph had with this one
    graph: Graph
    opdef: OpDef
    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    control: tuple[Operation, ...]
    attrs: dict[str, Any]
    device: str
    colocation: tuple[str, ...] | None
    context: Any
    marks: dict[str, Any] | None
    site: Site | None

    @property
    def type(self) -> str:
        """TF's name of the op type, such as 'MatMul'."""
        return self.opdef.name

    @property
    def op(self) -> Operation:
        """The operation itself, so that ops and tensors are asked alike."""
        return self

    @property
    def control_inputs(self) -> list[Operation]:
        """The ops that run before this one although it takes no value from them."""
        return list(self.control)

    @property
    def traceback(self) -> list[tuple[str, int, str, str]]:
        """Where the user's code made this op, in the form of `traceback.extract_stack`."""
        return [frame[:4] for frame in self.traceback_with_start_lines]

    @property
    def traceback_with_start_lines(self) -> list[tuple[str, int, str, str, int]]:
        """As `traceback`, and the line at which the function around it begins (1: at the top of the file)."""
        from flowgraph.ir.describe import frame

        return [] if self.site is None else [frame(*self.site)]

    def values(self) -> tuple[Tensor, ...]:
        """The outputs, as TF's method of that name gives them."""
        return self.outputs

    def colocation_groups(self) -> list[bytes]:
        """The groups of ops that share this one's device, each as `b"loc:@name"`."""
        return [b"loc:@" + name.encode() for name in self.colocation or (self.name,)]

    def node_attrs(self) -> dict[str, Any]:
        """All attrs by TF's names, those that the inputs fix (`T`, `N`) included.

        Dtypes are `DType`s, shapes tuples (None: unknown rank), strings bytes, tensors numpy arrays.
        """
        found: dict[str, Any] = {}
        at = 0
        sizes = iter(self.opdef.list_sizes(len(self.inputs), self.attrs) if self.opdef.lists else ())
        for arg in self.opdef.inputs:
            count = next(sizes) if arg.is_list else 1
            mine = self.inputs[at : at + count]
            at += count
            if arg.is_mixed and arg.type_attr:
                found[arg.type_attr] = [t.dtype.base_dtype for t in mine]
            elif arg.type_attr and mine:
                found.setdefault(arg.type_attr, mine[0].dtype.base_dtype)
            if arg.number_attr:
                found[arg.number_attr] = count
        for name, value in self.attrs.items():
            if name[0] != "_" or name in self.opdef.defaults:
                found[name] = value.encode() if type(value) is str else value
        found.update(self.marks or {})
        if self.colocation:
            found["_class"] = self.colocation_groups()
        return found

    @property
    def node_def(self) -> Any:
        """The op as a `tf.NodeDef`."""
        from flowgraph import protos
        from flowgraph.ir.graph_def import fill_node

        return fill_node(protos.message("NodeDef")(), self)

    @property
    def op_def(self) -> Any:
        """The definition of its type as an OpDef message, from TensorFlow's registry; None if it has no such type."""
        from flowgraph.protos.registry import op_def

        return op_def(self.type)

    def get_attr(self, name: str) -> Any:
        """The value of the attr `name`: a number, bytes, a DType, a message of a shape or tensor, or a list of these.

        Raises:
          ValueError: the op has no such attr.
        """
        from flowgraph.ir.graph_def import attr_of

        return attr_of(self, name)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run this op in `session` (default: the default session)."""
        from flowgraph.ir.scope import session_for

        session_for(self, session, "Cannot execute operation using `run()`: ", "run(session=sess)").run(self, feed_dict)

    def _set_inputs(self, inputs: Sequence[Tensor]) -> None:
        """Take other inputs: what control flow does to the ops inside a branch."""
        for tensor in self.inputs:
            if tensor.users:
                tensor.users.remove(self)
        self.inputs = tuple(inputs)
        for tensor in self.inputs:
            tensor.add_user(self)

    def _add_control_input(self, op: Operation) -> None:
        if op not in self.control:
            self.control += (op,)

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import op_html

        return op_html(self)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self) -> str:
        from google.protobuf import text_format

        return text_format.MessageToString(self.node_def)  # attrs by name, as TF prints them


class Tensor:
    """One output of an operation: a value that exists when a session runs the graph, and a promise until then.

    Attributes:
      op, index: the operation that makes it, and which of its outputs it is.
      dtype: the dtype of its entries; for a variable's own output a reference dtype.
      sizes: what is known of its shape: a tuple with None for unknown sizes, or None for an unknown rank.
    """

    __slots__ = ("__weakref__", "_shape", "aliases", "dtype", "index", "op", "sizes", "users")

    # tells `tf.constant` that a list of these is not a list of numbers
    is_symbolic_tensor = True

    # numpy must leave `array + tensor` to us
    __array_priority__ = 100

    op: Operation
    index: int
    dtype: DType
    sizes: Sizes
    _shape: TensorShape
    users: list[Operation] | None
    aliases: list[str]  # only there when layers of tf.contrib.layers put the tensor in collections: the layers' names

    OVERLOADABLE_OPERATORS: ClassVar[frozenset[str]] = frozenset()
    """The names of Python's methods that are operators on tensors, as the floor of the ops installs them."""

    if TYPE_CHECKING:  # Python's operators, which the floor of the ops installs
        __add__: Callable[[Tensor, Any], Tensor]
        __radd__: Callable[[Tensor, Any], Tensor]
        __sub__: Callable[[Tensor, Any], Tensor]
        __rsub__: Callable[[Tensor, Any], Tensor]
        __mul__: Callable[[Tensor, Any], Tensor]
        __rmul__: Callable[[Tensor, Any], Tensor]
        __truediv__: Callable[[Tensor, Any], Tensor]
        __rtruediv__: Callable[[Tensor, Any], Tensor]
        __floordiv__: Callable[[Tensor, Any], Tensor]
        __rfloordiv__: Callable[[Tensor, Any], Tensor]
        __mod__: Callable[[Tensor, Any], Tensor]
        __rmod__: Callable[[Tensor, Any], Tensor]
        __pow__: Callable[[Tensor, Any], Tensor]
        __rpow__: Callable[[Tensor, Any], Tensor]
        __matmul__: Callable[[Tensor, Any], Tensor]
        __rmatmul__: Callable[[Tensor, Any], Tensor]
        __and__: Callable[[Tensor, Any], Tensor]
        __or__: Callable[[Tensor, Any], Tensor]
        __xor__: Callable[[Tensor, Any], Tensor]
        __lt__: Callable[[Tensor, Any], Tensor]
        __le__: Callable[[Tensor, Any], Tensor]
        __gt__: Callable[[Tensor, Any], Tensor]
        __ge__: Callable[[Tensor, Any], Tensor]
        __neg__: Callable[[Tensor], Tensor]
        __abs__: Callable[[Tensor], Tensor]
        __invert__: Callable[[Tensor], Tensor]
        __getitem__: Callable[[Tensor, Any], Tensor]

    @property
    def name(self) -> str:
        """`<name of the op>:<index of the output>`."""
        return f"{self.op.name}:{self.index}"

    @property
    def graph(self) -> Graph:
        """The graph that it belongs to."""
        return self.op.graph

    @property
    def value_index(self) -> int:
        """Which of its operation's outputs it is, counted from 0."""
        return self.index

    @property
    def device(self) -> str:
        """The device that its operation asks for; '' when it asks for none."""
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape while building; `tf.shape(x)` gives the shape at run time."""
        # one object as long as nothing new is known: TF's shapes with unknown sizes equal themselves alone
        try:
            if self._shape.sizes is self.sizes:
                return self._shape
        except AttributeError:
            pass
        self._shape = TensorShape.of(self.sizes)
        return self._shape

    def get_shape(self) -> TensorShape:
        """The same as the property `shape`."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Add what is known of the shape; it is never forgotten again.

        Raises:
          ValueError: `shape` contradicts what is known already.
        """
        self.sizes = merge(self.sizes, as_sizes(shape))

    def add_user(self, op: Operation) -> None:
        """Note that `op` takes this tensor as an input."""
        if self.users is None:
            self.users = [op]
        else:
            self.users.append(op)

    def consumers(self) -> list[Operation]:
        """The ops that take this tensor as an input, each once."""
        return list(dict.fromkeys(self.users or ()))

    def constant(self) -> Any:
        """The value as an array if it is known while building, else None."""
        from flowgraph.ir.constants import value_of

        return value_of(self)

    def constant_sizes(self) -> Sizes:
        """For a tensor that holds a shape: what is known of that shape."""
        from flowgraph.ir.constants import sizes_of

        return sizes_of(self)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Run the graph as far as this tensor needs and return its value (default: in the default session)."""
        from flowgraph.ir.scope import session_for

        hint = "eval(session=sess)"
        return session_for(self, session, "Cannot evaluate tensor using `eval()`: ", hint).run(self, feed_dict)

    def experimental_ref(self) -> Any:
        """A stand-in that compares by identity, to be a dictionary key; its `deref()` gives the tensor back."""
        from flowgraph.ir.scope import Reference

        return Reference(self)

    @classmethod
    def _override_operator(cls, operator: str, function: Callable[..., Any]) -> None:
        setattr(cls, operator, function)

    def __bool__(self) -> bool:
        raise self._not_in_a_graph("using a `tf.Tensor` as a Python `bool`", _BOOL_MEND)

    def __iter__(self) -> Any:
        raise self._not_in_a_graph("iterating over `tf.Tensor`", _ITER_MEND)

    def __contains__(self, item: Any) -> bool:
        raise self._not_in_a_graph("iterating over `tf.Tensor`", _ITER_MEND)

    def __len__(self) -> int:
        line = f"len is not well defined for symbolic Tensors. ({self.name}) Please call `x.shape` rather than "
        mend = "x.shape[0], or tf.shape(x)[0] for the size at run time."
        raise TypeError(self._misused(f"{line}`len(x)` for shape information.", mend))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(self._misused("'Tensor' object does not support item assignment", _SETITEM_MEND))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise NotImplementedError(
            self._misused(
                f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array.",
                "Run it first, array = sess.run(tensor), or use the tf function of the same name.",
            )
        )

    def _not_in_a_graph(self, what: str, mend: str) -> Exception:
        line = f"{what} is not allowed in Graph execution. Use Eager execution or decorate this function with "
        return errors.OperatorNotAllowedInGraphError(self._misused(f"{line}@tf.function.", mend))

    def _misused(self, line: str, mend: str) -> str:
        """The message for what cannot be done to a tensor: at the line that tried."""
        from flowgraph.ir.graph import user_site

        here = user_site()
        made = "" if here == self.op.site else f", {errors.made_at(self.op.site)}"
        return errors.explain(line, details=[f"the tensor: {self!r}{made}"], mend=mend, where=here)

    def __str__(self) -> str:
        shape = "" if self.sizes is None else f", shape={to_tuple_text(self.sizes)}"
        device = f", device={self.device}" if self.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name}{device})'

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import tensor_html

        return tensor_html(self)

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={to_tuple_text(self.sizes)} dtype={self.dtype.name}>"


_SETITEM_MEND = (
    "A tensor does not change. Make another one with tf.where or tf.tensor_scatter_update; "
    "of a variable, run v[...].assign(...)."
)
_BOOL_MEND = (
    "A tensor has no value while the graph is built. Choose inside the graph with tf.cond or tf.where, loop with "
    "tf.while_loop, or run it first: if sess.run(tensor): ..."
)
_ITER_MEND = (
    "A tensor has no entries while the graph is built. Use tf.unstack for a known size, tf.map_fn or tf.while_loop "
    "inside the graph, or run it first: for row in sess.run(tensor): ..."
)
