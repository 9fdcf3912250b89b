"""explain: what a session would do, and what that takes, before it does it."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.debug.step_kinds import innermost
from flowgraph.engines.explain import Explanation
from flowgraph.fetches import FetchPlan
from flowgraph.ir.graph import user_site


def explain(sess: Any, fetches: Any, feed_dict: Any = None) -> Explanation:
    """What `sess.run(fetches, feed_dict)` comes to: the passes, the steps that are left, memory and arithmetic.

    Nothing is run. Print the result: it tells how many steps each pass left, then of each that computes something what
    it is made of, the shape of its result and where that lies. Its attributes are the same as data.

        buffer at 4,096        in memory that the buffers of a run share, 4,096 bytes from its begin
        ..., over its operand  which nothing needs any more by then
        variable w, in place   in the variable's own memory
        outside                the op makes an array at each run, which is let go after its last use
        the caller's array     what `run` returns, written once

    A pass can be left out, to see what it does or to find a mistake of its: name it in the environment variable
    FLOWGRAPH_SKIP_PASSES (several with commas, "arena" for the shared memory, or "all") before the session is made, or
    switch it off in `tf.ConfigProto().graph_options`.

    Args:
      sess: the session; the one inside, if it is a MonitoredSession or a wrapper. None for the default session.
      fetches, feed_dict: as for `sess.run`; only the shapes of what is fed matter.

    Returns:
      An `Explanation`.

    Raises:
      ValueError: nothing in `fetches` needs a run, or shapes do not fit.
      TypeError, InvalidArgumentError: as `sess.run`, where the run cannot begin.

    >>> x = tf.placeholder(tf.float32, [None, 50], name="x")
    >>> y = tf.nn.softmax(tf.tanh(tf.matmul(x, tf.ones([50, 10]))), name="y")
    >>> with tf.Session() as sess:
    ...     told = tf.debug.explain(sess, y, {x: np.zeros([100, 50])})
    >>> told.arena, told.flops  # tanh lies over the product: 100 x 10 numbers of 4 bytes
    (4032, 102000.0)
    >>> [(note.what, note.where) for note in told.steps]
    [('MatMul', 'buffer at 0'), ('Tanh', 'buffer at 0, over its operand'), ('Softmax', 'outside')]
    """
    session = innermost(sess)
    session._check_open()
    fed = session._fed(feed_dict)
    structure = FetchPlan(session.graph, fetches, session._handle)
    if not structure.tensors and not structure.targets:
        raise ValueError(errors.explain("There is nothing to run in these fetches", where=user_site()))
    executable = session._compile(structure.tensors, structure.targets, [tensor for tensor, _ in fed], None)
    found: Explanation = executable.explain([value.shape for _, value in fed])
    return found
