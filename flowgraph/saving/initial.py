"""Variables that start with values from a checkpoint (tf.train.init_from_checkpoint)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import device
from flowgraph.ops.save import restore_v2
from flowgraph.saving.reader import load_checkpoint, path_of
from flowgraph.saving.saveables import saveables_of
from flowgraph.variables.scope import variable_store
from flowgraph.variables.variable import Variable


def init_from_checkpoint(ckpt_dir_or_file: Any, assignment_map: Mapping[str, Any]) -> None:
    """Let variables of the default graph start with values from a checkpoint, in place of their own initial values.

    The values are read when the variables' initializers run, by `tf.global_variables_initializer()` for example.

    Args:
      ckpt_dir_or_file: the path of a checkpoint, or a folder with one.
      assignment_map: from names in the checkpoint to variables (of one, or a list of its pieces) or their names; or
        from scopes in the checkpoint to scopes of the graph, both with a slash at the end; "/" is the whole of each.
        Names are found among the variables that `tf.get_variable` made.

    Raises:
      ValueError: the checkpoint lacks a tensor or has it in another shape; the map's two sides do not go together.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "old")
    >>> with tf.variable_scope("encoder"):
    ...     w = tf.get_variable("w", initializer=[1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     path = tf.train.Saver().save(sess, path)
    >>> with tf.Graph().as_default(), tf.variable_scope("mine"):
    ...     w = tf.get_variable("w", [2])
    ...     tf.train.init_from_checkpoint(path, {"encoder/": "mine/"})
    ...     with tf.Session() as sess:
    ...         sess.run(tf.global_variables_initializer())
    ...         sess.run(w)
    array([1., 2.], dtype=float32)
    """
    path = path_of(ckpt_dir_or_file)
    known = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    made = variable_store().variables
    for name, mine in sorted(assignment_map.items()):
        found = mine if _is_variable(mine) else _made_as(mine, made)
        if found is None:
            for inner, var in _pairs_of_scopes(name, mine, made, known, ckpt_dir_or_file):
                _start_with(var, path, inner)
            continue
        if name not in known:
            raise refusal(f"Tensor {name} is not found in {ckpt_dir_or_file} checkpoint {known}")
        if isinstance(found, Variable) and not found.shape.is_compatible_with(known[name]):
            raise refusal(
                f"Shape of variable {found.name} ({found.shape}) doesn't match with shape of tensor {name} "
                f"({known[name]}) from checkpoint reader."
            )
        _start_with(found, path, name)


def _is_variable(item: Any) -> bool:
    return isinstance(item, Variable) or (isinstance(item, list) and all(isinstance(v, Variable) for v in item))


def _made_as(name: str, made: Mapping[str, Any]) -> Any:
    """What `get_variable` made under a name: a variable, a list of the pieces of one, or None."""
    if name in made:
        return made[name]
    pieces: list[Any] = []
    while (piece := f"{name}/part_{len(pieces)}") in made:
        pieces.append(made[piece])
    return pieces or None


def _pairs_of_scopes(
    theirs: str, mine: str, made: Mapping[str, Any], known: Mapping[str, Any], place: Any
) -> Iterator[tuple[str, Any]]:
    """A name in the checkpoint and a variable for each variable of a scope."""
    scope = mine.rpartition("/")[0]
    if not theirs.endswith("/"):
        raise refusal(
            f"Assignment map with scope only name {scope} should map to scope only {theirs}. "
            "Should be 'scope/': 'other_scope/'."
        )
    for name in sorted({name.partition("/part_")[0] for name in made if not scope or name.startswith(scope + "/")}):
        inner = name[len(scope) :] if mine == "/" else name[len(scope) + 1 :]
        full = (inner if theirs == "/" else theirs + inner).removesuffix("/")
        if full not in known:
            raise refusal(f"Tensor {full} ({name[len(scope) + 1 :]} in {theirs}) is not found in {place} checkpoint")
        yield full, _made_as(name, made)


def _start_with(found: Any, path: Any, name: str) -> None:
    """Give a variable, or the pieces of one, an initializer that reads a tensor of a checkpoint."""
    if isinstance(found, Variable):
        _read_into(found, path, name, "")
        return
    wholes = [piece._get_save_slice_info() for piece in found]
    for info in wholes:
        if info.full_name != wholes[0].full_name:
            raise refusal(f"Slices must all be from the same tensor: {wholes[0].full_name} != {info.full_name}")
    for piece, info in zip(found, wholes, strict=True):
        _read_into(piece, path, name, info.spec)


def _read_into(var: Any, path: Any, name: str, slice_spec: str) -> None:
    with device(var.device), device("/cpu:0"):
        (value,) = restore_v2(path, [name], [slice_spec], [var.dtype.base_dtype], name="checkpoint_initializer")
        (saveable,) = saveables_of([var])
    initializer = saveable.restore([value], restored_shapes=None)
    value.set_shape(var.shape)
    var._initializer_op, var._initial_value = initializer, value
