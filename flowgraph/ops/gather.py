"""Picking entries by their numbers: gather and gather_nd."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import gather_grad as grads
from flowgraph.shapes import Sizes, to_text

# -- gather ----------------------------------------------------------------------------------------


def _gathered_sizes(params: Any, indices: Any, axis: Any, *, batch_dims: int) -> Sizes:
    if params.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if axis.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(axis.sizes)}")
    known = axis.constant()
    ranks = [None if t.sizes is None else len(t.sizes) for t in (params, indices)]
    if known is None:
        return None if None in ranks else (None,) * (sum(ranks) - 1 - batch_dims)  # type: ignore[arg-type]
    at = int(known)
    _require_rank(ranks[0], -at if at < 0 else at + 1)
    if ranks[1] is None:
        return None
    if batch_dims < -ranks[1]:
        raise ValueError(f"Subshape start out of bounds: {batch_dims}, for shape with rank {ranks[1]}")
    batch = batch_dims % ranks[1] if batch_dims < 0 else batch_dims
    _require_rank(ranks[0], batch + 1)
    if params.sizes is None:
        return None
    at %= len(params.sizes)
    return (*params.sizes[:at], *indices.sizes[batch:], *params.sizes[at + 1 :])


def _require_rank(rank: int | None, least: int) -> None:
    if rank is not None and rank < least:
        raise ValueError(f"Shape must be at least rank {least} but is rank {rank}")


def _take(xp: Any, params: Any, indices: Any, axis: int) -> Any:
    if indices.size and indices.min() < 0:
        raise IndexError("a negative index")  # which numpy would count from the end
    return xp.take(params, indices, axis)


def _gather_v2(xp: Any, params: Any, indices: Any, axis: Any, *, batch_dims: int) -> Any:
    if axis.ndim or (batch_dims and _batch_failure(params, indices, axis, batch_dims)):
        raise ValueError("axes that do not fit")
    at = int(axis) % params.ndim
    batch = batch_dims % indices.ndim if batch_dims < 0 else batch_dims
    if not batch:
        return _take(xp, params, indices, int(axis))
    shape = (*params.shape[:at], *indices.shape[batch:], *params.shape[at + 1 :])
    # [batch, outer axes, the axis, inner axes] and [batch, indices]
    rows = int(np.prod(params.shape[:batch]))
    table = params.reshape(rows, -1, params.shape[at], int(np.prod(params.shape[at + 1 :])))
    picks = indices.reshape(rows, -1)
    if picks.size and picks.min() < 0:
        raise IndexError("a negative index")
    found = table[xp.arange(rows)[:, None], :, picks]  # [batch, indices, outer axes, inner axes]
    return xp.array(xp.swapaxes(found, 1, 2), order="C").reshape(shape)


def _first_bad(indices: Any, limit: int) -> str | None:
    """TF's words for the first index that is out of range."""
    bad = np.argwhere((indices < 0) | (indices >= limit))
    if not len(bad):
        return None
    at = tuple(bad[0])
    where = f"[{','.join(map(str, at))}]" if at else ""
    return f"indices{where} = {indices[at]} is not in [0, {limit})"


def _gather_v2_failure(params: Any, indices: Any, axis: Any, *, batch_dims: int) -> str | None:
    if not params.ndim:
        return "params must be at least 1 dimensional"
    if axis.ndim:
        return "axis must be scalar"
    if not -params.ndim <= axis < params.ndim:
        return f"Expected axis in the range [{-params.ndim}, {params.ndim}), but got {int(axis)}"
    if batch_dims:
        failure = _batch_failure(params, indices, axis, batch_dims)
        if failure is not None:
            return failure
    return _first_bad(indices, params.shape[int(axis)])


