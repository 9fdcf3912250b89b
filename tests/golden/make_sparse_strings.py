"""Record what TensorFlow 1.15.5 makes of the expressions in {sparse,string,lookup}_expressions.py.

    python3.7 tests/golden/make_sparse_strings.py

writes sparse.json, strings.json and lookup.json beside them.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.golden import lookup_expressions, sparse_expressions, string_expressions  # noqa: E402
from tests.golden.expressions import record  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)


if __name__ == "__main__":
    for name, module in (
        ("sparse", sparse_expressions),
        ("strings", string_expressions),
        ("lookup", lookup_expressions),
    ):
        record(HERE / (name + ".json"), module.GRAPHS, module.RUNS, tf)
