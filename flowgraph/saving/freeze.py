"""Files in, a frozen graph out: what TensorFlow's `freeze_graph` tool does."""

from __future__ import annotations

import os
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors, protos
from flowgraph.formats.whole import write_whole
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_graph
from flowgraph.ops.graph_import import import_graph_def
from flowgraph.saving.graph_util import convert_variables_to_constants
from flowgraph.saving.meta_graph import import_meta_graph, read_meta_graph_file
from flowgraph.saving.reader import CheckpointReader
from flowgraph.saving.saved_model import SERVING
from flowgraph.saving.saved_model_loader import load, meta_graph_of, read_saved_model
from flowgraph.saving.saver import Saver
from flowgraph.saving.saver_ops import NEW
from flowgraph.saving.states import checkpoint_exists
from flowgraph.session import Session


def freeze_graph(
    input_graph: Any,
    input_saver: Any,
    input_binary: bool,
    input_checkpoint: Any,
    output_node_names: str,
    restore_op_name: Any,
    filename_tensor_name: Any,
    output_graph: Any,
    clear_devices: bool,
    initializer_nodes: str,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph: Any = None,
    input_saved_model_dir: Any = None,
    saved_model_tags: str = SERVING,
    checkpoint_version: int = NEW,
) -> Any:
    """Make the variables of a graph in files constants, with the values of a checkpoint.

    The graph is that of a saved model, of a meta graph, or a GraphDef; it is added to the current graph.

    Args:
      input_graph: the file of a GraphDef.
      input_saver: the file of a SaverDef whose ops restore the variables.
      input_binary: whether these files, and that of the meta graph, are binary; else they are text.
      input_checkpoint: the path of the checkpoint.
      output_node_names: the nodes that are wanted, with commas between.
      restore_op_name, filename_tensor_name: no longer used, in TF neither.
      output_graph: the file that is written, binary; '' for none.
      clear_devices: whether devices are left out.
      initializer_nodes: nodes that are run before, with commas between.
      variable_names_whitelist: only these variables become constants, with commas between; '' for all.
      variable_names_blacklist: these do not.
      input_meta_graph: the file of a MetaGraphDef.
      input_saved_model_dir: the folder of a saved model.
      saved_model_tags: the tags of its graph, with commas between.
      checkpoint_version: 1 or 2, as for a Saver; a checkpoint of either version is read.

    Returns:
      The frozen GraphDef.

    Raises:
      OSError: a file is not there, or cannot be read.
      ValueError: there is no such checkpoint, no output is named, or the graph has no variables.
    """
    graph_def = saver_def = meta = None
    if input_saved_model_dir:
        message = read_saved_model(os.fspath(input_saved_model_dir))
        graph_def = meta_graph_of(message, _names(saved_model_tags)).graph_def
    elif input_graph:
        graph_def = _read("GraphDef", input_graph, input_binary, "graph")
    if input_meta_graph:
        if not os.path.exists(input_meta_graph):
            raise OSError(f"Input meta graph file '{input_meta_graph}' does not exist!")
        meta = read_meta_graph_file(os.fspath(input_meta_graph))
    if input_saver:
        saver_def = _read("SaverDef", input_saver, input_binary, "saver")
    return freeze_graph_with_def_protos(
        graph_def, saver_def, input_checkpoint, output_node_names, restore_op_name, filename_tensor_name, output_graph,
        clear_devices, initializer_nodes, variable_names_whitelist, variable_names_blacklist, meta,
        input_saved_model_dir, _names(saved_model_tags), checkpoint_version,
    )  # fmt: skip


