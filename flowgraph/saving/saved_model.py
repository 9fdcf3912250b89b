"""Saved models: a folder with graphs, signatures, variables' values and further files, which TF Serving loads too.

    saved_model.pb              a SavedModel: MetaGraphDefs, each with its tags
    variables/variables.*       a checkpoint, which all of the graphs share
    assets/                     files that ops of the graphs read

The message comes last and whole: a folder that has it has all of the model.
"""

from __future__ import annotations

import filecmp
import os
from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors, protos
from flowgraph.formats.whole import write_whole
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.platform import logs
from flowgraph.saving.saveables import all_saveable_objects
from flowgraph.saving.saver import Saver
from flowgraph.saving.signatures import predict_signature_def

ASSETS, VARIABLES = "assets", "variables"
"""The folders inside, and how the names of the checkpoint's files begin."""
BINARY, TEXT = "saved_model.pb", "saved_model.pbtxt"
ASSETS_KEY, MAIN_OP_KEY, LEGACY_INIT_OP_KEY = "saved_model_assets", "saved_model_main_op", "legacy_init_op"
"""The collections of assets, and of the op that a loader runs."""
SERVING, DEFAULT_SIGNATURE = "serve", "serving_default"
SCHEMA_VERSION = 1
RESERVED = {"__saved_model_init_op": "initialization", "__saved_model_train_op": "the train op"}
"""Names that signatures may not have."""


