"""Mistakes with examples: features described badly, and examples that are not as described."""

from __future__ import annotations

from tests.programs.parsing import example, sequence


def _run(tf, fetches):
    with tf.Session() as session:
        return session.run(fetches)


FEATURES = {
    "nothing": lambda tf: tf.parse_example(["x"], {}),
    "nothing_of_one": lambda tf: tf.parse_single_example("x", {}),
    "nothing_of_a_sequence": lambda tf: tf.parse_single_sequence_example("x"),
    "nothing_of_sequences": lambda tf: tf.io.parse_sequence_example(["x"]),
    "number": lambda tf: tf.parse_example(["x"], {"b": 3}),
    "no_shape": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature(None, tf.float32)}),
    "no_type": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([2], None)}),
    "no_sparse_type": lambda tf: tf.parse_example(["x"], {"b": tf.VarLenFeature(None)}),
    "first_size": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([None, 2], tf.float32)}),
    "second_size": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([2, None], tf.float32)}),
    "default_size": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([2], tf.float32, [1.0, 2.0, 3.0])}),
    "default_type": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([1], tf.int64, "a")}),
    "rows_required": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenSequenceFeature([2], tf.float32)}),
    "padding_size": lambda tf: tf.parse_example(
        ["x"], {"b": tf.FixedLenSequenceFeature([2], tf.float32, True, [1.0, 2.0])}
    ),
    "dense_type": lambda tf: tf.parse_example(["x"], {"b": tf.FixedLenFeature([2], tf.int32)}),
    "sparse_type": lambda tf: tf.parse_example(["x"], {"b": tf.VarLenFeature(tf.float64)}),
    "dense_type_of_one": lambda tf: tf.parse_single_example("x", {"b": tf.FixedLenFeature([2], tf.int32)}),
    "sparse_type_of_one": lambda tf: tf.parse_single_example("x", {"b": tf.VarLenFeature(tf.float64)}),
    "step_type": lambda tf: tf.parse_single_sequence_example(
        "x", None, {"b": tf.FixedLenSequenceFeature([2], tf.int32)}
    ),
    "places_type": lambda tf: tf.parse_example(
        ["x"], {"a": tf.VarLenFeature(tf.float32), "q": tf.SparseFeature("a", "v", tf.float32, 3)}
    ),
    "no_places": lambda tf: tf.parse_example(["x"], {"q": tf.SparseFeature("", "v", tf.float32, 3)}),
    "no_values": lambda tf: tf.parse_example(["x"], {"q": tf.SparseFeature("i", "", tf.float32, 3)}),
    "dense_and_sparse": lambda tf: tf.parse_example(
        ["x"], {"a": tf.FixedLenFeature([], tf.int64), "q": tf.SparseFeature("a", "v", tf.float32, 3)}
    ),
    "fixed_steps": lambda tf: tf.parse_single_sequence_example("x", None, {"f": tf.FixedLenFeature([], tf.int64)}),
    "sparse_context": lambda tf: tf.parse_single_sequence_example(
        "x", {"f": tf.SparseFeature("i", "v", tf.float32, 3)}
    ),
    "step_default": lambda tf: tf.parse_single_sequence_example(
        "x", None, {"f": tf.FixedLenSequenceFeature([2], tf.int64, True, 7)}
    ),
    "scalar_for_batch": lambda tf: tf.parse_example("x", {"b": tf.FixedLenFeature([2], tf.float32)}),
    "batch_for_one": lambda tf: tf.parse_single_example(["x"], {"b": tf.FixedLenFeature([2], tf.float32)}),
    "batch_for_sequence": lambda tf: tf.parse_single_sequence_example(["x"], {"b": tf.FixedLenFeature([2], tf.int64)}),
    "scalar_for_sequences": lambda tf: tf.io.parse_sequence_example("x", {"b": tf.FixedLenFeature([2], tf.int64)}),
    "names_of_one": lambda tf: tf.parse_single_example(
        "x", {"b": tf.FixedLenFeature([2], tf.float32)}, example_names=["a"]
    ),
    "batch_with_a_name": lambda tf: tf.parse_single_example(
        ["x"], {"b": tf.FixedLenFeature([2], tf.float32)}, example_names="a"
    ),
}


