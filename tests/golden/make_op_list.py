"""Record TensorFlow 1.15.5's registry of ops: what types of attrs an op has, and how they are written.

    python3.7 tests/golden/make_op_list.py

writes flowgraph/protos/ops.binpb.z, an OpList compressed with zlib, without the descriptions: names, arguments, attrs
with their types, defaults and bounds, which together are the format of nodes in a GraphDef.
"""

from __future__ import annotations

import importlib
import os
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tensorflow.core.framework import op_def_pb2
from tensorflow.python.framework import op_def_registry

TARGET = Path(__file__).resolve().parents[2] / "flowgraph" / "protos" / "ops.binpb.z"


def without_descriptions(op_def):
    """An OpDef as the graph's format needs it."""
    bare = op_def_pb2.OpDef()
    bare.CopyFrom(op_def)
    bare.summary = bare.description = ""
    for part in [*bare.input_arg, *bare.output_arg, *bare.attr]:
        part.description = ""
    return bare


def main():
    for package in ("rnn", "seq2seq"):  # they register their ops when they are imported
        importlib.import_module("tensorflow.contrib." + package)

    registered = op_def_registry.get_registered_ops()
    ops = op_def_pb2.OpList(op=[without_descriptions(registered[name]) for name in sorted(registered)])
    data = zlib.compress(ops.SerializeToString(deterministic=True), 9)
    TARGET.write_bytes(data)
    print("%d ops, %d bytes" % (len(ops.op), len(data)))


if __name__ == "__main__":
    main()
