"""OpDef: the one record that defines an op type.

Everything that flowgraph knows of an op stands in one `OpDef`: its TF signature, its shape rule, what it computes,
its gradient, what it does to the world, and the cases on which it tests itself.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType

FLOATS = (dt.bfloat16, dt.float16, dt.float32, dt.float64)
COMPLEX = (dt.complex64, dt.complex128)
SIGNED = (dt.int8, dt.int16, dt.int32, dt.int64)
UNSIGNED = (dt.uint8, dt.uint16, dt.uint32, dt.uint64)
INTS = SIGNED + UNSIGNED
REALS = FLOATS + INTS
INDEX = (dt.int32, dt.int64)


class Effect(enum.Enum):
    """What running an op does besides computing its outputs; passes ask this and never a list of names."""

    NONE = "none"  # a pure function of its inputs: may be merged, folded, moved
    RANDOM = "random"  # draws from its own generator: never merged or folded, free to move
    STATE = "state"  # hands out a handle on a variable, table or queue of the session's store
    READ = "read"  # looks at such a state
    WRITE = "write"  # changes such a state
    ARRAY = "array"  # works on a TensorArray of this run, ordered by its flow: never merged, folded or dropped
    WORLD = "world"  # touches something outside (prints, asserts, Python functions, files): keeps its place


class _Required:
    """The default of an attr that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


class _NoGradient:
    """Said aloud by an op through which no gradient flows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NO_GRADIENT = _NoGradient("NO_GRADIENT")
"""Gradients stop here silently: the output does not change smoothly with any input."""
MISSING_GRADIENT = _NoGradient("MISSING_GRADIENT")
"""TF knows no gradient of this op: asking for one raises LookupError, as in TF."""


@dataclass(frozen=True, slots=True)
class TypeAttr:
    """A dtype attr: which dtypes TF's kernel registry allows (None: any), and the default if TF has one."""

    allowed: tuple[DType, ...] | None = None
    default: DType | None = None


@dataclass(frozen=True, slots=True)
class Arg:
    """One input or output of a signature: `x: T`, `values: N*T`, `ref: &T`, `input: T[]`."""

    name: str
    dtype: DType | None  # a fixed dtype ...
    type_attr: str | None  # ... or the attr that holds it
    number_attr: str | None = None  # N of `N*T`: a list of N tensors of one dtype
    is_ref: bool = False
    is_mixed: bool = False  # `T[]`: a list of tensors of any dtypes

    @property
    def is_handle(self) -> bool:
        """Whether a variable itself goes through it, not its value: `&T`, or a resource."""
        return self.is_ref or self.dtype is dt.resource

    @property
    def is_list(self) -> bool:
        """Whether it stands for several tensors: `N*T` or `T[]`."""
        return self.number_attr is not None or self.is_mixed


_ARG = re.compile(r"^(?P<name>\w+):\s*(?P<ref>&)?(?:(?P<n>[A-Za-z_]\w*)\s*\*\s*)?(?P<type>\w+)(?P<mixed>\[\])?$")
_SIGNATURE = re.compile(r"^(?P<name>\w+)\((?P<inputs>[^)]*)\)\s*->\s*(?P<outputs>.*)$")


def _fixed_dtype(name: str) -> DType | None:
    found = getattr(dt, name, None)
    return found if isinstance(found, DType) else None


def _parse_args(text: str) -> tuple[Arg, ...]:
    args = []
    for part in filter(None, (piece.strip() for piece in text.strip().strip("()").split(","))):
        match = _ARG.match(part)
        if match is None:
            raise ValueError(f"bad argument {part!r} in an op signature")
        fixed = _fixed_dtype(match["type"])
        args.append(
            Arg(
                match["name"],
                fixed,
                match["type"] if fixed is None else None,
                match["n"],
                bool(match["ref"]),
                bool(match["mixed"]),
            )
        )
    return tuple(args)


