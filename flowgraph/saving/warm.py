"""tf.train.warm_start: variables that start with the values that those of the same names have in a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.saving.initial import init_from_checkpoint
from flowgraph.saving.saveables import variables_by_name
from flowgraph.variables.partitioned import PartitionedVariable
from flowgraph.variables.variable import Variable


def warm_start(
    ckpt_to_initialize_from: Any,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Mapping[str, Any] | None = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Let variables start with the values that those of the same names have in a checkpoint.

    Args:
      ckpt_to_initialize_from: the checkpoint, or a folder, of which the newest is meant.
      vars_to_warm_start: which variables: a pattern that trainable variables match, a list of patterns for all global
        ones, or a list of variables. None: only those with a vocabulary.
      var_name_to_vocab_info: must be empty: rows that follow a vocabulary cannot be moved yet.
      var_name_to_prev_var_name: names in the checkpoint for variables that have another name there.

    Raises:
      ValueError: a name is given for a variable that is not there, or the checkpoint lacks a variable.
      NotImplementedError: vocabularies are given.
    """
    if var_name_to_vocab_info:
        raise refusal(
            "tf.train.warm_start cannot rearrange variables by vocabularies: var_name_to_vocab_info must be empty.",
            NotImplementedError,
            "Load the old rows with tf.train.load_variable and assign them yourself.",
        )
    names = dict(var_name_to_prev_var_name or {})
    groups = variables_by_name(_wanted(vars_to_warm_start))
    unused = set(names) - set(groups)
    if vars_to_warm_start:
        init_from_checkpoint(
            ckpt_to_initialize_from,
            {
                names.get(name) or name: list(group) if isinstance(group, PartitionedVariable) else group
                for name, group in groups.items()
            },
        )
    if unused:
        raise refusal(
            f"You provided the following variables in var_name_to_prev_var_name that were not used: {unused}.  "
            f"Perhaps you misspelled them?  Here is the list of viable variable names: {groups.keys()}"
        )


def _wanted(which: Any) -> list[Any]:
    if which is None or isinstance(which, str):
        return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=which)
    if not isinstance(which, list):
        raise refusal(f"`vars_to_warm_start must be a `list` or `str`.  Given type is {type(which)}")
    if all(isinstance(item, str) for item in which):
        return [var for pattern in which for var in get_collection(GraphKeys.GLOBAL_VARIABLES, scope=pattern)]
    if all(isinstance(item, Variable) for item in which):
        return which
    raise refusal(
        "If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`.  Given types are "
        f"{[type(item) for item in which]}"
    )
