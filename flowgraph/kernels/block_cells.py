"""Whole steps of LSTM and GRU cells, forwards and backwards, on matrices (LSTMBlockCell, BlockLSTM, GRUBlockCell).

Gates lie side by side in the columns of one matrix: input gate, candidate, forget gate, output gate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph.kernels.product import product

Array = Any
Peepholes = tuple[Array, Array, Array]
"""Weights with which input, forget and output gate see the memory."""


class Step(NamedTuple):
    """What one step of an LSTM computes: gates, memory and output."""

    i: Array
    cs: Array
    f: Array
    o: Array
    ci: Array
    co: Array
    h: Array


def _sigmoid(x: Array) -> Array:
    return np.reciprocal(1 + np.exp(-x))


def lstm_step(gates: Array, cs_prev: Array, peepholes: Peepholes | None, forget_bias: float, cell_clip: float) -> Step:
    """One step of an LSTM, of what inputs, output and bias add up to.

    >>> step = lstm_step(np.zeros((1, 8)), np.ones((1, 2)), None, 0.0, -1.0)
    >>> step.cs
    array([[0.5, 0.5]])
    """
    i, ci, f, o = np.split(gates, 4, axis=1)
    f = f + gates.dtype.type(forget_bias)
    if peepholes is not None:
        wci, wcf, wco = peepholes
        i, f = i + cs_prev * wci, f + cs_prev * wcf
    i, f, ci = _sigmoid(i), _sigmoid(f), np.tanh(ci)
    cs = i * ci + f * cs_prev
    if cell_clip > 0:
        cs = np.clip(cs, -gates.dtype.type(cell_clip), gates.dtype.type(cell_clip))
    o = _sigmoid(o if peepholes is None else o + cs * wco)
    co = np.tanh(cs)
    return Step(i, cs, f, o, ci, co, co * o)


def lstm_step_back(
    step: Step, cs_prev: Array, peepholes: Peepholes | None, cs_grad: Array, h_grad: Array
) -> tuple[Array, Array]:
    """The gradients of a step by the memory before and by the gates; clipping is taken for the identity, as in TF."""
    i, _, f, o, ci, co, _ = step
    d_o = o * (1 - o) * h_grad * co
    d_cs = (1 - co * co) * h_grad * o + cs_grad
    if peepholes is not None:
        wci, wcf, wco = peepholes
        d_cs = d_cs + d_o * wco
    d_ci = (1 - ci * ci) * d_cs * i
    d_f = f * (1 - f) * d_cs * cs_prev
    d_i = i * (1 - i) * d_cs * ci
    cs_prev_grad = d_cs * f
    if peepholes is not None:
        cs_prev_grad = cs_prev_grad + d_i * wci + d_f * wcf
    return cs_prev_grad, np.concatenate([d_i, d_ci, d_f, d_o], axis=1)


def peephole_grads(gates_grad: Array, cs_prev: Array, cs: Array) -> list[Array]:
    """The gradients of the peepholes' weights, by those of the gates; steps may lie below each other."""
    d_i, _, d_f, d_o = np.split(gates_grad, 4, axis=1)
    return [(d_i * cs_prev).sum(axis=0), (d_f * cs_prev).sum(axis=0), (d_o * cs).sum(axis=0)]


def lstm(
    steps: int,
    x: Array,
    cs_prev: Array,
    h_prev: Array,
    w: Array,
    peepholes: Peepholes | None,
    b: Array,
    forget_bias: float,
    cell_clip: float,
) -> list[Array]:
    """So many steps of an LSTM, of x [time, batch, size]; what it computes at each time, zeros after the last step.

    What the inputs bring to the gates is one big product; only the output's part has to wait for the step before.
    """
    time, batch, size = x.shape
    made = [np.zeros((time, *cs_prev.shape), x.dtype) for _ in Step._fields]
    of_inputs = (product(x[:steps].reshape(-1, size), w[:size]) + b).reshape(steps, batch, w.shape[1])
    own = np.ascontiguousarray(w[size:])
    for t in range(steps):
        step = lstm_step(of_inputs[t] + product(h_prev, own), cs_prev, peepholes, forget_bias, cell_clip)
        for whole, value in zip(made, step, strict=True):
            whole[t] = value
        cs_prev, h_prev = step.cs, step.h
    return made


