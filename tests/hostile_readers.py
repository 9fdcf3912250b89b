"""Readers of files and serialized strings as functions of bytes, and good bytes for them."""

from __future__ import annotations

import functools
import gzip
import io
import json
import os
import struct
import tempfile
import wave
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import flowgraph as tf
from flowgraph import interop, protos
from flowgraph.formats.records import framed

GOLDEN = Path(__file__).parent / "golden"
Read = Callable[[bytes], Any]


@functools.cache
def runner(make: Callable[[Any], Any]) -> Read:
    """What feeds bytes to ops that `make` builds once."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.string, [])
        fetched = make(x)

    def read(data: bytes) -> Any:
        with tf.Session(graph=graph) as session:  # one that stays open would end with another test's Session.reset
            return session.run(fetched, {x: data})

    return read


def example() -> Any:
    """An Example with a feature of each kind."""
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                "f": tf.train.Feature(float_list=tf.train.FloatList(value=[1.0, 2.0])),
                "i": tf.train.Feature(int64_list=tf.train.Int64List(value=[3])),
                "s": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"abc", b""])),
            }
        )
    )


def sequence() -> Any:
    steps = [tf.train.Feature(int64_list=tf.train.Int64List(value=[n, n])) for n in range(3)]
    return tf.train.SequenceExample(
        context=example().features,
        feature_lists=tf.train.FeatureLists(feature_list={"steps": tf.train.FeatureList(feature=steps)}),
    )


def example_parsers(x: Any) -> Any:
    sparse = {"f": tf.VarLenFeature(tf.float32), "i": tf.FixedLenFeature([], tf.int64, 0)}
    dense = {"s": tf.FixedLenFeature([2], tf.string, [b"", b""]), "f": tf.FixedLenSequenceFeature([], tf.float32, True)}
    index = {"p": tf.SparseFeature("i", "f", tf.float32, 5)}
    return [
        tf.parse_example([x, x], {**sparse, "s": dense["s"]}),
        tf.parse_single_example(x, sparse),
        tf.parse_example([x], dense),
        tf.parse_example([x], index),
    ]


def sequence_parsers(x: Any) -> Any:
    return tf.parse_single_sequence_example(
        x,
        {"f": tf.VarLenFeature(tf.float32), "s": tf.FixedLenFeature([2], tf.string, [b"", b""])},
        {"steps": tf.FixedLenSequenceFeature([2], tf.int64, allow_missing=True)},
    )


def tensors() -> list[Any]:
    return [
        tf.make_tensor_proto([[1.0, 2.0], [3.0, 4.0]]),
        tf.make_tensor_proto(7, shape=[2, 3]),
        tf.make_tensor_proto([b"abc", b"d"]),
        tf.make_tensor_proto(2.5, tf.float16),
        tf.make_tensor_proto([1 + 2j, 3j], tf.complex64),
    ]


def many_sparse(data: bytes) -> Any:
    """Three strings, told apart by their first byte each."""
    return _many_sparse()(list(data.split(b"|SPLIT|")))


@functools.cache
def _many_sparse() -> Callable[[list[bytes]], Any]:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.string, [None, 3])
        out = tf.deserialize_many_sparse(x, tf.float32)
    session = tf.Session(graph=graph)
    return lambda parts: session.run(out, {x: [(parts * 3)[:3] if len(parts) < 3 else parts[:3]]})


def serialized_sparse() -> bytes:
    value = tf.SparseTensorValue(np.array([[0, 1], [1, 2]]), np.array([1.5, 2.5], np.float32), np.array([2, 3]))
    with tf.Graph().as_default(), tf.Session() as session:
        return b"|SPLIT|".join(session.run(tf.serialize_sparse(value)).tolist())


def raw(x: Any) -> Any:
    return [tf.decode_raw(x, kind) for kind in (tf.uint8, tf.int32, tf.float64, tf.float16)]


def number(kind: Any, x: Any) -> Any:
    return tf.string_to_number(x, kind)


def json_text() -> bytes:
    from google.protobuf import json_format

    return json_format.MessageToJson(example(), descriptor_pool=protos._pool()).encode()


def compressed(kind: str, x: Any) -> Any:
    return tf.decode_compressed([x], kind)


# -- pictures and sound ----------------------------------------------------------------------------------------


def picture(format: str, size: tuple[int, int] = (9, 7), mode: str = "RGB", **more: Any) -> bytes:
    from PIL import Image

    width, height = size
    pixels = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, format, **more)
    return file.getvalue()


def pictures() -> list[bytes]:
    from PIL import Image

    film = [Image.new("P", (5, 4), n) for n in range(3)]
    return [
        picture("PNG"), picture("PNG", mode="P"), picture("PNG", mode="RGBA"), picture("PNG", mode="1"),
        picture("JPEG"), picture("JPEG", mode="L", progressive=True), picture("JPEG", mode="CMYK"),
        picture("GIF"), picture("GIF", mode="P", save_all=True, append_images=film),
        picture("BMP"), picture("BMP", mode="L"),
    ]  # fmt: skip


def each_decoder(function: Callable[..., Any], x: Any) -> Any:
    return function(x)


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(np.arange(20, dtype="<i2").tobytes())
    return file.getvalue()


def wav_decoders(x: Any) -> Any:
    from flowgraph import audio

    return [audio.decode_wav(x), audio.decode_wav(x, desired_channels=1, desired_samples=7)]


# -- files -----------------------------------------------------------------------------------------------------


def of_file(read: Callable[[str], Any], name: str, folder: Path) -> Read:
    """A reader of a file, as one of bytes."""
    path = folder / name

    def read_bytes(data: bytes) -> Any:
        path.write_bytes(data)
        return read(str(path))

    return read_bytes


def graph_def() -> Any:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        w = tf.get_variable("w", [4, 3], initializer=tf.zeros_initializer())
        y = tf.nn.relu(tf.matmul(x, w), name="y")
        tf.reshape(tf.concat([y, y], 1), [2, -1])
        tf.nn.conv2d(tf.reshape(x, [1, 2, 2, -1]), tf.ones([1, 1, 4, 2]), [1, 1, 1, 1], "SAME")
        tf.strided_slice(x, [0, 0], [1, 2], [1, 1]) + tf.tile(tf.fill([1, 2], 2.0), [2, 1])[:1]
        tf.cond(tf.reduce_sum(y) > 0, lambda: y + 1, lambda: y - 1)
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
        tf.split(y, 3, 1), tf.transpose(y, [1, 0]), tf.one_hot([1], 3), tf.pad(y, [[1, 1], [0, 0]])
        tf.FIFOQueue(3, [tf.int32], [[]]).enqueue([1])
        tf.string_join(["a", "b"]), tf.random_normal([2, 3])
        tf.range(3), tf.zeros([2], tf.int32), tf.linspace(0.0, 1.0, 3)
        tf.image.resize_bilinear(tf.reshape(x, [1, 2, 2, -1]), [3, 3])
        tf.data.Dataset.range(3).map(lambda n: n + 1).batch(2).make_one_shot_iterator().get_next()
        return graph.as_graph_def(add_shapes=True)


def import_graph(message: Any) -> Any:
    with tf.Graph().as_default():
        tf.import_graph_def(message, name="")


def meta_graph() -> Any:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", [2, 2], initializer=tf.zeros_initializer())
        r = tf.get_variable("r", [2], initializer=tf.zeros_initializer(), use_resource=True)
        tf.add_to_collection("outs", tf.matmul(x, w) + r)
        tf.add_to_collection("numbers", 3)
        with tf.control_dependencies([w]):
            tf.cond(tf.constant(True), lambda: w + 1, lambda: w + 2)
            tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
        tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w), global_step=tf.train.create_global_step())
        tf.train.string_input_producer(["a"])
        saver = tf.train.Saver()
        return tf.train.export_meta_graph(saver_def=saver.as_saver_def(), graph=graph)


def import_meta(message: Any) -> Any:
    with tf.Graph().as_default():
        tf.train.import_meta_graph(message)


def import_meta_file(path: str) -> Any:
    with tf.Graph().as_default():
        tf.train.import_meta_graph(path)


def events(path: str) -> Any:
    return list(tf.train.summary_iterator(path))


def records(compression: str, path: str) -> Any:
    return list(tf.python_io.tf_record_iterator(path, compression))


def packed(data: bytes, compression: str) -> bytes:
    return {"": data, "GZIP": gzip.compress(data), "ZLIB": zlib.compress(data)}[compression]


def event_file() -> bytes:
    events = [
        protos.Event(wall_time=1.0, file_version="brain.Event:2"),
        protos.Event(step=3, summary=protos.Summary(value=[protos.message("Summary.Value")(tag="a", simple_value=1)])),
    ]
    return b"".join(framed(event.SerializeToString()) for event in events)


def dataset_of(make: Callable[[Any], Any], path: str) -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        item = make(path).make_one_shot_iterator().get_next()
        while True:
            try:
                session.run(item)
            except tf.errors.OutOfRangeError:
                return None


def record_dataset(compression: str, path: str) -> None:
    dataset_of(lambda path: tf.data.TFRecordDataset(path, compression), path)


def line_dataset(compression: str, path: str) -> None:
    dataset_of(lambda path: tf.data.TextLineDataset(path, compression), path)


def fixed_dataset(compression: str, path: str) -> None:
    dataset_of(lambda path: tf.data.FixedLengthRecordDataset(path, 4, 8, 4, compression_type=compression), path)


def reader_of(reader: Callable[[], Any], path: str) -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        queue = tf.FIFOQueue(1, [tf.string], [[]])
        item = reader().read(queue)
        session.run(queue.enqueue([path]))
        session.run(queue.close())
        while True:
            try:
                session.run(item)
            except tf.errors.OutOfRangeError:
                return None


def table(path: str) -> Any:
    from flowgraph import lookup

    with tf.Graph().as_default(), tf.Session() as session:
        first = tf.contrib.lookup.index_table_from_file(path, num_oov_buckets=1)
        pairs = lookup.TextFileInitializer(path, tf.string, 0, tf.int64, 1, delimiter=" ")
        second = tf.contrib.lookup.HashTable(pairs, -1)
        session.run(first.init)
        session.run(second.init)


def idx(path: str) -> Any:
    from flowgraph.data.idx import extract_images

    with open(path, "rb") as file:
        return extract_images(file)


def idx_file() -> bytes:
    return struct.pack(">4I", 2051, 2, 3, 3) + bytes(range(18))


def checkpoint_state(path: str) -> Any:
    folder = os.path.dirname(path)
    tf.train.latest_checkpoint(folder)
    return tf.train.get_checkpoint_state(folder)


def notebook() -> bytes:
    cells = [
        {"cell_type": "markdown", "source": ["# A"], "metadata": {}},
        {"cell_type": "code", "source": ["import tensorflow as tf\n", "%time x = 1\n", "print(tf.constant(1))"]},
        {"cell_type": "code", "source": "x = tf.zeros([2])\n!ls"},
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 2, "metadata": {}}).encode()


def check(path: str) -> Any:
    """`flowgraph check`; a script that cannot be read is told in one line, and ends it with a number."""
    from flowgraph.commands.main import main

    return main(["check", path])


def safetensors(path: str) -> Any:
    return interop.read_safetensors(path)


def safetensors_file() -> bytes:
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(16)


def bundle_of(folder: Path) -> Read:
    """A checkpoint's index, whose data file is as it was."""
    (folder / "all.data-00000-of-00001").write_bytes((GOLDEN / "checkpoints/all.data-00000-of-00001").read_bytes())
    return of_file(lambda path: _all_of(path.removesuffix(".index")), "all.index", folder)


