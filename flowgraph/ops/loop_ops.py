"""The nodes of a while loop. A loop is a frame in which values come by once for each iteration:

    x ── Enter ── Merge ── Switch ──true── Identity ── (body) ── NextIteration ──► back to Merge
                    │        │└─false── Exit ── (what follows the loop)
                    └ (cond) ── LoopCond

A value that stays the same, such as a tensor that the body takes from outside, comes through an Enter with
`is_constant`. Building a Program lifts all of it to one While step (`ir/loops.py`), so engines never see these.
"""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.broadcast import same
from flowgraph.shapes import Sizes


def _lifted(*_inputs: Any, **_attrs: Any) -> Any:
    raise AssertionError("the nodes of loops do not run by themselves: a Program has While steps")


def _enter_gradient(op: Operation, dy: Any) -> list[Any]:
    from flowgraph.ops.loop_grad import enter_gradient

    return [enter_gradient(op, dy)]


def _exit_gradient(op: Operation, dy: Any) -> list[Any]:
    from flowgraph.ops.loop_grad import exit_gradient

    return [exit_gradient(op, dy)]


def _next_gradient(_op: Operation, dy: Any) -> list[Any]:
    """What comes back from the next iteration; the NextIteration of the gradient is made with its Switch."""
    return [dy]


def _scalar(input: Any) -> Sizes:
    if input.sizes is not None and len(input.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(input.sizes)}")
    return ()


_ENTER_ATTRS = {"T": TypeAttr(), "frame_name": REQUIRED, "is_constant": False, "parallel_iterations": 10}

ENTER = OpDef(
    "Enter(data: T) -> output: T",
    attrs=_ENTER_ATTRS,
    infer=lambda data, *, is_constant, **_: data.sizes if is_constant else None,
    forward=_lifted,
    gradient=_enter_gradient,
    role="enter",
)

REF_ENTER = OpDef(
    "RefEnter(data: &T) -> output: &T",
    attrs=_ENTER_ATTRS,
    infer=lambda data, **_: data.sizes,
    forward=_lifted,
    gradient=_enter_gradient,
    role="enter",
)

EXIT = OpDef(
    "Exit(data: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=_lifted,
    gradient=_exit_gradient,
    role="exit",
)

REF_EXIT = OpDef(
    "RefExit(data: &T) -> output: &T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=_lifted,
    gradient=_exit_gradient,
    role="exit",
)

NEXT_ITERATION = OpDef(
    "NextIteration(data: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=_lifted,
    gradient=_next_gradient,
    role="next",
)

REF_NEXT_ITERATION = OpDef(
    "RefNextIteration(data: &T) -> output: &T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=_lifted,
    gradient=_next_gradient,
    role="next",
)

LOOP_COND = OpDef(
    "LoopCond(input: bool) -> output: bool",
    infer=_scalar,
    forward=_lifted,
    gradient=lambda op, *_: [None],
    role="loop_cond",
)


def enter(
    data: Any,
    frame_name: str,
    is_constant: bool = False,
    parallel_iterations: int = 10,
    use_input_shape: bool = True,
    name: str | None = None,
) -> Tensor:
    """Hand `data` into a loop; a reference stays one.

    Args:
      data: a tensor.
      frame_name: the loop's frame.
      is_constant: whether it is there in every iteration, and not in the first one only.
      parallel_iterations: how many iterations TF may run at once.
      use_input_shape: whether the static shape is that of `data`.
      name: the op's name.
    """
    data = to_tensor(data, as_ref=True)
    result: Tensor = emit(
        REF_ENTER if data.dtype.is_ref else ENTER,
        data,
        name=name,
        frame_name=frame_name,
        is_constant=is_constant,
        parallel_iterations=parallel_iterations,
    )
    if use_input_shape:
        result.set_shape(data.shape)
    return result


def exit(data: Any, name: str | None = None) -> Tensor:
    """Hand `data` out of the loop, once that ends; a reference stays one."""
    data = to_tensor(data, as_ref=True)
    result: Tensor = emit(REF_EXIT if data.dtype.is_ref else EXIT, data, name=name)
    return result


def next_iteration(data: Any, name: str | None = None) -> Tensor:
    """Hand `data` to the next iteration; a reference stays one."""
    data = to_tensor(data, as_ref=True)
    result: Tensor = emit(REF_NEXT_ITERATION if data.dtype.is_ref else NEXT_ITERATION, data, name=name)
    return result


def loop_cond(pred: Any, name: str | None = None) -> Tensor:
    """The bool scalar that decides whether a loop goes on."""
    result: Tensor = emit(LOOP_COND, pred, name=name)
    return result
