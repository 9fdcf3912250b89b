"""Input pipelines as books and tutorials write them: files of examples, arrays, queues, lines of text."""

import shutil
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
from workload import load, report

tf = load()
COUNT, BATCH = 4096, 64
folder = Path(tempfile.mkdtemp())
random = np.random.RandomState(0)
pixels = random.randint(0, 256, (COUNT, 784)).astype(np.uint8)
labels = random.randint(0, 10, COUNT)
numbers = random.rand(COUNT, 16).astype(np.float32)
SCHEMA = {
    "x": tf.FixedLenFeature([16], tf.float32),
    "label": tf.FixedLenFeature([], tf.int64),
    "id": tf.FixedLenFeature([2], tf.int64),
}
IMAGES = {"image_raw": tf.FixedLenFeature([], tf.string), "label": tf.FixedLenFeature([], tf.int64)}


# -- the files -----------------------------------------------------------------------------------------------


def feature(values):
    """A feature of floats, of integers, or one string."""
    if isinstance(values, bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[values]))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def write_examples(name, rows):
    """A file of examples, one for each dict of values."""
    path = str(folder / name)
    with tf.python_io.TFRecordWriter(path) as writer:
        for row in rows:
            named = {key: feature(values) for key, values in row.items()}
            writer.write(tf.train.Example(features=tf.train.Features(feature=named)).SerializeToString())
    return path


def write_lines(name):
    """A file of numbers with commas between them."""
    rows = (",".join(f"{number:.6f}" for number in row) for row in numbers[:, :4])
    text = "".join(f"{row},{label}\n" for row, label in zip(rows, labels))
    (folder / name).write_text(text)
    return str(folder / name)


small = write_examples(
    "small.tfrecord",
    ({"x": x.tolist(), "label": [label], "id": [row, 7 * row]}
     for row, (x, label) in enumerate(zip(numbers, labels.tolist()))),
)  # fmt: skip
images = write_examples(
    "images.tfrecord",
    ({"image_raw": image.tobytes(), "label": [label]} for image, label in zip(pixels, labels.tolist())),
)
lines = write_lines("numbers.csv")


# -- the pipelines -------------------------------------------------------------------------------------------


def parse_single():
    """Each record parsed, then shuffled and batched."""
    dataset = tf.data.TFRecordDataset(small).map(lambda record: tf.parse_single_example(record, SCHEMA))
    return dataset.shuffle(1000, seed=1).batch(BATCH)


def parse_batch():
    """Records shuffled and batched, then parsed together."""
    dataset = tf.data.TFRecordDataset(small).shuffle(1000, seed=1).batch(BATCH)
    return dataset.map(lambda records: tf.parse_example(records, SCHEMA))


def read_image(record):
    """MNIST, as every tutorial reads it."""
    found = tf.parse_single_example(record, IMAGES)
    image = tf.cast(tf.decode_raw(found["image_raw"], tf.uint8), tf.float32) * (1.0 / 255) - 0.5
    return tf.reshape(image, [28, 28, 1]), tf.cast(found["label"], tf.int32)


def image_records():
    """Images as bytes, decoded one by one."""
    return tf.data.TFRecordDataset(images).map(read_image).shuffle(1000, seed=1).batch(BATCH)


def from_arrays():
    """Arrays in memory, most common in books; the repetition ends here, so that it can be gone through."""
    dataset = tf.data.Dataset.from_tensor_slices((numbers, labels))
    return dataset.shuffle(1000, seed=1).repeat(4).batch(BATCH)


def csv_lines():
    """Lines of text."""
    defaults = [[0.0]] * 4 + [[0]]
    return tf.data.TextLineDataset(lines).map(lambda line: tf.decode_csv(line, defaults)).batch(BATCH)


def queued():
    """Without datasets: a queue of names, a reader, a queue that shuffles."""
    names = tf.train.string_input_producer([images], num_epochs=1)
    image, label = read_image(tf.TFRecordReader().read(names)[1])
    return tf.train.shuffle_batch([image, label], BATCH, capacity=2000, min_after_dequeue=1000)


# -- the clock -----------------------------------------------------------------------------------------------


def clocks():
    """The time, and how much of it all threads of this process have computed, in milliseconds."""
    return np.array([time.perf_counter(), time.process_time()]) * 1e3


def drain(run):
    """Everything that a pipeline gives: how long it takes, and batches."""
    found = []
    start = clocks()
    try:
        while True:
            found.append(run())
    except tf.errors.OutOfRangeError:
        return clocks() - start, found


def digest(batches):
    """A number that stands for batches: their values and order."""
    total = 0
    for batch in batches:
        parts = [batch[key] for key in sorted(batch)] if isinstance(batch, dict) else batch
        for part in parts:
            total = zlib.crc32(np.ascontiguousarray(part).tobytes(), total)
    return total


def measure_dataset(make, times=5):
    """Both times of going through a dataset, the best of several times, and the digest."""
    with tf.Graph().as_default(), tf.Session() as sess:
        iterator = make().make_initializable_iterator()
        element = iterator.get_next()
        run = sess.make_callable(element) if not isinstance(element, dict) else lambda: sess.run(element)
        taken_each = []
        for _ in range(times):
            sess.run(iterator.initializer)
            taken, found = drain(run)
            taken_each.append(taken)
    return np.min(taken_each, axis=0), digest(found)


def measure_queue(times=3):
    """The same for queues: they give batches in no certain order, and not the last ones that are not full."""
    taken_each = []
    for _ in range(times):
        with tf.Graph().as_default(), tf.Session() as sess:
            element = queued()
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
            coordinator = tf.train.Coordinator()
            start = clocks()
            threads = tf.train.start_queue_runners(sess, coordinator)
            _, found = drain(lambda fetch=element: sess.run(fetch))
            taken_each.append(clocks() - start)
            coordinator.request_stop()
            coordinator.join(threads)
    sums = sorted(round(float(image.sum()), 2) for batch in found for image in batch[0])
    return np.min(taken_each, axis=0), zlib.crc32(repr(sums).encode())


DATASETS = (parse_single, parse_batch, image_records, from_arrays, csv_lines)
figures = {}


def note(name, measured):
    """Keep what was measured of a pipeline."""
    (figures[name + "_ms"], figures[name + "_cpu_ms"]), figures[name + "_check"] = measured


try:
    for pipeline in DATASETS:
        note(pipeline.__name__, measure_dataset(pipeline))
    note("queued", measure_queue())
finally:
    shutil.rmtree(str(folder))
report(**figures)