class OpDef:
    """The definition of an op type.

    Args:
      signature: TF's, as `"MatMul(a: T, b: T) -> product: T"`. A type is a dtype's name or the name of a dtype attr;
        `N*T` is a list, `&T` a reference to a variable, `T[]` a list of mixed dtypes. No outputs: `"NoOp() -> ()"`.
      infer: the shape rule: called with the inputs (objects with `.dtype`, `.sizes`, `.constant()`,
        `.constant_sizes()`; a list for a list argument) and the attrs; returns the output's sizes, or a list of them
        when there are several outputs. Raises ValueError where TF does.
      forward: what it computes: `forward(xp, *arrays, **attrs)` with the array namespace, or, for an op with an
        effect, `forward(ctx, *arrays, **attrs)` with the run's context. Returns an array, or a tuple of arrays.
      gradient: `gradient(op, *output_gradients) -> [a gradient or None for each input]`, built of graph ops; or
        NO_GRADIENT. There is no default: it is said aloud.
      attrs: name -> default, REQUIRED, or a `TypeAttr` for a dtype. Dtype attrs that inputs fix are found from them
        and are not passed to `infer` and `forward`.
      effect: see `Effect`.
      alias: the output is input 0 itself under another name or shape, so that it carries a ref variable along.
      elementwise: each entry of the output depends on the same (broadcast) entry of the inputs alone.
      data_shape: the output's shape depends on values, not only on shapes.
      failure: `failure(*arrays, **attrs) -> str | None`: TF's words for inputs on which `forward` raised an error that
        was not TF's; called after the fact, so that `forward` itself need not check what numpy checks. `{op}` in
        them becomes the op's name.
      partial: `partial(output) -> sizes | None`: what is known of the entries of a 1-D integer output that holds a
        shape.
      partial_folds: whether what `partial` tells makes a constant of the output while the graph is built, as of TF's
        Shape; other ops give a shape to those who ask for one, and are otherwise known only if all inputs are.
      role: "switch" and "merge" steer branches; a "placeholder" must be fed, one with a "default" is never taken for
        a constant; a "handle" stands for a resource variable, whose value at one moment is what a "read" gives.
      times_reciprocal: for a division: the multiplication that TF's optimizer puts in its place (`reciprocal.py`).
      allows_uninitialized: it may be given a variable that has no value yet.
      begin: for an op that may have to wait for another run: `begin(ctx, *arrays, **attrs)` gives an Attempt at what
        `forward` does; `forward` itself waits for its outcome.
      moves: `moves(op) -> bool`: whether it may give its variable another buffer although there is one.
      cases: the cases on which the op tests itself (`flowgraph.ir.cases`).
      called: for an op that calls a function: the function's name, which is that of its type; such a type belongs to
        one graph and is in no registry.
    """

    __slots__ = (
        "alias", "allows_uninitialized", "begin", "cases", "data_shape", "defaults", "effect", "elementwise", "failure",
        "forward", "given_types", "gives_one", "gradient", "has_refs", "has_uneven_lists", "infer", "inputs",
        "is_uniform", "lists", "moves", "n_inputs", "name", "outputs", "partial", "partial_folds", "role", "signature",
        "times_reciprocal", "type_attrs", "types_seen",
    )  # fmt: skip

    def __init__(
        self,
        signature: str,
        *,
        infer: Callable[..., Any],
        forward: Callable[..., Any],
        gradient: Callable[..., Sequence[Any]] | _NoGradient,
        attrs: Mapping[str, Any] | None = None,
        effect: Effect = Effect.NONE,
        alias: bool = False,
        elementwise: bool = False,
        data_shape: bool = False,
        partial: Callable[[Any], Any] | None = None,
        partial_folds: bool = False,
        failure: Callable[..., str | None] | None = None,
        role: str | None = None,
        times_reciprocal: OpDef | None = None,
        allows_uninitialized: bool = False,
        begin: Callable[..., Any] | None = None,
        moves: Callable[[Any], bool] | None = None,
        cases: Sequence[Any] = (),
        called: str | None = None,
    ) -> None:
        match = _SIGNATURE.match(signature)
        if match is None:
            raise ValueError(f"bad op signature {signature!r}")
        self.signature = signature
        self.name = called or match["name"]
        self.inputs = _parse_args(match["inputs"])
        self.outputs = _parse_args(match["outputs"])
        self.infer = infer
        self.forward = forward
        self.gradient = gradient
        self.effect = effect
        self.alias = alias
        self.elementwise = elementwise
        self.data_shape = data_shape
        self.partial = partial
        self.partial_folds = partial_folds
        self.failure = failure
        self.role = role
        self.times_reciprocal = times_reciprocal
        self.allows_uninitialized = allows_uninitialized
        self.begin = begin
        self.moves = moves
        self.cases = tuple(cases)
        self._settle_attrs(dict(attrs or {}))
        if called is not None:
            return
        if self.name in REGISTRY:
            raise ValueError(f"op type {self.name!r} is defined twice")
        REGISTRY[self.name] = self

    def _settle_attrs(self, attrs: dict[str, Any]) -> None:
        """Work out once what `emit` asks at every call."""
        self.type_attrs: dict[str, TypeAttr] = {k: v for k, v in attrs.items() if isinstance(v, TypeAttr)}
        from_inputs = {arg.type_attr for arg in self.inputs if arg.type_attr}
        self.defaults: dict[str, Any] = {
            name: value.default if isinstance(value, TypeAttr) else value
            for name, value in attrs.items()
            if name not in from_inputs
        }
        self.given_types = {name: attr for name, attr in self.type_attrs.items() if name not in from_inputs}
        for name, attr in self.given_types.items():
            if attr.default is None:
                self.defaults[name] = REQUIRED
        self.lists = tuple(i for i, arg in enumerate(self.inputs) if arg.is_list)
        # where each list has a size of its own, `emit` notes them all
        self.has_uneven_lists = len({self.inputs[i].number_attr or i for i in self.lists}) > 1
        self.n_inputs = len(self.inputs)
        self.has_refs = any(arg.is_ref for arg in self.inputs)
        # the shape rule and `forward` then return that one bare, not in a sequence
        self.gives_one = len(self.outputs) == 1 and not self.outputs[0].is_list
        first = self.inputs[0].type_attr if self.inputs else None
        self.is_uniform = first is not None and all(
            arg.type_attr == first and not arg.is_list and not arg.is_ref for arg in self.inputs
        )
        self.types_seen: dict[Any, dict[str, Any]] = {}  # by the dtypes of inputs: what `emit` found that they fix

    def list_sizes(self, total: int, attrs: Mapping[str, Any] | None = None) -> Sequence[int]:
        """How many of `total` inputs each list argument has: those of one `N` have the same number."""
        if not self.has_uneven_lists:
            count = len(self.lists)
            return [(total - (self.n_inputs - count)) // count] * count
        return (attrs or {})["_lists"]

    def structure(self, flat: Sequence[Any], attrs: Mapping[str, Any] | None = None) -> list[Any]:
        """Group a flat list of inputs as the signature has them: list arguments become lists."""
        if not self.lists:
            return list(flat)
        if len(self.lists) == 1:
            at = self.lists[0]
            size = len(flat) - (self.n_inputs - 1)
            return [*flat[:at], list(flat[at : at + size]), *flat[at + size :]]
        grouped, at = [], 0
        sizes = iter(self.list_sizes(len(flat), attrs))
        for arg in self.inputs:
            size = next(sizes) if arg.is_list else 1
            grouped.append(list(flat[at : at + size]) if arg.is_list else flat[at])
            at += size
        return grouped

    def __repr__(self) -> str:
        return f"<OpDef {self.signature}>"


REGISTRY: dict[str, OpDef] = {}
"""Every op type by TF's name, for GraphDef import and the tests; the program itself passes OpDefs about, not names."""
