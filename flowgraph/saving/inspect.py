"""What a checkpoint holds, in print."""
# ruff: noqa: T201  # what it is for

from __future__ import annotations

import re
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.saving.reader import CheckpointReader, NewCheckpointReader


def print_tensors_in_checkpoint_file(
    file_name: Any,
    tensor_name: str | None,
    all_tensors: bool,
    all_tensor_names: bool = False,
    count_exclude_pattern: str = "",
) -> None:
    """Print names, values or a list of what is in a checkpoint, and how many numbers that is.

    Args:
      file_name: the checkpoint's path, as `Saver.save` returned it.
      tensor_name: whose value to print; without a name, a list of all names, dtypes and shapes.
      all_tensors: print the values of all tensors.
      all_tensor_names: print the names of all tensors.
      count_exclude_pattern: a regular expression; names in which it is found are not counted.

    What cannot be read is told in print, too, as in TF.
    """
    try:
        reader = NewCheckpointReader(file_name)
        _print_tensors(reader, tensor_name, all_tensors, all_tensor_names)
        _print_count(reader, count_exclude_pattern)
    except errors.OpError as error:
        print(str(error).split("\n", 1)[0])


def _print_tensors(reader: CheckpointReader, name: str | None, values: bool, names: bool) -> None:
    if values or names:
        for each in sorted(reader.get_variable_to_shape_map()):
            print("tensor_name: ", each)
            if values:
                print(reader.get_tensor(each))
    elif name:
        print("tensor_name: ", name)
        print(reader.get_tensor(name))
    else:
        print(reader.debug_string().decode())


def _print_count(reader: CheckpointReader, exclude: str) -> None:
    sizes = {name: int(np.prod(shape)) for name, shape in reader.get_variable_to_shape_map().items()}
    left_out = [name for name in sizes if exclude and re.search(exclude, name)]
    if exclude:
        count = sum(sizes.pop(name) for name in left_out)
        print(f"# Excluding {len(left_out)} tensors ({count} params) that match {exclude} when counting.")
    print(f"# Total number of params: {sum(sizes.values())}")
