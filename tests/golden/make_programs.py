"""Record the graph and the results of every program in tests/programs with TensorFlow 1.15.5.

    python3.7 tests/golden/make_programs.py [module ...]

writes tests/golden/programs/<module>.json: for each program its nodes in the order of creation, one a line,
the names in its collections and what its runs return, in the notation of `notation.py`.
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

from tests.golden.notation import collections_record, node_record, value_record  # noqa: E402
from tests.programs import all_programs  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


def plain_attrs(op):
    """The attributes of an operation as plain Python values."""
    return {key: plain_attr(value) for key, value in op.node_def.attr.items()}


def plain_attr(value):
    """One AttrValue as a Python value: types are DTypes, shapes lists or None, tensors numpy arrays."""
    kind = value.WhichOneof("value")
    if kind == "list":
        fields = value.list.ListFields()
        if not fields:
            return []
        convert = {"type": tf.as_dtype, "shape": _shape, "tensor": tf.make_ndarray}.get(fields[0][0].name)
        return [convert(entry) if convert else entry for entry in fields[0][1]]
    field = getattr(value, kind)
    if kind == "func":
        return field.name
    convert = {"type": tf.as_dtype, "shape": _shape, "tensor": tf.make_ndarray}.get(kind)
    return convert(field) if convert else field


def _shape(proto):
    return None if proto.unknown_rank else [None if dim.size < 0 else dim.size for dim in proto.dim]


def record(program):
    """Build and run one program: its nodes, collections and results."""
    tf.reset_default_graph()
    with tf.Graph().as_default() as graph:
        runs = program(tf)
        nodes = [node_record(op, plain_attrs(op)) for op in graph.get_operations()]
        result = {"nodes": nodes, "collections": collections_record(graph), "runs": []}
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(config=config) as session:
            for fetches, feeds in runs or []:
                result["runs"].append(value_record(session.run(fetches, feeds)))
    return result


def write(path, programs):
    """One line a node and a run, so that a change of one shows as a change of one line."""
    lines = []
    for name in programs:
        parts = []
        for key in ("nodes", "runs"):
            rows = ",\n".join(compact(row) for row in programs[name][key])
            parts.append("%s: [\n%s\n]" % (json.dumps(key), rows) if rows else "%s: []" % json.dumps(key))
        parts.insert(1, '"collections": %s' % compact(programs[name]["collections"]))
        lines.append("%s: {\n%s\n}" % (json.dumps(name), ",\n".join(parts)))
    path.write_text("{\n%s\n}\n" % ",\n".join(lines), encoding="utf-8")


def compact(row):
    return json.dumps(row, separators=(",", ":"), ensure_ascii=True)


def main(wanted):
    modules = {}
    for name, program in all_programs().items():
        module, _, short = name.partition(".")
        if not wanted or module in wanted:
            try:
                modules.setdefault(module, {})[short] = record(program)
            except Exception as error:  # noqa: BLE001 (report every program that cannot be recorded)
                print("FAILED", name, type(error).__name__, str(error)[:600])
    (HERE / "programs").mkdir(exist_ok=True)
    for module, programs in modules.items():
        write(HERE / "programs" / (module + ".json"), programs)
        print("%-20s %3d programs %5d nodes" % (module, len(programs), sum(len(p["nodes"]) for p in programs.values())))


if __name__ == "__main__":
    main(set(sys.argv[1:]))
