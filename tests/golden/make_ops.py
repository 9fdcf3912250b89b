"""Record what TensorFlow 1.15.5 makes of the calls in op_calls.py.

    python3.7 tests/golden/make_ops.py

writes tests/golden/ops.json: for each call its values or its error. Calls for which TF's CPU has no kernel are left
out: flowgraph may compute more.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402
from tensorflow.python.framework import op_def_registry  # noqa: E402

from tests.golden.op_calls import lines, outcome  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)
NO_KERNEL = "Cannot assign a device|No OpKernel|not in list of allowed values|data type is not supported|No WhereOp"


def libraries():
    """For each op type the library that adds it."""
    found = {}
    for path in sorted(Path(op_def_registry.__file__).parents[1].glob("ops/gen_*_ops.py")):
        library = getattr(importlib.import_module("tensorflow.python.ops." + path.stem), "_op_def_lib", None)
        found.update((op_type, library) for op_type in getattr(library, "_ops", {}))
    return found


LIBRARIES = libraries()


def call(op_type, inputs, attrs):
    """Add an op by its type's name."""
    definition = op_def_registry.get_registered_ops()[op_type]
    arguments = {arg.name: value for arg, value in zip(definition.input_arg, inputs)}
    fixed = {name for arg in definition.input_arg for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)}
    arguments.update({attr.name: attrs.get(attr.name) for attr in definition.attr if attr.name not in fixed})
    return LIBRARIES[op_type].apply_op(op_type, **arguments)


def main():
    rows = []
    for line in lines():
        result = outcome(line, tf, call)
        if not re.search(NO_KERNEL, str(result)):
            rows.append("%s: %s" % (json.dumps(line), json.dumps(result, separators=(",", ":"))))
    (HERE / "ops.json").write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d calls" % len(rows))


if __name__ == "__main__":
    main()
