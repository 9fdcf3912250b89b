"""Fractional pooling: rows and columns shrink by any ratio, through windows of uneven sizes chosen at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import FLOAT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import fractional_pool as kernel
from flowgraph.kernels.philox import Stream
from flowgraph.ops.array import shape_argument
from flowgraph.ops.attributes import flag, reals, whole
from flowgraph.ops.conv import four_axes
from flowgraph.sizes import Size, Sizes


class FractionalPool(NamedTuple):
    """What fractional pooling returns: the images, and where the windows begin along rows and columns."""

    output: Tensor
    row_pooling_sequence: Tensor
    col_pooling_sequence: Tensor


_TYPES = (dt.float32, dt.float64, dt.int32, dt.int64)
_ATTRS = {
    "pooling_ratio": REQUIRED, "pseudo_random": False, "overlapping": False, "deterministic": False, "seed": 0,
    "seed2": 0, "T": TypeAttr(_TYPES),
}  # fmt: skip
_SIGNATURE = "(value: T) -> (output: T, row_pooling_sequence: int64, col_pooling_sequence: int64)"

# -- shapes ----------------------------------------------------------------------------------------------


def _pooled_sizes(value: Any, *, pooling_ratio: tuple[float, ...], **_: Any) -> list[Sizes]:
    known = four_axes(value)
    if len(pooling_ratio) != 4:
        raise ValueError("pooling_ratio field must specify 4 dimensions")
    if min(pooling_ratio) < 0:
        raise ValueError(f"pooling_ratio must be non-negative, but is {min(pooling_ratio)}")
    out: list[Size] = [
        None if size is None else kernel.output_size(size, ratio)
        for size, ratio in zip(known, pooling_ratio, strict=True)
    ]
    # TF's static sizes of the sequences are one too small; these are those at run time
    rows, columns = (None if size is None else size + 1 for size in out[1:3])
    return [tuple(out), (rows,), (columns,)]


def _input_sizes(x: Any, *_: Any, **_attrs: Any) -> Sizes:
    return four_axes(x)


def _shape_sizes(shape: Any, *_: Any, **_attrs: Any) -> Sizes:
    sizes = shape_argument(shape)
    return (None,) * 4 if sizes is None else sizes


# -- what runs -------------------------------------------------------------------------------------------


def _pooled(pool: Callable[..., Any]) -> Callable[..., tuple[Any, Any, Any]]:
    """The forward of an op that makes windows by its seeds, the same ones in each run, and pools over them."""

    def forward(
        ctx: Any, value: Any, *, pooling_ratio: tuple[float, ...], pseudo_random: bool, overlapping: bool,
        deterministic: bool, seed: int, seed2: int,
    ) -> tuple[Any, Any, Any]:  # fmt: skip
        if value.ndim != 4:
            raise InvalidArgumentError(None, None, "tensor_in must be 4-dimensional")
        if pooling_ratio[0] != 1 or pooling_ratio[3] != 1:
            raise InvalidArgumentError(None, None, "fractional pooling works on rows and columns only")
        if not deterministic and (seed or seed2):
            raise InvalidArgumentError(None, None, "Both seed and seed2 should be 0 if deterministic is false.")
        drawn, drawn2, used = ctx.draw(seed, seed2, 0 if deterministic else value.shape[1] + value.shape[2])
        stream = Stream.seeded(drawn, drawn2, used)
        rows, columns = kernel.sequences(stream, value.shape, pooling_ratio, pseudo_random)
        return pool(value, rows, columns, overlapping), rows, columns

    return forward


# -- the ops ---------------------------------------------------------------------------------------------


def _max_grad(op: Any, dy: Tensor, _rows: Any, _columns: Any) -> list[Any]:
    overlapping = op.attrs["overlapping"]
    y, rows, columns = op.outputs
    return [emit(FRACTIONAL_MAX_POOL_GRAD, op.inputs[0], y, dy, rows, columns, overlapping=overlapping)]


def _avg_grad(op: Any, dy: Tensor, _rows: Any, _columns: Any) -> list[Any]:
    _, rows, columns = op.outputs
    sizes = op.inputs[0].shape
    return [emit(FRACTIONAL_AVG_POOL_GRAD, sizes, dy, rows, columns, overlapping=op.attrs["overlapping"])]


_SEEDED: dict[str, Any] = {"pooling_ratio": (1.0, 1.5, 1.7, 1.0), "deterministic": True, "seed": 3, "seed2": 4}
_ROWS, _COLUMNS = INTS(0, 2, 3, 5, 6, dtype=dt.int64), INTS(0, 2, 4, 5, dtype=dt.int64)
_CASES = (
    case(FLOAT(2, 6, 5, 2), gradient=False, **_SEEDED),
    case(RANDOM_INT(1, 6, 7, 1, dtype=dt.int64), pseudo_random=True, overlapping=True, **_SEEDED),
)

FRACTIONAL_MAX_POOL = OpDef(
    "FractionalMaxPool" + _SIGNATURE,
    attrs=_ATTRS,
    infer=_pooled_sizes,
    effect=Effect.RANDOM,
    forward=_pooled(kernel.max_pool),
    gradient=_max_grad,
    cases=_CASES,
)

FRACTIONAL_AVG_POOL = OpDef(
    "FractionalAvgPool" + _SIGNATURE,
    attrs=_ATTRS,
    infer=_pooled_sizes,
    effect=Effect.RANDOM,
    forward=_pooled(kernel.avg_pool),
    gradient=_avg_grad,
    cases=_CASES,
)

FRACTIONAL_MAX_POOL_GRAD: OpDef = OpDef(
    "FractionalMaxPoolGrad(orig_input: T, orig_output: T, out_backprop: T, row_pooling_sequence: int64, "
    "col_pooling_sequence: int64) -> output: T",
    attrs={"overlapping": False, "T": TypeAttr(_TYPES)},
    infer=_input_sizes,
    forward=lambda xp, *inputs, overlapping: kernel.max_pool_grad(*inputs, overlapping=overlapping),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 6, 5, 1), FLOAT(1, 4, 3, 1), FLOAT(1, 4, 3, 1), _ROWS, _COLUMNS)],
)

FRACTIONAL_AVG_POOL_GRAD: OpDef = OpDef(
    "FractionalAvgPoolGrad(orig_input_tensor_shape: int64, out_backprop: T, row_pooling_sequence: int64, "
    "col_pooling_sequence: int64) -> output: T",
    attrs={"overlapping": False, "T": TypeAttr(_TYPES)},
    infer=_shape_sizes,
    forward=lambda xp, *inputs, overlapping: kernel.avg_pool_grad(*inputs, overlapping=overlapping),
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(1, 6, 5, 1, dtype=dt.int64), FLOAT(1, 4, 3, 1), _ROWS, _COLUMNS),
        case(INTS(1, 6, 5, 1, dtype=dt.int64), FLOAT(1, 4, 3, 1), _ROWS, _COLUMNS, overlapping=True),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _pool(opdef: OpDef, function: str, value: Any, ratio: Any, flags: dict[str, Any], seeds: Any, name: Any) -> Any:
    attrs: dict[str, Any] = {key: flag(key, value) for key, value in flags.items()}
    attrs["pooling_ratio"] = reals("pooling_ratio", ratio, function, 4, opdef.name)
    attrs["seed"], attrs["seed2"] = (whole(key, seed) for key, seed in zip(("seed", "seed2"), seeds, strict=True))
    return FractionalPool(*emit(opdef, value, name=name, **attrs))


def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """The largest value in each of some windows of uneven sizes: max pooling by a ratio like 1.4.

    Args:
      value: images [batch, rows, columns, channels]: float32, float64, int32 or int64.
      pooling_ratio: four numbers, by which each axis shrinks; of these only rows and columns may.
      pseudo_random: whether the windows' sizes come from one random shift, else in a random order.
      overlapping: whether each window also takes the first row and column of the next.
      deterministic: whether the windows are the same in each run, made by `seed` and `seed2`.
      seed, seed2: together the seed; both 0: each session draws its own.
      name: the op's name.

    Raises:
      InvalidArgumentError: when it runs, and there is a seed, but it is not deterministic.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> pooled = fractional_max_pool(image, [1.0, 1.3, 1.3, 1.0], deterministic=True, seed=3, seed2=4)
    >>> run(pooled.row_pooling_sequence), run(pooled.output)[0, :, :, 0].shape
    (array([0, 2, 3, 4]), (3, 3))
    """
    flags = {"pseudo_random": pseudo_random, "overlapping": overlapping, "deterministic": deterministic}
    return _pool(FRACTIONAL_MAX_POOL, "fractional_max_pool", value, pooling_ratio, flags, (seed, seed2), name)


def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """The mean of each of some windows of uneven sizes: average pooling by a ratio like 1.4.

    Args and errors: see `fractional_max_pool`. Its gradient needs an image whose shape is known.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> pooled = fractional_avg_pool(image, [1.0, 2.0, 2.0, 1.0], deterministic=True, seed=3, seed2=4)
    >>> run(pooled.output)[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32)
    """
    flags = {"pseudo_random": pseudo_random, "overlapping": overlapping, "deterministic": deterministic}
    return _pool(FRACTIONAL_AVG_POOL, "fractional_avg_pool", value, pooling_ratio, flags, (seed, seed2), name)
