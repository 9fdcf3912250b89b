"""What a script logs at level INFO and says, line by line; the same for TensorFlow and for flowgraph."""

from __future__ import annotations

import inspect
import logging
import re

VARYING = (
    (re.compile(r"\(\d+\.\d{3} sec\)"), "(... sec)"),
    (re.compile(r"/sec: [\d.e+]+"), "/sec: ..."),
    (re.compile(r"/[\w/]*/flowgraph_checkpoints_\w+"), "FOLDER"),
    (re.compile(r" at 0x[0-9a-f]+"), " at 0x..."),
    (re.compile(r"np\.float32\(([\d.]+)\)"), r"\1"),  # as numpy 2 writes it
    (re.compile(r"array\((\d+\.), dtype=float32\)"), r"\g<1>0"),  # TensorFlow gives fed scalars as arrays
)
"""What differs from run to run or by the version of numpy, and what is written for it."""

LEFT_OUT = re.compile("deprecat|Error reported to Coordinator|From .*: |^An error was raised|never used|contrib module")
"""Messages that TensorFlow alone logs, or in its own words."""


def scripts(module):
    """The scripts of a module: its functions of `tf` and `say`."""
    functions = [(name, item) for name, item in vars(module).items() if inspect.isfunction(item)]
    return {name: item for name, item in functions if list(inspect.signature(item).parameters) == ["tf", "say"]}


def told(tf, script):
    """Run a script in a graph of its own; returns its lines."""
    lines = []

    class Listener(logging.Handler):
        def emit(self, record):
            text = record.getMessage()
            if not LEFT_OUT.search(text):
                lines.append("%s:%s" % (record.levelname, plain(text)))

    logger, listener = logging.getLogger("tensorflow"), Listener()
    before = logger.level
    logger.addHandler(listener)
    tf.logging.set_verbosity(tf.logging.INFO)
    try:
        with tf.Graph().as_default():
            script(tf, lambda what: lines.append(plain(str(what))))
    except Exception as error:  # noqa: BLE001  # it is part of what is told
        first = (str(error).splitlines() or [""])[0]
        lines.append("%s: %s" % (type(error).__name__, plain(first)))
    finally:
        logger.removeHandler(listener)
        logger.setLevel(before)
    return lines


def plain(text):
    """A text without what varies."""
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text.rstrip("\n")
