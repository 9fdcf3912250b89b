"""Check that TensorFlow 1.15.5 reads what flowgraph writes: first here, then there.

python tests/golden/check_interchange.py flowgraph FOLDER
python3.7 tests/golden/check_interchange.py tensorflow FOLDER
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(1, str(Path(__file__).resolve().parents[2]))

import function_cases
import interchange
import numpy as np


def write(tf, folder):
    """Everything that is to be read, with what it gives here."""
    for name, build in interchange.ALL.items():
        definition, feeds, output = interchange.freeze(tf, build)
        (folder / (name + ".pb")).write_bytes(definition.SerializeToString())
        _, _, grads = interchange.write_checkpoint(tf, build, str(folder / name))
        np.savez(str(folder / (name + ".npz")), output=output, dx=grads[0], dw=grads[1], **feeds)
    for as_text in (False, True):
        interchange.write_saved_model(tf, str(folder / ("text" if as_text else "binary")), tempfile.mkdtemp(), as_text)
    for name, case in function_cases.CASES.items():
        if name not in function_cases.OF_THE_PROCESS:
            graph = function_cases.build(tf, case)
            (folder / (name + ".functions")).write_bytes(graph.as_graph_def().SerializeToString())
            (folder / (name + ".json")).write_text(json.dumps(function_cases.run(tf, graph)))
            with graph.as_default():
                tf.train.export_meta_graph(str(folder / (name + ".meta")))
    print("written")


def read(tf, folder):
    """Read it and compare."""
    for name in interchange.ALL:
        golden = dict(np.load(str(folder / (name + ".npz"))))
        output, dx, dw = (golden.pop(key) for key in ("output", "dx", "dw"))
        definition = tf.GraphDef()
        definition.ParseFromString((folder / (name + ".pb")).read_bytes())
        np.testing.assert_allclose(interchange.run_frozen(tf, definition, golden), output, 2e-6, 1e-6)
        found, grads = interchange.read_checkpoint(tf, str(folder / name), golden)
        for ours, theirs in ((output, found), (dx, grads[0]), (dw, grads[1])):
            np.testing.assert_allclose(theirs, ours, 1e-5, 1e-6)
        print(name, "is the same")
    for kind in ("binary", "text"):
        vectors, total = interchange.read_saved_model(tf, str(folder / kind))
        np.testing.assert_array_equal(vectors, [[30, 3], [10, 1]])
        assert total == 66, total
        print("the", kind, "saved model is the same")
    for name in function_cases.CASES:
        if name not in function_cases.OF_THE_PROCESS:
            rows = json.loads((folder / (name + ".json")).read_text())
            definition = tf.GraphDef()
            definition.ParseFromString((folder / (name + ".functions")).read_bytes())
            assert function_cases.run_imported(tf, definition) == rows, name
            with tf.Graph().as_default() as graph:
                tf.train.import_meta_graph(str(folder / (name + ".meta")))
            assert function_cases.run(tf, graph) == rows, name
            print("the functions of", name, "do the same")


if __name__ == "__main__":
    module, place = importlib.import_module(sys.argv[1]), Path(sys.argv[2])
    place.mkdir(parents=True, exist_ok=True)
    (write if sys.argv[1] == "flowgraph" else read)(module, place)
