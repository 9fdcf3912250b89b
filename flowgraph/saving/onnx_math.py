"""How ops that compute are written in ONNX: entry by entry, reductions, products."""
# ruff: noqa: ARG001  # all rules take the same, whether they need it or not

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flowgraph.ir.tensor import Operation
from flowgraph.saving.onnx_model import RULES, Model, Rule, axes_of, known, rank_of, rule

_SAME = {
    "Abs": "Abs", "Acos": "Acos", "Acosh": "Acosh", "Add": "Add", "AddN": "Sum", "AddV2": "Add", "Asin": "Asin",
    "Asinh": "Asinh", "Atan": "Atan", "Atanh": "Atanh", "Ceil": "Ceil", "Cos": "Cos", "Cosh": "Cosh", "Div": "Div",
    "Elu": "Elu", "Equal": "Equal", "Erf": "Erf", "Exp": "Exp", "Floor": "Floor", "Greater": "Greater",
    "GreaterEqual": "GreaterOrEqual", "Inv": "Reciprocal", "IsInf": "IsInf", "IsNan": "IsNaN", "Less": "Less",
    "LessEqual": "LessOrEqual", "Log": "Log", "LogicalAnd": "And", "LogicalNot": "Not", "LogicalOr": "Or",
    "Maximum": "Max", "Minimum": "Min", "Mul": "Mul", "Neg": "Neg", "Pow": "Pow", "RealDiv": "Div",
    "Reciprocal": "Reciprocal", "Relu": "Relu", "Rint": "Round", "Round": "Round", "SelectV2": "Where",
    "Sigmoid": "Sigmoid", "Sign": "Sign", "Sin": "Sin", "Sinh": "Sinh", "Softplus": "Softplus",
    "Softsign": "Softsign", "Sqrt": "Sqrt", "Sub": "Sub", "Tan": "Tan", "Tanh": "Tanh",
}  # fmt: skip
"""TensorFlow's ops that ONNX has too, and what it calls them."""


def _renamed(kind: str) -> Rule:
    return lambda model, op, inputs: model.add(kind, *inputs)


RULES.update({ours: _renamed(theirs) for ours, theirs in _SAME.items()})

_PASSING = (
    "CheckNumerics", "EnsureShape", "GuaranteeConst", "Identity", "PlaceholderWithDefault", "PreventGradient",
    "Snapshot", "StopGradient",
)  # fmt: skip


@rule(*_PASSING)
def _passed_on(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return inputs[0]


@rule("IdentityN")
def _all_passed_on(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    return inputs


# -- entry by entry ----------------------------------------------------------------------------------------


@rule("Square")
def _square(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Mul", inputs[0], inputs[0])


@rule("SquaredDifference")
def _squared_difference(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    difference = model.add("Sub", *inputs)
    return model.add("Mul", difference, difference)


@rule("Rsqrt")
def _rsqrt(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Reciprocal", model.add("Sqrt", inputs[0]))


@rule("Log1p")
def _log1p(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Log", model.add("Add", inputs[0], model.like(op.inputs[0], 1)))


@rule("Expm1")
def _expm1(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Sub", model.add("Exp", inputs[0]), model.like(op.inputs[0], 1))


@rule("Erfc")
def _erfc(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Sub", model.like(op.inputs[0], 1), model.add("Erf", inputs[0]))


@rule("Relu6")
def _relu6(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Clip", inputs[0], model.like(op.inputs[0], 0), model.like(op.inputs[0], 6))


@rule("LeakyRelu")
def _leaky_relu(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("LeakyRelu", inputs[0], alpha=float(op.attrs["alpha"]))


@rule("Selu")
def _selu(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Selu", inputs[0], alpha=1.6732632423543772, gamma=1.0507009873554805)


@rule("NotEqual")
def _not_equal(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Not", model.add("Equal", *inputs))


@rule("FloorDiv")
def _floor_div(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    if op.inputs[0].dtype.is_floating:
        return model.add("Floor", model.add("Div", *inputs))
    return model.add("Div", model.add("Sub", inputs[0], model.add("Mod", *inputs)), inputs[1])


@rule("FloorMod")
def _floor_mod(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    if not op.inputs[0].dtype.is_floating:
        return model.add("Mod", *inputs)
    whole = model.add("Mul", model.add("Floor", model.add("Div", *inputs)), inputs[1])
    return model.add("Sub", inputs[0], whole)


@rule("Select")
def _select(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    condition, rank = inputs[0], rank_of(op.inputs[1])
    if rank > 1 and rank_of(op.inputs[0]) == 1:  # (it chooses rows)
        condition = model.unsqueeze(condition, *range(1, rank))
    return model.add("Where", condition, *inputs[1:])


@rule("Cast")
def _cast(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.cast(inputs[0], op.outputs[0].dtype)


# -- along axes --------------------------------------------------------------------------------------------


@rule("Softmax", "LogSoftmax")
def _softmax(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add(op.type, inputs[0], axis=-1)


_REDUCTIONS = {"Max": "ReduceMax", "Mean": "ReduceMean", "Min": "ReduceMin", "Prod": "ReduceProd", "Sum": "ReduceSum"}


@rule(*_REDUCTIONS)
def _reduce(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return _reduced(model, _REDUCTIONS[op.type], op, inputs[0])


def _reduced(model: Model, kind: str, op: Operation, name: str) -> str:
    axes = model.constant(axes_of(op.inputs[1], "the axes"), np.int64)
    return model.add(kind, name, axes, keepdims=int(op.attrs["keep_dims"]), noop_with_empty_axes=1)


@rule("All", "Any")
def _all_or_any(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    kind = "ReduceMin" if op.type == "All" else "ReduceMax"
    return model.cast(_reduced(model, kind, op, model.cast(inputs[0], np.int32)), np.bool_)


@rule("L2Loss")
def _l2_loss(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    total = model.add("ReduceSumSquare", inputs[0], keepdims=0)
    return model.add("Mul", total, model.like(op.inputs[0], 0.5))


@rule("ArgMax", "ArgMin")
def _arg(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    (axis,) = axes_of(op.inputs[1])
    return model.cast(model.add(op.type, inputs[0], axis=axis, keepdims=0), op.outputs[0].dtype)


@rule("TopKV2")
def _top_k(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    count = model.add("Reshape", model.ints(op.inputs[1], inputs[1]), model.constant([1], np.int64))
    values, indices = model.add_many("TopK", 2, inputs[0], count, axis=-1, sorted=int(op.attrs["sorted"]))
    return values, model.cast(indices, np.int32)


@rule("Cumsum")
def _cumsum(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    axis = model.constant(known(op.inputs[1], "the axis"), np.int64)
    attrs = {name: int(op.attrs[name]) for name in ("exclusive", "reverse")}
    return model.add("CumSum", inputs[0], axis, **attrs)


# -- products ----------------------------------------------------------------------------------------------


@rule("MatMul", "BatchMatMul", "BatchMatMulV2")
def _mat_mul(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    flags = ("transpose_a", "transpose_b") if op.type == "MatMul" else ("adj_x", "adj_y")
    factors = []
    for name, tensor, flag in zip(inputs, op.inputs, flags, strict=True):
        rank = rank_of(tensor)
        swapped = [*range(rank - 2), rank - 1, rank - 2]
        factors.append(model.transpose(name, swapped) if op.attrs[flag] else name)
    return model.add("MatMul", *factors)
