"""A tf.train.Saver for an object-based checkpoint: it keeps, beside each value, the name that the variable had."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.platform import logs
from flowgraph.saving.reader import CheckpointReader
from flowgraph.saving.saveables import all_saveable_objects, saveables_of
from flowgraph.saving.saver import Saver
from flowgraph.tracking.saver import graph_in


def saver_by_name(path: str, var_list: Any, made: Saver | None) -> Saver | None:
    """A Saver that finds variables of an object-based checkpoint by their names; None if it is not object-based.

    Args:
      path: the checkpoint.
      var_list: as for `Saver`.
      made: what this function gave before for the same variables, or None.

    Raises:
      NotFoundError: the checkpoint lacks a variable.
    """
    graph = graph_in(CheckpointReader(path), path)
    if graph is None:
        return None
    logs.warning(
        "Restoring an object-based checkpoint using a name-based saver. This may be somewhat fragile, and will "
        "re-build the Saver. Instead, consider loading object-based checkpoints using tf.train.Checkpoint()."
    )
    keys = {found.full_name: found.checkpoint_key for node in graph.nodes for found in node.attributes}
    saveables = saveables_of(all_saveable_objects() if var_list is None else var_list)
    wanted = {spec.name for saveable in saveables for spec in saveable.specs}
    if wanted - keys.keys():
        raise errors.NotFoundError(None, None, _lacking(wanted, set(keys)))
    for saveable in saveables:
        saveable.specs = [spec._replace(name=keys[spec.name]) for spec in saveable.specs]
    return made or Saver(saveables)


def _lacking(wanted: set[str], there: set[str]) -> str:
    return (
        f"\n\nExisting variables not in the checkpoint: {', '.join(sorted(wanted - there))}\n\n"
        "Variables names when this checkpoint was written which don't exist now: "
        f"{', '.join(sorted(there - wanted))}\n\n"
        f"({len(wanted & there)} variable name(s) did match)\n\n"
        "Could not find some variables in the checkpoint (see names above). Saver was attempting to load an "
        "object-based checkpoint (saved using tf.train.Checkpoint or tf.keras.Model.save_weights) using variable "
        "names. If the checkpoint was written with eager execution enabled, it's possible that variable names have "
        "changed (for example missing a '_1' suffix). It's also possible that there are new variables which did "
        "not exist when the checkpoint was written. You can construct a Saver(var_list=...) with only the "
        "variables which previously existed, and if variable names have changed you may need to make this a "
        "dictionary with the old names as keys. If you're using an Estimator, you'll need to return a "
        "tf.train.Saver inside a tf.train.Scaffold from your model_fn."
    )
