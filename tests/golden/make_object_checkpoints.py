"""Have TensorFlow 1.15.5 save and restore objects.

    python3.7 tests/golden/make_object_checkpoints.py

writes tests/golden/object_checkpoints.json, what happened, and tests/golden/object_checkpoints, the files.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import object_cases as cases  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.training.tracking.graph_view import ObjectGraphView  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
HERE = Path(__file__).resolve().parent


def main():
    found = {"graphs": {}}
    for case in cases.GRAPHS:
        with tf.Graph().as_default():
            _, proto, _ = ObjectGraphView(case(tf)).serialize_object_graph()
            found["graphs"][case.__name__] = cases.told(proto)
    files = HERE / "object_checkpoints"
    shutil.rmtree(str(files), ignore_errors=True)
    files.mkdir()
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default():
        found["saving"] = cases.saving(tf, folder)
    for name in os.listdir(folder):
        if name.startswith(("ck-2", "names.")) and not name.endswith(".meta"):
            shutil.copy(os.path.join(folder, name), str(files))
    for case, name in [
        (cases.restoring, "ck-2"), (cases.late, "ck-2"), (cases.by_name, "ck-2"), (cases.from_names, "names"),
        (cases.complaints, "ck-2"),
    ]:  # fmt: skip
        with tf.Graph().as_default():
            found[case.__name__] = case(tf, str(files / name))
    found["dot"] = tf.contrib.checkpoint.dot_graph_from_checkpoint(str(files / "ck-2")).split("\n")
    lines = ["%s: %s" % (json.dumps(name), json.dumps(value)) for name, value in found.items()]
    (HERE / "object_checkpoints.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
