"""Complex numbers: putting them together and taking them apart."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.cases import COMPLEX as COMPLEX_INPUT
from flowgraph.ir.cases import DOUBLE, FLOAT, Input, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import COMPLEX as COMPLEX_TYPES
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros_like
from flowgraph.ops.broadcast import broadcast_shape, incompatible, same
from flowgraph.ops.constant import constant

_PARTS = (dt.float32, dt.float64)
_TO_REAL = {"T": TypeAttr(COMPLEX_TYPES, dt.complex64), "Tout": TypeAttr(_PARTS, dt.float32)}


def _wide(*shape: int) -> Input:
    return Input(dt.complex128, shape)


# slopes are measured in 64 bits, which Tout must ask for
_CASES = (
    case(COMPLEX_INPUT(2, 3), gradient=False),
    case(_wide(3), Tout=dt.float64),
    case(_wide(), Tout=dt.float64),
    case(COMPLEX_INPUT(0, 2), gradient=False),
    case(COMPLEX_INPUT(), gradient=False),
)


# -- together ----------------------------------------------------------------------------------------------


def _complex_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.unbroadcast import DynamicUnbroadcast

    back = DynamicUnbroadcast(*op.inputs)
    return [back.x(real(dy)), back.y(imag(dy))]


def _complex(xp: Any, real: Any, imag: Any, *, Tout: DType) -> Any:
    result = xp.empty(xp.broadcast_shapes(real.shape, imag.shape), Tout.np)
    result.real = real
    result.imag = imag
    return result


COMPLEX = OpDef(
    "Complex(real: T, imag: T) -> out: Tout",
    attrs={"T": TypeAttr(_PARTS, dt.float32), "Tout": TypeAttr(COMPLEX_TYPES, dt.complex64)},
    infer=broadcast_shape,
    forward=_complex,
    gradient=_complex_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(FLOAT(2, 3), FLOAT(3), gradient=False),
        case(DOUBLE(2), DOUBLE(), Tout=dt.complex128),
        case(DOUBLE(2, 3), DOUBLE(3), Tout=dt.complex128),
        case(FLOAT(0, 3), FLOAT(1, 3), gradient=False),
    ],
)


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """The complex numbers real + imag i.

    Args:
      real, imag: float32 or float64 tensors, whose shapes broadcast.

    Raises:
      TypeError: they are not both float32 or both float64.

    >>> run(complex([1.0, 2.0], [0.5, 0.0]))
    array([1.+0.5j, 2.+0.j ], dtype=complex64)
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as scope:
        types = (real.dtype, imag.dtype)
        if types not in ((dt.float32, dt.float32), (dt.float64, dt.float64)):
            raise TypeError(
                errors.explain(
                    f"real and imag have incorrect types: {real.dtype.name} {imag.dtype.name}",
                    details=[f"real = {real!r}", f"imag = {imag!r}"],
                    where=user_site(),
                )
            )
        wide = dt.complex128 if types[0] is dt.float64 else dt.complex64
        return emit(COMPLEX, real, imag, Tout=wide, name=scope)


# -- apart -------------------------------------------------------------------------------------------------


def _real_grad(_: Any, dy: Tensor) -> list[Any]:
    return [complex(dy, constant(0, dtype=dy.dtype))]


def _imag_grad(_: Any, dy: Tensor) -> list[Any]:
    return [complex(constant(0, dtype=dy.dtype), dy)]


def _angle_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.unary import reciprocal

    x = op.inputs[0]
    with control_dependencies([dy]):
        re = real(x)
        im = imag(x)
        z = reciprocal(complex(im, re))
        return [-complex(dy, constant(0, dtype=dy.dtype)) * z]


def _complex_abs_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.division import div_no_nan

    x, y = op.inputs[0], op.outputs[0]
    return [div_no_nan(complex(dy, zeros_like(dy)) * x, complex(y, zeros_like(y)))]


