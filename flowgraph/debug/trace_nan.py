"""Where the first NaN or infinity of a run comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.debug.trace_recording import Given, as_array
from flowgraph.debug.trace_run import NotFinite, Run
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.viz.values import summary


def checked(run: Run, tensor: Tensor, array: np.ndarray, given: Given, times: int = 1, fed: bool = False) -> None:
    """Note in a run whether this is its first value that is not finite."""
    if array.dtype.kind not in "fcV" or run.first_nan is not None or np.isfinite(array).all():
        return
    nan, inf = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    if run.first_bad is not None and not nan:
        return
    arrays = [(source.name, as_array(value)) for source, value in given if source is not None]
    inputs: list[tuple[str, Mapping[str, Any]]] = [(name, summary(a)) for name, a in arrays if a is not None]
    found = NotFinite(tensor.op, tensor, nan, inf, summary(array), inputs, times, fed, run.number)
    run.first_bad = run.first_bad or found
    if nan:
        run.first_nan = found


def named(run: Run, earlier: NotFinite | None, op: Operation | None, error: BaseException) -> BaseException:
    """The error of a run; that of a CheckNumerics says also where what it found comes from.

    Args:
      run: the run.
      earlier: what the first of the runs before it had that was not finite.
      op, error: what failed, and how.
    """
    bad = run.first_bad
    if op is None or op.type != "CheckNumerics" or bad is None or not isinstance(error, errors.OpError):
        return error
    told = [str(bad)]
    if bad.op.opdef.effect is Effect.STATE and earlier is not None:
        told.append(f"In run {earlier.run} of this trace {earlier}")
    words = "\n\n".join(told).replace("\n", "\n  ")
    failure = type(error)(None, op, f"{error.message}\n\n  {words}")
    failure.__cause__ = error.__cause__
    return failure


def find_nan(sess: Any, fetches: Any, feed_dict: Any = None, *, inf: bool = True) -> NotFinite | None:
    """Run `fetches` once and find the first op that gives a NaN or an infinity.

    It is a run like any other: what it changes in variables stays changed, and random numbers go on. An error of the
    run, as that of a CheckNumerics, is raised only where no such op was found before.

    Args:
      sess: a session, or a monitored one.
      fetches, feed_dict: as for `sess.run`.
      inf: whether infinities count, too; some programs have them on purpose.

    Returns:
      A `NotFinite`: `op`, `tensor`, `nan` and `inf` (how many), `inputs` (names and summaries), and it prints well;
      None where all is finite.

    >>> x = tf.placeholder(tf.float32, [3], name="x")
    >>> loss = -tf.reduce_sum(x * tf.log(x, name="logs"), name="loss")
    >>> with tf.Session() as sess:
    ...     print(tf.debug.find_nan(sess, loss, {x: [0.5, 0.5, 0.0]}))
    ...     print(tf.debug.find_nan(sess, loss, {x: [0.25, 0.5, 0.25]}))
    logs:0 is the first tensor that is not finite: 1 inf in shape 3
      the op: logs (Log)
      made at ...   loss = -tf.reduce_sum(x * tf.log(x, name="logs"), name="loss")
      its input x:0: 3 float32, 0 … 0.5, mean 0.3333
    None
    """
    from flowgraph.debug.traces import trace

    with trace(sess, only=(), most=1) as t:
        try:
            sess.run(fetches, feed_dict)
        except errors.OpError:
            found = t.first_nan(inf)
            if found is None:
                raise
            return found
    return t.first_nan(inf)
