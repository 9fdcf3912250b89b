"""Scaffold: the ops around a model that every training session needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection, get_default_graph
from flowgraph.ir.tensor import Operation
from flowgraph.monitored.resources import (
    initialize_resources,
    local_resources,
    report_uninitialized_resources,
    shared_resources,
)
from flowgraph.ops.control_flow import group
from flowgraph.ops.joining import concat
from flowgraph.ops.summary import merge_all
from flowgraph.ops.tables import tables_initializer
from flowgraph.platform import logs
from flowgraph.saving.saver import default_saver
from flowgraph.variables.lists import (
    global_variables,
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
)


class Scaffold:
    """What a training session needs beside the model: ops that initialize, ops that tell whether that is done, a saver.

    What is not given is taken from the graph's collections when the session begins, or made then.

    Args:
      init_op: gives the global variables their values.
      init_feed_dict: what to feed to it.
      init_fn: a function of the scaffold and the session that is called after it.
      ready_op: a vector of the names of what is not initialized yet.
      ready_for_local_init_op: the same, of what must be there before `local_init_op` runs.
      local_init_op: gives the local variables and the tables their values.
      summary_op: the summaries, merged.
      saver: saves and restores the variables; by default one of everything that can be saved.
      copy_from_scaffold: another scaffold, from which comes what is not given.

    >>> w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    >>> scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: w.load(5.0, session))
    >>> with tf.train.MonitoredTrainingSession(scaffold=scaffold) as sess:
    ...     sess.run(w)
    np.float32(5.0)
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Scaffold, Any], None] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
    ) -> None:
        self._init_op, self._init_feed_dict, self._user_init_fn = init_op, init_feed_dict, init_fn
        self._ready_op, self._ready_for_local_init_op = ready_op, ready_for_local_init_op
        self._local_init_op, self._summary_op, self._saver = local_init_op, summary_op, saver
        if copy_from_scaffold is not None:
            if not isinstance(copy_from_scaffold, Scaffold):
                raise TypeError("copy_from_scaffold is not a Scaffold instance.")
            for field, value in vars(copy_from_scaffold).items():
                if getattr(self, field) is None:
                    setattr(self, field, value)

    def finalize(self) -> Scaffold:
        """Make what is missing, and finalize the graph."""
        if self._init_op is None:
            self._init_op = Scaffold.get_or_default("init_op", GraphKeys.INIT_OP, _init_op)
        if self._ready_op is None:
            self._ready_op = Scaffold.get_or_default("ready_op", GraphKeys.READY_OP, _ready_op)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = Scaffold.get_or_default(
                "ready_for_local_init_op", GraphKeys.READY_FOR_LOCAL_INIT_OP, _ready_for_local_init_op
            )
        if self._local_init_op is None:
            self._local_init_op = Scaffold.get_or_default(
                "local_init_op", GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op
            )
        if self._summary_op is None:
            self._summary_op = Scaffold.get_or_default("summary_op", GraphKeys.SUMMARY_OP, merge_all)
        if self._saver is None:
            self._saver = default_saver()
        self._saver.build()
        get_default_graph().finalize()
        logs.info("Graph was finalized.")
        return self

    @property
    def init_fn(self) -> Callable[[Any], None] | None:
        """The function that was given, as a function of the session alone."""
        given = self._user_init_fn
        return (lambda session: given(self, session)) if given else None

    @property
    def init_op(self) -> Any:
        """Gives the global variables their values."""
        return self._init_op

    @property
    def ready_op(self) -> Any:
        """The names of what is not initialized yet."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        """The names of what `local_init_op` waits for."""
        return self._ready_for_local_init_op

    @property
    def local_init_op(self) -> Any:
        """Gives the local variables and the tables their values."""
        return self._local_init_op

    @property
    def summary_op(self) -> Any:
        """The summaries, merged."""
        return self._summary_op

    @property
    def saver(self) -> Any:
        """Saves and restores the variables; None if there is none."""
        return self._saver

    @property
    def init_feed_dict(self) -> Any:
        """What to feed to `init_op`."""
        return self._init_feed_dict

    @staticmethod
    def get_or_default(arg_name: str, collection_key: str, default_constructor: Callable[[], Any]) -> Any:
        """What a collection holds; if that is nothing, make it and put it there.

        Raises:
          RuntimeError: it holds more than one.
        """
        elements = get_collection(collection_key)
        if len(elements) > 1:
            raise RuntimeError(
                'More than one item in the collection "%s". Please indicate which one to use by passing it to the '
                "tf.Scaffold constructor as:  tf.Scaffold(%s=item to use)",
                collection_key,
                arg_name,
            )
        if elements:
            return elements[0]
        made = default_constructor()
        if made is not None:
            add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op() -> Operation:
        """The op that initializes local variables, tables and each worker's own resources."""
        return group(local_variables_initializer(), tables_initializer(), initialize_resources(local_resources()))


def _init_op() -> Operation:
    return group(global_variables_initializer(), initialize_resources(shared_resources()))


def _ready_op() -> Any:
    return concat([report_uninitialized_variables(), report_uninitialized_resources()], 0)


def _ready_for_local_init_op() -> Any:
    globals_missing = report_uninitialized_variables(global_variables())
    return concat([globals_missing, report_uninitialized_resources(shared_resources())], 0)
