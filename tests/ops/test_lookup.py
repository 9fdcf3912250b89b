"""Lookup tables that files fill and that runs change; what is expected is what TensorFlow 1.15.5 gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import flowgraph as tf
from flowgraph.session import ENGINES

WHOLE_LINE, LINE_NUMBER = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
S, I64, F32 = tf.string, tf.int64, tf.float32
COLUMNS = "emerson 10\nlake 20\npalmer 30\n"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def file_table(path: Path, text: str, key: Any, value: Any, default: Any, **options: Any) -> Any:
    path.write_text(text, newline="")
    initializer = tf.lookup.TextFileInitializer(str(path), *key, *value, **options)
    return tf.lookup.StaticHashTable(initializer, default)


def looked_up(table: Any, keys: list[Any]) -> Any:
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return session.run(table.lookup(tf.constant(keys, table.key_dtype))).tolist(), session.run(table.size())


@pytest.mark.parametrize(
    ("text", "key", "value", "default", "options", "keys", "found", "size"),
    [
        (COLUMNS, (S, 0), (I64, 1), -1, {"delimiter": " "}, ["lake", "x"], [20, -1], 3),
        (COLUMNS, (S, 0), (F32, 1), -1.0, {"delimiter": " "}, ["lake", "x"], [20.0, -1.0], 3),
        (COLUMNS, (I64, 1), (S, 0), "-", {"delimiter": " "}, [20, 3], [b"lake", b"-"], 3),
        (COLUMNS, (S, 0), (I64, LINE_NUMBER), -1, {"delimiter": " "}, ["palmer"], [2], 3),
        (COLUMNS, (S, 0), (tf.int32, 1), -1, {"delimiter": " "}, ["palmer"], [30], 3),
        (COLUMNS, (S, 0), (tf.float64, 1), -1, {"delimiter": " "}, ["palmer"], [30.0], 3),
        ("a\nb\nc", (S, WHOLE_LINE), (I64, LINE_NUMBER), -1, {}, ["c", "x"], [2, -1], 3),
        ("a\nb\nc", (I64, LINE_NUMBER), (S, WHOLE_LINE), "U", {}, [2, 7], [b"c", b"U"], 3),
        ("a\nb\nc", (S, WHOLE_LINE), (I64, LINE_NUMBER), -1, {"vocab_size": 2}, ["b", "c"], [1, -1], 2),
        ("a\r\nb\r\n", (S, WHOLE_LINE), (I64, LINE_NUMBER), -1, {}, ["a", "a\r", "b"], [0, -1, 1], 2),
    ],
)
def test_a_file_fills_a_table(tmp_path, text, key, value, default, options, keys, found, size):
    table = file_table(tmp_path / "words.txt", text, key, value, default, **options)
    assert looked_up(table, keys) == (found, size)


@pytest.mark.parametrize(
    ("text", "key", "value", "options", "kind", "message"),
    [
        ("a\nb\nc", (S, WHOLE_LINE), (I64, LINE_NUMBER), {"vocab_size": 9}, tf.errors.InvalidArgumentError,
         "Invalid vocab_size in {path}: expected 9 but got 3"),
        ("a\nb\na\n", (S, WHOLE_LINE), (I64, LINE_NUMBER), {}, tf.errors.FailedPreconditionError,
         "HashTable has different value for same key. Key a has 0 and trying to add value 2"),
        ("a 1\nb\n", (S, 0), (I64, 1), {"delimiter": " "}, tf.errors.InvalidArgumentError,
         "Invalid number of columns in {path} line 1 (b) : expected 1 got 1"),
        ("", (S, WHOLE_LINE), (I64, LINE_NUMBER), {}, tf.errors.OutOfRangeError, "Read less bytes than requested"),
        ("a\n\nb\n", (S, WHOLE_LINE), (I64, LINE_NUMBER), {}, tf.errors.InvalidArgumentError,
         "Invalid content in {path}: empty line found at position 3."),
        (COLUMNS, (S, 1), (I64, 0), {"delimiter": " "}, tf.errors.InvalidArgumentError,
         "Field emerson in line 0 is not a valid int64."),
        (COLUMNS, (S, 1), (F32, 0), {"delimiter": " "}, tf.errors.InvalidArgumentError,
         "Field emerson in line 0 is not a valid float."),
        (COLUMNS, (S, 0), (I64, 1), {"delimiter": "ab"}, tf.errors.InvalidArgumentError,
         "delimiter should be only 1 char"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit(tmp_path, text, key, value, options, kind, message):
    table = file_table(tmp_path / "words.txt", text, key, value, -1, **options)
    with tf.Session() as session, pytest.raises(kind) as caught:
        session.run(table.initializer)
    assert str(caught.value).split("\n")[0] == message.format(path=tmp_path / "words.txt")


def test_a_file_that_is_not_there(tmp_path):
    table = tf.contrib.lookup.index_table_from_file(str(tmp_path / "none.txt"))
    with tf.Session() as session, pytest.raises(tf.errors.NotFoundError, match=r"none\.txt; No such file or directory"):
        session.run(table.initializer)


def test_tables_belong_to_sessions():
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1]), -1)
    found = table.lookup(tf.constant(["a"]))
    with tf.Session() as one, tf.Session() as other:
        one.run(table.initializer)
        assert one.run([found, table.size()]) == [1, 1]
        assert other.run(table.size()) == 0
        with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
            other.run(found)
        with pytest.raises(tf.errors.AbortedError, match="HashTable is not initialized"):
            other.run(table.export())


def test_a_table_is_filled_once():
    values = tf.placeholder_with_default([1], None)
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(["a"]), values), -1)
    with tf.Session() as session:
        session.run(table.initializer)
        session.run(table.initializer, {values: [2]})
        assert session.run(table.lookup(tf.constant(["a"]))) == [1]


def test_tables_of_one_shared_name_are_one():
    a, b = (
        tf.contrib.lookup.HashTable(tf.contrib.lookup.KeyValueTensorInitializer([key], [1]), -1, shared_name="one")
        for key in "ab"
    )
    with tf.Session() as session:
        session.run(a.initializer)
        assert session.run(b.lookup(tf.constant(["a", "b"]))).tolist() == [1, -1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mutable_table(engine):
    table = tf.contrib.lookup.MutableHashTable(S, I64, -1)
    keys, values = tf.placeholder(S), tf.placeholder(I64)
    insert, lookup, remove, export = table.insert(keys, values), table.lookup(keys), table.remove(keys), table.export()
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        assert session.run(table.size()) == 0
        session.run(insert, {keys: ["a", "b"], values: [1, 2]})
        assert session.run(lookup, {keys: ["a", "c", "b"]}).tolist() == [1, -1, 2]
        session.run(insert, {keys: [["a"], ["d"]], values: [[7], [8]]})
        assert session.run(lookup, {keys: [["a"], ["d"]]}).tolist() == [[7], [8]]
        session.run(remove, {keys: ["b", "zz"]})
        assert sorted(zip(*session.run(export))) == [(b"a", 7), (b"d", 8)]
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Expected shape \[2\] for value, got \[1\]"):
            session.run(insert, {keys: ["a", "b"], values: [1]})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mutable_table_of_vectors(engine):
    table = tf.contrib.lookup.MutableHashTable(S, F32, [0.0, -1.0])
    keys, values = tf.placeholder(S), tf.placeholder(F32)
    insert, lookup = table.insert(keys, values), table.lookup(keys)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(insert, {keys: ["a", "b"], values: [[1, 2], [3, 4]]})
        assert session.run(lookup, {keys: ["a", "c", "b"]}).tolist() == [[1, 2], [0, -1], [3, 4]]
        assert [part.shape for part in session.run(table.export())] == [(2,), (2, 2)]
        for wrong in ([1.0], [[1, 2]], [[1, 2, 3]]):
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"Expected shape \[2,2\] for value, got"):
                session.run(insert, {keys: ["a", "b"], values: wrong})


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_that_a_dense_table_does_not_take(engine):
    table = tf.contrib.lookup.MutableDenseHashTable(I64, I64, -1, empty_key=0, deleted_key=-1)
    keys, values = tf.placeholder(I64), tf.placeholder(I64)
    insert, lookup, remove = table.insert(keys, values), table.lookup(keys), table.remove(keys)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(insert, {keys: [11, 12, 13], values: [1, 2, 3]})
        session.run(remove, {keys: [12, 99]})
        assert session.run([lookup, table.size()], {keys: [11, 12, 5]})[0].tolist() == [1, -1, -1]
        for key, name in ((0, "empty_key"), (-1, "deleted_key")):
            for op in (insert, lookup, remove):
                with pytest.raises(tf.errors.InvalidArgumentError, match=f"Using the {name} as a table key is not"):
                    session.run(op, {keys: [key], values: [1]})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_in_a_branch(engine):
    flag = tf.placeholder(tf.bool, [])

    def branch():
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1]), -1)
        return table.lookup(tf.constant(["a"]))

    found = tf.cond(flag, branch, lambda: tf.constant([0]))
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(tf.tables_initializer())
        assert [session.run(found, {flag: value}).tolist() for value in (True, False)] == [[1], [0]]


def test_what_a_saver_keeps_comes_back():
    table = tf.contrib.lookup.MutableHashTable(S, I64, -1, name="m")
    (saveable,) = tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS)
    assert [spec.name for spec in saveable.specs] == ["m-keys", "m-values"]
    restore = saveable.restore([tf.constant(["x"]), tf.constant([9], I64)], None)
    with tf.Session() as session:
        session.run(table.insert(["a"], [1]))
        session.run(restore)
        assert session.run(table.lookup(["a", "x"])).tolist() == [-1, 9]


def test_hashers():
    with pytest.raises(ValueError, match="key must have size 2, got 1"):
        tf.contrib.lookup.StrongHashSpec([1])
    with pytest.raises(TypeError, match="Invalid key"):
        tf.contrib.lookup.StrongHashSpec([1.5, 2])
    table = tf.contrib.lookup.IdTableWithHashBuckets(None, 3, tf.contrib.lookup.HasherSpec("other", None))
    with pytest.raises(ValueError, match="Unknown hasher other"):
        table.lookup(tf.constant(["a"]))
