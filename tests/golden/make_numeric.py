"""Record what TensorFlow 1.15.5 makes of the expressions of linear algebra, signals and quantization.

    python3.7 tests/golden/make_numeric.py [name ...]

writes quantize.json, operators.json.gz ... beside the modules quantize_expressions.py ... that hold the expressions.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.golden.numeric import record  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)

FORMS = {"operators": ".json.gz"}
"""Where the file is large enough to be compressed."""

NAMES = ["linear_algebra", "operators", "patches", "quantize", "signal"]

if __name__ == "__main__":
    for name in sys.argv[1:] or NAMES:
        module = importlib.import_module("tests.golden.%s_expressions" % name)
        record(HERE / (name + FORMS.get(name, ".json")), module, tf)
