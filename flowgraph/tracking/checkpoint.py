"""tf.train.Checkpoint: objects, and all that belongs to them, to a file and back."""

from __future__ import annotations

import os
import weakref
from typing import Any

from flowgraph import dtypes, errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import colocate_with, device, init_scope
from flowgraph.saving.states import write_state
from flowgraph.trackable import Trackable
from flowgraph.tracking.containers import AutoTrackable, NoDependency
from flowgraph.tracking.object_graph import ObjectGraph
from flowgraph.tracking.saver import TrackableSaver, session_or_default
from flowgraph.tracking.status import LoadStatus
from flowgraph.variables.variable import Variable


class Checkpoint(AutoTrackable):
    """Saves objects with all variables that belong to them, and finds them again by the way that leads to them.

    A `tf.train.Saver` knows variables by their names in the graph. Here a variable is known by attributes: the kernel
    of the layer that is the `model` of the Checkpoint. A program may change its names, and objects that it makes
    only after `restore` are restored as well.

    Args:
      **kwargs: the objects, under the names that they have in the file: variables, optimizers, layers, tables,
        templates, modules, other Checkpoints.

    Raises:
      ValueError: one is nothing that checkpoints know.

    Attributes:
      save_counter: a variable that counts how often `save` was called.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> w = tf.Variable([1.0, 2.0])
    >>> checkpoint = tf.train.Checkpoint(weights=w)
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     path = checkpoint.save(os.path.join(folder, "ckpt"))
    >>> os.path.basename(path)
    'ckpt-1'
    >>> with tf.Session() as sess:
    ...     checkpoint.restore(path).assert_consumed().run_restore_ops()
    ...     sess.run(w)
    array([1., 2.], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        for name, value in sorted(kwargs.items()):
            if not isinstance(value, Trackable):
                line = (
                    "`Checkpoint` was expecting a trackable object (an object derived from `TrackableBase`), got "
                    f"{value}. If you believe this object should be trackable (i.e. it is part of the TensorFlow "
                    "Python API and manages state), please open an issue."
                )
                mend = "Pass lists and dicts as attributes: checkpoint.name = [...]."
                raise ValueError(errors.explain(line, mend=mend, where=user_site()))
            setattr(self, name, value)
        self._save_counter: Any = None
        self._count_op: Any = None
        self._saver = TrackableSaver(ObjectGraph(weakref.ref(self)))

    @property
    def save_counter(self) -> Any:
        """A variable that counts how often `save` was called."""
        if self._save_counter is None:
            with device("/cpu:0"), init_scope():
                counter = Variable(0, name="save_counter", dtype=dtypes.int64, trainable=False, use_resource=True)
            self._save_counter = NoDependency(counter)
            self._track_trackable(counter, "save_counter")
        return self._save_counter

    def write(self, file_prefix: Any, session: Any = None) -> str:
        """Write a checkpoint at a path, without counting, and without a word in the file `checkpoint`.

        Args:
          file_prefix: the path, without ending; folders are made.
          session: where the values are; by default the default session.

        Returns:
          The path.
        """
        return self._saver.save(file_prefix, session)

    def save(self, file_prefix: Any, session: Any = None) -> str:
        """Write a checkpoint whose path ends in how many there have been, and note it in the file `checkpoint`.

        Args:
          file_prefix: how the path begins: `folder/ckpt` gives `folder/ckpt-1`; folders are made.
          session: where the values are; by default the default session.

        Returns:
          The path.

        Raises:
          ValueError: there is no session.
        """
        session = session_or_default(session)
        prefix = os.fspath(file_prefix)
        if self._save_counter is None:
            session.run(self.save_counter.initializer)
        if self._count_op is None:
            with colocate_with(self.save_counter):
                self._count_op = NoDependency(self.save_counter.assign_add(1, read_value=True))
        number = session.run(self._count_op)
        path = self.write(f"{prefix}-{number}", session)
        write_state(os.path.dirname(prefix), path, [path], relative=True)
        return path

    def restore(self, save_path: Any) -> LoadStatus:
        """Begin to restore a checkpoint: objects that are there get ops, others once they are made.

        Args:
          save_path: the path, as `save` or `tf.train.latest_checkpoint` gave it; None: there is no checkpoint, and the
            status only initializes. One that a `tf.train.Saver` wrote is matched by names.

        Returns:
          A status. `run_restore_ops()` gives the variables their values, `initialize_or_restore()` also initializes
          the others, `assert_consumed()`, `assert_existing_objects_matched()` and `assert_nontrivial_match()` check,
          `expect_partial()` keeps warnings away.

        Raises:
          NotFoundError: there is no such checkpoint.
          DataLossError: it is damaged.
        """
        status = self._saver.restore(save_path)
        _ = self.save_counter  # which then is initialized with the other variables
        return status
