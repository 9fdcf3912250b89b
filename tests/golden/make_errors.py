"""Record what TensorFlow 1.15.5 says to every mistake in tests/programs/mistakes*.py.

    python3.7 tests/golden/make_errors.py

writes tests/golden/errors.json: for each mistake the exception's class and the first line of its message as
`notation.error_record` writes them; null for what TensorFlow accepts.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.golden.notation import error_record  # noqa: E402
from tests.programs.mistakes import all_mistakes  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)

TYPE_ONLY = {
    "graph.operation_of_other_graph": "the first line ends in the middle of the operation's NodeDef",
    "run.fetch_op_from_other_graph": "the same",
    "graph.gradient_registered_twice": "names a line inside TensorFlow",
    "unrolling.static.state_does_not_fit": "AutoGraph wraps what a cell raises",
    "unrolling.dynamic.state_does_not_fit": "AutoGraph wraps what a cell raises",
    "unrolling.dynamic.state_of_another_dtype": "AutoGraph wraps what a cell raises",
    "unrolling.layers_of_one_cell": "AutoGraph wraps what a cell raises",
}
"""Mistakes of which only the exception's class is kept, and why."""


def main():
    rows = []
    for name, mistake in all_mistakes().items():
        with tf.Graph().as_default():
            outcome = error_record(mistake, tf)
        if name in TYPE_ONLY or (outcome and outcome[1] == "in converted code:"):  # AutoGraph's words, not TF's
            outcome[1] = None
        rows.append("%s: %s" % (json.dumps(name), json.dumps(outcome)))
    (HERE / "errors.json").write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d mistakes" % len(rows))


if __name__ == "__main__":
    main()