REAL = OpDef(
    "Real(input: T) -> output: Tout",
    attrs=_TO_REAL,
    infer=same,
    forward=lambda xp, x, *, Tout: xp.real(x).astype(Tout.np),
    gradient=_real_grad,
    elementwise=True,
    cases=_CASES,
)

IMAG = OpDef(
    "Imag(input: T) -> output: Tout",
    attrs=_TO_REAL,
    infer=same,
    forward=lambda xp, x, *, Tout: xp.imag(x).astype(Tout.np),
    gradient=_imag_grad,
    elementwise=True,
    cases=_CASES,
)

ANGLE = OpDef(
    "Angle(input: T) -> output: Tout",
    attrs=_TO_REAL,
    infer=same,
    forward=lambda xp, x, *, Tout: xp.arctan2(xp.imag(x), xp.real(x)),
    gradient=_angle_grad,
    elementwise=True,
    cases=_CASES,
)

COMPLEX_ABS = OpDef(
    "ComplexAbs(x: T) -> y: Tout",
    attrs=_TO_REAL,
    infer=same,
    forward=lambda xp, x, *, Tout: xp.abs(x),
    gradient=_complex_abs_grad,
    elementwise=True,
    cases=_CASES,
)

CONJ = OpDef(
    "Conj(input: T) -> output: T",
    attrs={"T": TypeAttr((*COMPLEX_TYPES, dt.variant), dt.complex64)},
    infer=same,
    forward=lambda xp, x: xp.conj(x),
    gradient=lambda op, dy: [conj(dy)],
    elementwise=True,
    cases=[case(COMPLEX_INPUT(2, 3)), case(_wide(3)), case(COMPLEX_INPUT(0, 2))],
)


def _part(opdef: OpDef, x: Tensor, name: str | None) -> Tensor:
    return emit(opdef, x, Tout=x.dtype.real_dtype.base_dtype, name=name)


def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; of a real tensor the tensor itself.

    >>> run(real(tf.constant([1 + 2j, 3 - 1j])))
    array([1., 3.])
    """
    with name_scope(name, "Real", [input]) as scope:
        x = convert_to_tensor(input, name="input")
        return _part(REAL, x, scope) if x.dtype.is_complex else x


def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; of a real tensor zeros.

    >>> run(imag(tf.constant([1 + 2j, 3 - 1j])))
    array([ 2., -1.])
    """
    with name_scope(name, "Imag", [input]) as scope:
        x = convert_to_tensor(input, name="input")
        return _part(IMAG, x, scope) if x.dtype.is_complex else zeros_like(x)


def angle(input: Any, name: str | None = None) -> Tensor:
    """The angle of complex numbers, in (-pi, pi]; of a real tensor zeros.

    >>> run(angle(tf.constant([1 + 1j, -1 + 0j])))
    array([0.785398, 3.141593])
    """
    with name_scope(name, "Angle", [input]) as scope:
        x = convert_to_tensor(input, name="input")
        return _part(ANGLE, x, scope) if x.dtype.is_complex else zeros_like(x)


def complex_abs(x: Tensor, name: str | None = None) -> Tensor:
    """The ComplexAbs op itself; `tf.abs` is its public face."""
    return _part(COMPLEX_ABS, x, name)


def conj(x: Any, name: str | None = None) -> Tensor:
    """The complex conjugate; of a real tensor the tensor itself.

    Raises:
      TypeError: `x` has no numbers for entries.

    >>> run(conj(tf.constant([1 + 2j])))
    array([1.-2.j])
    """
    if isinstance(x, Tensor):
        dtype = x.dtype
        if dtype.is_floating or dtype.is_integer:
            return x
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        dtype = x.dtype
        if dtype.is_complex or dtype is dt.variant:
            return emit(CONJ, x, name=scope)
        if dtype.is_floating or dtype.is_integer:
            return x
        message = f"Expected numeric or variant tensor, got dtype {dtype!r}"
        raise TypeError(errors.explain(message, details=[f"x = {x!r}"], where=user_site()))