def freeze_graph_with_def_protos(
    input_graph_def: Any,
    input_saver_def: Any,
    input_checkpoint: Any,
    output_node_names: str,
    restore_op_name: Any,
    filename_tensor_name: Any,
    output_graph: Any,
    clear_devices: bool,
    initializer_nodes: str,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph_def: Any = None,
    input_saved_model_dir: Any = None,
    saved_model_tags: Any = None,
    checkpoint_version: int = NEW,
) -> Any:
    """As `freeze_graph`, with messages instead of their files, and a list of tags.

    Args:
      input_graph_def: a GraphDef, or None.
      input_saver_def: a SaverDef, or None.
      input_meta_graph_def: a MetaGraphDef, or None.
      saved_model_tags: a list of the tags.
      input_checkpoint, output_node_names, restore_op_name, filename_tensor_name, output_graph, clear_devices,
        initializer_nodes, variable_names_whitelist, variable_names_blacklist, input_saved_model_dir,
        checkpoint_version: see `freeze_graph`.
    """
    del restore_op_name, filename_tensor_name  # TF takes them for old scripts, too
    if not input_saved_model_dir and not checkpoint_exists(os.fspath(input_checkpoint)):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist!")
    if not output_node_names:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    definition = input_meta_graph_def.graph_def if input_meta_graph_def is not None else input_graph_def
    if clear_devices:
        for node in definition.node:
            node.device = ""
    if input_graph_def is not None and not input_saved_model_dir:
        import_graph_def(input_graph_def, name="")
    with Session() as sess:
        if input_saver_def is not None:
            Saver(saver_def=input_saver_def, write_version=checkpoint_version).restore(sess, input_checkpoint)
        elif input_meta_graph_def is not None:
            import_meta_graph(input_meta_graph_def, clear_devices=True).restore(sess, input_checkpoint)
        elif input_saved_model_dir:
            load(sess, saved_model_tags or [], input_saved_model_dir)
        else:
            _saver_by_names(input_checkpoint, checkpoint_version).restore(sess, input_checkpoint)
        if initializer_nodes and input_saver_def is None and not input_saved_model_dir:
            sess.run(_names(initializer_nodes))
        frozen = convert_variables_to_constants(
            sess,
            definition,
            _names(output_node_names),
            _names(variable_names_whitelist) or None,
            _names(variable_names_blacklist) or None,
        )
    if output_graph:
        write_whole(output_graph, frozen.SerializeToString())
    return frozen


def _saver_by_names(checkpoint: Any, version: int) -> Saver:
    """A Saver of those variables of the current graph that a checkpoint has: a GraphDef does not say what is one."""
    names = CheckpointReader(checkpoint).get_variable_to_shape_map()
    ops = {op.name: op for op in get_default_graph().get_operations()}
    variables = [op for op in ops.values() if op.type.startswith("Variable") or op.type.endswith("VariableOp")]
    if not variables:
        raise ValueError(
            "No variables were found in this model. It is likely the model was frozen previously. You cannot freeze a "
            "graph twice."
        )
    found = {name: ops[name].outputs[0] for name in names if name in ops}
    pieces = [name for name in found if not found[name].dtype.is_ref]
    if pieces:
        kind = "resource" if any(found[name].dtype == dt.resource for name in pieces) else "partition"
        line = f"Models containing {kind} variables cannot be converted from checkpoint files."
        mend = "Pass in a SavedModel using the flag --input_saved_model_dir, or a meta graph."
        details = [f"{kind} variables: {', '.join(pieces[:5])}"]
        raise ValueError(errors.explain(line, details=details, mend=mend, where=user_site()))
    return Saver(found, write_version=version)


def _names(text: str) -> list[str]:
    return text.replace(" ", "").split(",") if text else []


def _read(message: str, path: Any, is_binary: bool, what: str) -> Any:
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    if not os.path.exists(path):
        raise OSError(f"Input {what} file '{path}' does not exist!")
    found = protos.message(message)()
    with open(path, "rb") as file:
        data = file.read()
    try:
        if is_binary:
            found.ParseFromString(data)
        else:
            protos.read_text(data.decode(), found)
    except (DecodeError, UnicodeDecodeError, text_format.ParseError) as error:
        mend = f"Is it {'text' if is_binary else 'binary'}? Then pass input_binary={not is_binary}."
        line = f"Cannot parse file {os.fspath(path)}: {error}"
        raise OSError(errors.explain(line, mend=mend, where=user_site())) from None
    return found
