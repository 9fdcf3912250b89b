"""Rows of files and databases, and what is found out of files while the graph is built."""

from __future__ import annotations

import gzip
import sqlite3
from collections import OrderedDict

import numpy as np
import pytest

import flowgraph as tf

more = tf.data.experimental


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _all(dataset, limit=9):
    """The elements, and the first lines of errors, to the end."""
    element, found = dataset.make_one_shot_iterator().get_next(), []
    with tf.Session() as session:
        for _ in range(limit):
            try:
                found.append(session.run(element))
            except tf.errors.OutOfRangeError:
                return found
            except tf.errors.OpError as error:
                found.append(error.message.splitlines()[0])
    return found


def _csv(path, text, defaults, **settings):
    path.write_bytes(text)
    return _all(more.CsvDataset(str(path), defaults, **settings))


FEW, MORE = "Expect 2 fields but have 1 in record", "Expect 2 fields but have more in record"
UNCLOSED = "Reached end of file without closing quoted field in record"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (b"1,2\r\n3,4\r\n", [(1, 2), (3, 4)]),
        (b"1,2\r3,4", [(1, 2), (3, 4)]),
        (b"1,2\n\n3,4", [(1, 2), FEW, (3, 4)]),
        (b"1,2\n\n", [(1, 2), FEW]),
        (b"1\n2,3\n4,5,6\n7,8\n", [FEW, (2, 3), MORE, (7, 8)]),
        (b"a,1\n5,6", ["Field 0 in record is not a valid int32: a", (5, 6)]),
        (b",\n1,\n,2\n", [(0, 0), (1, 0), (0, 2)]),
        (b" 1, 2 \n3,4", [(1, 2), (3, 4)]),
        (b"1,2,\n3,4", [MORE, (3, 4)]),
        (b"", []),
    ],
)
def test_rows_of_numbers(tmp_path, text, rows):
    assert _csv(tmp_path / "x.csv", text, [tf.constant([0]), tf.constant([0])]) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (b'"a,b",c\n', [(b"a,b", b"c")]),
        (b'"a\nb",c\n"d""e",f', [(b"a\nb", b"c"), (b'd"e', b"f")]),
        (b'"a"x,c\n1,2\n', [UNCLOSED]),
        (b'a"b,c\n1,2\n', ["Unquoted fields cannot have quotes inside", (b"1", b"2")]),
        (b'"abc\n', [UNCLOSED]),
        (b'"a",\n"b","c"', [(b"a", b""), (b"b", b"c")]),
        (b'"a"\n1,2', [FEW, (b"1", b"2")]),
        (b'"a\r\nb",c\r\nd,e\r\n', [(b"a\r\nb", b"c"), (b"d", b"e")]),
    ],
)
def test_rows_of_words(tmp_path, text, rows):
    assert _csv(tmp_path / "x.csv", text, [tf.constant([""])] * 2) == rows


def test_settings_of_rows(tmp_path):
    path, word = tmp_path / "x.csv", tf.constant([""])
    assert _csv(path, b'"a",b\n', [word, word], use_quote_delim=False) == [(b'"a"', b"b")]
    assert _csv(path, b"a;b\n", [word, word], field_delim=";") == [(b"a", b"b")]
    assert _csv(path, b"NA,1\n", [tf.constant([7]), tf.int32], na_value="NA") == [(7, 1)]
    assert _csv(path, b"1,2,3\n4,5,6\n7\n", [tf.int32] * 2, select_cols=[0, 2]) == [(1, 3), (4, 6), FEW]
    assert _csv(path, b"h\n1\n", [tf.int32], header=True) == [(1,)]
    assert _csv(path, b"", [tf.int32], header=True) == ["Can't read header of file"]
    assert _csv(path, b"3,\n", [tf.int32] * 2) == ["Field 1 is required but missing in record!"]
    assert _csv(path, gzip.compress(b"1\n2\n"), [tf.int32], compression_type="GZIP") == [(1,), (2,)]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"select_cols": [2, 0]}, "select_cols should be strictly increasing indices"),
        ({"select_cols": [0]}, "select_cols should match output size"),
        ({"select_cols": [-1, 0]}, "select_cols should be non-negative indices"),
        ({"compression_type": "X"}, "Unsupported compression_type: X."),
        ({"field_delim": ";;"}, "field_delim should be only 1 char"),
        ({"buffer_size": -1}, "buffer_size should be positive"),
    ],
)
def test_settings_that_cannot_be(tmp_path, settings, line):
    assert line in _csv(tmp_path / "x.csv", b"1,2\n", [tf.int32] * 2, **settings)[0]


def _people(tmp_path):
    path = str(tmp_path / "people.db")
    rows = [("ann", 3, 1.5, b"x\0y"), (None, None, None, None), ("bob", 300, 2.0, b""), ("5x", 2**40, -1.0, b"1")]
    with sqlite3.connect(path) as database:
        database.execute("create table t (name text, age int, h real, b blob)")
        database.executemany("insert into t values (?, ?, ?, ?)", rows)
    database.close()
    return path


def _sql(path, query, types, driver="sqlite"):
    return _all(more.SqlDataset(driver, path, query, types), 4)


def test_what_a_database_answers(tmp_path):
    path = _people(tmp_path)
    assert _sql(path, "select name, age, h, b from t", (tf.string, tf.int32, tf.float64, tf.string)) == [
        (b"ann", 3, 1.5, b"x\0y"), (b"", 0, 0.0, b""), (b"bob", 300, 2.0, b""), (b"5x", 0, -1.0, b"1"),
    ]  # fmt: skip
    types = (tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int64, tf.bool, tf.int32, tf.string)
    assert _sql(path, "select age, age, age, age, age, age, h, h from t", types) == [
        (3, 3, 3, 3, 3, True, 1, b"1.5"), (0, 0, 0, 0, 0, False, 0, b""), (44, 44, 300, 300, 300, True, 2, b"2.0"),
        (0, 0, 0, 0, 2**40, False, -1, b"-1.0"),
    ]  # fmt: skip
    assert _sql(path, "select name, age from t", (tf.int32, tf.string))[3] == (5, b"1099511627776")
    assert _sql(path, "select name from t", {"a": tf.string})[0] == {"a": b"ann"}


