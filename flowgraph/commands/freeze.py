"""`flowgraph freeze`: files in, a frozen graph out, with the flags of TensorFlow's `freeze_graph`."""

from __future__ import annotations

import argparse

from flowgraph.saving.freeze import freeze_graph

_TEXTS = {
    "input_graph": ("", "the file of a GraphDef"),
    "input_saver": ("", "the file of a SaverDef"),
    "input_checkpoint": ("", "the path of the checkpoint, without ending"),
    "output_graph": ("", "the file to write"),
    "output_node_names": ("", "the nodes that are wanted, with commas between"),
    "restore_op_name": ("save/restore_all", "no longer used"),
    "filename_tensor_name": ("save/Const:0", "no longer used"),
    "initializer_nodes": ("", "nodes to run before, with commas between"),
    "variable_names_whitelist": ("", "the only variables that become constants, with commas between"),
    "variable_names_blacklist": ("", "variables that do not, with commas between"),
    "input_meta_graph": ("", "the file of a MetaGraphDef"),
    "input_saved_model_dir": ("", "the folder of a saved model"),
    "saved_model_tags": ("serve", "the tags of its graph, with commas between"),
}
_SWITCHES = {
    "input_binary": (False, "whether the files of graphs and savers are binary, not text"),
    "clear_devices": (True, "whether devices are left out"),
}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Let a parser know the flags."""
    for name, (default, text) in _TEXTS.items():
        parser.add_argument(f"--{name}", default=default, help=text)
    for name, (is_on, text) in _SWITCHES.items():
        parser.add_argument(f"--{name}", nargs="?", const=True, type=_truth, default=is_on, metavar="true", help=text)
    parser.add_argument("--checkpoint_version", type=int, default=2, help="1 or 2")


def _truth(text: str) -> bool:
    return text.lower() == "true"


def freeze(flags: argparse.Namespace) -> None:
    """Do what the flags ask for.

    Raises:
      ValueError, OSError: see `freeze_graph`; or `checkpoint_version` is neither 1 nor 2.
    """
    if flags.checkpoint_version not in (1, 2):
        raise ValueError(f"Invalid checkpoint version (must be '1' or '2'): {flags.checkpoint_version}")
    names = [*_TEXTS, *_SWITCHES, "checkpoint_version"]
    freeze_graph(**{name: getattr(flags, name) for name in names})