def _batch_failure(params: Any, indices: Any, axis: Any, batch_dims: int) -> str | None:
    """TF's words for a number of batch axes that the tensors do not have."""
    rank = indices.ndim
    if not -rank <= batch_dims < rank:
        return f"Expected batch_dims in the range [{-rank}, {rank}), but got {batch_dims}"
    batch, at = batch_dims % rank, int(axis) % max(params.ndim, 1)
    if batch >= params.ndim:
        return f"batch_dims ({batch}) must be less than rank(params) ({params.ndim})."
    if at < batch:
        return f"batch_dims ({batch}) must be less than or equal to axis ({at})."
    for place in range(batch):
        if params.shape[place] != indices.shape[place]:
            return (
                f"params.shape[{place}]: {params.shape[place]} should be equal to indices.shape[{place}]: "
                f"{indices.shape[place]}"
            )
    return None


def _gather_sizes(params: Any, indices: Any, **_attrs: bool) -> Sizes:
    if params.sizes is None:
        return None
    _require_rank(len(params.sizes), 1)
    return None if indices.sizes is None else (*indices.sizes, *params.sizes[1:])


def _gather_failure(params: Any, indices: Any, **_attrs: bool) -> str | None:
    return _first_bad(indices, params.shape[0]) if params.ndim else "params must be at least 1 dimensional"


def _gather(xp: Any, params: Any, indices: Any, **_attrs: bool) -> Any:
    if not params.ndim:
        raise ValueError("no rows")  # numpy would take the scalar for one
    return _take(xp, params, indices, 0)


