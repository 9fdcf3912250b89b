"""tf.contrib.slim's data: readers in parallel, decoders, providers, queues."""

import os
import tempfile

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd0000000f49444154789c63f8cfc0c0d0f01f00080002"
    "7f9c45404e0000000049454e44ae426082"
)


def _example(tf, number):
    """An example with a bit of everything."""
    made, feature = tf.train.Example(), tf.train.Feature
    lists = {
        "image/encoded": feature(bytes_list=tf.train.BytesList(value=[_PNG])),
        "image/format": feature(bytes_list=tf.train.BytesList(value=[b"png"])),
        "label": feature(int64_list=tf.train.Int64List(value=[number])),
        "size": feature(int64_list=tf.train.Int64List(value=[2, 1])),
        "values": feature(float_list=tf.train.FloatList(value=[number, number + 0.5])),
        "indices": feature(int64_list=tf.train.Int64List(value=[0, 3])),
    }
    for at, side in enumerate(["ymin", "xmin", "ymax", "xmax"]):
        lists["box/" + side] = feature(float_list=tf.train.FloatList(value=[0.1 * at, 0.5]))
    for key, entry in lists.items():
        made.features.feature[key].CopyFrom(entry)
    return made.SerializeToString(deterministic=True)


def _features(tf):
    """What to parse."""
    keys = {
        "image/encoded": tf.FixedLenFeature((), tf.string, default_value=""),
        "image/format": tf.FixedLenFeature((), tf.string, default_value="png"),
        "label": tf.FixedLenFeature([1], tf.int64, default_value=tf.zeros([1], tf.int64)),
        "size": tf.FixedLenFeature([2], tf.int64),
        "values": tf.VarLenFeature(tf.float32),
        "indices": tf.VarLenFeature(tf.int64),
        "none": tf.VarLenFeature(tf.float32),
    }
    for side in ["ymin", "xmin", "ymax", "xmax"]:
        keys["box/" + side] = tf.VarLenFeature(tf.float32)
    return keys


def _decoder(tf):
    """A decoder of all kinds of items."""
    slim = tf.contrib.slim
    kinds = slim.tfexample_decoder
    items = {
        "image": kinds.Image(),
        "label": kinds.Tensor("label", shape=[]),
        "boxes": kinds.BoundingBox(prefix="box/"),
        "matrix": kinds.Tensor("values", shape_keys="size"),
        "sparse": kinds.SparseTensor(shape=[5]),
        "dense": kinds.SparseTensor("indices", "values", shape=[5], densify=True, default_value=-1.0),
        "backup": kinds.BackupHandler(kinds.Tensor("none"), kinds.Tensor("values")),
        "sum": kinds.ItemHandlerCallback(["values", "label"], lambda found: tf.reduce_sum(found["values"].values)),
    }
    return kinds.TFExampleDecoder(_features(tf), items)


def decoded(tf):
    """Every kind of item."""
    made = _decoder(tf)
    items = sorted(made.list_items())
    return [(made.decode(tf.constant(_example(tf, 3)), items), {})]


def looked_up(tf):
    """Items out of a table, a raw picture, several pictures."""
    kinds = tf.contrib.slim.tfexample_decoder
    table = tf.contrib.lookup.HashTable(
        tf.contrib.lookup.KeyValueTensorInitializer(["cat", "png"], [0, 1]), -1, shared_name="kinds"
    )
    keys = {
        "image/encoded": tf.FixedLenFeature([1], tf.string),
        "image/format": tf.FixedLenFeature((), tf.string),
        "values": tf.VarLenFeature(tf.float32),
        "size": tf.VarLenFeature(tf.int64),
    }
    items = {
        "kind": kinds.LookupTensor("image/format", table),
        "pictures": kinds.Image(repeated=True, channels=3),
        "shaped": kinds.Tensor("values", shape_keys=["size"]),
    }
    made = kinds.TFExampleDecoder(keys, items)
    found = made.decode(tf.constant(_example(tf, 2)))
    return [(tf.tables_initializer(), {}), (found, {})]


def provided(tf):
    """Items of a data set whose files two readers read; nothing runs, for threads would race."""
    slim = tf.contrib.slim
    names = slim.dataset.Dataset(["first", "second"], tf.TFRecordReader, _decoder(tf), 4, {"label": "a number"})
    tf.set_random_seed(1)
    provider = slim.dataset_data_provider.DatasetDataProvider(
        names, num_readers=2, common_queue_capacity=20, common_queue_min=5, seed=3, num_epochs=2
    )
    image, label = provider.get(["image", "label"])
    images, labels = tf.train.batch([tf.image.resize_images(image, [2, 2]), label], batch_size=2, capacity=8)
    queue = slim.prefetch_queue.prefetch_queue([images, labels], capacity=2)
    queue.dequeue()
    named = slim.prefetch_queue.prefetch_queue(
        {"b": labels, "a": images}, num_threads=2, dynamic_pad=True, name="named"
    )
    named.dequeue()


def read_once(tf):
    """The lines of a file in order, one reader."""
    name = os.path.join(tempfile.gettempdir(), "slim_data_lines.txt")
    with open(name, "w") as file:
        file.write("one\ntwo\n")
    reader = tf.contrib.slim.parallel_reader
    names = tf.placeholder_with_default(tf.constant(["x"]), [1])
    queue = tf.FIFOQueue(4, [tf.string, tf.string])
    parallel = reader.ParallelReader(tf.TextLineReader, queue, num_readers=2)
    files = tf.FIFOQueue(4, [tf.string])
    parallel.read_up_to(files, 2)
    counts = [parallel.num_records_produced(), parallel.num_work_units_completed()]
    reader.single_pass_read(["a", "b"], tf.TextLineReader, {"skip_header_lines": 1})
    return [(names, {}), (counts, {})]
