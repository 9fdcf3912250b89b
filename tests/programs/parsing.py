"""Examples as tensors: parse_example and its kin, with every kind of feature."""

from __future__ import annotations


def _feature(tf, values):
    if values is None:
        return tf.train.Feature()
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def _features(tf, values):
    return tf.train.Features(feature={name: _feature(tf, entries) for name, entries in values.items()})


def example(tf, **values):
    """An example as bytes."""
    return tf.train.Example(features=_features(tf, values)).SerializeToString(deterministic=True)


def sequence(tf, context, **steps):
    """A sequence example as bytes."""
    lists = {name: tf.train.FeatureList(feature=[_feature(tf, step) for step in of]) for name, of in steps.items()}
    return tf.train.SequenceExample(
        context=_features(tf, context), feature_lists=tf.train.FeatureLists(feature_list=lists)
    ).SerializeToString(deterministic=True)


def _batch(tf):
    return [
        example(tf, b=[1.0, 2.0], s=[b"x"], v=[1, 2, 3], q=[1.0, 2.0, 3.0, 4.0], i=[3, 1], w=[0.5, 0.25]),
        example(tf, b=[3.0, 4.0], s=[b"y"], **{"a c": [9]}),
        example(tf, b=[5.0, 6.0], s=[b""], v=[-7], q=[5.0, 6.0], i=[0], w=[8.0]),
    ]


def _kinds(tf):
    return {
        "b": tf.FixedLenFeature([2], tf.float32),
        "a c": tf.FixedLenFeature([], tf.int64, default_value=3),
        "s": tf.FixedLenFeature((), tf.string),
        "v": tf.VarLenFeature(tf.int64),
        "q": tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True, default_value=-1.0),
        "none": tf.FixedLenSequenceFeature([], tf.string, allow_missing=True),
        "sparse": tf.SparseFeature("i", "w", tf.float32, 5),
    }


def _sorted(found):
    return [found[name] for name in sorted(found)]


def batch_of_examples(tf):
    serialized = tf.placeholder(tf.string, [None], name="serialized")
    found = _sorted(tf.parse_example(serialized, _kinds(tf)))
    return [(found, {serialized: _batch(tf)}), (found, {serialized: []})]


def batch_with_names(tf):
    found = tf.io.parse_example(_batch(tf), _kinds(tf), name="read", example_names=["one", "two", "three"])
    return [(_sorted(found), {})]


def of_unknown_shape(tf):
    serialized = tf.placeholder(tf.string, name="serialized")
    found = tf.parse_example(serialized, {"b": tf.FixedLenFeature([2], tf.float32)})
    return [(found["b"], {serialized: _batch(tf)})]


def one_example(tf):
    serialized = tf.placeholder(tf.string, [], name="serialized")
    found = _sorted(tf.parse_single_example(serialized, _kinds(tf)))
    return [(found, {serialized: _batch(tf)[0]}), (found, {serialized: _batch(tf)[1]})]


def one_example_with_a_name(tf):
    found = tf.parse_single_example(_batch(tf)[0], _kinds(tf), name="read", example_names="one")
    return [(_sorted(found), {})]


def one_example_of_unknown_rank(tf):
    serialized, name = tf.placeholder(tf.string, name="serialized"), tf.placeholder(tf.string, name="called")
    found = tf.parse_single_example(serialized, {"v": tf.VarLenFeature(tf.int64)}, example_names=name)
    return [(found["v"], {serialized: _batch(tf)[0], name: "one"})]


def defaults(tf):
    given = tf.placeholder(tf.float32, [2], name="given")
    found = tf.parse_example(
        [example(tf, m=[1, 2, 3, 4]), example(tf, t=[7.0, 8.0])],
        {
            "m": tf.FixedLenFeature([2, 2], tf.int64, [[9, 8], [7, 6]]),
            "t": tf.FixedLenFeature([2], tf.float32, given),
            "s": tf.FixedLenFeature([1], tf.string, "none"),
        },
    )
    return [(_sorted(found), {given: [0.5, 0.25]})]


def sparse_of_two_axes(tf):
    batch = [example(tf, i=[1, 0], j=[2, 2], v=[1.0, 2.0]), example(tf, i=[2], j=[0], v=[3.0])]
    kinds = {"x": tf.SparseFeature(["i", "j"], "v", tf.float32, [3, 4]), "i": tf.VarLenFeature(tf.int64)}
    return [(_sorted(tf.parse_example(batch, kinds)), {})]


def many_floats(tf):
    batch = [example(tf, x=[0.5 * i + j for i in range(64)], n=list(range(-5, 35))) for j in range(3)]
    kinds = {"x": tf.FixedLenFeature([8, 8], tf.float32), "n": tf.FixedLenFeature([40], tf.int64)}
    return [(_sorted(tf.parse_example(batch, kinds)), {})]


def _sequences(tf):
    return [
        sequence(
            tf, {"c": [1], "v": [b"u", b"v"]}, f=[[1, 2], [3, 4]], g=[[b"a"], [b"b", b"c"], None], h=[[1.5]]
        ),
        sequence(tf, {"c": [2], "d": [7.0, 8.0]}, f=[[5, 6]], g=[]),
    ]  # fmt: skip


def _sequence_kinds(tf):
    context = {
        "c": tf.FixedLenFeature([], tf.int64),
        "d": tf.FixedLenFeature([2], tf.float32, [1.0, 2.0]),
        "v": tf.VarLenFeature(tf.string),
    }
    steps = {
        "f": tf.FixedLenSequenceFeature([2], tf.int64),
        "g": tf.VarLenFeature(tf.string),
        "h": tf.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
    }
    return context, steps


def one_sequence(tf):
    serialized = tf.placeholder(tf.string, [], name="serialized")
    found = [_sorted(part) for part in tf.parse_single_sequence_example(serialized, *_sequence_kinds(tf))]
    return [(found, {serialized: one}) for one in _sequences(tf)]


def steps_alone(tf):
    steps = _sequence_kinds(tf)[1]
    context, found = tf.parse_single_sequence_example(
        _sequences(tf)[0], sequence_features=steps, example_name="first", name="read"
    )
    assert context == {}
    return [(_sorted(found), {})]


def batch_of_sequences(tf):
    found = tf.io.parse_sequence_example(_sequences(tf), *_sequence_kinds(tf))
    return [([_sorted(part) for part in found], {})]


def batch_of_steps_alone(tf):
    serialized = tf.placeholder(tf.string, [None], name="serialized")
    steps = _sequence_kinds(tf)[1]
    _, found, lengths = tf.io.parse_sequence_example(serialized, None, steps, example_names=["n", "m"], name="read")
    return [([_sorted(found), _sorted(lengths)], {serialized: _sequences(tf)})]


def json(tf):
    text = (
        '{"features": {"feature": {"a": {"int64List": {"value": ["1", 2]}}, "b": {"bytesList": {"value": ["eHk="]}}}}}'
    )
    kinds = {"a": tf.FixedLenFeature([2], tf.int64), "b": tf.FixedLenFeature([], tf.string)}
    return [(_sorted(tf.parse_example(tf.decode_json_example([text, text]), kinds)), {})]
