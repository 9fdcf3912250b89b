"""Record the definitions of the ops that TensorFlow 1.15.5's Python knows.

    python3.7 tests/golden/make_opdefs.py

writes tests/golden/opdefs.json, one op a line:

    "ConcatV2": {"signature": "ConcatV2(values: N*T, axis: Tidx) -> output: T",
                 "attrs": {"N": {"type": "int", "min": 2}, "T": {"type": "type"},
                           "Tidx": {"type": "type", "default": "int32", "allowed": ["int32", "int64"]}}}

Signatures are in the notation of `flowgraph.ir.opdef`: the type of an argument is a dtype or the attribute
that gives it, `N*T` is a list of N tensors, `T[]` a list of mixed dtypes, `&T` a reference to a variable.
`"flags"` lists what holds of the op among stateful, commutative, aggregate and allows_uninitialized_input.
Sets of allowed types that many ops share stand once under `"type sets"`, and ops refer to them by name.
Families for hardware and services that no TF1 script reaches without them are left out (`LEFT_OUT`).
"""

from __future__ import annotations

import collections
import json
import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

LEFT_OUT = re.compile(
    "BoostedTrees|Collective|ConfigureDistributedTPU|Experimental(?!GroupByReducer)|LoadTPU|Nccl|RetrieveTPU|TPU|Tpu|XRT|Xla"
)
OF_CONTRIB = ["GatherTree"]
"""Ops of tf.contrib that are here; importing tf.contrib registers many more."""
FLAGS = ["is_stateful", "is_commutative", "is_aggregate", "allows_uninitialized_input"]


def argument(arg):
    """One input or output."""
    kind = arg.type_list_attr + "[]" if arg.type_list_attr else arg.type_attr or tf.as_dtype(arg.type).name
    kind = "%s*%s" % (arg.number_attr, kind) if arg.number_attr else kind
    return "%s: %s%s" % (arg.name, "&" if arg.is_ref else "", kind)


def signature(op):
    inputs, outputs = (", ".join(argument(arg) for arg in args) for args in (op.input_arg, op.output_arg))
    return "%s(%s) -> %s" % (op.name, inputs, outputs if len(op.output_arg) == 1 else "(%s)" % outputs)


def plain(value):
    """An AttrValue as JSON: types are names, shapes lists (null: unknown rank), strings text."""
    kind = value.WhichOneof("value")
    if kind == "list":
        fields = value.list.ListFields()
        return [convert(fields[0][0].name, entry) for entry in fields[0][1]] if fields else []
    return convert(kind, getattr(value, kind))


def convert(kind, value):
    if kind == "type":
        return tf.as_dtype(value).name
    if kind == "shape":
        return None if value.unknown_rank else [dim.size for dim in value.dim]
    if kind == "tensor":
        return tf.make_ndarray(value).tolist()
    if kind == "func":
        return value.name
    return value.decode() if isinstance(value, bytes) else value


def attribute(attr):
    record = {"type": attr.type}
    if attr.HasField("default_value"):
        record["default"] = plain(attr.default_value)
    if attr.HasField("allowed_values"):
        record["allowed"] = plain(attr.allowed_values)
    if attr.has_minimum:
        record["min"] = attr.minimum
    return record


def definition(op):
    record = {"signature": signature(op), "attrs": {attr.name: attribute(attr) for attr in op.attr}}
    flags = [flag.replace("is_", "") for flag in FLAGS if getattr(op, flag)]
    if flags:
        record["flags"] = flags
    if op.deprecation.version:
        record["deprecated"] = op.deprecation.explanation
    return record


def share_type_sets(ops):
    """Replace the sets of types that three or more attributes allow by names; return the sets by name."""
    uses = collections.Counter()
    attrs = [attr for op in ops.values() for attr in op["attrs"].values() if attr["type"].endswith("type")]
    for attr in attrs:
        uses[json.dumps(attr.get("allowed"))] += 1
    shared = [text for text, count in uses.most_common() if count > 2 and text != "null" and len(text) > 30]
    names = {text: "types %d" % i for i, text in enumerate(shared)}
    for attr in attrs:
        if json.dumps(attr.get("allowed")) in names:
            attr["allowed"] = names[json.dumps(attr["allowed"])]
    return {name: json.loads(text) for text, name in names.items()}


def rows(table):
    line = "%s: %s"
    return ",\n".join(line % (json.dumps(k), json.dumps(v, separators=(",", ":"))) for k, v in table.items())


def main():
    names = {name for name in op_def_registry.get_registered_ops() if not LEFT_OUT.search(name)}
    tf.contrib.seq2seq.gather_tree  # noqa: B018  reaching for it imports tf.contrib
    registered = op_def_registry.get_registered_ops()
    ops = {name: definition(registered[name]) for name in sorted(names.union(OF_CONTRIB))}
    sets = share_type_sets(ops)
    text = '{"type sets": {\n%s\n}, "ops": {\n%s\n}}\n' % (rows(sets), rows(ops))
    (Path(__file__).parent / "opdefs.json").write_text(text)
    print("%d ops, %d shared sets of types, %d bytes" % (len(ops), len(sets), len(text)))


if __name__ == "__main__":
    main()