GATHER = OpDef(
    "Gather(params: Tparams, indices: Tindices) -> output: Tparams",
    attrs={"validate_indices": True, "Tparams": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=_gather_sizes,
    forward=_gather,
    failure=_gather_failure,
    gradient=grads.gather_grad,
    cases=[case(FLOAT(4, 3), INTS(2, 0, 2)), case(RANDOM_INT(3), INT(1))],
)

GATHER_V2 = OpDef(
    "GatherV2(params: Tparams, indices: Tindices, axis: Taxis) -> output: Tparams",
    attrs={"batch_dims": 0, "Tparams": TypeAttr(), "Tindices": TypeAttr(INDEX), "Taxis": TypeAttr(INDEX)},
    infer=_gathered_sizes,
    forward=_gather_v2,
    failure=_gather_v2_failure,
    gradient=grads.gather_v2_grad,
    cases=[
        case(FLOAT(4, 3), INTS(2, 0, 2), INT(0)),
        case(FLOAT(4, 3), INT([[1], [1]]), INT(-1)),
        case(FLOAT(2, 3, 4), INTS(2, 2, dtype=dt.int64), INT(1)),
        case(FLOAT(2, 3, 4), INT([[2, 2], [0, 1]]), INT(1), batch_dims=1),
        case(FLOAT(2, 3, 4), INT([[2, 3], [0, 1]]), INT(2), batch_dims=1),
        case(DOUBLE(3), INT(1), INT(0)),
        case(FLOAT(4, 0), INTS(), INT(0), gradient=False),
    ],
)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Tensor:
    """The slices of `params` along an axis that `indices` name: `result[i, j] = params[indices[i, j]]` for
    axis 0.

    Args:
      params: the tensor to pick from.
      indices: int32 or int64 numbers of slices, of any shape.
      validate_indices: ignored by TF 1.15 too: indices are always checked.
      name: the op's name.
      axis: the axis to pick along; by default the first after the batch axes.
      batch_dims: how many first axes `params` and `indices` share: each batch entry picks for itself.

    Raises:
      ValueError: there is no such axis.

    >>> run(gather([[1, 2], [3, 4], [5, 6]], [2, 0]))
    array([[5, 6],
           [1, 2]], dtype=int32)
    """
    del validate_indices
    if axis is None:
        axis = batch_dims
    known = axis.constant() if isinstance(axis, Tensor) else axis
    if known is None or np.any(known != 0):
        return emit(GATHER_V2, params, indices, axis, batch_dims=batch_dims, name=name)
    read = getattr(params, "sparse_read", None)
    if read is not None:
        return read(indices, name=name)
    return emit(GATHER_V2, params, indices, axis, name=name)


# -- gather_nd -------------------------------------------------------------------------------------


def _gathered_nd_sizes(params: Any, indices: Any) -> Sizes:
    if indices.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if params.sizes is None or indices.sizes is None or indices.sizes[-1] is None:
        return None
    depth = indices.sizes[-1]
    if depth > len(params.sizes):
        raise ValueError(
            f"indices.shape[-1] must be <= params.rank, but saw indices shape: {to_text(indices.sizes)} "
            "and params "
            f"shape: {to_text(params.sizes)}"
        )
    return (*indices.sizes[:-1], *params.sizes[depth:])


def _gather_nd(xp: Any, params: Any, indices: Any) -> Any:
    if not params.size or not params.ndim or indices.shape[-1] > params.ndim or (indices.size and indices.min() < 0):
        failure = _gather_nd_failure(params, indices)
        if failure is not None:
            raise IndexError(failure)
    if not indices.shape[-1]:
        shape = indices.shape[:-1] + params.shape
        return xp.array(xp.broadcast_to(params, shape))
    return xp.array(params[tuple(xp.moveaxis(indices, -1, 0))])


def first_outside(indices: Any, shape: tuple[int, ...]) -> tuple[tuple[int, ...], list[int]] | None:
    """Where the first index vector stands that does not point into `shape`, and that vector."""
    limits = np.array(shape[: indices.shape[-1]])
    bad = np.argwhere(((indices < 0) | (indices >= limits)).any(-1))
    return None if not len(bad) else (tuple(bad[0]), indices[tuple(bad[0])].tolist())


def _gather_nd_failure(params: Any, indices: Any) -> str | None:
    if not params.ndim:
        return "params must be at least a vector"
    if not indices.ndim:
        return "indices must be at least a vector"
    if indices.shape[-1] > params.ndim:
        return f"index innermost dimension length must be <= params rank; saw: {indices.shape[-1]} vs. {params.ndim}"
    if not params.size and np.prod(indices.shape[:-1], dtype=np.int64):
        return f"Requested more than 0 entries, but params is empty.  Params shape: {to_text(params.shape)}"
    found = first_outside(indices, params.shape)
    if found is None:
        return None
    at, index = found
    where = f"[{','.join(map(str, at))}]" if at else ""
    return f"indices{where} = [{', '.join(map(str, index))}] does not index into param shape {to_text(params.shape)}"


GATHER_ND = OpDef(
    "GatherNd(params: Tparams, indices: Tindices) -> output: Tparams",
    attrs={"Tparams": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=_gathered_nd_sizes,
    forward=_gather_nd,
    failure=_gather_nd_failure,
    gradient=grads.gather_nd_grad,
    cases=[
        case(FLOAT(3, 4), INT([[2, 1], [0, 0]])),
        case(FLOAT(3, 4), INT([[2], [2]])),
        case(FLOAT(3, 4), INTS(1)),
        case(FLOAT(2), INT([[], []]), gradient=False),  # the gradient would scatter along no axis
        case(RANDOM_INT(2, 3, 2), INT([[[1, 0]], [[0, 2]]])),
    ],
)


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Tensor:
    """The slices that vectors of indices point at: `result[i] = params[indices[i, 0], indices[i, 1], ...]`.

    Args:
      params: the tensor to pick from.
      indices: int32 or int64; its last axis holds the vectors.
      name: the op's name.
      batch_dims: how many first axes `params` and `indices` share.

    Raises:
      ValueError: the vectors are longer than `params` has axes.

    >>> run(gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]))
    array([2, 3], dtype=int32)
    """
    known = batch_dims.constant() if isinstance(batch_dims, Tensor) else batch_dims
    if known is not None and int(known) == 0:
        read = getattr(params, "gather_nd", None)
        return read(indices, name=name) if read is not None else emit(GATHER_ND, params, indices, name=name)
    from flowgraph.ops.batch_gather import batch_gather_nd

    return batch_gather_nd(params, indices, batch_dims if known is None else int(known), name)