class SavedModelBuilder:
    """Writes a saved model: first `add_meta_graph_and_variables`, then perhaps further graphs, then `save`.

    Args:
      export_dir: the folder, which must not be there or be empty.

    Raises:
      AssertionError: it has something in it.

    >>> import os, tempfile
    >>> folder = os.path.join(tempfile.mkdtemp(), "model")
    >>> x = tf.placeholder(tf.float32, [None], name="x")
    >>> y = tf.multiply(x, tf.Variable(2.0), name="y")
    >>> builder = tf.saved_model.Builder(folder)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     builder.add_meta_graph_and_variables(
    ...         sess, [tf.saved_model.SERVING], {"twice": tf.saved_model.predict_signature_def({"x": x}, {"y": y})})
    >>> os.path.basename(builder.save())
    b'saved_model.pb'
    >>> with tf.Graph().as_default(), tf.Session() as sess:
    ...     _ = tf.saved_model.load(sess, [tf.saved_model.SERVING], folder)
    ...     sess.run("y:0", {"x:0": [1, 2]})
    array([2., 4.], dtype=float32)
    """

    def __init__(self, export_dir: Any) -> None:
        self._message = protos.message("SavedModel")(saved_model_schema_version=SCHEMA_VERSION)
        self._folder = os.fspath(export_dir)
        self._has_variables = False
        if os.path.exists(self._folder) and os.listdir(self._folder):
            raise AssertionError(
                "Export directory already exists, and isn't empty. Please choose a different export directory, or "
                f"delete all the contents of the specified directory: {export_dir}"
            )
        os.makedirs(self._folder, exist_ok=True)

    def add_meta_graph_and_variables(
        self,
        sess: Any,
        tags: Sequence[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Sequence[Any] | None = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Any = None,
    ) -> None:
        """Save the current graph, and the values that its variables have in a session.

        Args:
          sess: the session.
          tags: by which a loader finds the graph.
          signature_def_map: SignatureDefs by name.
          assets_collection: string constants, the paths of files that are copied into the model.
          legacy_init_op: the older name of `main_op`.
          clear_devices: whether devices are left out.
          main_op: an op that a loader runs after the variables have their values.
          strip_default_attrs: whether attrs that have their defaults are left out.
          saver: the Saver to be used, by default a new one of all global variables.

        Raises:
          AssertionError: there are variables already, or a TensorInfo says too little.
          KeyError: a signature has a reserved name.
          TypeError: `main_op` is no op, or an asset's path no string constant.
          ValueError: the graph has such an op already.
        """
        if self._has_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been saved. Please invoke "
                "`add_meta_graph()` instead."
            )
        self._prepare(signature_def_map, assets_collection, main_op or legacy_init_op)
        folder = os.path.join(self._folder, VARIABLES)
        os.makedirs(folder, exist_ok=True)
        saver = saver or _saver_of_all()
        saver.save(sess, os.path.join(folder, VARIABLES), write_meta_graph=False, write_state=False)
        self._add(saver, tags, signature_def_map, clear_devices, strip_default_attrs)
        self._has_variables = True

    def add_meta_graph(
        self,
        tags: Sequence[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Sequence[Any] | None = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Any = None,
    ) -> None:
        """Save the current graph as a further one, which shares the variables' values.

        Args:
          tags, signature_def_map, assets_collection, legacy_init_op, clear_devices, main_op, strip_default_attrs,
            saver: see `add_meta_graph_and_variables`.

        Raises:
          AssertionError: there are no variables yet, or a TensorInfo says too little.
          KeyError, TypeError, ValueError: as `add_meta_graph_and_variables`.
        """
        if not self._has_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved yet. Please invoke "
                "`add_meta_graph_and_variables()` first."
            )
        self._prepare(signature_def_map, assets_collection, main_op or legacy_init_op)
        self._add(saver or _saver_of_all(), tags, signature_def_map, clear_devices, strip_default_attrs)

    def save(self, as_text: bool = False) -> bytes:
        """Write the message; only from now on is there a saved model in the folder. Gives the file's path.

        Args:
          as_text: whether it is text (`saved_model.pbtxt`).
        """
        os.makedirs(self._folder, exist_ok=True)
        path = os.path.join(self._folder, TEXT if as_text else BINARY)
        write_whole(path, protos.text_of(self._message) if as_text else self._message.SerializeToString())
        logs.info("SavedModel written to: %s", path)
        return os.fsencode(path)

    def _prepare(self, signatures: Mapping[str, Any] | None, assets: Sequence[Any] | None, main_op: Any) -> None:
        """Look at all that is given, and put it into the graph's collections."""
        _check_signatures(signatures or {})
        files = _collect_assets(assets)
        _copy_assets(files, os.path.join(self._folder, ASSETS))
        if main_op is None:
            return
        if not isinstance(main_op, Operation):
            raise TypeError(f"main_op needs to be an Operation: {main_op!r}")
        for key in (MAIN_OP_KEY, LEGACY_INIT_OP_KEY):
            if get_collection(key):
                raise ValueError(f"Graph already contains one or more main ops under the collection {key}.")
        add_to_collection(MAIN_OP_KEY, main_op)

    def _add(
        self, saver: Any, tags: Sequence[str], signatures: Mapping[str, Any] | None, clear: bool, strip: bool
    ) -> None:
        meta = saver.export_meta_graph(clear_devices=clear, strip_default_attrs=strip)
        meta.meta_info_def.tags.extend(tags)
        for name, signature in (signatures or {}).items():
            meta.signature_def[name].CopyFrom(signature)
        self._message.meta_graphs.append(meta)


def _saver_of_all() -> Saver:
    return Saver(all_saveable_objects(), sharded=True, allow_empty=True)


