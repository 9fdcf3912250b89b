"""Record what the modules inside TensorFlow 1.15.5 hold that old scripts import from.

    python3.7 tests/golden/make_internal_names.py

writes tests/golden/internal_names.json: for each module of flowgraph/python the public names of TensorFlow's module of
that name.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent / "flowgraph" / "python"


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)
    rows = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.name != "__init__.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            module = importlib.import_module("tensorflow.python." + name)
            names = sorted(key for key in dir(module) if not key.startswith("_"))
            rows.append("%s: %s" % (json.dumps(name), json.dumps(" ".join(names))))
    (HERE / "internal_names.json").write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d modules" % len(rows))


if __name__ == "__main__":
    main()
