"""Meta graphs: a graph with its collections and its Saver, in one message (MetaGraphDef)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from flowgraph import errors, protos
from flowgraph.formats.whole import write_whole
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import GraphKeys, get_default_graph
from flowgraph.ops import context_protos
from flowgraph.ops.graph_import import import_graph_def
from flowgraph.platform import logs
from flowgraph.protos.registry import op_def
from flowgraph.variables.protos import variable_of

TF_VERSION = "1.15.5"
_VARIABLES = (
    GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES, GraphKeys.LOCAL_VARIABLES, GraphKeys.MODEL_VARIABLES,
    GraphKeys.METRIC_VARIABLES, GraphKeys.MOVING_AVERAGE_VARIABLES, GraphKeys.GLOBAL_STEP,
)  # fmt: skip
_UNBOUND = "$unbound_inputs_"
"""What stands in an exported scope for an input from outside."""


def _saver_from(definition: Any, import_scope: str | None) -> Any:
    from flowgraph.saving.saver import Saver

    return Saver.from_proto(definition, import_scope)


Reader = Callable[[Any, str | None], Any]
_PROTOS: dict[str, tuple[str, Reader]] = {
    **dict.fromkeys(_VARIABLES, ("VariableDef", variable_of)),
    GraphKeys.SAVERS: ("SaverDef", _saver_from),
    GraphKeys.COND_CONTEXT: ("CondContextDef", context_protos.from_proto),
    GraphKeys.WHILE_CONTEXT: ("WhileContextDef", context_protos.from_proto),
}
"""Of the collections whose members are written as messages: which message, and how it becomes a member again."""


def register_proto(collection: str, message: str, from_proto: Reader) -> None:
    """Write the members of a collection by their `to_proto`, and read them again by `from_proto(message, scope)`."""
    _PROTOS[collection] = message, from_proto


# -- writing -----------------------------------------------------------------------------------------------


def export_meta_graph(
    filename: str | None = None,
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Collection[str] | None = None,
    as_text: bool = False,
    graph: Graph | None = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> Any:
    """A graph, its collections and perhaps a Saver as a MetaGraphDef, which `import_meta_graph` reads.

    Args:
      filename: the file to write; None: none.
      meta_info_def: a MetaInfoDef to begin with.
      graph_def: the GraphDef; by default that of the graph.
      saver_def: the SaverDef of a Saver of the graph.
      collection_list: the collections to write; None: all.
      as_text: whether the file is text.
      graph: the graph, by default the current one.
      export_scope: only what lies in this scope, whose name is left out; inputs from outside are left unbound.
      clear_devices: whether devices are left out.
      clear_extraneous_savers: whether Savers other than `saver_def` are left out.
      strip_default_attrs: whether attrs that have their defaults are left out.
      save_debug_info: not there; must be False.

    Raises:
      TypeError: an argument is no such message.
    """
    if save_debug_info:
        raise NotImplementedError("export_meta_graph(save_debug_info=True) is not there: there is no GraphDebugInfo.")
    if kwargs:
        raise TypeError(f"export_meta_graph() got an unexpected keyword argument {next(iter(kwargs))!r}")
    graph = graph or get_default_graph()
    meta = protos.message("MetaGraphDef")()
    if meta_info_def is not None:
        meta.meta_info_def.CopyFrom(meta_info_def)
    _fill_info(meta.meta_info_def, strip_default_attrs)
    definition = graph.as_graph_def(add_shapes=True) if graph_def is None else graph_def
    if not isinstance(definition, protos.message("GraphDef")):
        raise TypeError(f"graph_def must be of type GraphDef, not {type(definition)}")
    scope = export_scope.rstrip("/") + "/" if export_scope else ""
    unbound = _copy_nodes(definition, meta.graph_def, scope, clear_devices, strip_default_attrs)
    if unbound:
        meta.collection_def["unbound_inputs"].bytes_list.value.extend(name.encode() for name in unbound)
    used = sorted({node.op for node in meta.graph_def.node})
    meta.meta_info_def.stripped_op_list.op.extend(found for found in map(op_def, used) if found is not None)
    if saver_def is not None:
        meta.saver_def.CopyFrom(saver_def)
    for key in graph.get_all_collection_keys() if collection_list is None else collection_list:
        if isinstance(key, str) and not key.startswith("__"):
            add_collection_def(meta, key, graph, export_scope, saver_def if clear_extraneous_savers else None)
    if filename:
        _write(filename, meta, as_text)
    return meta


def _fill_info(info: Any, stripped: bool) -> None:
    info.tensorflow_version = TF_VERSION
    info.tensorflow_git_version = "unknown"
    info.stripped_default_attrs = stripped


def _copy_nodes(source: Any, target: Any, scope: str, clear_devices: bool, strip: bool) -> list[str]:
    """The nodes of a scope; what they take from outside gets a name that says so, and these names are given back."""
    unbound: dict[str, None] = {}
    target.versions.CopyFrom(source.versions)
    target.library.CopyFrom(source.library)
    for node in source.node:
        if not node.name.startswith(scope):
            continue
        new = target.node.add()
        new.CopyFrom(node)
        if clear_devices:
            new.device = ""
        if strip:
            _strip_defaults(new)
        if scope:
            new.name = new.name.removeprefix(scope)
            for i, text in enumerate(new.input):
                new.input[i] = _inside(text, scope)
                if _UNBOUND in new.input[i]:
                    unbound[new.input[i]] = None
            if "_class" in new.attr:
                groups = [group.decode() for group in new.attr["_class"].list.s]
                kept = [f"loc:@{g[5:].removeprefix(scope)}".encode() for g in groups if g[5:].startswith(scope)]
                new.attr["_class"].list.s[:] = kept
    return list(unbound)


def _inside(text: str, scope: str) -> str:
    control, name = ("^", text[1:]) if text.startswith("^") else ("", text)
    if name.startswith(scope):
        return control + name.removeprefix(scope)
    return f"{control}{_UNBOUND}{name}"


def _strip_defaults(node: Any) -> None:
    definition = op_def(node.op)
    for attr in definition.attr if definition is not None else ():
        if attr.HasField("default_value") and attr.name in node.attr and node.attr[attr.name] == attr.default_value:
            del node.attr[attr.name]


def add_collection_def(
    meta: Any, key: str, graph: Graph, export_scope: str | None = None, only_saver: Any = None
) -> None:
    """Write a collection into a MetaGraphDef; one whose members no message can hold is left out, with a warning."""
    members = graph.get_collection(key)
    if not members:
        return
    found = protos.message("CollectionDef")()
    try:
        if key in _PROTOS:
            if only_saver is not None and key == GraphKeys.SAVERS:
                members = [saver for saver in members if saver.saver_def == only_saver]
            messages = [member.to_proto(export_scope=export_scope) for member in members]
            data = [message.SerializeToString(deterministic=True) for message in messages if message is not None]
            found.bytes_list.value.extend(data)
        else:
            _fill_collection(found, members, export_scope)
    except Exception as error:  # noqa: BLE001 (whatever a member is, the graph can be written without it)
        logs.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the items don't match field "
            "type in CollectionDef. Note this is a warning and probably safe to ignore.\n%s",
            key,
            error,
        )
        return
    meta.collection_def[key].CopyFrom(found)


def _fill_collection(found: Any, members: list[Any], export_scope: str | None) -> None:
    first = members[0]
    if isinstance(first, str | bytes):
        found.bytes_list.value.extend(item.encode() if isinstance(item, str) else item for item in members)
    elif isinstance(first, int) and not isinstance(first, bool):
        found.int64_list.value.extend(members)
    elif isinstance(first, float):
        found.float_list.value.extend(members)
    elif getattr(first, "DESCRIPTOR", None) is not None and first.DESCRIPTOR.full_name == "google.protobuf.Any":
        for item in members:
            found.any_list.value.add().ParseFromString(item.SerializeToString())
    else:
        prefix = export_scope.rstrip("/") + "/" if export_scope else ""
        names = [item.name for item in members if item.name.startswith(prefix)]
        found.node_list.value.extend(name.removeprefix(prefix) for name in names)


def _write(filename: str, message: Any, as_text: bool) -> None:
    folder = os.path.dirname(filename)
    if folder:
        os.makedirs(folder, exist_ok=True)
    write_whole(filename, protos.text_of(message) if as_text else message.SerializeToString(deterministic=True))


# -- reading -----------------------------------------------------------------------------------------------


def read_meta_graph_file(filename: str) -> Any:
    """The MetaGraphDef in a file, binary or text.

    Raises:
      OSError: there is no such file, or it holds something else.
    """
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    if not os.path.isfile(filename):
        raise OSError(errors.explain(f"File {filename} does not exist.", where=user_site()))
    with open(filename, "rb") as file:
        data = file.read()
    meta = protos.message("MetaGraphDef")()
    try:
        meta.ParseFromString(data)
        return meta
    except DecodeError:
        meta.Clear()
    try:
        protos.read_text(data.decode(), meta)
    except (UnicodeDecodeError, text_format.ParseError) as error:
        raise OSError(errors.explain(f"Cannot parse file {filename}: {error}.", where=user_site())) from None
    return meta


def import_meta_graph(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    **kwargs: Any,
) -> Any:
    """Add the graph of a MetaGraphDef to the current one, its collections too.

    Args:
      meta_graph_or_file: the message, or the path of its file, such as 'model-100.meta'.
      clear_devices: whether the devices of its nodes are forgotten.
      import_scope: a scope for its ops.
      **kwargs: `input_map` and `return_elements` as in `tf.import_graph_def`, `unbound_inputs_col_name` and
        `restore_collections_predicate`, a function of a collection's name.

    Returns:
      A Saver that restores its variables; None if it has none.

    Raises:
      OSError: there is no such file, or it holds something else.
      ValueError: the graph is not well formed.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "model")
    >>> w = tf.Variable([1.0, 2.0], name="w")
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     _ = tf.train.Saver().save(sess, path)
    >>> with tf.Graph().as_default(), tf.Session() as sess:
    ...     tf.train.import_meta_graph(path + ".meta").restore(sess, path)
    ...     sess.run("w:0")
    array([1., 2.], dtype=float32)
    """
    return imported(meta_graph_or_file, clear_devices, import_scope, **kwargs)[0]


def imported(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    input_map: Any = None,
    return_elements: Any = None,
    unbound_inputs_col_name: str = "unbound_inputs",
    restore_collections_predicate: Callable[[str], bool] = lambda key: True,
) -> tuple[Any, Any]:
    """As `import_meta_graph`, with the elements that were asked for."""
    is_message = isinstance(meta_graph_or_file, protos.message("MetaGraphDef"))
    meta = meta_graph_or_file if is_message else read_meta_graph_file(os.fspath(meta_graph_or_file))
    definition = protos.message("GraphDef")()
    definition.CopyFrom(meta.graph_def)
    _bind(meta, definition, input_map or {}, unbound_inputs_col_name)
    if clear_devices:
        for node in definition.node:
            node.device = ""
    operators = meta.meta_info_def.stripped_op_list if meta.meta_info_def.HasField("stripped_op_list") else None
    names = {op.name for op in get_default_graph().get_operations()}
    elements = import_graph_def(
        definition, input_map, return_elements, name=import_scope or "", producer_op_list=operators
    )
    scope = import_scope if not import_scope else _scope_of_new(names, import_scope)
    graph = get_default_graph()
    for key in meta.collection_def:
        if restore_collections_predicate(key) and key != unbound_inputs_col_name:
            _restore_collection(graph, key, meta.collection_def[key], scope)
    return _saver_of(meta, scope, graph), elements


def _bind(meta: Any, definition: Any, input_map: Any, collection: str) -> None:
    """Check that all unbound inputs get a tensor."""
    if collection not in meta.collection_def:
        return
    missing = [name for name in meta.collection_def[collection].bytes_list.value if name.decode() not in input_map]
    if missing:
        raise ValueError(f"Graph contains unbound inputs: {[name.decode() for name in missing]}. Must provide these "
                         "inputs through input_map.")  # fmt: skip
    for node in definition.node:
        for text in node.input:
            if re.match(rf"\^?{re.escape(_UNBOUND)}", text) and text not in input_map:
                raise ValueError(f"Graph contains unbound inputs: {text}. Must provide these inputs through input_map.")


def _scope_of_new(names: set[str], wanted: str) -> str:
    """The scope that an import really got: `wanted`, or with a number if that was taken."""
    new = [op.name for op in get_default_graph().get_operations() if op.name not in names]
    inside = [name for name in new if name.startswith(wanted.rstrip("/"))]
    if not inside:
        return wanted
    tail = inside[0][len(wanted.rstrip("/")) :]
    return wanted.rstrip("/") + tail.partition("/")[0]


def _restore_collection(graph: Graph, key: str, definition: Any, scope: str | None) -> None:
    kind = definition.WhichOneof("kind")
    if kind is None:
        logs.error("Cannot identify data type for collection %s. Skipping.", key)
        return
    values = getattr(definition, kind).value
    if kind == "bytes_list" and key in _PROTOS:
        message, from_proto = _PROTOS[key]
        for data in values:
            with _told_as_damage(f"the collection {key!r}"):
                found = from_proto(protos.message(message).FromString(data), scope)
            graph.add_to_collection(key, found)
    elif kind == "node_list":
        for name in values:
            with _told_as_damage(f"the collection {key!r}"):
                found = graph.as_graph_element(f"{scope}/{name}" if scope else name)
            graph.add_to_collection(key, found)
    else:
        for value in values:
            graph.add_to_collection(key, int(value) if kind == "int64_list" else value)


@contextlib.contextmanager
def _told_as_damage(what: str) -> Iterator[None]:
    """What a message says of its graph, and is not so, or is of another kind than it has to be, is a ValueError."""
    from google.protobuf.message import DecodeError

    try:
        yield
    except (AttributeError, DecodeError, IndexError, KeyError, TypeError) as error:
        text = error.args[0] if error.args else type(error).__name__
        raise ValueError(f"The meta graph does not fit together, in {what}: {text}") from error


def _saver_of(meta: Any, scope: str | None, graph: Graph) -> Any:
    from flowgraph.saving.saver import Saver

    if meta.HasField("saver_def"):
        with _told_as_damage("its saver"):
            return Saver.from_proto(meta.saver_def, scope)
    if graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope):
        return Saver()
    logs.info("Saver not created because there are no variables in the graph to restore")
    return None


def write_graph(graph_or_graph_def: Any, logdir: Any, name: str, as_text: bool = True) -> str:
    """Write a graph into a file; gives its path.

    Args:
      graph_or_graph_def: a Graph or a GraphDef.
      logdir: the folder, which is made if it is not there.
      name: the file's name.
      as_text: whether the file is text (`.pbtxt`) or binary (`.pb`).
    """
    found = graph_or_graph_def.as_graph_def() if isinstance(graph_or_graph_def, Graph) else graph_or_graph_def
    path = os.path.join(logdir, name)
    _write(path, found, as_text)
    return path
