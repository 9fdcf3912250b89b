"""Looking into checkpoints without a graph: which tensors they have, and their values."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from flowgraph import protos
from flowgraph.dtypes import DType
from flowgraph.formats.checkpoint import open_checkpoint
from flowgraph.saving.states import latest_checkpoint


class CheckpointReader:
    """The tensors of a checkpoint; `tf.train.NewCheckpointReader` makes one."""

    def __init__(self, filepattern: Any) -> None:
        self._checkpoint = open_checkpoint(os.fspath(filepattern))
        self._name = os.path.basename(os.fspath(filepattern))

    def has_tensor(self, name: str) -> bool:
        """Whether the checkpoint has a tensor of this name."""
        return name in self._checkpoint

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> shape of all its tensors."""
        return {name: list(self._checkpoint.sizes(name)) for name in self._checkpoint.names()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """Name -> dtype of all its tensors."""
        return {name: self._checkpoint.dtype(name) for name in self._checkpoint.names()}

    def get_tensor(self, name: str) -> np.ndarray:
        """The value of a tensor.

        Raises:
          NotFoundError: the checkpoint has no such tensor.
          DataLossError: it is damaged.
        """
        found = self._checkpoint.read(name)
        return found if found.ndim or found.dtype == object else found[()]

    def debug_string(self) -> bytes:
        """Names, dtypes and shapes, a line each."""
        kinds, checkpoint = protos.enum("DataType"), self._checkpoint
        lines = [
            f"{name} ({kinds.Name(checkpoint.dtype(name).enum)}) [{','.join(map(str, checkpoint.sizes(name)))}]\n"
            for name in checkpoint.names()
        ]
        return "".join(lines).encode()

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import checkpoint_html

        return checkpoint_html(self)

    def __repr__(self) -> str:
        return f"<tf.train.CheckpointReader of {self._name!r}: {len(list(self._checkpoint.names()))} tensors>"


def NewCheckpointReader(filepattern: Any) -> CheckpointReader:
    """A reader of a checkpoint, of either version.

    Args:
      filepattern: its path, as `Saver.save` returned it.

    Raises:
      NotFoundError: there is no such checkpoint.
      DataLossError: it is damaged.
    """
    return CheckpointReader(filepattern)


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """A reader of a checkpoint, or of the newest in a folder.

    Raises:
      ValueError: the folder has none.
    """
    path = path_of(ckpt_dir_or_file)
    if path is None:
        raise ValueError(
            f"Couldn't find 'checkpoint' file or checkpoints in given directory {os.fspath(ckpt_dir_or_file)}"
        )
    return CheckpointReader(path)


def load_variable(ckpt_dir_or_file: Any, name: str) -> np.ndarray:
    """The value of one tensor of a checkpoint, or of the newest in a folder; see `tf.train.load_checkpoint`."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """Names and shapes of all tensors of a checkpoint, or of the newest in a folder, sorted by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def path_of(place: Any) -> str | None:
    """The path of a checkpoint, or of the newest in a folder; None where the folder has none."""
    place = os.fspath(place)
    return latest_checkpoint(place) if os.path.isdir(place) else place
