"""Calls of decode_proto and encode_proto, for TensorFlow 1.15.5 and for the tests."""

from __future__ import annotations

from google.protobuf import descriptor_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
SIGNED = ["int32", "int64", "sint32", "sint64", "sfixed32", "sfixed64"]
UNSIGNED = ["uint32", "uint64", "fixed32", "fixed64"]
NUMBERS = ["double", "float", "bool", *SIGNED, *UNSIGNED]
DEFAULTS = {"bool": "true", "double": "2.5", "float": "1.5", "string": "text", "bytes": "data"}
TYPES = {
    "double": ["float64"], "float": ["float32", "float64"], "bool": ["bool"], "int32": ["int32", "int64"],
    "sint32": ["int32", "int64"], "sfixed32": ["int32", "int64"], "int64": ["int64"], "sint64": ["int64"],
    "sfixed64": ["int64"], "uint32": ["uint32", "uint64"], "fixed32": ["uint32", "uint64"], "uint64": ["uint64"],
    "fixed64": ["uint64"], "string": ["string"], "bytes": ["string"],
}  # fmt: skip


def _schema():
    """A message `t.All` with fields of all types: one value, several, several packed, and one with a default."""
    found = descriptor_pb2.FileDescriptorSet()
    file = found.file.add(name="t.proto", package="t", syntax="proto2")
    enum = file.enum_type.add(name="Color")
    for number, name in enumerate(["RED", "GREEN", "BLUE"]):
        enum.value.add(name=name, number=number)
    inner = file.message_type.add(name="Inner")
    inner.field.add(name="x", number=1, type=FIELD.TYPE_INT32, label=1)
    message = file.message_type.add(name="All")
    for number, kind in enumerate([*NUMBERS, "string", "bytes"]):
        code = FIELD.Type.Value("TYPE_" + kind.upper())
        message.field.add(name="one_" + kind, number=4 * number + 1, type=code, label=1)
        message.field.add(name="more_" + kind, number=4 * number + 2, type=code, label=3)
        packed = message.field.add(name="packed_" + kind, number=4 * number + 3, type=code, label=3)
        packed.options.packed = kind in NUMBERS
        given = message.field.add(name="given_" + kind, number=4 * number + 4, type=code, label=1)
        given.default_value = DEFAULTS.get(kind, "7")
    for number, (name, label) in enumerate([("one", 1), ("more", 3)]):
        for at, (kind, code) in enumerate([("Color", FIELD.TYPE_ENUM), ("Inner", FIELD.TYPE_MESSAGE)]):
            place = 80 + 2 * number + at
            message.field.add(
                name="%s_%s" % (name, kind.lower()), number=place, type=code, type_name=".t." + kind, label=label
            )
    return found.SerializeToString()


SCHEMA = _schema()
SOURCE = b"bytes://" + SCHEMA
VALUES = {"double": [1.5, -2.0], "float": [1.5, -2.0], "bool": [True, False], "string": ["x", "yy"], "bytes": ["", "q"]}


def values_of(kind):
    """Two values of a field of a type."""
    return VALUES.get(kind, [3, 2**31 + 5] if kind in UNSIGNED else [3, -70000])


def _both(tf, kind, dtype):
    """Messages with all fields of a type, decoded again: the bytes, sizes and values."""
    one, two = [tf.constant([values_of(kind)[:n], values_of(kind)[-n:]], dtype) for n in (1, 2)]
    names = [prefix + kind for prefix in ("one_", "more_", "packed_")]
    made = tf.io.encode_proto([[1, 2, 1], [0, 1, 0]], [one, two, two], names, "t.All", SOURCE)
    if kind in ("int32", "sfixed32", "sint32") and dtype == "int64":  # TF's packed ones come without their sign
        names = names[:2]
    names.append("given_" + kind)
    return [made, *_flat(tf.io.decode_proto(made, "t.All", names, [dtype] * len(names), SOURCE))]


def _flat(decoded):
    return [decoded.sizes, *decoded.values]


def _decoded(tf, data, *arguments, **options):
    return _flat(tf.io.decode_proto(data, *arguments, **options))


def _encoded(tf, sizes, values, names, message="t.All", source=SOURCE):
    return tf.io.encode_proto(sizes, [tf.constant(one, tf.int32) for one in values], names, message, source)


def _local(tf, data):
    return _decoded(tf, data, "tensorflow.Int64List", ["value"], [tf.int64])


