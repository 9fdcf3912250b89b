"""Record what TensorFlow 1.15.5 makes of the expressions in core_expressions.py.

    python3.7 tests/golden/make_core.py

writes tests/golden/core.json: for each expression of GRAPHS its nodes or error, for each of RUNS its values or error.
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

from tests.golden.core_expressions import GRAPHS, RUNS, expressions, graph_of, run_of  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)


def main():
    blocks = []
    for key, block, record in (("graphs", GRAPHS, graph_of), ("runs", RUNS, run_of)):
        rows = ["%s: %s" % (json.dumps(line), json.dumps(record(line, tf))) for line in expressions(block)]
        blocks.append('"%s": {\n%s\n}' % (key, ",\n".join(rows)))
        print("%d %s" % (len(rows), key))
    (HERE / "core.json").write_text("{%s}\n" % ", ".join(blocks))


if __name__ == "__main__":
    main()