def simple_save(
    session: Any, export_dir: Any, inputs: Mapping[str, Any], outputs: Mapping[str, Any], legacy_init_op: Any = None
) -> None:
    """Save a session's graph and variables for prediction, under the usual tag and the usual signature.

    Args:
      session: the session.
      export_dir: the folder, which must not be there or be empty.
      inputs: the tensors that will be fed, by name.
      outputs: the tensors that will be fetched, by name.
      legacy_init_op: an op that a loader runs after the variables have their values.

    Raises:
      AssertionError: there is something in the folder.
      ValueError: there are no inputs or no outputs.

    >>> import os, tempfile
    >>> folder = os.path.join(tempfile.mkdtemp(), "model")
    >>> x = tf.placeholder(tf.float32)
    >>> w = tf.Variable(3.0)
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     tf.saved_model.simple_save(sess, folder, {"x": x}, {"y": w * x})
    >>> tf.saved_model.contains_saved_model(folder), sorted(os.listdir(folder))
    (True, ['saved_model.pb', 'variables'])
    """
    signatures = {DEFAULT_SIGNATURE: predict_signature_def(inputs, outputs)}
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        tags=[SERVING],
        signature_def_map=signatures,
        assets_collection=get_collection(GraphKeys.ASSET_FILEPATHS),
        main_op=legacy_init_op,
        clear_devices=True,
    )
    builder.save()


# -- signatures --------------------------------------------------------------------------------------------


def _check_signatures(signatures: Mapping[str, Any]) -> None:
    for signature in signatures.values():
        for infos in (signature.inputs, signature.outputs):
            for info in infos.values():
                _check_info(info)
    for key, use in RESERVED.items():
        if key in signatures:
            raise KeyError(f'SignatureDef map key "{key}" is reserved for {use}. Please use a different key.')


def _check_info(info: Any) -> None:
    if info.WhichOneof("encoding") is None:
        raise AssertionError(
            "All TensorInfo protos used in the SignatureDefs must have one of the 'encoding' fields (e.g., name or "
            f"coo_sparse) set: {info}"
        )
    if not info.dtype:
        raise AssertionError(f"All TensorInfo protos used in the SignatureDefs must have the dtype field set: {info}")


# -- assets ------------------------------------------------------------------------------------------------


def _collect_assets(tensors: Sequence[Any] | None) -> dict[str, str]:
    """Write assets into the graph's collection; gives the files' names in the model and where they are now."""
    files: dict[str, str] = {}
    for tensor in tensors or ():
        path = _path_in(tensor)
        if not path:
            raise ValueError(f"Invalid asset filepath tensor {tensor}")
        name = _free_name(path, files)
        files[name] = path
        asset = protos.message("AssetFileDef")(filename=name)
        asset.tensor_info.name = tensor.name
        box = protos.message("CollectionDef")().any_list.value.add()
        box.Pack(asset)
        add_to_collection(ASSETS_KEY, box)
    return files


def _path_in(tensor: Any) -> str:
    """The path in a string constant."""
    if not isinstance(tensor, Tensor):
        raise TypeError("Asset path tensor must be a Tensor.")
    if tensor.op.type != "Const":
        raise TypeError("Asset path tensor must be of type constant.")
    if tensor.dtype != dt.string:
        raise TypeError("Asset path tensor must be of dtype string.")
    value = tensor.constant()
    if value is None or value.size != 1:
        raise TypeError("Asset path tensor must be a scalar.")
    return os.fsdecode(value.item())


def _free_name(path: str, files: Mapping[str, str]) -> str:
    """The file's own name, with a number where another file in the model has that."""
    name = os.path.basename(path)
    if name not in files or files[name] == path or filecmp.cmp(files[name], path, shallow=False):
        return name
    # TF puts the number behind the name that it tried last: name, name_1, name_2
    number = next(n for n in range(1, len(files) + 2) if f"{name}_{n}" not in files)
    return f"{name}_{number}"


def _copy_assets(files: Mapping[str, str], folder: str) -> None:
    """Copy files; those that are there already stay, whatever is in them, as in TF."""
    if not files:
        return
    os.makedirs(folder, exist_ok=True)
    for name, source in files.items():
        target = os.path.join(folder, name)
        if not os.path.exists(target):
            try:
                with open(source, "rb") as file:
                    write_whole(target, file.read())
            except FileNotFoundError:
                line = f"{source}; No such file or directory"
                raise errors.NotFoundError(None, None, errors.explain(line, where=user_site())) from None
