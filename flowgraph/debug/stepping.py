"""tf.debug.step: a run, op by op."""

from __future__ import annotations

import sys
from typing import Any

from flowgraph.debug.step_prompt import Prompt
from flowgraph.debug.stepper import Stepper


def step(sess: Any = None, fetches: Any = None, feed_dict: Any = None, prompt: bool | None = None) -> Stepper:
    """Walk `sess.run(fetches, feed_dict)` op by op: at a prompt in a terminal, with methods in a notebook.

    At the prompt, `h` lists the commands; they may also come through a pipe. In a notebook the result shows where it
    stands, and `s.next()`, `s.until("MatMul")`, `s.until_nan()`, `s.inspect("loss")`, `s.finish()` go on and look.
    See `Stepper` for what it means to leave a run half-way, and for other runs meanwhile.

    Args:
      sess: the session; None for the default session.
      fetches, feed_dict: as for `sess.run`.
      prompt: whether to open the prompt; by default everywhere but in a notebook.

    Returns:
      A `Stepper`. After the prompt it is at its end and has the `result`, or it was left, and then is closed.

    >>> x = tf.placeholder(tf.float32, [], name="x")
    >>> y = tf.square(x + 1, name="y")
    >>> with tf.Session() as sess:
    ...     s = step(sess, y, {x: 2.0}, prompt=False)
    ...     s.next().place
    ...     s.finish()
    y  Square
      made at ...
      takes add:0  scalar  3.0
    np.float32(9.0)
    """
    stepper = Stepper(sess, fetches, feed_dict)
    if prompt is None:
        prompt = not _in_notebook()
    if prompt:
        Prompt(stepper).run()
    return stepper


def _in_notebook() -> bool:
    """Whether this is Jupyter's Python."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return hasattr(shell, "kernel")
