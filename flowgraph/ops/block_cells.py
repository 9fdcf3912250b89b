"""LSTM and GRU steps as one op, and an LSTM over all of time (LSTMBlockCell, BlockLSTM, GRUBlockCell)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, HALF, INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import block_cells as kernel
from flowgraph.kernels.product import product
from flowgraph.ops.bias import bias_add_grad
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.slicing import slice as part
from flowgraph.sizes import Size, Sizes

_T = TypeAttr((dt.float16, dt.float32))
_STEP_ATTRS = {"forget_bias": 1.0, "cell_clip": 3.0, "use_peephole": False}

# -- shapes ----------------------------------------------------------------------------------------------


def _with_rank(x: Any, rank: int) -> tuple[Size, ...]:
    if x.sizes is None:
        return (None,) * rank
    if len(x.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    sizes: tuple[Size, ...] = x.sizes
    return sizes


def _lstm_step_sizes(x: Any, cs_prev: Any, *_others: Any, **_attrs: Any) -> list[Sizes]:
    output = (_with_rank(x, 2)[0], _with_rank(cs_prev, 2)[1])
    return [output] * 7


def _lstm_step_grad_sizes(x: Any, cs_prev: Any, *_others: Any, **_attrs: Any) -> list[Sizes]:
    batch, cells = _with_rank(x, 2)[0], _with_rank(cs_prev, 2)[1]
    four = None if cells is None else 4 * cells
    return [(batch, cells), (batch, four), (cells,), (cells,), (cells,)]


def _lstm_sizes(_steps: Any, x: Any, *others: Any, **_attrs: Any) -> list[Sizes]:
    time, batch, _ = _with_rank(x, 3)
    (four,) = _with_rank(others[-1], 1)
    if four is not None and four % 4:
        raise ValueError(f"Dimension size must be evenly divisible by 4 but is {four}")
    return [(time, batch, None if four is None else four // 4)] * 7


def _lstm_grad_sizes(_steps: Any, *others: Any, **_attrs: Any) -> list[Sizes]:
    return [_with_rank(x, rank) for x, rank in zip(others, (3, 2, 2, 2, 1, 1, 1, 1), strict=False)]


def _gru_step_sizes(x: Any, h_prev: Any, *_others: Any) -> list[Sizes]:
    return [(_with_rank(x, 2)[0], _with_rank(h_prev, 2)[1])] * 4


def _gru_step_grad_sizes(x: Any, h_prev: Any, w_ru: Any, *_others: Any) -> list[Sizes]:
    (batch, size), (_, cells), (_, two) = (_with_rank(arg, 2) for arg in (x, h_prev, w_ru))
    return [(batch, size), (batch, cells), (batch, cells), (batch, two)]


# -- numbers ---------------------------------------------------------------------------------------------


def _demand(sizes: Iterable[tuple[str, int, int]]) -> None:
    """Refuse sizes that are not as they must be: triples of what TF says, what is and what should be."""
    for line, found, wanted in sizes:
        if found != wanted:
            raise invalid(f"{line}: {found} vs. {wanted}")


def _demand_ranks(*arrays_and_ranks: tuple[Any, int]) -> None:
    for array, rank in arrays_and_ranks:
        if array.ndim != rank:
            raise invalid(f"Shape must be rank {rank} but is rank {array.ndim}")


def _demand_lstm(x: Any, cs_prev: Any, h_prev: Any, w: Any, b: Any, peepholes: tuple[Any, Any, Any]) -> None:
    """Refuse arguments of an LSTM of which TF says that they do not fit; `x` is that of one step."""
    _demand_ranks((x, 2), (cs_prev, 2), (h_prev, 2), (w, 2), (b, 1), *((weights, 1) for weights in peepholes))
    (batch, size), cells = x.shape, cs_prev.shape[1]
    _demand(
        [
            ("cs_prev.dims(0) != batch_size", cs_prev.shape[0], batch),
            ("h_prev.dims(0) != batch_size", h_prev.shape[0], batch),
            ("h_prev.dims(1) != cell_size", h_prev.shape[1], cells),
            ("w.dim_size(0) != input_size + cell_size", w.shape[0], size + cells),
            ("w.dim_size(1) != cell_size * 4", w.shape[1], cells * 4),
            *(
                (f"{name}.dim_size(0) != cell_size", weights.shape[0], cells)
                for name, weights in zip(("wci", "wcf", "wco"), peepholes, strict=True)
            ),
            ("b.dim_size(0) != cell_size * 4", b.shape[0], cells * 4),
        ]
    )


def _widely(forward: Callable[..., Any]) -> Callable[..., Any]:
    """A forward that computes with half-width floats in float32."""

    def computed(xp: Any, *arrays: Any, **attrs: Any) -> Any:
        dtype = arrays[-1].dtype
        if dtype.itemsize > 2:
            return tuple(forward(*arrays, **attrs))
        wide = [x.astype(np.float32) if x.dtype == dtype else x for x in arrays]
        return tuple(xp.asarray(made).astype(dtype) for made in forward(*wide, **attrs))

    return computed


def _lstm_step(
    x: Any, cs_prev: Any, h_prev: Any, w: Any, wci: Any, wcf: Any, wco: Any, b: Any, *, use_peephole: bool, **attrs: Any
) -> Any:
    peepholes = wci, wcf, wco
    _demand_lstm(x, cs_prev, h_prev, w, b, peepholes)
    gates = product(np.concatenate([x, h_prev], axis=1), w) + b
    return kernel.lstm_step(gates, cs_prev, peepholes if use_peephole else None, **attrs)


def _lstm_step_grad(*arrays: Any, use_peephole: bool) -> Any:
    x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad = arrays
    peepholes = wci, wcf, wco
    _demand_lstm(x, cs_prev, h_prev, w, b, peepholes)
    step = kernel.Step(i, cs, f, o, ci, co, None)
    for name, array in zip(step._fields, step[:6], strict=False):
        _demand_ranks((array, 2))
        _demand(
            [
                (f"{name}.dim_size(0) != batch_size", array.shape[0], x.shape[0]),
                (f"{name}.dim_size(1) != cell_size", array.shape[1], cs_prev.shape[1]),
            ]
        )
    _demand_like(cs_prev, {"cs_grad_tensor": cs_grad, "h_grad_tensor": h_grad})
    seen = peepholes if use_peephole else None
    cs_prev_grad, gates_grad = kernel.lstm_step_back(step, cs_prev, seen, cs_grad, h_grad)
    of_peepholes = kernel.peephole_grads(gates_grad, cs_prev, cs) if use_peephole else map(np.zeros_like, peepholes)
    return cs_prev_grad, gates_grad, *of_peepholes


def _demand_like(model: Any, arrays: dict[str, Any]) -> None:
    """Refuse matrices that are not as large as the state."""
    for name, array in arrays.items():
        _demand_ranks((array, 2))
        _demand(
            [
                (f"{name}.dims(0) != batch_size", array.shape[0], model.shape[0]),
                (f"{name}.dims(1) != cell_size", array.shape[1], model.shape[1]),
            ]
        )


def _steps_of(steps: Any, x: Any) -> int:
    _demand_ranks((steps, 0), (x, 3))
    count = int(steps)
    if not 0 <= count <= x.shape[0]:
        raise invalid(f"seq_len_max must lie between 0 and the number of steps, {x.shape[0]}, but is {count}")
    return count


def _first(x: Any) -> Any:
    """The inputs of one step, for their sizes."""
    return np.broadcast_to(x.dtype.type(0), x.shape[1:])


def _lstm(
    steps: Any, x: Any, cs_prev: Any, h_prev: Any, w: Any, wci: Any, wcf: Any, wco: Any, b: Any, *,
    use_peephole: bool, **attrs: Any,
) -> Any:  # fmt: skip
    count, peepholes = _steps_of(steps, x), (wci, wcf, wco)
    _demand_lstm(_first(x), cs_prev, h_prev, w, b, peepholes)
    return kernel.lstm(count, x, cs_prev, h_prev, w, peepholes if use_peephole else None, b, **attrs)


def _lstm_grad(steps: Any, *arrays: Any, use_peephole: bool) -> Any:
    x, cs_prev, h_prev, w, wci, wcf, wco, b = arrays[:8]
    *made, cs_grad, h_grad = arrays[8:]
    count, peepholes = _steps_of(steps, x), (wci, wcf, wco)
    _demand_lstm(_first(x), cs_prev, h_prev, w, b, peepholes)
    shape = (*x.shape[:2], cs_prev.shape[1])
    for array in arrays[8:]:
        if array.shape != shape:
            raise invalid(f"What the steps computed must have the shape {list(shape)}, not {list(array.shape)}")
    seen = peepholes if use_peephole else None
    return kernel.lstm_back(count, x, cs_prev, h_prev, w, seen, made, cs_grad, h_grad)


def _demand_gru(x: Any, h_prev: Any, w_ru: Any, w_c: Any, b_ru: Any, b_c: Any) -> None:
    _demand_ranks((x, 2), (h_prev, 2), (w_ru, 2), (w_c, 2), (b_ru, 1), (b_c, 1))
    (batch, size), cells = x.shape, h_prev.shape[1]
    _demand(
        [
            ("h_prev.dims(0) != batch_size", h_prev.shape[0], batch),
            ("w_ru.dim_size(0) != input_size + cell_size", w_ru.shape[0], size + cells),
            ("w_ru.dim_size(1) != cell_size * 2", w_ru.shape[1], cells * 2),
            ("w_c.dim_size(0) != input_size + cell_size", w_c.shape[0], size + cells),
            ("w_c.dim_size(1) != cell_size", w_c.shape[1], cells),
            ("b_ru.dim_size(0) != cell_size * 2", b_ru.shape[0], cells * 2),
            ("b_c.dim_size(0) != cell_size", b_c.shape[0], cells),
        ]
    )


def _gru_step(*arrays: Any) -> Any:
    _demand_gru(*arrays)
    return kernel.gru_step(*arrays)


def _gru_step_grad(*arrays: Any) -> Any:
    x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h = arrays
    _demand_gru(x, h_prev, w_ru, w_c, b_ru, b_c)
    _demand_like(h_prev, {"r": r, "u": u, "c": c, "d_h": d_h})
    return kernel.gru_step_back(x, h_prev, w_ru, w_c, r, u, c, d_h)


# -- gradients -------------------------------------------------------------------------------------------


def _lstm_step_gradient(op: Any, *dys: Tensor) -> list[Any]:
    """The gradients of a step; those of the gates, which it puts out too, are passed over, as in TF."""
    x, cs_prev, h_prev, w, *_ = op.inputs
    batch, size = x.shape.with_rank(2).as_list()
    cells = cs_prev.shape.with_rank(2).dims[1].value
    if size is None:
        raise refusal("input_size from `x` should not be None.")
    if cells is None:
        raise refusal("cell_size from `cs_prev` should not be None.")
    batch = -1 if batch is None else batch
    cs_prev_grad, gates_grad, *of_peepholes = emit(
        LSTM_BLOCK_CELL_GRAD, *op.inputs, *op.outputs[:6], dys[1], dys[6], use_peephole=op.attrs["use_peephole"]
    )
    seen_grad = matmul(gates_grad, w, transpose_b=True)
    x_grad = part(seen_grad, (0, 0), (batch, size))
    h_prev_grad = part(seen_grad, (0, size), (batch, cells))
    w_grad = matmul(concat([x, h_prev], 1), gates_grad, transpose_a=True)
    return [x_grad, cs_prev_grad, h_prev_grad, w_grad, *of_peepholes, bias_add_grad(gates_grad)]


def _lstm_gradient(op: Any, *dys: Tensor) -> list[Any]:
    use_peephole = op.attrs["use_peephole"]
    grads = emit(BLOCK_LSTM_GRAD, *op.inputs, *op.outputs, dys[1], dys[6], use_peephole=use_peephole)
    return [None, *grads]


def _gru_step_gradient(op: Any, *dys: Tensor) -> list[Any]:
    x, h_prev, *_ = op.inputs
    r, u, c, _ = op.outputs
    d_x, d_h_prev, d_c, d_gates = emit(GRU_BLOCK_CELL_GRAD, *op.inputs, r, u, c, dys[3])
    d_w_ru = matmul(concat([x, h_prev], 1), d_gates, transpose_a=True)
    d_b_ru = bias_add_grad(d_gates)
    d_w_c = matmul(concat([x, h_prev * r], 1), d_c, transpose_a=True)
    return [d_x, d_h_prev, d_w_ru, d_w_c, d_b_ru, bias_add_grad(d_c)]


# -- the ops ---------------------------------------------------------------------------------------------

_LSTM_INPUTS = "x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T"
_LSTM_OUTPUTS = "i: T, cs: T, f: T, o: T, ci: T, co: T, h: T"
_PEEPHOLES = FLOAT(4), FLOAT(4), FLOAT(4)
_STEP = FLOAT(2, 3), FLOAT(2, 4), FLOAT(2, 4), FLOAT(7, 16), *_PEEPHOLES, FLOAT(16)
_STEP_MADE = (FLOAT(2, 4, low=0.1, high=0.9),) * 6
_TIME = FLOAT(3, 2, 3), *_STEP[1:]
_TIME_MADE = (FLOAT(3, 2, 4, low=0.1, high=0.9),) * 7
_HALVES = HALF(2, 3), HALF(2, 4), HALF(2, 4), HALF(7, 16), HALF(4), HALF(4), HALF(4), HALF(16)
_GRU = FLOAT(2, 3), FLOAT(2, 4), FLOAT(7, 8), FLOAT(7, 4), FLOAT(8), FLOAT(4)

LSTM_BLOCK_CELL = OpDef(
    f"LSTMBlockCell({_LSTM_INPUTS}) -> ({_LSTM_OUTPUTS})",
    attrs={**_STEP_ATTRS, "T": _T},
    infer=_lstm_step_sizes,
    forward=_widely(_lstm_step),
    gradient=_lstm_step_gradient,
    # TF has no gradient by the gates: tests/ops/test_block_cells.py takes the slopes of memory and output
    cases=[
        case(*_STEP, gradient=False),
        case(*_STEP, forget_bias=0.5, cell_clip=-1.0, use_peephole=True, gradient=False),
        case(*_STEP, cell_clip=0.25, gradient=False),
        case(*_HALVES, gradient=False),
        case(FLOAT(0, 3), FLOAT(0, 4), FLOAT(0, 4), *_STEP[3:], gradient=False),
    ],
)

LSTM_BLOCK_CELL_GRAD: OpDef = OpDef(
    f"LSTMBlockCellGrad({_LSTM_INPUTS}, i: T, cs: T, f: T, o: T, ci: T, co: T, cs_grad: T, h_grad: T) -> "
    "(cs_prev_grad: T, dicfo: T, wci_grad: T, wcf_grad: T, wco_grad: T)",
    attrs={"use_peephole": REQUIRED, "T": _T},
    infer=_lstm_step_grad_sizes,
    forward=_widely(_lstm_step_grad),
    gradient=MISSING_GRADIENT,
    cases=[
        case(*_STEP, *_STEP_MADE, FLOAT(2, 4), FLOAT(2, 4), use_peephole=False),
        case(*_STEP, *_STEP_MADE, FLOAT(2, 4), FLOAT(2, 4), use_peephole=True),
        case(*_HALVES, *(HALF(2, 4),) * 8, use_peephole=True),
    ],
)

BLOCK_LSTM = OpDef(
    f"BlockLSTM(seq_len_max: int64, {_LSTM_INPUTS}) -> ({_LSTM_OUTPUTS})",
    attrs={**_STEP_ATTRS, "T": _T},
    infer=_lstm_sizes,
    forward=_widely(_lstm),
    gradient=_lstm_gradient,
    cases=[
        case(INT(3, dt.int64), *_TIME, gradient=False),
        case(INT(2, dt.int64), *_TIME, forget_bias=0.5, cell_clip=-1.0, use_peephole=True, gradient=False),
        case(INT(0, dt.int64), *_TIME, gradient=False),
        case(INT(1, dt.int64), HALF(3, 2, 3), *_HALVES[1:], cell_clip=0.25, gradient=False),
    ],
)

BLOCK_LSTM_GRAD: OpDef = OpDef(
    f"BlockLSTMGrad(seq_len_max: int64, {_LSTM_INPUTS}, {_LSTM_OUTPUTS}, cs_grad: T, h_grad: T) -> "
    "(x_grad: T, cs_prev_grad: T, h_prev_grad: T, w_grad: T, wci_grad: T, wcf_grad: T, wco_grad: T, b_grad: T)",
    attrs={"use_peephole": REQUIRED, "T": _T},
    infer=_lstm_grad_sizes,
    forward=_widely(_lstm_grad),
    gradient=MISSING_GRADIENT,
    cases=[
        case(INT(3, dt.int64), *_TIME, *_TIME_MADE, FLOAT(3, 2, 4), FLOAT(3, 2, 4), use_peephole=False),
        case(INT(2, dt.int64), *_TIME, *_TIME_MADE, FLOAT(3, 2, 4), FLOAT(3, 2, 4), use_peephole=True),
        case(INT(0, dt.int64), *_TIME, *_TIME_MADE, FLOAT(3, 2, 4), FLOAT(3, 2, 4), use_peephole=True),
    ],
)

GRU_BLOCK_CELL = OpDef(
    "GRUBlockCell(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T) -> (r: T, u: T, c: T, h: T)",
    attrs={"T": TypeAttr((dt.float32,))},
    infer=_gru_step_sizes,
    forward=lambda _, *arrays: _gru_step(*arrays),
    gradient=_gru_step_gradient,
    cases=[case(*_GRU, gradient=False), case(FLOAT(0, 3), FLOAT(0, 4), *_GRU[2:], gradient=False)],
)

GRU_BLOCK_CELL_GRAD: OpDef = OpDef(
    "GRUBlockCellGrad(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T, r: T, u: T, c: T, d_h: T) -> "
    "(d_x: T, d_h_prev: T, d_c_bar: T, d_r_bar_u_bar: T)",
    attrs={"T": TypeAttr((dt.float32,))},
    infer=_gru_step_grad_sizes,
    forward=lambda _, *arrays: _gru_step_grad(*arrays),
    gradient=MISSING_GRADIENT,
    cases=[case(*_GRU, *(FLOAT(2, 4, low=0.1, high=0.9),) * 3, FLOAT(2, 4))],
)


# -- public ----------------------------------------------------------------------------------------------


def lstm_block_cell(
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    forget_bias: float = 1.0,
    cell_clip: float = 3.0,
    use_peephole: bool = False,
    name: str | None = None,
) -> tuple[Tensor, ...]:
    """One step of an LSTM as one op: input gate, memory, forget and output gate, candidate, its tanh, output.

    Args:
      x: the inputs, [batch, size].
      cs_prev, h_prev: memory and output of the step before, [batch, cells].
      w: [size + cells, 4 * cells], for input gate, candidate, forget and output gate.
      wci, wcf, wco: [cells], with which the gates see the memory if `use_peephole`.
      b: [4 * cells].
      forget_bias: what is added to the forget gate.
      cell_clip: the largest absolute value of the memory; none if it is not positive.
      use_peephole: whether the gates see the memory.
      name: the op's name.

    >>> x, h, v = tf.zeros([1, 2]), tf.ones([1, 1]), tf.zeros([1])
    >>> run(lstm_block_cell(x, h, h, tf.zeros([3, 4]), v, v, v, tf.zeros([4]), forget_bias=0.0)[1])
    array([[0.5]], dtype=float32)
    """
    attrs = _float32(forget_bias=forget_bias, cell_clip=cell_clip)
    made = emit(LSTM_BLOCK_CELL, x, cs_prev, h_prev, w, wci, wcf, wco, b, **attrs, use_peephole=use_peephole, name=name)
    return tuple(made)


def block_lstm(
    seq_len_max: Any,
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    forget_bias: float = 1.0,
    cell_clip: float = 3.0,
    use_peephole: bool = False,
    name: str | None = None,
) -> tuple[Tensor, ...]:
    """An LSTM over all of time as one op: what `lstm_block_cell` gives at each time, [time, batch, cells].

    Args:
      seq_len_max: a scalar of int64: how many steps to take; the rest is zeros.
      x: the inputs, [time, batch, size].
      cs_prev, h_prev, w, wci, wcf, wco, b, forget_bias, cell_clip, use_peephole, name: see `lstm_block_cell`.

    >>> x, h, v = tf.zeros([2, 1, 2]), tf.ones([1, 1]), tf.zeros([1])
    >>> run(block_lstm(2, x, h, h, tf.zeros([3, 4]), v, v, v, tf.zeros([4]), forget_bias=0.0)[1])
    array([[[0.5 ]],
    <BLANKLINE>
           [[0.25]]], dtype=float32)
    """
    attrs = _float32(forget_bias=forget_bias, cell_clip=cell_clip)
    made = emit(
        BLOCK_LSTM, seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, **attrs, use_peephole=use_peephole, name=name
    )
    return tuple(made)


def gru_block_cell(
    x: Any, h_prev: Any, w_ru: Any, w_c: Any, b_ru: Any, b_c: Any, name: str | None = None
) -> tuple[Tensor, ...]:
    """One step of a GRU as one op: the gates r and u, the candidate, and the new state.

    Args:
      x: the inputs, [batch, size].
      h_prev: the state before, [batch, cells].
      w_ru, b_ru: [size + cells, 2 * cells] and [2 * cells], of the gates.
      w_c, b_c: [size + cells, cells] and [cells], of the candidate.
      name: the op's name.

    >>> made = gru_block_cell([[0.0]], [[1.0]], tf.zeros([2, 2]), tf.zeros([2, 1]), tf.zeros([2]), tf.zeros([1]))
    >>> run(made[3])
    array([[0.5]], dtype=float32)
    """
    return tuple(emit(GRU_BLOCK_CELL, x, h_prev, w_ru, w_c, b_ru, b_c, name=name))


def _float32(**attrs: float) -> dict[str, float]:
    """Attributes as TF keeps them."""
    return {name: float(np.float32(value)) for name, value in attrs.items()}