def _all_of(prefix: str) -> Any:
    reader = tf.train.NewCheckpointReader(prefix)
    reader.debug_string()
    for name in reader.get_variable_to_shape_map():
        try:
            reader.get_tensor(name)
        except tf.errors.OpError:
            continue


def entries() -> list[Any]:
    """Entries of a checkpoint's index."""
    from flowgraph.formats.bundle import Bundle

    bundle = Bundle(str(GOLDEN / "checkpoints/all"))
    return [bundle.entry(name) for name in bundle.names() if name in ("float32", "string", "pieces", "empty")]


def entry_reader(folder: Path) -> Callable[[Any], Any]:
    """Reads a checkpoint that has this entry and no other, under checksums that are right."""
    from flowgraph.formats.table import write_table

    header = protos.BundleHeaderProto(num_shards=1).SerializeToString()
    read = bundle_of(folder)

    def read_entry(entry: Any) -> Any:
        data = entry if isinstance(entry, bytes) else entry.SerializeToString()
        return read(write_table([(b"", header), (b"a", data)]))

    return read_entry


def state_file() -> bytes:
    return b'model_checkpoint_path: "m-1"\nall_model_checkpoint_paths: "m-0"\nall_model_checkpoint_timestamps: 1.5\n'


def saved_model(path: str) -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], os.path.dirname(path))


def saved_models(folder: Path) -> Callable[[Any], Any]:
    read = of_file(saved_model, "saved_model.pb", folder)
    return lambda data: read(data if isinstance(data, bytes) else data.SerializeToString())


def saved_model_message() -> Any:
    """A graph with signature, asset and an op to run first, without variables."""
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], name="x")
        signature = tf.saved_model.predict_signature_def({"x": x}, {"y": x + 1})
        words = Path(folder, "words.txt")
        words.write_text("a")
        asset = tf.constant(str(words), name="asset")
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, asset)
        builder = tf.saved_model.Builder(str(Path(folder, "model")))
        first = tf.group(tf.identity(asset))
        builder.add_meta_graph_and_variables(session, ["serve"], {"y": signature}, legacy_init_op=first)
        return protos.SavedModel.FromString(Path(builder.save().decode()).read_bytes())
