"""Record how TensorFlow 1.15.5 writes graphs and what it says to those that it imports.

    python3.7 tests/golden/make_graph_defs.py

writes tests/golden/graph_defs.json: for some programs of tests/programs the GraphDef that TensorFlow makes of them,
compressed, and for each case of `graph_def_cases` the nodes after the import, or the error.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import warnings
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402
from google.protobuf import text_format  # noqa: E402

from tests.golden.graph_def_cases import CASES, CONSTANTS  # noqa: E402
from tests.programs import all_programs  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)

PROGRAMS = [
    "lenet.deep_mnist", "loops.nested", "branches.nested", "layers.normalized_images", "optimizers.adam_sparse",
    "tensor_arrays.training", "tables.bag_of_words", "partitioned.training", "gradients_loops.nested",
]  # fmt: skip


def exported(program):
    with tf.Graph().as_default() as graph:
        program(tf)
    data = graph.as_graph_def(add_shapes=True).SerializeToString(deterministic=True)
    return base64.b85encode(zlib.compress(data, 9)).decode()


def imported(text, arguments):
    graph_def = text_format.Parse(text, tf.GraphDef())
    graph_def.versions.producer = 134
    with tf.Graph().as_default() as graph:
        try:
            found = tf.import_graph_def(graph_def, **arguments)
        except Exception as error:  # noqa: BLE001 (what it says is recorded)
            return {"error": [type(error).__name__, str(error)]}
        nodes = [
            [op.type, op.name, [t.name for t in op.inputs], [c.name for c in op.control_inputs], op.device]
            + [sorted(op.node_def.attr), [g.decode() for g in op.colocation_groups()]]
            for op in graph.get_operations()
        ]
        return {"nodes": nodes, "returned": None if found is None else [item.name for item in found]}


def proto_of(constant):
    with tf.Graph().as_default():
        op = constant(tf).op
        return base64.b85encode(op.node_def.attr["value"].tensor.SerializeToString()).decode()


def main():
    programs = all_programs()
    found = {
        "programs": {name: exported(programs[name]) for name in PROGRAMS},
        "cases": {name: imported(*case) for name, case in CASES.items()},
        "constants": {name: proto_of(constant) for name, constant in CONSTANTS.items()},
    }
    path = HERE / "graph_defs.json"
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print("%d programs, %d cases, %d bytes" % (len(PROGRAMS), len(CASES), path.stat().st_size))


if __name__ == "__main__":
    main()
