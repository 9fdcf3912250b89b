"""Ops that write and read checkpoints: SaveV2, RestoreV2 and those beside them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.errors import NotFoundError
from flowgraph.formats.bundle import Bundle, Item, Piece, merge_bundles, write_bundle
from flowgraph.formats.checkpoint import open_checkpoint, parse_slice
from flowgraph.formats.old_checkpoint import OldCheckpoint, write_old
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.protos.signatures import dtype_text
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

# -- shapes ------------------------------------------------------------------------------------------------


def _rank(x: Any, rank: int) -> Sizes:
    if x.sizes is not None and len(x.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    return x.sizes


def _ranks(rank: int, *tensors: Any) -> None:
    for x in tensors:
        _rank(x, rank)


def _file_name_sizes(*inputs: Any) -> tuple[()]:
    _ranks(0, *inputs)
    return ()


def _merged(prefixes: Any, destination: Any, *, delete_old_dirs: bool) -> list[Any]:
    del delete_old_dirs
    _ranks(1, prefixes)
    _ranks(0, destination)
    return []


def _saved(prefix: Any, names: Any, slices: Any, tensors: Sequence[Any], **_attrs: Any) -> list[Any]:
    _rank(prefix, 0)
    for x in (names, slices):
        sizes = _rank(x, 1)
        if sizes is not None and sizes[0] not in (None, len(tensors)):
            raise ValueError(f"Dimension must be {len(tensors)} but is {sizes[0]}")
    return []


def _restored(prefix: Any, names: Any, slices: Any, *, dtypes: Sequence[DType]) -> list[Sizes]:
    _rank(prefix, 0)
    merge(_rank(names, 1), _rank(slices, 1))
    texts = slices.constant()
    if texts is None:
        return [None] * len(dtypes)
    return [_sizes_of_piece(text.decode()) for text in texts]


def _sizes_of_piece(text: str) -> Sizes:
    spec = parse_slice(text)
    return None if spec is None else spec[1].fitted(spec[0]).lengths


# -- saving ------------------------------------------------------------------------------------------------


def _path(prefix: Any) -> str:
    return os.fsdecode(np.asarray(prefix, object).item())


def _spec(text: bytes) -> tuple[tuple[int, ...], Piece] | tuple[None, None]:
    try:
        return parse_slice(text.decode()) or (None, None)
    except ValueError as error:
        raise invalid(str(error)) from None


def _items(ctx: Any, names: Any, slices: Any, tensors: Sequence[Any]) -> list[Item]:
    """What is to be saved, with the dtypes of the graph: arrays do not know that they are quantized."""
    found = []
    for name, text, array, tensor in zip(names, slices, tensors, ctx.op.inputs[3:], strict=True):
        full, piece = _spec(text)
        if full is not None and piece is not None and piece.fitted(full).lengths != np.shape(array):
            raise invalid(
                "Slice in shape_and_slice specification does not match the shape of the tensor to  save: "
                f"{text.decode()}, tensor: {to_text(np.shape(array))}"
            )
        found.append(Item(name.decode(), tensor.dtype.base_dtype, np.asarray(array), full, piece))
    return found


def _save(ctx: Any, prefix: Any, names: Any, slices: Any, tensors: Sequence[Any]) -> tuple[()]:
    write_bundle(_path(prefix), _items(ctx, names, slices, tensors))
    return ()


def _save_old(ctx: Any, path: Any, names: Any, slices: Any, tensors: Sequence[Any]) -> tuple[()]:
    write_old(_path(path), _items(ctx, names, slices, tensors))
    return ()


def _save_whole(ctx: Any, path: Any, names: Any, tensors: Sequence[Any]) -> tuple[()]:
    items = zip(names, tensors, ctx.op.inputs[2:], strict=True)
    write_old(_path(path), [Item(name.decode(), t.dtype.base_dtype, np.asarray(x)) for name, x, t in items])
    return ()


SAVE_V2 = OpDef(
    "SaveV2(prefix: string, tensor_names: string, shape_and_slices: string, tensors: dtypes[]) -> ()",
    attrs={"dtypes": REQUIRED},
    infer=_saved,
    forward=_save,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)

SAVE_SLICES = OpDef(
    "SaveSlices(filename: string, tensor_names: string, shapes_and_slices: string, data: T[]) -> ()",
    attrs={"T": REQUIRED},
    infer=_saved,
    forward=_save_old,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)

SAVE = OpDef(
    "Save(filename: string, tensor_names: string, data: T[]) -> ()",
    attrs={"T": REQUIRED},
    infer=lambda filename, names, tensors: _saved(filename, names, names, tensors),
    forward=_save_whole,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)


def save_v2(prefix: Any, tensor_names: Any, shape_and_slices: Any, tensors: Any, name: str | None = None) -> Operation:
    """An op that saves tensors under names in the files of a checkpoint, `prefix.index` and `prefix.data-...`.

    Args:
      prefix: the path, a scalar of strings.
      tensor_names: the names under which they are saved.
      shape_and_slices: for each '', or which piece of which shape it is: '4 2 0,2:-' is the first two rows of (4, 2).
      tensors: a list of tensors.
      name: the op's name.
    """
    op: Operation = emit(SAVE_V2, prefix, tensor_names, shape_and_slices, tensors, name=name)
    return op


def save_slices(
    filename: Any, tensor_names: Any, shapes_and_slices: Any, data: Any, name: str | None = None
) -> Operation:
    """An op that saves tensors in a file of the format before `save_v2`."""
    op: Operation = emit(SAVE_SLICES, filename, tensor_names, shapes_and_slices, data, name=name)
    return op


# -- restoring ---------------------------------------------------------------------------------------------


def _restore(_ctx: Any, prefix: Any, names: Any, slices: Any, *, dtypes: Sequence[DType]) -> tuple[Any, ...]:
    checkpoint = open_checkpoint(_path(prefix))
    return tuple(
        _read(checkpoint, name.decode(), text, dtype) for name, text, dtype in zip(names, slices, dtypes, strict=True)
    )


def _read(checkpoint: Bundle | OldCheckpoint, name: str, text: bytes, dtype: DType) -> Any:
    full, piece = _spec(text)
    if isinstance(checkpoint, OldCheckpoint):
        return _read_old(checkpoint, name, piece, dtype)
    stored = checkpoint.dtype(name)
    if stored is not dtype:
        raise invalid(
            f"tensor_name = {name}; expected dtype {dtype_text(dtype.enum)} does not equal original dtype "
            f"{dtype_text(stored.enum)}"
        )
    if full is not None and full != checkpoint.sizes(name):
        raise invalid(
            f"tensor_name = {name}; shape in shape_and_slice spec {to_text(full)} does not match the shape stored in "
            f"checkpoint: {to_text(checkpoint.sizes(name))}"
        )
    return checkpoint.read(name, piece)


def _read_old(checkpoint: OldCheckpoint, name: str, piece: Piece | None, dtype: DType) -> Any:
    if name not in checkpoint:
        raise NotFoundError(None, None, f'Tensor name "{name}" not found in checkpoint files {checkpoint.prefix}')
    stored = checkpoint.dtype(name)
    if stored is not dtype:
        raise invalid(
            f"Expected to restore a tensor of type {dtype_text(dtype.enum)}, got a tensor of type "
            f"{dtype_text(stored.enum)} instead: tensor_name = {name}"
        )
    return checkpoint.read(name, piece)


def _restore_old(_ctx: Any, path: Any, name: Any, text: Any = b"", *, dt: DType, preferred_shard: int) -> Any:
    del preferred_shard  # which of several files to try first: all of them are looked at
    _, piece = _spec(np.asarray(text, object).item())
    return _read_old(OldCheckpoint(_existing(path)), np.asarray(name, object).item().decode(), piece, dt)


def _existing(path: Any) -> str:
    name = _path(path)
    open_checkpoint(name)
    return name


RESTORE_V2 = OpDef(
    "RestoreV2(prefix: string, tensor_names: string, shape_and_slices: string) -> tensors: dtypes[]",
    attrs={"dtypes": REQUIRED},
    infer=_restored,
    forward=_restore,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)

RESTORE_SLICE = OpDef(
    "RestoreSlice(file_pattern: string, tensor_name: string, shape_and_slice: string) -> tensor: dt",
    attrs={"dt": TypeAttr(), "preferred_shard": -1},
    infer=lambda _pattern, _name, text, **_attrs: (
        None if text.constant() is None else _sizes_of_piece(text.constant().item().decode())
    ),
    forward=_restore_old,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)

RESTORE = OpDef(
    "Restore(file_pattern: string, tensor_name: string) -> tensor: dt",
    attrs={"dt": TypeAttr(), "preferred_shard": -1},
    infer=lambda _pattern, _name, **_attrs: None,
    forward=_restore_old,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)


def restore_v2(
    prefix: Any, tensor_names: Any, shape_and_slices: Any, dtypes: Sequence[Any], name: str | None = None
) -> list[Tensor]:
    """Tensors out of a checkpoint, of either version.

    Args:
      prefix: its path, a scalar of strings.
      tensor_names: the names of the tensors.
      shape_and_slices: for each '' for all of it, or a piece; see `save_v2`.
      dtypes: their dtypes.
      name: the op's name.

    Raises:
      NotFoundError: when run, if there is no such checkpoint or it has no such tensor.
      InvalidArgumentError: when run, if a tensor is of another dtype or shape.
      DataLossError: when run, if the checkpoint is damaged.
    """
    found: list[Tensor] = emit(RESTORE_V2, prefix, tensor_names, shape_and_slices, dtypes=tuple(dtypes), name=name)
    return found if isinstance(found, list) else [found]


def restore_slice(
    file_pattern: Any,
    tensor_name: Any,
    shape_and_slice: Any,
    dt: Any,
    preferred_shard: int = -1,
    name: str | None = None,
) -> Tensor:
    """A piece of a tensor out of a checkpoint of the first version."""
    found: Tensor = emit(
        RESTORE_SLICE, file_pattern, tensor_name, shape_and_slice, dt=dt, preferred_shard=preferred_shard, name=name
    )
    return found


def restore(file_pattern: Any, tensor_name: Any, dt: Any, preferred_shard: int = -1, name: str | None = None) -> Tensor:
    """A tensor out of a checkpoint of the first version."""
    found: Tensor = emit(RESTORE, file_pattern, tensor_name, dt=dt, preferred_shard=preferred_shard, name=name)
    return found


# -- several files -----------------------------------------------------------------------------------------


def _merge(_ctx: Any, prefixes: Any, destination: Any, *, delete_old_dirs: bool) -> tuple[()]:
    paths = [os.fsdecode(prefix) for prefix in prefixes]
    merge_bundles(paths, _path(destination))
    if delete_old_dirs:
        for folder in {os.path.dirname(path) for path in paths}:
            with contextlib.suppress(OSError):  # it stays where something else is in it
                os.rmdir(folder)
    return ()


MERGE_V2_CHECKPOINTS = OpDef(
    "MergeV2Checkpoints(checkpoint_prefixes: string, destination_prefix: string) -> ()",
    attrs={"delete_old_dirs": True},
    infer=_merged,
    forward=_merge,
    effect=Effect.WORLD,
    gradient=NO_GRADIENT,
)


def _file_name(_xp: Any, name: Any, shard: Any, count: Any) -> Any:
    return np.array(b"%s-%05d-of-%05d" % (np.asarray(name, object).item(), int(shard), int(count)), object)


SHARDED_FILENAME = OpDef(
    "ShardedFilename(basename: string, shard: int32, num_shards: int32) -> filename: string",
    cases=[case(VALUE(b"model", dt.string), VALUE(1, dt.int32), VALUE(3, dt.int32))],
    infer=_file_name_sizes,
    forward=_file_name,
    gradient=NO_GRADIENT,
)

SHARDED_FILESPEC = OpDef(
    "ShardedFilespec(basename: string, num_shards: int32) -> filename: string",
    cases=[case(VALUE(b"model", dt.string), VALUE(3, dt.int32))],
    infer=_file_name_sizes,
    forward=lambda _xp, name, count: np.array(
        b"%s-?????-of-%05d" % (np.asarray(name, object).item(), int(count)), object
    ),
    gradient=NO_GRADIENT,
)


def merge_v2_checkpoints(
    checkpoint_prefixes: Any, destination_prefix: Any, delete_old_dirs: bool = True, name: str | None = None
) -> Operation:
    """An op that makes one checkpoint of several."""
    op: Operation = emit(
        MERGE_V2_CHECKPOINTS, checkpoint_prefixes, destination_prefix, delete_old_dirs=delete_old_dirs, name=name
    )
    return op


def sharded_filename(basename: Any, shard: Any, num_shards: Any, name: str | None = None) -> Tensor:
    """The name of one file of several.

    >>> run(sharded_filename("model", 1, 3))
    b'model-00001-of-00003'
    """
    found: Tensor = emit(SHARDED_FILENAME, basename, shard, num_shards, name=name)
    return found


def sharded_filespec(basename: Any, num_shards: Any, name: str | None = None) -> Tensor:
    """A pattern for the names of several files."""
    found: Tensor = emit(SHARDED_FILESPEC, basename, num_shards, name=name)
    return found
