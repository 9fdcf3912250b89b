"""Input pipelines of queues, readers and batches, as scripts had them before tf.data; and ops on whole files."""

from __future__ import annotations


def records_in_batches(tf):
    files = tf.train.string_input_producer(["one.tfrecords", "two.tfrecords"], num_epochs=2, seed=3)
    _, serialized = tf.TFRecordReader().read(files)
    features = tf.parse_single_example(
        serialized,
        features={"image_raw": tf.FixedLenFeature([], tf.string), "label": tf.FixedLenFeature([], tf.int64)},
    )
    image = tf.decode_raw(features["image_raw"], tf.uint8)
    image.set_shape([784])
    image = tf.cast(image, tf.float32) * (1.0 / 255) - 0.5
    label = tf.cast(features["label"], tf.int32)
    images, labels = tf.train.shuffle_batch(
        [image, label], batch_size=16, num_threads=2, capacity=100, min_after_dequeue=32, seed=4
    )
    tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(images, 10))


def lines_of_numbers(tf):
    files = tf.train.string_input_producer(tf.train.match_filenames_once("data/*.csv"), shuffle=False)
    key, value = tf.TextLineReader(skip_header_lines=1).read(files)
    columns = tf.decode_csv(value, record_defaults=[[0.0], [0.0], [0]])
    tf.train.batch([key, tf.stack(columns[:2]), columns[2]], batch_size=4, allow_smaller_final_batch=True)


def pieces_of_files(tf):
    """The reader of CIFAR-10."""
    files = tf.train.string_input_producer(["data_batch_%d.bin" % i for i in range(1, 3)], shuffle=False)
    _, value = tf.FixedLengthRecordReader(record_bytes=3073, header_bytes=0, name="cifar").read(files, name="read")
    octets = tf.decode_raw(value, tf.uint8)
    label = tf.cast(tf.strided_slice(octets, [0], [1]), tf.int32)
    depth_major = tf.reshape(tf.strided_slice(octets, [1], [3073]), [3, 32, 32])
    image = tf.cast(tf.transpose(depth_major, [1, 2, 0]), tf.float32)
    label.set_shape([1])
    tf.train.shuffle_batch([image, label], 8, num_threads=1, capacity=30, min_after_dequeue=20)


def several_readers(tf):
    files = tf.train.string_input_producer(["a", "b", "c"])
    pairs = [list(tf.WholeFileReader().read(files)) for _ in range(2)]
    tf.train.batch_join(pairs, batch_size=3)


def kinds_of_readers(tf):
    queue = tf.FIFOQueue(3, tf.string)
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    readers = [
        tf.TextLineReader(),
        tf.TFRecordReader(options=options),
        tf.FixedLengthRecordReader(6, 1, 2, 3, encoding="ZLIB"),
        tf.WholeFileReader("whole"),
        tf.IdentityReader(name="itself"),
    ]
    for reader in readers:
        reader.read_up_to(queue, 5)
        reader.reset()
    with tf.name_scope("state"):
        reader.restore_state(reader.serialize_state())


def what_stands_in_the_queue(tf):
    queue = tf.FIFOQueue(9, tf.string, shapes=[[]])
    put = queue.enqueue_many([["a", "b", "c", "d"]])
    reader = tf.IdentityReader()
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    one, several, state = reader.read(queue), reader.read_up_to(queue, 3), reader.serialize_state()
    restore = reader.restore_state(b"\x08\x07\x10\x07\x18\x07")
    order = [put, list(one), state, list(several), counts, state, restore, counts, list(one), reader.reset(), counts]
    return [(fetches, {}) for fetches in order]


def whole_files(tf):
    name = tf.placeholder(tf.string, [], name="name")
    with tf.control_dependencies([tf.write_file(name, "contents")]):
        contents = tf.read_file(name, name="again")
    tf.matching_files(["*.txt", name])
    tf.io.matching_files(tf.placeholder(tf.string, name="patterns"))
    return [(tf.strings.length(contents), {name: "/tmp/flowgraph_of_a_test"})]