@pytest.mark.parametrize(
    ("query", "types", "driver", "line"),
    [
        ("select name from t", (tf.string, tf.int32), "sqlite",
         "The number of columns in query (1) must match the number of elements in output_types (2)."),
        ("bad", (tf.string,), "sqlite", 'Prepare() failed: [1] near "bad": syntax error: bad'),
        ("select * from no", (tf.string,), "sqlite", "Prepare() failed: [1] no such table: no: select * from no"),
        ("select name from t", (tf.string,), "mysql",
         "The database type, mysql, is not supported by SqlDataset. The set of supported databases is: {'sqlite'}."),
        ("select name from t", (tf.float32,), "sqlite",
         "Each element of `output_types_` must be one of: DT_STRING, DT_INT8, DT_INT16, DT_INT32, DT_INT64, "),
    ],
)  # fmt: skip
def test_what_a_database_does_not_answer(tmp_path, query, types, driver, line):
    assert line in _sql(_people(tmp_path), query, types, driver)[0]


def _file(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_a_csv_dataset_finds_out_names_and_dtypes(tmp_path):
    name = _file(tmp_path, "a.csv", "w,n,big,f,d\nx,1,5000000000,0.5,1e300\ny,,2,3,4\n")
    dataset = more.make_csv_dataset(name, 2, num_epochs=1, shuffle=False, label_name="w")
    types = OrderedDict([("n", tf.int32), ("big", tf.int64), ("f", tf.float32), ("d", tf.float64)])
    assert dataset.output_types == (types, tf.string)
    (features, labels), *rest = _all(dataset)
    assert list(features) == ["n", "big", "f", "d"]
    assert not rest
    np.testing.assert_array_equal(features["n"], [1, 0])
    np.testing.assert_array_equal(labels, [b"x", b"y"])


def test_a_csv_dataset_of_several_files(tmp_path):
    for number in range(2):
        _file(tmp_path, f"{number}.csv", f"a,b\n{number},x\n{number + 10},oops\n")
    pattern = str(tmp_path / "*.csv")
    chosen = more.make_csv_dataset(pattern, 4, select_columns=["a"], num_epochs=1, shuffle=False)
    np.testing.assert_array_equal(_all(chosen)[0]["a"], [0, 10, 1, 11])
    strict = {"column_defaults": [tf.int32, tf.float32], "shuffle": False, "num_epochs": 1}
    assert "is not a valid float" in _all(more.make_csv_dataset(pattern, 1, **strict))[0]
    assert _all(more.make_csv_dataset(pattern, 1, ignore_errors=True, **strict)) == []
    endless = more.make_csv_dataset(pattern, 3, shuffle_seed=1)
    assert endless.output_shapes["a"].as_list() == [3]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"header": False}, "Cannot infer column names without a header line."),
        ({"column_names": ["a", "a"]}, "Cannot have duplicate column names."),
        ({"select_columns": [5]}, "Column index 5 specified in select_columns out of valid range."),
        ({"select_columns": ["z"]}, "Value 'z' specified in select_columns not a valid column index or name."),
        ({"select_columns": ["a", 0]}, "select_columns contains duplicate columns"),
        ({"label_name": "z"}, "`label_name` provided must be one of the columns."),
        ({"column_names": ["a"]}, "Problem inferring types: CSV row has different number of fields than expected."),
        ({"compression_type": "ZLIB"}, "compression_type (ZLIB) is not supported for probing columns"),
    ],
)
def test_columns_that_cannot_be(tmp_path, settings, line):
    name = _file(tmp_path, "a.csv", "a,b\n1,2\n")
    with pytest.raises(ValueError) as told:
        more.make_csv_dataset(name, 2, **settings)
    assert str(told.value).splitlines()[0] == line


def test_no_files_at_all(tmp_path):
    with pytest.raises(ValueError, match="File pattern is empty"):
        more.make_csv_dataset([], 2)
    with pytest.raises(ValueError, match="No files match"):
        more.make_csv_dataset(str(tmp_path / "none*"), 2)


def test_batches_of_features_of_files(tmp_path):
    name = str(tmp_path / "examples")
    with tf.python_io.TFRecordWriter(name) as writer:
        for number in range(4):
            example = tf.train.Example()
            example.features.feature["a"].int64_list.value.append(number)
            example.features.feature["y"].float_list.value.append(number / 2)
            writer.write(example.SerializeToString())
    features = {"a": tf.FixedLenFeature([], tf.int64), "y": tf.FixedLenFeature([1], tf.float32)}
    dataset = more.make_batched_features_dataset(name, 3, features, label_key="y", num_epochs=1, shuffle=False)
    first, last = _all(dataset)
    np.testing.assert_array_equal(first[0]["a"], [0, 1, 2])
    np.testing.assert_array_equal(first[1], [[0], [0.5], [1]])
    np.testing.assert_array_equal(last[0]["a"], [3])
    with pytest.raises(ValueError, match="must be one of the `features` keys"):
        more.make_batched_features_dataset(name, 3, features, label_key="z")
    with pytest.raises(TypeError, match="subclasses are not supported"):
        more.make_batched_features_dataset(name, 3, features, reader=tf.TFRecordReader)