# name -> what to run
CASES = {
    kind + "." + dtype: lambda tf, kind=kind, dtype=dtype: _both(tf, kind, dtype)
    for kind in TYPES
    for dtype in TYPES[kind]
}
CASES.update({
    "enum": lambda tf: _encoded(tf, [[1, 2]], [[[1]], [[0, 2]]], ["one_color", "more_color"]),
    "enum decoded": lambda tf: _decoded(
        tf, b"\x80\x05\x01\x90\x05\x00\x90\x05\x02", "t.All", ["one_color", "more_color"], [tf.int32] * 2, SOURCE
    ),
    "message": lambda tf: tf.io.encode_proto(
        [[1, 2]], [[["\x08\x01"]], [["", "\x08\x02"]]], ["one_inner", "more_inner"], "t.All", SOURCE
    ),
    "message decoded": lambda tf: _decoded(
        tf, b"\x8a\x05\x02\x08\x01\x9a\x05\x00", "t.All", ["one_inner", "more_inner"], [tf.string] * 2, SOURCE
    ),
    "scalar": lambda tf: _decoded(tf, b"", "t.All", ["one_int32"], [tf.int32], SOURCE),
    "order of numbers": lambda tf: _encoded(tf, [[1, 1]], [[[1]], [[2]]], ["more_int32", "one_int32"]),
    "matrix": lambda tf: _encoded(tf, [[[1], [2]]], [[[[1, 2], [3, 4]]]], ["more_int32"]),
    "more than one": lambda tf: _encoded(tf, [[2]], [[[1, 2]]], ["one_int32"]),
    "negative size": lambda tf: _encoded(tf, [[-1]], [[[1, 2]]], ["more_int32"]),
    "local": lambda tf: _local(tf, [b"\x0a\x03\x01\x02\x03", b"\x08\x05\x08\x06\x0a\x01\x07", b""]),
    "passed over": lambda tf: _local(tf, [b"\x0d\x05\x08\x06\x0a\x08\x07", b"\x12\x01a\x08\x02\x1b\x08\x05\x1c"]),
    "text": lambda tf: _decoded(
        tf, ["value: 4 value: 5"], "tensorflow.Int64List", ["value"], [tf.int64], "local://", "text"
    ),
    "sanitized": lambda tf: _decoded(tf, [b"\x12\x01a\x08\x02"], "tensorflow.Int64List", ["value"], [tf.int64],
                                     sanitize=True),
    "the last counts": lambda tf: _decoded(
        tf, [b"\x0d\x00\x00\x80\x3f\x15\x00\x00\x00\x40" * 2], "tensorflow.HistogramProto", ["min"], [tf.float64]
    ),
    # mistakes
    "error: field": lambda tf: _decoded(tf, [b""], "t.All", ["nope"], [tf.int32], SOURCE),
    "error: type": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.float32], SOURCE),
    "error: types": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.int32] * 2, SOURCE),
    "error: message": lambda tf: _decoded(tf, [b""], "t.Nope", ["one_int32"], [tf.int32], SOURCE),
    "error: local message": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.int32]),
    "error: source": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.int32], b"bytes://junk"),
    "error: file": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.int32], "no/such/file"),
    "error: format": lambda tf: _decoded(tf, [b""], "t.All", ["one_int32"], [tf.int32], SOURCE, "foo"),
    "error: nothing": lambda tf: _decoded(tf, tf.zeros([0], tf.string), "t.All", ["one_int32"], [tf.int32], SOURCE),
    "error: text": lambda tf: _decoded(
        tf, ["value: x"], "tensorflow.Int64List", ["value"], [tf.int64], "local://", "text"
    ),
    "error: tag": lambda tf: _local(tf, [b"\xff\xff"]),
    "error: unrequested": lambda tf: _local(tf, [b"\x12\x05a"]),
    "error: no layout": lambda tf: _local(tf, [b"\x0f"]),
    "error: short number": lambda tf: _local(tf, [b"\x08\xff"]),
    "error: no number": lambda tf: _local(tf, [b"\x08"]),
    "error: short list": lambda tf: _local(tf, [b"\x0a\x05\x01"]),
    "error: number over the end of a list": lambda tf: _local(tf, [b"\x0a\x01\xff"]),
    "error: short text": lambda tf: _decoded(tf, [b"\xb2\x03\x05a"], "t.All", ["more_string"], [tf.string], SOURCE),
    "error: short float": lambda tf: _decoded(
        tf, [b"\x0d\x00"], "tensorflow.HistogramProto", ["min"], [tf.float64]
    ),
    "error: short double": lambda tf: _decoded(
        tf, [b"\x09\x00"], "tensorflow.HistogramProto", ["min"], [tf.float64]
    ),
    "error: a list of doubles, short": lambda tf: _decoded(
        tf, [b"\x32\x09" + b"0" * 9], "tensorflow.HistogramProto", ["bucket_limit"], [tf.float64]
    ),
    "error: open group": lambda tf: _local(tf, [b"\x1b\x08\x05"]),
    "error: sizes": lambda tf: _encoded(tf, [[1]], [[[1]], [[2]]], ["more_int32", "one_int32"]),
    "error: batch": lambda tf: _encoded(tf, [[1]], [[[1], [2]]], ["more_int32"]),
    "error: too few": lambda tf: _encoded(tf, [[3]], [[[1, 2]]], ["more_int32"]),
    "error: names": lambda tf: _encoded(tf, [[1]], [[[1]]], ["more_int32", "one_int32"]),
    "error: encoded field": lambda tf: _encoded(tf, [[1]], [[[1]]], ["nope"]),
    "error: encoded type": lambda tf: _encoded(tf, [[1]], [[[1]]], ["one_int64"]),
    "error: encoded message": lambda tf: _encoded(tf, [[1]], [[[1]]], ["one_int32"], "t.Nope"),
    "error: vector": lambda tf: _encoded(tf, [1], [[1]], ["more_int32"]),
    "error: scalar": lambda tf: _encoded(tf, 1, [1], ["more_int32"]),
})  # fmt: skip


def outcome(tf, case):
    """What a case gives: dtype and entries of each tensor, bytes as their hexadecimal digits; or the error."""

    def shown(value):
        if isinstance(value, list):
            return [shown(one) for one in value]
        return value.hex() if isinstance(value, bytes) else value

    with tf.Graph().as_default(), tf.Session() as session:
        try:
            made = case(tf)
            tensors = made if isinstance(made, list) else [made]
            nodes = [[op.type, op.name] for op in session.graph.get_operations() if op.type != "Const"]
            static = [str(tensor.shape) for tensor in tensors]
            found = session.run(tensors)
        except Exception as error:  # noqa: BLE001 (what it says is recorded)
            return [type(error).__name__, str(error).split("\n")[0]]
        return [nodes, static, [[t.dtype.name, shown(value.tolist())] for t, value in zip(tensors, found)]]