def _damaged(tf, *serialized, **more):
    kinds = {"b": tf.FixedLenFeature([2], tf.float32), "s": tf.VarLenFeature(tf.string)}
    return _run(tf, tf.parse_example(list(serialized), kinds, **more)["b"])


def _damaged_one(tf, serialized):
    kinds = {"b": tf.FixedLenFeature([2], tf.float32), "s": tf.VarLenFeature(tf.string)}
    return _run(tf, tf.parse_single_example(serialized, kinds)["b"])


def _rows(tf, parse, **values):
    kinds = {"b": tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True)}
    serialized = example(tf, **values)
    return _run(tf, parse([serialized] if parse is tf.parse_example else serialized, kinds)["b"])


EXAMPLES = {
    "garbage": lambda tf: _damaged(tf, b"garbage"),
    "missing": lambda tf: _damaged(tf, example(tf, s=[b"x"])),
    "without_kind": lambda tf: _damaged(tf, example(tf, b=None)),
    "size": lambda tf: _damaged(tf, example(tf, b=[1.0, 2.0]), example(tf, b=[1.0])),
    "size_named": lambda tf: _damaged(tf, example(tf, b=[1.0]), example_names=["it"]),
    "type": lambda tf: _damaged(tf, example(tf, b=[1, 2])),
    "sparse_type": lambda tf: _damaged(tf, example(tf, b=[1.0, 2.0], s=[1])),
    "first_wrong": lambda tf: _damaged(tf, example(tf, s=[b"x"]), example(tf, b=[1])),
    "names": lambda tf: _damaged(tf, example(tf, b=[1.0, 2.0]), example_names=["a", "b"]),
    "one_garbage": lambda tf: _damaged_one(tf, b"garbage"),
    "one_missing": lambda tf: _damaged_one(tf, example(tf)),
    "one_size": lambda tf: _damaged_one(tf, example(tf, b=[1.0])),
    "one_type": lambda tf: _damaged_one(tf, example(tf, b=[1, 2])),
    "one_sparse_type": lambda tf: _damaged_one(tf, example(tf, b=[1.0, 2.0], s=[1])),
    "rows": lambda tf: _rows(tf, tf.parse_example, b=[1.0, 2.0, 3.0]),
    "one_rows": lambda tf: _rows(tf, tf.parse_single_example, b=[1.0, 2.0, 3.0]),
}


def _context(tf):
    return {"c": tf.FixedLenFeature([], tf.int64), "v": tf.VarLenFeature(tf.string)}


def _steps(tf):
    return {"f": tf.FixedLenSequenceFeature([2], tf.int64), "g": tf.VarLenFeature(tf.string)}


_SEQUENCES = {
    "garbage": lambda tf: b"garbage",
    "no_context": lambda tf: sequence(tf, {}, f=[[1, 2]]),
    "no_steps": lambda tf: sequence(tf, {"c": [1]}),
    "context_type": lambda tf: sequence(tf, {"c": [1.0]}, f=[[1, 2]]),
    "context_size": lambda tf: sequence(tf, {"c": [1, 2]}, f=[[1, 2]]),
    "context_without_kind": lambda tf: sequence(tf, {"c": None}, f=[[1, 2]]),
    "sparse_type": lambda tf: sequence(tf, {"c": [1], "v": [1]}, f=[[1, 2]]),
    "step_type": lambda tf: sequence(tf, {"c": [1]}, f=[[1.0, 2.0]]),
    "step_size": lambda tf: sequence(tf, {"c": [1]}, f=[[1, 2], [1]]),
    "step_without_kind": lambda tf: sequence(tf, {"c": [1]}, f=[None]),
    "sparse_step_type": lambda tf: sequence(tf, {"c": [1]}, f=[[1, 2]], g=[[1]]),
}

SEQUENCES = {
    name: lambda tf, make=make: _run(
        tf, tf.parse_single_sequence_example(make(tf), _context(tf), _steps(tf), example_name="it")[1]["f"]
    )
    for name, make in _SEQUENCES.items()
}
BATCHES = {
    name: lambda tf, make=make: _run(
        tf,
        tf.io.parse_sequence_example(
            [sequence(tf, {"c": [1]}, f=[[1, 2]]), make(tf)], _context(tf), _steps(tf), example_names=["a", "b"]
        )[1]["f"],
    )
    for name, make in _SEQUENCES.items()
}
