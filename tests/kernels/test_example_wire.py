"""Examples read out of their bytes: whatever these are, the answer is the protobuf library's, or there is none."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowgraph import protos
from flowgraph.kernels import example_wire as wire
from flowgraph.kernels import examples
from flowgraph.kernels.example_columns import Schema
from flowgraph.kernels.examples import FLOAT, INT64, STRING, Dense, Sparse

NONE = {kind: np.array([], kind.np) for kind in (FLOAT, INT64, STRING)}
SPARSE = [Sparse("any ints", INT64), Sparse("any floats", FLOAT), Sparse("any strings", STRING)]
DENSE = [
    Dense("int", INT64, (), NONE[INT64]),
    Dense("floats", FLOAT, (2, 2), np.arange(4, dtype=np.float32).reshape(2, 2)),
    Dense("ints", INT64, (2,), np.array([-5, 5])),
    Dense("ü", STRING, (), np.array(b"nothing", object)),
]
ROWS = [Dense("rows", FLOAT, (None, 2), np.zeros(1, np.float32)), *DENSE]
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 300)
SINGLES = st.floats(width=32, allow_nan=False)
VALUES = {INT64: NUMBERS, FLOAT: SINGLES, STRING: st.binary(max_size=200)}
KEYS = ["int", "floats", "ints", "ü", "rows", "any ints", "any floats", "any strings", "unknown", ""]
EXPECTED = {"int": (INT64, 1), "floats": (FLOAT, 4), "ints": (INT64, 2), "ü": (STRING, 1), "rows": (FLOAT, 4)}


@st.composite
def features(draw, regular):
    """A feature's key and its values; with `regular` what the schema expects, or what it says nothing of."""
    key = draw(st.sampled_from(KEYS))
    kind, size = EXPECTED.get(key, (draw(st.sampled_from([INT64, FLOAT, STRING])), draw(st.integers(0, 3))))
    if key.startswith("any"):
        kind = {"any ints": INT64, "any floats": FLOAT, "any strings": STRING}[key]
    if not regular and draw(st.integers(0, 9)) == 0:
        kind, size = draw(st.sampled_from([INT64, FLOAT, STRING])), draw(st.integers(0, 5))
    return key, kind, draw(st.lists(VALUES[kind], min_size=size, max_size=size))


def encoded(found):
    """An example as the library writes it."""
    example = protos.Example()
    for key, kind, values in found:
        example.features.feature[key].ClearField(kind.field)
        getattr(example.features.feature[key], kind.field).value.extend(values)
    return example.SerializeToString()


def in_full(found, unpacked):
    """An example with an entry for each feature, in the order in which they come, repeated keys too."""
    entries = []
    for key, kind, values in found:
        feature = protos.Feature()
        getattr(feature, kind.field).value.extend(values)
        data = feature.SerializeToString()
        if unpacked and kind is INT64:
            numbers = b"".join(b"\x08" + varint(value % 2**64) for value in values)
            data = field(0x1A, numbers)
        entries.append(field(0x0A, field(0x0A, key.encode()) + field(0x12, data)))
    return field(0x0A, b"".join(entries))


def field(tag, data):
    """A field with a length."""
    return bytes([tag]) + varint(len(data)) + data


def varint(number):
    """A number as a varint."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def alike(ours, theirs):
    """Compare two answers, bit for bit."""
    for a, b in zip(ours[0], theirs[0], strict=True):
        alike(([], a), ([], b))
    for a, b in zip(ours[1], theirs[1], strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert a.tolist() == b.tolist()


def check(quick, slow):
    """The quick way's answer is the slow one's, if it has any; says whether it has."""
    found = quick()
    if found is not None:
        alike(found, slow())
    return found is not None


def check_both(items):
    """One by one and together; says whether every quick way had an answer."""
    had = [one_by_one(items, ROWS), one_by_one(items, DENSE)]
    schema = Schema(SPARSE, DENSE)
    return check(lambda: schema.of_many(items), lambda: examples.parse_batch(items, [], SPARSE, DENSE)) and all(had)


def one_by_one(items, dense):
    """Check examples, each alone; the second time all heads are known."""
    schema = Schema(SPARSE, dense)
    had = [
        check(partial(schema.of_one, item), partial(examples.parse_one, item, SPARSE, dense))
        for item in (*items, *items)
    ]
    return all(had)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(features(regular=True), max_size=8), min_size=1, max_size=5))
def test_examples_that_the_library_wrote(found):
    check_both([encoded({row[0]: row for row in rows}.values()) for rows in found])


@settings(max_examples=250, deadline=None)
@given(st.lists(features(regular=False), max_size=6), st.booleans(), st.data())
def test_anything(found, unpacked, data):
    item = bytearray(in_full(found, unpacked))
    for _ in range(data.draw(st.integers(0, 2)) if item else 0):
        at = data.draw(st.integers(0, len(item) - 1))
        how = data.draw(st.integers(0, 3))
        if how == 0:
            item[at] = data.draw(st.integers(0, 255))
        elif how == 1:
            del item[at:]
        elif how == 2:
            item.insert(at, data.draw(st.integers(0, 255)))
        else:
            item += data.draw(st.sampled_from([b"\x18\x01", b"\x12\x00", b"\x0a\x00", b"\x00"]))
        if not item:
            break
    check_both([bytes(item)])


def regular(rng):
    """An example as files have them, with numbers of many lengths."""
    return encoded([
        ("int", INT64, [int(rng.integers(0, 2**40))]),
        ("floats", FLOAT, rng.random(4, np.float32).tolist()),
        ("ints", INT64, rng.integers(-300, 300, 2).tolist()),
        ("ü", STRING, [rng.bytes(rng.integers(0, 300))]),
        ("rows", FLOAT, rng.random(2 * rng.integers(1, 40)).tolist()),
        ("any ints", INT64, rng.integers(-(2**62), 2**62, rng.integers(0, 30)).tolist()),
        ("unknown", INT64, [-1]),
    ])  # fmt: skip


def test_what_is_regular_is_read_the_quick_way():
    rng = np.random.default_rng(0)
    assert check_both([regular(rng) for _ in range(50)])


@pytest.mark.parametrize(
    "payload", [b"\x80", b"\x01\x80", b"\xff" * 9 + b"\x02", b"\x80" * 10 + b"\x00", b"\x80" * 40], ids=repr
)
def test_damaged_integers(payload):
    assert wire.integers(payload) is None
    assert wire.integer_rows([b"\x01", payload]) is None
    assert wire.integer_rows([payload, b"\x01"]) is None
    unwanted = field(0x0A, field(0x0A, field(0x0A, b"x") + field(0x12, field(0x1A, field(0x0A, payload)))))
    assert wire.Reader({}).payloads(unwanted) is None


def test_the_last_of_two_features_of_one_key_counts():
    item = in_full([("int", INT64, [1]), ("int", INT64, [2])], False)
    (found,) = wire.Reader({b"int": wire.INTEGERS}).payloads(item)
    assert found == b"\x02"
