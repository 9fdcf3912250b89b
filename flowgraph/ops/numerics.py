"""Checks that tensors hold no NaN and no infinity."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import FLOATS, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.scope import colocate_with, control_dependencies, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import attributes
from flowgraph.ops.broadcast import same
from flowgraph.ops.control_flow import group, with_dependencies


def _check(ctx: Any, tensor: Any, *, message: str) -> Any:
    xp = ctx.xp
    if not xp.isfinite(tensor).all():
        kinds = [kind for kind, found in (("Inf", xp.isinf(tensor)), ("NaN", xp.isnan(tensor))) if found.any()]
        raise errors.InvalidArgumentError(None, None, f"{message} : Tensor had {' and '.join(kinds)} values")
    return xp.array(tensor)


def _check_gradient(op: Any, dy: Tensor) -> list[Tensor]:
    # (TF's message is bytes, and shows as such in that of the gradient)
    words = f"Not a number (NaN) or infinity (Inf) values detected in gradient. {op.attrs['message'].encode()!r}"
    return [check_numerics(dy, words)]


CHECK_NUMERICS = OpDef(
    "CheckNumerics(tensor: T) -> output: T",
    attrs={"T": TypeAttr(FLOATS), "message": REQUIRED},
    infer=same,
    effect=Effect.WORLD,
    forward=_check,
    gradient=_check_gradient,
)


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """The same tensor; a run fails where it holds a NaN or an infinity. So does that of its gradient.

    Args:
      tensor: a floating tensor.
      message: what the error begins with.
      name: the op's name.

    Raises:
      InvalidArgumentError: when run, where an entry is not finite.

    >>> run(check_numerics([1.0, 2.0], "weights"))
    array([1., 2.], dtype=float32)
    >>> run(check_numerics(tf.log([0.0, 1.0]), "logarithms"))
    Traceback (most recent call last):
        ...
    flowgraph.errors.InvalidArgumentError: logarithms : Tensor had Inf values
    ...
    """
    return emit(CHECK_NUMERICS, tensor, message=attributes.text("message", message), name=name)


def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Tensor:
    """The same tensor, available only after `check_numerics` of it.

    Args:
      t, x: a floating tensor; `t` is its older name.
      msg, message: what the error begins with; `msg` is its older name.
      name: the name of the scope of its ops.

    Raises:
      ValueError: an argument is given under both of its names.

    >>> run(verify_tensor_all_finite([1.0, 2.0], "not finite"))
    array([1., 2.], dtype=float32)
    """
    x, message = _one_of("t", t, "x", x), _one_of("msg", msg, "message", message)
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with colocate_with(x):
            check = check_numerics(x, message)
            return with_dependencies([check], x)


def _one_of(old_name: str, old: Any, name: str, value: Any) -> Any:
    if old is not None and value is not None:
        raise ValueError(errors.explain(f"Cannot specify both '{old_name}' and '{name}'", where=user_site()))
    return value if old is None else old


def add_check_numerics_ops() -> Operation:
    """An op that runs `check_numerics` on every float16, float32 and float64 tensor of the default graph.

    The checks run in the order in which the tensors are computed, so that the first to fail names the culprit.

    Raises:
      ValueError: a tensor was made in a branch of a `tf.cond` or in a loop.

    >>> x = tf.placeholder(tf.float32, name="x")
    >>> y = tf.log(x, name="y")
    >>> checks = add_check_numerics_ops()
    >>> run([y, checks], {x: -1.0})
    Traceback (most recent call last):
        ...
    flowgraph.errors.InvalidArgumentError: y:0 : Tensor had NaN values
    ...
    """
    check: list[Tensor] = []
    for op in get_default_graph().get_operations():
        for index, tensor in enumerate(op.outputs):
            if tensor.dtype not in (dt.float16, dt.float32, dt.float64):
                continue
            if op.context is not None:
                line = (
                    "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow operations such as "
                    "`tf.cond()` or `tf.while_loop()`."
                )
                raise ValueError(errors.explain(line, details=[f"{op.name} is in one"], where=user_site()))
            with control_dependencies(check):
                check = [check_numerics(tensor, f"{op.name}:{index}")]
    return group(*check)
