"""What optimizers do to a variable, in numpy: one function for each rule, and the ops that apply it.

Each function changes the variables that it gets in place. Formulas and their order of operations are TF's, so that the
numbers are, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ops.apply import family

Array = Any  # of a variable: changed in place; of a gradient: only read
Number = Any  # a numpy scalar


# -- momentum and its relatives ------------------------------------------------------------------------------


def _momentum(var: Array, accum: Array, lr: Number, grad: Array, momentum: Number, *, use_nesterov: bool) -> None:
    """The gradients of all steps so far, older ones less and less; Nesterov looks one step ahead."""
    accum *= momentum
    accum += grad
    var -= grad * lr + accum * momentum * lr if use_nesterov else accum * lr


MOMENTUM = family(
    "Momentum", _momentum, "var, accum", "lr, grad, momentum", "lr, grad, indices, momentum", {"use_nesterov": False}
)


def _add_sign(var: Array, m: Array, lr: Number, alpha: Number, sign_decay: Number, beta: Number, grad: Array) -> None:
    """Steps are longer where the gradient and its average agree in sign."""
    m *= beta
    m += grad * (1 - beta)
    var -= lr * (alpha + sign_decay * np.sign(grad) * np.sign(m)) * grad


def _power_sign(
    var: Array, m: Array, lr: Number, logbase: Number, sign_decay: Number, beta: Number, grad: Array
) -> None:
    """The same by a factor: base ** (1 or -1)."""
    m *= beta
    m += grad * (1 - beta)
    var -= lr * np.exp(logbase * sign_decay * np.sign(grad) * np.sign(m)) * grad


ADD_SIGN = family("AddSign", _add_sign, "var, m", "lr, alpha, sign_decay, beta, grad")
POWER_SIGN = family("PowerSign", _power_sign, "var, m", "lr, logbase, sign_decay, beta, grad")


# -- Adam ----------------------------------------------------------------------------------------------------


def _adam(
    var: Array,
    m: Array,
    v: Array,
    beta1_power: Number,
    beta2_power: Number,
    lr: Number,
    beta1: Number,
    beta2: Number,
    epsilon: Number,
    grad: Array,
    *,
    use_nesterov: bool,
) -> None:
    """The average gradient by the root of the average squared one; both start at zero, which `alpha` makes up for."""
    alpha = lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)
    m += (grad - m) * (1 - beta1)
    v += (np.square(grad) - v) * (1 - beta2)
    ahead = grad * (1 - beta1) + beta1 * m if use_nesterov else m
    var -= ahead * alpha / (np.sqrt(v) + epsilon)


ADAM = family(
    "Adam",
    _adam,
    "var, m, v",
    "beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad",
    attrs={"use_nesterov": False},
)


def _ada_max(
    var: Array,
    m: Array,
    v: Array,
    beta1_power: Number,
    lr: Number,
    beta1: Number,
    beta2: Number,
    epsilon: Number,
    grad: Array,
) -> None:
    """Adam with the largest gradient of late in place of a root of an average."""
    m += (grad - m) * (1 - beta1)
    np.maximum(v * beta2, np.abs(grad), out=v)
    var -= lr / (1 - beta1_power) * (m / (v + epsilon))


ADA_MAX = family("AdaMax", _ada_max, "var, m, v", "beta1_power, lr, beta1, beta2, epsilon, grad")


# -- rates of their own for each entry -----------------------------------------------------------------------


def _adagrad(var: Array, accum: Array, lr: Number, grad: Array, *, update_slots: bool) -> None:
    """Entries that have moved much move less."""
    if update_slots:
        accum += np.square(grad)
    var -= grad * lr / np.sqrt(accum)


ADAGRAD = family("Adagrad", _adagrad, "var, accum", "lr, grad", "lr, grad, indices", {"update_slots": True})


def _adadelta(
    var: Array, accum: Array, accum_update: Array, lr: Number, rho: Number, epsilon: Number, grad: Array
) -> None:
    """Steps as long as those of late, by gradients as long as those of late."""
    accum *= rho
    accum += np.square(grad) * (1 - rho)
    update = np.sqrt(accum_update + epsilon) / np.sqrt(accum + epsilon) * grad
    var -= update * lr
    accum_update *= rho
    accum_update += np.square(update) * (1 - rho)


_RATES = "lr, rho, epsilon, grad"
ADADELTA = family("Adadelta", _adadelta, "var, accum, accum_update", _RATES, f"{_RATES}, indices")


def _rms_prop(
    var: Array,
    ms: Array,
    mom: Array,
    lr: Number,
    rho: Number,
    momentum: Number,
    epsilon: Number,
    grad: Array,
) -> None:
    """Gradients by the root of their average square, then momentum."""
    ms += (np.square(grad) - ms) * (1 - rho)
    mom *= momentum
    mom += grad * lr / np.sqrt(ms + epsilon)
    var -= mom


def _centered_rms_prop(
    var: Array,
    mg: Array,
    ms: Array,
    mom: Array,
    lr: Number,
    rho: Number,
    momentum: Number,
    epsilon: Number,
    grad: Array,
) -> None:
    """The same by their standard deviation: of the average square the squared average is taken away."""
    ms += (np.square(grad) - ms) * (1 - rho)
    mg += (grad - mg) * (1 - rho)
    mom *= momentum
    mom += grad * lr / np.sqrt(ms - np.square(mg) + epsilon)
    var -= mom


_RMS = "lr, rho, momentum, epsilon, grad"
RMS_PROP = family("RMSProp", _rms_prop, "var, ms, mom", _RMS, f"{_RMS}, indices")
CENTERED_RMS_PROP = family("CenteredRMSProp", _centered_rms_prop, "var, mg, ms, mom", _RMS, f"{_RMS}, indices")


# -- with penalties: small entries become zero ---------------------------------------------------------------


def _proximal(point: Array, rate: Any, l1: Number, l2: Number) -> Array:
    """Where a step against both penalties leads from a point: closer to zero by l1, smaller by l2."""
    if l1 > 0:
        point = np.sign(point) * np.maximum(np.abs(point) - rate * l1, 0)
    return point / (1 + l2 * rate)


def _proximal_gradient_descent(var: Array, alpha: Number, l1: Number, l2: Number, delta: Array) -> None:
    """Gradient descent, then a step against the penalties."""
    var[...] = _proximal(var - delta * alpha, alpha, l1, l2)


def _proximal_adagrad(var: Array, accum: Array, lr: Number, l1: Number, l2: Number, grad: Array) -> None:
    """Adagrad, then a step against the penalties with the same rates."""
    accum += np.square(grad)
    rate = lr / np.sqrt(accum)
    var[...] = _proximal(var - grad * rate, rate, l1, l2)


PROXIMAL_GRADIENT_DESCENT = family(
    "ProximalGradientDescent", _proximal_gradient_descent, "var", "alpha, l1, l2, delta", "alpha, l1, l2, grad, indices"
)
PROXIMAL_ADAGRAD = family(
    "ProximalAdagrad", _proximal_adagrad, "var, accum", "lr, l1, l2, grad", "lr, l1, l2, grad, indices"
)


def _adagrad_da(
    var: Array,
    gradient_accumulator: Array,
    gradient_squared_accumulator: Array,
    grad: Array,
    lr: Number,
    l1: Number,
    l2: Number,
    global_step: Number,
) -> None:
    """Dual averaging: each step starts anew from the sum of all gradients, not from where the variable is."""
    gradient_accumulator += grad
    gradient_squared_accumulator += np.square(grad)
    step = lr.dtype.type(global_step)
    total = gradient_accumulator
    if l1 > 0:
        total = np.sign(total) * np.maximum(np.abs(total) - l1 * step, 0)
    var[...] = -lr * total / (l2 * step * lr + np.sqrt(gradient_squared_accumulator))


ADAGRAD_DA = family(
    "AdagradDA",
    _adagrad_da,
    "var, gradient_accumulator, gradient_squared_accumulator",
    "grad, lr, l1, l2, global_step",
    "grad, indices, lr, l1, l2, global_step",
)


def _ftrl(
    var: Array, accum: Array, linear: Array, grad: Array, lr: Number, l1: Number, l2: Number, lr_power: Number
) -> None:
    """Follow the regularized leader: the best point for all gradients so far."""
    _lead(var, accum, linear, grad, grad, lr, l1, l2, lr_power)


def _ftrl_v2(
    var: Array,
    accum: Array,
    linear: Array,
    grad: Array,
    lr: Number,
    l1: Number,
    l2: Number,
    l2_shrinkage: Number,
    lr_power: Number,
) -> None:
    """The same with a gradient that also shrinks the variable."""
    _lead(var, accum, linear, grad, grad + 2 * l2_shrinkage * var, lr, l1, l2, lr_power)


def _lead(
    var: Array,
    accum: Array,
    linear: Array,
    grad: Array,
    shrinking: Array,
    lr: Number,
    l1: Number,
    l2: Number,
    lr_power: Number,
) -> None:
    def power(total: Array) -> Array:
        return np.sqrt(total) if lr_power == -0.5 else total**-lr_power

    new_accum = accum + np.square(grad)
    scale = power(new_accum)
    linear += shrinking - (scale - power(accum)) / lr * var
    best = (l1 * np.sign(linear) - linear) / (scale / lr + 2 * l2)
    var[...] = np.where(np.abs(linear) > l1, best, 0)
    accum[...] = new_accum


_FTRL = "var, accum, linear"
FTRL = family("Ftrl", _ftrl, _FTRL, "grad, lr, l1, l2, lr_power", "grad, indices, lr, l1, l2, lr_power")
FTRL_V2 = family(
    "FtrlV2",
    _ftrl_v2,
    _FTRL,
    "grad, lr, l1, l2, l2_shrinkage, lr_power",
    "grad, indices, lr, l1, l2, l2_shrinkage, lr_power",
)

FAMILIES = (
    MOMENTUM, ADD_SIGN, POWER_SIGN, ADAM, ADA_MAX, ADAGRAD, ADADELTA, RMS_PROP, CENTERED_RMS_PROP,
    PROXIMAL_GRADIENT_DESCENT, PROXIMAL_ADAGRAD, ADAGRAD_DA, FTRL, FTRL_V2,
)  # fmt: skip
"""All of them."""
