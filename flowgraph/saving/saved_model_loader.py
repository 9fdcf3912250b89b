"""Saved models come back: `tf.saved_model.load`."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from flowgraph import errors, protos
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.ops.control_flow import group
from flowgraph.ops.tables import tables_initializer
from flowgraph.platform import logs
from flowgraph.saving.meta_graph import imported
from flowgraph.saving.saved_model import ASSETS, ASSETS_KEY, BINARY, LEGACY_INIT_OP_KEY, MAIN_OP_KEY, RESERVED, TEXT
from flowgraph.saving.saved_model import VARIABLES as VARIABLES_FOLDER
from flowgraph.variables.lists import global_variables_initializer, local_variables_initializer


def maybe_saved_model_directory(export_dir: Any) -> bool:
    """Whether a folder has the message of a saved model; what is in it is not looked at."""
    return any(os.path.exists(os.path.join(export_dir, name)) for name in (TEXT, BINARY))


def load(
    sess: Any, tags: Collection[str], export_dir: Any, import_scope: str | None = None, **saver_kwargs: Any
) -> Any:
    """Add a graph of a saved model to a session's graph, and give its variables their values.

    Args:
      sess: the session.
      tags: those of the graph, all of them.
      export_dir: the folder of the saved model.
      import_scope: a scope for the graph's ops.
      **saver_kwargs: further arguments of `tf.train.import_meta_graph`.

    Returns:
      The MetaGraphDef, as it is in the file: its signatures have the names without `import_scope`.

    Raises:
      OSError: there is no saved model, or its message is damaged.
      RuntimeError: no graph has these tags.

    `tf.saved_model.Builder` has an example.
    """
    folder = os.fspath(export_dir)
    meta = meta_graph_of(read_saved_model(folder), tags)
    with sess.graph.as_default():
        saver, _ = imported(meta, import_scope=import_scope, **saver_kwargs)
        _restore(sess, saver, folder, import_scope)
        op = _init_op(meta, sess.graph, import_scope)
        if op is not None:
            sess.run([op], _asset_feeds(meta, folder, import_scope))
    return meta


def read_saved_model(folder: str) -> Any:
    """The SavedModel in a folder.

    Raises:
      OSError: there is none, or it is damaged.
    """
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    message = protos.message("SavedModel")()
    for name in (BINARY, TEXT):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            data = file.read()
        try:
            if name == BINARY:
                message.ParseFromString(data)
            else:
                protos.read_text(data.decode(), message)
        except (DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
            raise OSError(errors.explain(f"Cannot parse file {path}: {error}.", where=user_site())) from None
        return message
    raise OSError(errors.explain(f"SavedModel file does not exist at: {folder}/{{{TEXT}|{BINARY}}}", where=user_site()))


def meta_graph_of(message: Any, tags: Collection[str]) -> Any:
    """The MetaGraphDef of a SavedModel that has these tags, all of them.

    Raises:
      RuntimeError: there is none.
    """
    for meta in message.meta_graphs:
        if set(meta.meta_info_def.tags) == set(tags):
            return meta
    there = [set(meta.meta_info_def.tags) for meta in message.meta_graphs]
    asked = str(tags).strip("[]")
    line = (
        f"MetaGraphDef associated with tags {asked} could not be found in SavedModel. To inspect available tag-sets in "
        f"the SavedModel, please use the SavedModel CLI: `saved_model_cli`\navailable_tags: {there}"
    )
    raise RuntimeError(errors.explain(line, where=user_site()))


def _restore(sess: Any, saver: Any, folder: str, scope: str | None) -> None:
    if saver is not None:
        saver.restore(sess, os.path.join(folder, VARIABLES_FOLDER, VARIABLES_FOLDER))
    elif get_collection(GraphKeys.GLOBAL_VARIABLES, scope) + get_collection(GraphKeys.SAVEABLE_OBJECTS, scope):
        raise ValueError(
            "No tf.train.Saver object was passed to the function SavedModelLoader.restore_variables. Since there are "
            "variables in the graph, a saver is required."
        )
    else:
        logs.info("The specified SavedModel has no variables; no checkpoints were restored.")


def _init_op(meta: Any, graph: Any, scope: str | None) -> Any:
    """The op that a loader runs; None: there is none."""
    key = next(iter(RESERVED))
    if key in meta.signature_def:  # (of TF 2's builders)
        name = meta.signature_def[key].outputs[key].name
        try:
            return graph.as_graph_element(f"{scope}/{name}" if scope else name)
        except KeyError:
            raise errors.NotFoundError(
                None,
                None,
                f"The {key} could not be found in the graph. Please make sure the SavedModel was created by the "
                "internal _SavedModelBuilder. If you are using the public API, please make sure the SignatureDef in "
                f'the SavedModel does not contain the key "{key}".',
            ) from None
    for collection in (MAIN_OP_KEY, LEGACY_INIT_OP_KEY):
        if collection in meta.collection_def:
            names = meta.collection_def[collection].node_list.value
            if len(names) != 1:
                raise RuntimeError(f"Expected exactly one SavedModel init op. Found: {list(names)}")
            return graph.as_graph_element(f"{scope}/{names[0]}" if scope else names[0])
    return None


def _asset_feeds(meta: Any, folder: str, scope: str | None) -> dict[str, str]:
    """The assets' paths, by the tensors that are to have them while the init op runs."""
    assets = list(meta.asset_file_def)
    if not assets and ASSETS_KEY in meta.collection_def:
        for box in meta.collection_def[ASSETS_KEY].any_list.value:
            asset = protos.message("AssetFileDef")()
            box.Unpack(asset)
            assets.append(asset)
    prefix = f"{scope}/" if scope else ""
    # a hostile model may not name files elsewhere
    return {
        prefix + asset.tensor_info.name: os.path.join(folder, ASSETS, os.path.basename(asset.filename))
        for asset in assets
    }


def main_op() -> Any:
    """An op that initializes all variables, local ones too, and all tables; for `main_op` of a builder.

    >>> tf.saved_model.main_op.main_op()
    <tf.Operation 'group_deps' type=NoOp>
    """
    init = global_variables_initializer()
    local = local_variables_initializer()
    return group(init, local, tables_initializer())


def main_op_with_restore(restore_op_name: Any) -> Any:
    """As `main_op`, and after it an op that restores the variables.

    Args:
      restore_op_name: that op itself; as in TensorFlow 1.15 its name will not do.

    Raises:
      TypeError: it is a name.
    """
    from flowgraph.ir.scope import control_dependencies

    with control_dependencies([main_op()]):
        return group(restore_op_name)
