"""Record what TensorFlow 1.15.5 says of the expressions in sweep.json.

    python3.7 tests/golden/make_sweep.py

rewrites the answers in tests/golden/sweep.json: for each expression the text of its result (names, dtypes and static
shapes) and the number of ops in the graph, or the error. The expressions themselves were drawn at random once: calls
of public functions with partly known shapes, old and new argument names, and gradients of the first and second order.
`P` is tf.placeholder, `f` float32, `g` the gradients of one thing by others.
"""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from pathlib import Path

import numpy as np


def answer(expression, tf):
    """`["text of the result", number of ops]`, or `["class", "first line"]` of the error."""
    with tf.Graph().as_default() as graph:
        scope = {
            "tf": tf, "np": np, "P": tf.placeholder, "f": tf.float32, "f64": tf.float64, "c64": tf.complex64,
            "i32": tf.int32, "g": lambda y, *xs: tf.gradients(y, list(xs)),
        }  # fmt: skip
        try:
            result = eval(expression, scope)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            return [type(error).__name__, str(error).split("\n")[0]]
        return [re.sub(r"0x[0-9a-f]+", "", str(result)), len(graph.get_operations())]


def main():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)
    path = Path(__file__).resolve().parent / "sweep.json"
    rows = [
        "%s: %s" % (json.dumps(expression), json.dumps(answer(expression, tf), separators=(",", ":")))
        for expression in json.loads(path.read_text(encoding="utf-8"))
    ]
    path.write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d expressions" % len(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
