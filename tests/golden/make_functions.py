"""Record what TensorFlow 1.15.5 makes of functions: the libraries of its GraphDefs, and GraphDefs to be run.

    python3.7 tests/golden/make_functions.py

writes tests/golden/functions.json, the libraries and what the graphs give, and tests/golden/functions/*.pb.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import function_cases as cases
import tensorflow as tf
from google.protobuf.json_format import MessageToDict

HERE = Path(__file__).parent
FOLDER = HERE / "functions"


def main():
    FOLDER.mkdir(exist_ok=True)
    golden = {}
    for name, case in cases.CASES.items():
        graph = cases.build(tf, case)
        definition = graph.as_graph_def()
        golden[name] = {"rows": cases.run(tf, graph)}
        if name not in cases.WITH_BRANCHES:
            golden[name]["library"] = cases.told(MessageToDict, definition)
        if name not in cases.OF_THE_PROCESS:
            (FOLDER / (name + ".pb")).write_bytes(definition.SerializeToString())
    lines = ",\n".join("%s: %s" % (json.dumps(name), json.dumps(one, sort_keys=True)) for name, one in golden.items())
    (HERE / "functions.json").write_text("{\n%s\n}\n" % lines)


if __name__ == "__main__":
    main()