def lstm_back(
    steps: int,
    x: Array,
    cs_prev: Array,
    h_prev: Array,
    w: Array,
    peepholes: Peepholes | None,
    made: list[Array],
    cs_grad: Array,
    h_grad: Array,
) -> list[Array]:
    """The gradients of `lstm` by x, cs_prev, h_prev, w, the three peepholes, and b."""
    time, batch, size = x.shape
    cells = cs_prev.shape[1]
    memories, outputs = _before(cs_prev, made[1]), _before(h_prev, made[6])
    own = np.ascontiguousarray(w[size:].T)
    gates_grad = np.zeros((time, batch, 4 * cells), x.dtype)
    d_cs, d_h = np.zeros_like(cs_prev), np.zeros_like(h_prev)
    for t in reversed(range(steps)):
        step = Step(*(whole[t] for whole in made))
        d_cs, gates_grad[t] = lstm_step_back(step, memories[t], peepholes, d_cs + cs_grad[t], d_h + h_grad[t])
        d_h = product(gates_grad[t], own)
    rows = gates_grad[:steps].reshape(-1, 4 * cells)
    x_grad = np.zeros_like(x)
    x_grad[:steps] = product(rows, w[:size].T).reshape(steps, batch, size)
    seen = np.concatenate([x[:steps], outputs[:steps]], axis=2).reshape(-1, size + cells)
    if peepholes is None:
        of_peepholes = [np.zeros(cells, x.dtype) for _ in range(3)]
    else:
        flat = (part[:steps].reshape(-1, cells) for part in (memories, made[1]))
        of_peepholes = peephole_grads(rows, *flat)
    return [x_grad, d_cs, d_h, product(seen.T, rows), *of_peepholes, rows.sum(axis=0)]


def _before(first: Array, whole: Array) -> Array:
    """What each step found: the first one what was given, each other one what the one before it made."""
    return np.concatenate([first[None], whole])[: len(whole)]


def gru_step(x: Array, h_prev: Array, w_ru: Array, w_c: Array, b_ru: Array, b_c: Array) -> tuple[Array, ...]:
    """One step of a GRU: the gates r and u, the candidate, and the new state.

    >>> r, u, c, h = gru_step(*(np.zeros(n) for n in ((1, 1), (1, 2), (3, 4), (3, 2), 4, 2)))
    >>> u, h
    (array([[0.5, 0.5]]), array([[0., 0.]]))
    """
    r, u = np.split(_sigmoid(product(np.concatenate([x, h_prev], axis=1), w_ru) + b_ru), 2, axis=1)
    c = np.tanh(product(np.concatenate([x, h_prev * r], axis=1), w_c) + b_c)
    return np.ascontiguousarray(r), np.ascontiguousarray(u), c, u * h_prev + (1 - u) * c


def gru_step_back(
    x: Array, h_prev: Array, w_ru: Array, w_c: Array, r: Array, u: Array, c: Array, d_h: Array
) -> tuple[Array, Array, Array, Array]:
    """The gradients of a step by x, by the state before, by the candidate, and by the gates."""
    size = x.shape[1]
    d_c = d_h * (1 - u) * (1 - c * c)
    d_u = d_h * (h_prev - c) * u * (1 - u)
    by_candidate = product(d_c, w_c.T)
    d_hr = by_candidate[:, size:]
    d_r = d_hr * h_prev * r * (1 - r)
    d_gates = np.concatenate([d_r, d_u], axis=1)
    by_gates = product(d_gates, w_ru.T)
    d_x = by_gates[:, :size] + by_candidate[:, :size]
    return d_x, by_gates[:, size:] + d_hr * r + d_h * u, d_c, d_gates
