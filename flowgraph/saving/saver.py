"""Saver: variables to checkpoints and back."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import numpy as np

from flowgraph import errors, protos
from flowgraph.formats.checkpoint import open_checkpoint
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_default_graph
from flowgraph.platform import logs
from flowgraph.saving.saveables import all_saveable_objects, saveables_of
from flowgraph.saving.saver_ops import NEW, SaverOps
from flowgraph.saving.states import checkpoint_exists, meta_graph_filename, remove_checkpoint, write_state
from flowgraph.session import Session
from flowgraph.training.global_step import global_step as step_of


class Saver:
    """Saves variables into checkpoints, and restores them.

    Making a Saver adds ops to the graph: one that saves and one that restores. A checkpoint is some files whose names
    begin alike: `model-100.index`, `model-100.data-00000-of-00001`, and the graph itself in `model-100.meta`; the file
    `checkpoint` in their folder says which is the newest. A save is whole or not there: whenever the process is
    killed, the checkpoint before it or the new one can be restored.

    Args:
      var_list: what is saved: a list of variables, under their names, or a dict from names to variables; by default
        all global variables, and tables that are to be saved.
      reshape: whether what is restored is given the variables' shapes, if only it has as many entries.
      sharded: whether there is a data file for each device.
      max_to_keep: older checkpoints are deleted so that this many are left; None or 0: none is.
      keep_checkpoint_every_n_hours: of those that would be deleted, one in so many hours stays.
      name: the scope of the ops, by default 'save'.
      restore_sequentially: no matter, as in TF 1.15: all is read at once.
      saver_def: a SaverDef of ops that are in the graph already, which are then used.
      builder: not used in flowgraph.
      defer_build: whether `build` adds the ops, later.
      allow_empty: whether there may be nothing to save; `save` and `restore` then do nothing.
      write_version: 2, or 1 for the format of TensorFlow before 0.12 (`tf.train.SaverDef.V1`).
      pad_step_number: whether step numbers in names have eight digits.
      save_relative_paths: whether the file `checkpoint` has paths relative to itself, so that the folder can be moved.
      filename: the path that the ops use where none is fed.

    Raises:
      ValueError: there is nothing to save, or two variables have one name.
      TypeError: something that is to be saved is no variable.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> w = tf.Variable([1.0, 2.0], name="w")
    >>> saver = tf.train.Saver()
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     path = saver.save(sess, os.path.join(folder, "model"), global_step=100)
    >>> os.path.basename(path), sorted(os.listdir(folder))[:2]
    ('model-100', ['checkpoint', 'model-100.data-00000-of-00001'])
    >>> with tf.Session() as sess:
    ...     saver.restore(sess, tf.train.latest_checkpoint(folder))
    ...     sess.run(w)
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = NEW,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if defer_build and var_list:
            raise ValueError("If `var_list` is provided then build cannot be deferred. Either set defer_build=False or "
                             "var_list=None.")  # fmt: skip
        if builder is not None:
            raise NotImplementedError(
                errors.explain(
                    "Saver(builder=...) is not there: flowgraph builds the ops itself.",
                    mend="Leave `builder` out; give `var_list` objects with `specs` and `restore` for special cases.",
                    where=user_site(),
                )
            )
        if write_version not in (1, NEW):
            raise RuntimeError(f"Unexpected write_version: {write_version}")
        del restore_sequentially  # TF 1.15 reads all at once whatever it is
        self._var_list, self._reshape, self._sharded, self._name = var_list, reshape, sharded, name
        self._max_to_keep, self._keep_hours = max_to_keep or 0, keep_checkpoint_every_n_hours
        self._allow_empty, self._version, self._filename = allow_empty, write_version, filename
        self._pad_step_number, self._relative = pad_step_number, save_relative_paths
        self.saver_def = saver_def
        self._is_empty = self._is_built = False
        self._saver_by_name: Saver | None = None
        self._kept: list[tuple[str, float]] = []
        self._to_delete: list[tuple[str, float]] = []
        self._one_at_a_time = threading.RLock()  # or the older of two saves might be the last to say which is newest
        if not defer_build:
            self.build()
        if self.saver_def is not None:
            self._take(self.saver_def)

    # -- the ops ---------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Add the ops, unless there are some: what the constructor does without `defer_build`."""
        if self._is_built:
            return
        self._is_built = True
        if self.saver_def is not None:
            return
        if self._var_list is None:
            self._var_list = all_saveable_objects()  # which scripts look at afterwards
        saveables = saveables_of(self._var_list)
        if not saveables:
            if not self._allow_empty:
                raise ValueError("No variables to save")
            self._is_empty = True
            return
        ops = SaverOps(self._version)
        self.saver_def = ops.build(saveables, self._reshape, self._sharded, self._name, self._filename)
        self.saver_def.max_to_keep = self._max_to_keep
        self.saver_def.keep_checkpoint_every_n_hours = self._keep_hours
        self._take(self.saver_def)

    def _take(self, saver_def: Any) -> None:
        if not isinstance(saver_def, protos.message("SaverDef")):
            raise ValueError("saver_def must be a saver_pb2.SaverDef proto.")
        for field in ("save_tensor_name", "restore_op_name"):
            if not getattr(saver_def, field):
                raise ValueError(f"saver_def must specify the {field}: {saver_def}")
        self._max_to_keep, self._version = saver_def.max_to_keep, saver_def.version or 1
        self._keep_hours = saver_def.keep_checkpoint_every_n_hours
        self._next_time = time.time() + self._keep_hours * 3600

    def as_saver_def(self) -> Any:
        """The SaverDef with the names of its ops."""
        return self.saver_def

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The SaverDef; with `export_scope` without that scope in its names, None if it lies elsewhere."""
        if export_scope is None:
            return self.saver_def
        prefix = export_scope.rstrip("/") + "/"
        if not self.saver_def.filename_tensor_name.startswith(prefix):
            return None
        found = protos.message("SaverDef")()
        found.CopyFrom(self.saver_def)
        for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            setattr(found, field, getattr(found, field).removeprefix(prefix))
        return found

    @staticmethod
    def from_proto(saver_def: Any, import_scope: str | None = None) -> Saver:
        """A Saver whose ops are in the graph already, perhaps in a scope into which they were imported."""
        found = protos.message("SaverDef")()
        found.CopyFrom(saver_def)
        if import_scope:
            for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
                setattr(found, field, f"{import_scope.rstrip('/')}/{getattr(found, field)}")
        return Saver(saver_def=found)

    # -- what there is ---------------------------------------------------------------------------------------

    @property
    def last_checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, the oldest first."""
        return [path for path, _ in self._kept]

    def set_last_checkpoints(self, last_checkpoints: Any) -> None:
        """Take over checkpoints that were made before; they count as old ones, in this order."""
        if not isinstance(last_checkpoints, list):
            raise AssertionError("last_checkpoints must be a list")
        self._kept = [(path, np.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: Any) -> None:
        """As `set_last_checkpoints`, of pairs of a path and a time in seconds since 1970."""
        if not isinstance(last_checkpoints_with_time, list):
            raise AssertionError("last_checkpoints_with_time must be a list")
        self._kept = list(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths: Any) -> None:
        """Take over those checkpoints that are still there, with the times at which they were written."""
        from flowgraph.saving.states import get_checkpoint_mtimes

        pairs = [(path, get_checkpoint_mtimes([path])) for path in checkpoint_paths]
        self._kept = [(path, times[0]) for path, times in pairs if times]

    # -- saving ----------------------------------------------------------------------------------------------

    def save(
        self,
        sess: Any,
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Save the variables' values in a session.

        Args:
          sess: the session.
          save_path: the path of the checkpoint, without ending.
          global_step: a number for the end of the path, or a tensor with it.
          latest_filename: another name for the file `checkpoint`.
          meta_graph_suffix: how the name of the meta graph ends.
          write_meta_graph: whether the graph is saved beside.
          write_state: whether the file `checkpoint` is written.
          strip_default_attrs: whether the meta graph leaves out attrs that have their defaults.
          save_debug_info: not there; must be False.

        Returns:
          The path, or None if there is nothing to save.

        Raises:
          TypeError: `sess` is no session.
          ValueError: `latest_filename` is a path or collides with `save_path`, or the folder cannot be made.
          RuntimeError: the ops were never built.
        """
        self._must_be_built("save")
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        save_path = os.fspath(save_path)
        with self._one_at_a_time:
            path = self._numbered(sess, save_path, global_step)
            if global_step is None and os.path.basename(path) == latest_filename and not self._sharded:
                line = f"'latest_filename' collides with 'save_path': '{latest_filename}' and '{save_path}'"
                raise ValueError(line)
            if save_debug_info:
                raise NotImplementedError(
                    "Saver.save(save_debug_info=True) is not there: flowgraph has no GraphDebugInfo."
                )
            if not isinstance(sess, Session) and not hasattr(sess, "graph"):
                raise TypeError(f"'sess' must be a Session; {sess}")
            if self._is_empty:
                return None
            found = self._run_save(sess, path, os.path.dirname(save_path))
            if write_state:
                self._record(found)
                write_state_of(
                    os.path.dirname(save_path), found, self.last_checkpoints, latest_filename, self._relative
                )
                self._delete_old(meta_graph_suffix)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    meta_graph_filename(path, meta_graph_suffix), strip_default_attrs=strip_default_attrs
                )
        return found

    def _numbered(self, sess: Any, path: str, global_step: Any) -> str:
        if global_step is None:
            return path
        number = global_step
        if not isinstance(number, int | np.integer):
            number = step_of(sess, number)
        return f"{path}-{number:08d}" if self._pad_step_number else f"{path}-{number}"

    def _run_save(self, sess: Any, path: str, folder: str) -> str:
        try:
            found = sess.run(self.saver_def.save_tensor_name, {self.saver_def.filename_tensor_name: path})
        except (errors.FailedPreconditionError, errors.NotFoundError) as error:
            if folder and not os.path.isdir(folder):
                raise ValueError(
                    errors.explain(f"Parent directory of {path} doesn't exist, can't save.", where=user_site())
                ) from error
            raise
        return os.fsdecode(found)

    def _record(self, path: str) -> None:
        """Note a checkpoint, and which is too old now."""
        if self._max_to_keep <= 0:
            return
        self._kept = [pair for pair in self._kept if pair[0] != path]
        self._kept.append((path, time.time()))
        if len(self._kept) > self._max_to_keep:
            self._to_delete.append(self._kept.pop(0))

    def _delete_old(self, meta_graph_suffix: str) -> None:
        while self._to_delete:
            path, made = self._to_delete.pop(0)
            if made > self._next_time:
                self._next_time += self._keep_hours * 3600
                continue
            if path not in self.last_checkpoints:
                try:
                    remove_checkpoint(path, self._version, meta_graph_suffix)
                except OSError as error:
                    logs.warning("Ignoring: %s", error)

    def _must_be_built(self, what: str) -> None:
        if not self._is_built:
            raise RuntimeError(f"`build()` should be called before {what} if defer_build==True")

    # -- restoring -------------------------------------------------------------------------------------------

    def restore(self, sess: Any, save_path: Any) -> None:
        """Give the variables in a session the values of a checkpoint; they need not be initialized before.

        Args:
          sess: the session.
          save_path: the path of the checkpoint, as `save` or `tf.train.latest_checkpoint` gave it.

        Raises:
          ValueError: there is no such checkpoint.
          NotFoundError: the checkpoint lacks a variable.
          InvalidArgumentError: a variable has another dtype or shape there.
          DataLossError: the checkpoint is damaged; no variable has changed.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        path = os.fspath(save_path)
        if not checkpoint_exists(path):
            raise ValueError(
                errors.explain(f"The passed save_path is not a valid checkpoint: {path}", where=user_site())
            )
        logs.info("Restoring parameters from %s", path)
        try:
            sess.run(self.saver_def.restore_op_name, {self.saver_def.filename_tensor_name: path})
        except errors.NotFoundError as error:
            if self._restored_by_name(sess, path):
                return
            raise _failed(
                error, "a Variable name or other graph key that is missing from the checkpoint", path
            ) from error
        except errors.InvalidArgumentError as error:
            raise _failed(
                error, "a mismatch between the current graph and the graph from the checkpoint", path
            ) from error

    def _restored_by_name(self, sess: Any, path: str) -> bool:
        """Restore variables from an object-based checkpoint; False if it is not one."""
        from flowgraph.tracking.by_name import saver_by_name

        self._saver_by_name = saver_by_name(path, self._var_list, self._saver_by_name)
        if self._saver_by_name is None:
            return False
        self._saver_by_name.restore(sess, path)
        return True

    # -- the graph beside ------------------------------------------------------------------------------------

    def export_meta_graph(
        self,
        filename: str | None = None,
        collection_list: Any = None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> Any:
        """The current graph, its collections and this Saver as a MetaGraphDef; see `tf.train.export_meta_graph`."""
        from flowgraph.saving.meta_graph import export_meta_graph

        return export_meta_graph(
            filename=filename,
            graph_def=get_default_graph().as_graph_def(add_shapes=True),
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
            save_debug_info=save_debug_info,
        )


def write_state_of(folder: str, path: str, kept: list[str], latest_filename: str, relative: bool) -> None:
    """Say in the file `checkpoint` of a folder which checkpoints there are."""
    write_state(folder, path, kept, latest_filename, relative=relative)


def _failed(error: Any, why: str, path: str) -> Exception:
    """TF's words for a checkpoint that does not fit, then what it has."""
    first = (
        f"Restoring from checkpoint failed. This is most likely due to {why}. Please ensure that you have not altered "
        f"the graph expected based on the checkpoint. Original error:\n\n{error.message}"
    )
    checkpoint = open_checkpoint(path)
    names = checkpoint.names()
    shown = [f"{name} {list(checkpoint.sizes(name))} {checkpoint.dtype(name).name}" for name in names[:20]]
    more = [f"... and {len(names) - 20} more"] if len(names) > 20 else []
    text = "\n  ".join([f"{first}\n\n  {path} has:", *shown, *more])
    return type(error)(error.node_def, error.op, text)


def default_saver() -> Saver:
    """The Saver of the current graph: the one in its collection, or a new one for everything."""
    savers = get_default_graph().get_collection(GraphKeys.SAVERS)
    if savers:
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one to use by passing it "
                "to the constructor."
            )
        found: Saver = savers[0]
        return found
    saver = Saver(sharded=True, allow_empty=True)
    add_to_collection(GraphKeys.SAVERS, saver)
    return saver
