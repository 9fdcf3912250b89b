"""Write the protocol buffer schemas of TensorFlow 1.15.5 that flowgraph reads and writes, as .proto sources.

    python3.7 tests/golden/make_proto_sources.py

asks TensorFlow's descriptors for messages, field names, numbers and types, which are the format, and writes them
into flowgraph/protos/*.proto, a file for each matter. `tools/make_protos.py` compiles those.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

FOLDER = Path(__file__).resolve().parents[2] / "flowgraph" / "protos"
CORE = "tensorflow.core."
PROJECTOR = "tensorflow.contrib.tensorboard.plugins.projector.projector_config"
MATTERS = {
    "error_codes": ("What a failed run or a closed queue reports.", ["lib.core.error_codes"]),
    "tensor": (
        "Tensors as bytes: their types, shapes, slices and values.",
        ["framework." + n for n in ("tensor_shape", "types", "resource_handle", "tensor", "tensor_slice")],
    ),
    "graph": (
        "Graphs: nodes with their attributes, functions, and the definitions of ops.",
        ["framework." + n for n in ("attr_value", "node_def", "op_def", "function", "versions", "graph")],
    ),
    "collections": (
        "What the collections of a graph hold: variables, contexts of control flow, queue runners.",
        ["framework.variable", "protobuf.control_flow", "protobuf.queue_runner"],
    ),
    "checkpoint": (
        "The files of a checkpoint, of both versions, and the file that says which is the latest.",
        ["protobuf.tensor_bundle", "util.saved_tensor_slice", "protobuf.saver"],
    ),
    "model": (
        "Meta graphs and saved models.",
        [
            "protobuf." + n
            for n in ("trackable_object_graph", "struct", "saved_object_graph", "meta_graph", "saved_model")
        ],
    ),
    "session": (
        "How a session is configured, and what a run reports of itself.",
        ["framework." + n for n in ("cost_graph", "allocation_description", "tensor_description", "step_stats")]
        + ["protobuf." + n for n in ("cluster", "debug", "verifier_config", "rewriter_config", "config")]
        + ["protobuf.tensorflow_server"],
    ),
    "event": ("Summaries, and the event files that TensorBoard reads.", ["framework.summary", "util.event"]),
    "example": ("Examples: named features, for files of records.", ["example.feature", "example.example"]),
    "projector": ("What TensorBoard's projector of embeddings is to show.", [PROJECTOR]),
}
CHECKPOINT_STATE = "tensorflow.python.training.checkpoint_state"
SCALARS = {
    number: name[5:].lower()
    for name, number in Field.Type.items()
    if name not in ("TYPE_ENUM", "TYPE_MESSAGE", "TYPE_GROUP")
}


def descriptors(modules):
    """The FileDescriptorProtos of generated modules, by the paths of their sources."""
    found = {}
    for name in modules:
        module = importlib.import_module(name + "_pb2")
        proto = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(proto)
        found[proto.name] = proto
    return found


def of_matter(name):
    modules = [module if module == PROJECTOR else CORE + module for module in MATTERS[name][1]]
    return descriptors(modules + [CHECKPOINT_STATE] * (name == "checkpoint"))


def type_name(full, package):
    """A type's name as seen from inside a package."""
    prefix = "." + package + "."
    return full[len(prefix) :] if full.startswith(prefix) else full[1:]


def field_line(field, package, entries):
    """One field, as its source line."""
    kind = SCALARS.get(field.type) or type_name(field.type_name, package)
    entry = entries.get(field.type_name)
    if entry is not None:
        key, value = (field_type(f, package) for f in entry.field)
        return "map<%s, %s> %s = %d;" % (key, value, field.name, field.number)
    label = "repeated " if field.label == Field.LABEL_REPEATED else ""
    options = "".join([" [deprecated = true]"] if field.options.deprecated else [])
    return "%s%s %s = %d%s;" % (label, kind, field.name, field.number, options)


def field_type(field, package):
    return SCALARS.get(field.type) or type_name(field.type_name, package)


def enum_lines(enum):
    yield "enum %s {" % enum.name
    if enum.options.allow_alias:
        yield "  option allow_alias = true;"
    for value in enum.value:
        yield "  %s = %d;" % (value.name, value.number)
    yield "}"


def message_lines(message, package, full):
    """A message with the messages, enums and oneofs inside it."""
    yield "message %s {" % message.name
    entries = {"%s.%s" % (full, nested.name): nested for nested in message.nested_type if nested.options.map_entry}
    for enum in message.enum_type:
        yield from indented(enum_lines(enum))
    for nested in message.nested_type:
        if not nested.options.map_entry:
            yield from indented(message_lines(nested, package, "%s.%s" % (full, nested.name)))
    fields = [field for field in message.field if not field.HasField("oneof_index")]
    yield from indented(field_line(field, package, entries) for field in fields)
    for index, oneof in enumerate(message.oneof_decl):
        yield "  oneof %s {" % oneof.name
        inside = [f for f in message.field if f.HasField("oneof_index") and f.oneof_index == index]
        yield from indented(indented(field_line(field, package, entries) for field in inside))
        yield "  }"
    yield "}"


def indented(lines):
    return ("  " + line for line in lines)


def main():
    home = {path: name for name in MATTERS for path in of_matter(name)}
    for name, (sentence, _) in MATTERS.items():
        files = of_matter(name).values()
        (package,) = {proto.package for proto in files}
        needs = {dependency for proto in files for dependency in proto.dependency}
        imports = {"%s.proto" % home[n] if n in home else n for n in needs} - {name + ".proto"}
        lines = ["// " + sentence, "", 'syntax = "proto3";', "", "package %s;" % package]
        lines += [""] * bool(imports) + ['import "%s";' % path for path in sorted(imports)]
        for proto in files:
            for enum in proto.enum_type:
                lines += ["", *enum_lines(enum)]
            for message in proto.message_type:
                lines += ["", *message_lines(message, proto.package, ".%s.%s" % (proto.package, message.name))]
        (FOLDER / (name + ".proto")).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print("%s.proto: %d lines" % (name, len(lines)))


if __name__ == "__main__":
    main()
